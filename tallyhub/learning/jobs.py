"""Books what was started and kept unbooked, once something pays: an agreement follows, a package was mapped."""

from procrastinate.contrib.django import app

from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.learning import commands, queries


@app.periodic(cron="*/10 * * * *")
@app.task(name="learning.book_unbooked", queueing_lock="learning.book_unbooked", pass_context=False)
def book_unbooked(timestamp: int) -> None:
    """Every ten minutes, some of one customer at a time. Safe to repeat: what is booked is not booked again."""
    with scope(Access()):
        customers = queries.customers_with_unbooked()
    for customer_id in customers:
        after: int | None = 0
        while after is not None:
            after = commands.book_unbooked(Access.of_system([customer_id]), after=after)
