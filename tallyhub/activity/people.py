"""Support contacts are people: what counts of them is who is named, not what was recorded (R2.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tallyhub.activity.queries import AgreementLines, Line
from tallyhub.activity.rules import count_named
from tallyhub.agreements.rules import ACTIVE_STATES, ServiceKind
from tallyhub.people import contacts


def count_people(
    agreements: list[AgreementLines], workspaces: Sequence[int], *, named: Mapping[int, int] | None = None
) -> list[AgreementLines]:
    """The agreements, with the people who are named where what they allow is in force. One statement, or none.

    ``named``: how many by agreement, where the caller has read that already.
    """
    lines = {one.id: _lines(one) for one in agreements if one.state in ACTIVE_STATES}
    if not any(lines.values()):
        return agreements
    if named is None:
        named = {one: count for one, (count, _of_these) in contacts.count_named(workspaces).items()}
    counted: dict[int, Line] = {}
    for agreement_id, of_agreement in lines.items():
        if of_agreement and agreement_id in named:
            balances = count_named([one.balance for one in of_agreement if one.balance], named[agreement_id])
            counted |= {
                one.id: replace(one, balance=balance) for one, balance in zip(of_agreement, balances, strict=True)
            }
    return [
        replace(
            one,
            packages=[
                replace(each, lines=[counted.get(line.id, line) for line in each.lines]) for each in one.packages
            ],
        )
        for one in agreements
    ]


def _lines(agreement: AgreementLines) -> list[Line]:
    """Where a number of people is allowed today; the last of them takes who is beyond it."""
    found = [line for package in agreement.packages if package.is_active for line in package.lines]
    return sorted((one for one in found if one.kind is ServiceKind.CONTACTS and one.balance), key=_is_as_needed)


def _is_as_needed(line: Line) -> bool:
    return line.is_as_needed
