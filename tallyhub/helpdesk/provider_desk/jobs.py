"""Tells escalations of the incident that they belong to."""

from procrastinate.contrib.django import app

from tallyhub.helpdesk.provider_desk import commands
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.queries import list_providers


@app.task(name="helpdesk.tell_of_incident", pass_context=False)
def tell_of_incident(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int | None) -> None:
    """An incident was published, updated or resolved. Safe to repeat."""
    with scope(Access()):
        providers = [one.pk for one in list_providers()]
    commands.tell_of_incident(Access.of_system(organizations=providers), subject_id)
