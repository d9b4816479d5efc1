"""Background work: the public page is written anew."""

from procrastinate.contrib.django import app

from tallyhub.health.public import commands, snapshot
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.queries import list_providers


@app.task(name="health.publish_page", pass_context=False)
def publish_page(**_about: object) -> None:
    """After a change. Safe to repeat."""
    snapshot.publish()


@app.periodic(cron="* * * * *")
@app.task(name="health.publish_page_again", queueing_lock="health.publish_page_again", pass_context=False)
def publish_page_again(timestamp: int) -> None:
    """Every minute: what a killed worker left undone, and what grew too old for the history."""
    snapshot.publish()


@app.periodic(cron="23 * * * *")
@app.task(name="health.clear_visitors", queueing_lock="health.clear_visitors", pass_context=False)
def clear_visitors(timestamp: int) -> None:
    """Every hour: who did not confirm is forgotten."""
    with scope(Access()):
        providers = [one.pk for one in list_providers()]
    commands.clear_unconfirmed(Access.of_system(organizations=providers), clock.now() - commands.CONFIRM_IN)
