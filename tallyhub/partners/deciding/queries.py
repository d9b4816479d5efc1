"""What a customer is told of how its partners use their rights."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from tallyhub.journal.queries import last_of_actors
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.partners.delegations.queries import Holder
from tallyhub.partners.models import Delegation
from tallyhub.partners.rules import RUNNING, UNUSED_AFTER


def last_acts(access: Access, people: Collection[int]) -> dict[int, datetime]:
    """When each of them last did or looked at something in the customer."""
    return last_of_actors(access, people)


def is_unused(one: Delegation, held: Iterable[Holder], seen: Mapping[int, datetime]) -> bool:
    """It runs for long, and nobody who holds it did anything with it."""
    since = clock.now() - UNUSED_AFTER
    if one.stage not in RUNNING or one.starts_at is None or one.starts_at > since:
        return False
    return not any(seen.get(each.person_id, one.starts_at) > since for each in held)
