"""What the hub itself does with records."""

from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command
from tallyhub.learning import queries, steps


@command
def book_unbooked(access: Access, *, after: int) -> int | None:
    """What something pays by now, of so many at once behind an id. Returns the last one looked at, None behind all.

    Some are never paid: whoever looked at the first ones only would look at these for ever.
    """
    with steps.as_hub(access, access.customers) as hub:
        wanted = queries.list_unbooked(access, after=after, at_most=steps.AT_ONCE)
        steps.book(hub, steps.lock_records(wanted))
    return wanted[-1] if wanted else None
