"""Background work of the helpdesk: what is said of incidents that requests follow, and what somebody leaves behind."""

from procrastinate.contrib.django import app

from tallyhub.health.queries import get_update
from tallyhub.helpdesk.gates import commands, queries
from tallyhub.helpdesk.intake import commands as intake
from tallyhub.helpdesk.intake.queries import list_left_with
from tallyhub.helpdesk.provider_desk import jobs as provider_desk
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.queries import list_providers

__all__ = ["provider_desk"]  # the worker looks for jobs here


@app.task(name="helpdesk.tell_followers", pass_context=False)
def tell_followers(subject_id: int, **_about: object) -> None:
    """An update of service health: the readers of each request that follows the incident are told (S003-17)."""
    with scope(Access()):
        providers = [one.pk for one in list_providers()]
    with scope(Access.of_system(organizations=providers)):
        update = get_update(Access.of_system(organizations=providers), subject_id)
        followers = queries.list_followers(update.event_id)
    for customer_id, request_id in followers:
        commands.tell_follower(Access.of_system([customer_id]), request_id, update)


@app.task(name="helpdesk.leave_behind", pass_context=False)
def leave_behind(subject_id: int, **_about: object) -> None:
    """Somebody works for a partner no longer, or as something else: what was assigned to them is nobody's (edge 37)."""
    with scope(Access()):
        found = queries.list_left_behind(subject_id)
    for customer_id, number in found:
        commands.leave_behind(Access.of_system([customer_id]), number, subject_id)


@app.task(name="helpdesk.move_on", pass_context=False)
def move_on(subject_id: int, **_about: object) -> None:
    """A partner was suspended: what it has not solved becomes somebody else's (edge 16)."""
    with scope(Access()):
        found = list_left_with(subject_id)
    for customer_id, number in found:
        intake.move_on(Access.of_system([customer_id], organizations=[subject_id]), number, subject_id)
