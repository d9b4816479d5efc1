"""What the hub itself does to the ledger: only disposable things; entries come through ``steps``."""

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command
from tallyhub.ledger import queries
from tallyhub.ledger.models import Snapshot


@command
def refresh_snapshots(access: Access) -> int:
    """Make the snapshots that are missing or out of date, in the customers of the scope; returns how many.

    The version is read before the facts: a post in between makes the snapshot stale, never wrong.
    """
    stale = queries.stale_snapshots()
    from_day = {one.entitlement_id: clock.today(one.zone) for one in stale}
    timelines = queries.replay(from_day.keys(), from_day)
    Snapshot.objects.bulk_create(
        [
            Snapshot(
                customer_id=one.customer_id,
                entitlement_id=one.entitlement_id,
                version=one.version,
                from_day=from_day[one.entitlement_id],
                segments=queries.write_segments(timelines[one.entitlement_id]),
            )
            for one in stale
        ],
        update_conflicts=True,
        unique_fields=["entitlement"],
        update_fields=["version", "from_day", "segments"],
    )
    return len(stale)
