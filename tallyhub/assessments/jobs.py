"""Counts what nothing counted, once something does: an agreement follows, a package was mapped."""

from procrastinate.contrib.django import app

from tallyhub.assessments import commands, queries
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope


@app.periodic(cron="*/10 * * * *")
@app.task(name="assessments.settle", queueing_lock="assessments.settle", pass_context=False)
def settle(timestamp: int) -> None:
    """Every ten minutes, one customer at a time. Safe to repeat: what is counted is not counted again."""
    with scope(Access()):
        customers = queries.customers_unsettled()
    for customer_id in customers:
        commands.settle(Access.of_system([customer_id]))
