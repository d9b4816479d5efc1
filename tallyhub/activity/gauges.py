"""What counts as of today, beside what was booked: people who are named, assessments that are set up (R2.3, R2.4)."""

from collections.abc import Mapping, Sequence

from tallyhub.activity.people import count_people
from tallyhub.activity.queries import AgreementLines
from tallyhub.activity.set_ups import count_set_ups


def count_gauges(
    agreements: list[AgreementLines], workspaces: Sequence[int], *, named: Mapping[int, int] | None = None
) -> list[AgreementLines]:
    """``named``: how many support contacts by agreement, where that was read already."""
    return count_set_ups(count_people(agreements, workspaces, named=named), workspaces)
