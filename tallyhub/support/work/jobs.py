"""Closes what was resolved and is spoken of no more."""

from procrastinate.contrib.django import app

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.support.work import commands, queries
from tallyhub.support.work.rules import CLOSE_AFTER


@app.periodic(cron="17 * * * *")
@app.task(name="support.close_silent", queueing_lock="support.close_silent", pass_context=False)
def close_silent(timestamp: int) -> None:
    """Every hour, one customer at a time, in transactions of bounded size. Safe to repeat."""
    now = clock.now()
    with scope(Access()):
        customers = queries.customers_with_silent(now - CLOSE_AFTER)
    for customer_id in customers:
        while commands.close_silent(Access.of_system([customer_id]), now):
            pass
