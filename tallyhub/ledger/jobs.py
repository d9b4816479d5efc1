"""Keeps snapshots fresh, so that a page replays nothing."""

from procrastinate.contrib.django import app

from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.ledger import commands, queries


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="ledger.refresh_snapshots", pass_context=False)
def refresh_snapshots(timestamp: int) -> None:
    """Every minute, one customer at a time. Safe to repeat: what is fresh is not touched."""
    with scope(Access()):
        customers = queries.customers_with_stale_snapshots()
    for customer_id in customers:
        commands.refresh_snapshots(Access.of_system([customer_id]))
