"""What the hub itself does with records."""

from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command
from tallyhub.learning import queries, steps


@command
def book_unbooked(access: Access) -> int:
    """What something pays by now. Returns how many were looked at."""
    with steps.as_hub(access, access.customers) as hub:
        records = steps.lock_records(queries.list_unbooked(access)[: steps.AT_ONCE])
        steps.book(hub, records)
    return len(records)
