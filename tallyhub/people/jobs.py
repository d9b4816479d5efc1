"""Background work on invitations."""

from procrastinate.contrib.django import app

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.people.invitations import commands, queries


@app.periodic(cron="23 * * * *")
@app.task(name="people.remind", queueing_lock="people.remind", pass_context=False)
def remind(timestamp: int) -> None:
    """Every hour: whoever was invited and has not answered hears of it again. Safe to repeat."""
    with scope(Access()):
        customers = queries.customers_to_remind(clock.now())
    for customer_id in customers:
        commands.remind(Access.of_system([customer_id]))
