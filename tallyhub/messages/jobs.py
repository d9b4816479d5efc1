"""Background work: messages whose time has come, and those that somebody newly concerns."""

from procrastinate.contrib.django import app

from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.messages import queries
from tallyhub.messages.composing.commands import release_to_new
from tallyhub.organizations.queries import list_providers


@app.periodic(cron="* * * * *")
@app.task(name="messages.release_due", queueing_lock="messages.release_due", pass_context=False)
def release_due(timestamp: int) -> None:
    """Every minute: what was written to be sent later. Safe to repeat."""
    for access in _providers():
        with scope(access):
            due = queries.list_due(access)
        for post in due:
            release_to_new(access, post)


@app.periodic(cron="41 * * * *")
@app.task(name="messages.release_running", queueing_lock="messages.release_running", pass_context=False)
def release_running(timestamp: int) -> None:
    """Every hour: whoever holds a product since a message about it was sent gets it, too. Safe to repeat."""
    for access in _providers():
        with scope(access):
            running = queries.list_running(access)
        for post in running:
            release_to_new(access, post)


def _providers() -> list[Access]:
    with scope(Access()):
        return [Access.of_system(organizations=[one.pk]) for one in list_providers()]
