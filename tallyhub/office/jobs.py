"""Background work of the back office. Each job is safe to repeat and opens its own scopes."""

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.office.workspaces import commands, queries

ACTIVATE = "office.activate"


@app.periodic(cron="* * * * *")
@app.task(name="office.activate_begun", queueing_lock="office.activate_begun", pass_context=False)
def activate_begun(timestamp: int) -> None:
    """Every minute: agreements that have begun, each in a job of its own, so that one that fails stops no other."""
    with scope(Access(), writing=True):
        for customer_id, agreement_id in queries.list_begun(clock.now()):
            _defer(customer_id, agreement_id)


def _defer(customer_id: int, agreement_id: int) -> None:
    """Once: the minute before may have been slow."""
    job = app.configure_task(ACTIVATE, queueing_lock=f"{ACTIVATE} {agreement_id}")
    try:
        with transaction.atomic():  # a refused insert would spoil the others
            job.defer(customer_id=customer_id, agreement_id=agreement_id)
    except AlreadyEnqueued:
        pass


@app.task(name=ACTIVATE, pass_context=False)
def activate(customer_id: int, agreement_id: int) -> None:
    """One agreement in one transaction. Killed in the middle it leaves nothing, and the next minute does it."""
    commands.activate_agreement(Access.of_system([customer_id]), agreement_id)
