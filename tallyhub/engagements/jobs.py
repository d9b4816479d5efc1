"""Accepts what nobody judged in time, reminds before that, and books what was kept unbooked once something pays."""

from datetime import timedelta

from procrastinate.contrib.django import app

from tallyhub.engagements import queries
from tallyhub.engagements.deliveries import commands
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope


@app.periodic(cron="7 * * * *")
@app.task(name="engagements.settle", queueing_lock="engagements.settle", pass_context=False)
def settle(timestamp: int) -> None:
    """Every hour, one customer at a time. Safe to repeat: what is accepted or booked is passed over."""
    latest = clock.today("UTC") + timedelta(days=1)  # somewhere it is tomorrow; each delivery is asked in its own zone
    with scope(Access()):
        customers = queries.customers_to_settle(latest + commands.REMINDED_BEFORE)
    for customer_id in customers:
        hub = Access.of_system([customer_id])
        commands.accept_by_time(hub, latest)
        commands.remind(hub, clock.today("UTC"))
        commands.book_unbooked(hub)
