"""Background work of what goes out and comes in. Each job is safe to repeat and opens its own scopes."""

from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app

from tallyhub.integrations.imports import commands as imports
from tallyhub.integrations.imports import queries as import_queries
from tallyhub.integrations.imports import running
from tallyhub.integrations.webhooks import commands, queries, sending
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope


@app.task(name="integrations.spread", pass_context=False)
def spread(event_id: int, customer_id: int | None, **_about: object) -> None:
    """An event of the journal becomes messages for the customer's endpoints."""
    if customer_id:
        commands.spread(Access.of_system([customer_id]), event_id)


@app.task(name=commands.DELIVER, queue=commands.QUEUE, pass_context=False)
def deliver(delivery_id: int, customer_id: int) -> None:
    """One try. The request is made outside of any transaction, and keeps no connection: it may take ten seconds."""
    access = Access.of_system([customer_id])
    if (message := commands.claim(access, delivery_id)) is None:
        return
    connection.close()
    allowed = settings.TALLYHUB.webhook_networks
    answer = sending.post(message.url, message.headers, message.body, allowed=allowed)
    commands.note_attempt(access, delivery_id, answer)


@app.periodic(cron="* * * * *")
@app.task(name="integrations.begin_due", queueing_lock="integrations.begin_due", pass_context=False)
def begin_due(timestamp: int) -> None:
    """Every minute: what is to be tried again, and what a killed worker left undone."""
    with scope(Access()):
        customers = queries.waiting_customers()
    for customer_id in customers:
        commands.begin_due(Access.of_system([customer_id]))


@app.task(name=imports.RUN, pass_context=False)
def import_file(import_id: int, customer_id: int, person_id: int) -> None:
    """A file that somebody brings in. Killed in the middle it leaves nothing, and its page offers to start again."""
    running.run(import_id, person_id, customer_id)


@app.periodic(cron="7 * * * *")
@app.task(name="integrations.clear_imports", queueing_lock="integrations.clear_imports", pass_context=False)
def clear_imports(timestamp: int) -> None:
    """Every hour: files of yesterday go."""
    with scope(Access()):
        customers = import_queries.customers_to_clear()
    for customer_id in customers:
        imports.clear_old(Access.of_system([customer_id]))
