"""What the provider's desk alone does: give work to a colleague, tie it to an incident, and say how it works."""

from tallyhub.health.queries import get_event, get_update
from tallyhub.helpdesk.escalations import steps
from tallyhub.helpdesk.escalations.queries import find_settings, lock_escalation, lock_settings
from tallyhub.helpdesk.escalations.rules import Side
from tallyhub.helpdesk.models import Escalation
from tallyhub.helpdesk.provider_desk.queries import list_untold
from tallyhub.helpdesk.provider_desk.rules import Said, check_said
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations.queries import list_at_desk
from tallyhub.partners.steps import tell


def _lock(access: Access, escalation_id: int, version: int) -> Escalation:
    """For the provider's people, as they saw it."""
    found = lock_escalation(access, escalation_id)
    if steps.require_side(access, found) is not Side.PROVIDER:
        raise Forbidden(Right.WORK_ESCALATIONS)
    steps.check_version(found, version)
    return found


@command
def assign(access: Access, escalation_id: int, person_id: int | None, version: int) -> None:
    """To somebody of the desk, oneself included, or to nobody."""
    found = _lock(access, escalation_id, version)
    if person_id is not None and person_id not in list_at_desk(access, found.provider_id):
        raise Invalid("escalation_colleague_unknown")
    if found.assigned_to_id == person_id:
        return
    found.assigned_to_id = person_id
    found.version += 1
    found.save(update_fields=["assigned_to", "version"])
    steps.write(access, found, "assigned", Side.PROVIDER, number=person_id)
    steps.tell_sides(access, found, "assigned")


@command
def tie(access: Access, escalation_id: int, event_id: int | None, version: int) -> None:
    """To an incident that goes on, whose news its partner gets from then on; or to none. Several may belong to one."""
    found = _lock(access, escalation_id, version)
    if event_id is not None and get_event(access, event_id).organization_id != found.provider_id:
        raise Invalid("escalation_incident_unknown")
    if found.incident_id == event_id:
        return
    found.incident_id = event_id
    found.version += 1
    found.save(update_fields=["incident", "version"])
    steps.write(access, found, "tied" if event_id else "untied", Side.PROVIDER, number=event_id)
    steps.tell_sides(access, found, "tied")


@command
def save_settings(access: Access, said: Said, version: int) -> None:
    """For every partner. Raises Conflict where somebody else wrote meanwhile."""
    provider_id = steps.require_provider(access, Right.WORK_ESCALATIONS)
    found = lock_settings(provider_id) or find_settings(provider_id)
    if found.version != version:
        raise Conflict("escalation_changed_meanwhile")
    found.hours_a, found.hours_b, found.hours_c = check_said(said)
    found.takes_agreed, found.security_channel = said.takes_agreed, said.security_channel
    found.security_note, found.changed_at = said.security_note, clock.now()
    found.version += 1
    found.save()
    record_many(access, [News("helpdesk.desk_changed", None, provider_id)])


@command
def tell_of_incident(access: Access, update_id: int) -> None:
    """What an incident was updated with concerns every escalation that belongs to it. For the hub, which acts for the
    provider. Safe to repeat: an update is told of once.
    """
    update = get_update(access, update_id)
    found = list_untold(access, update.event_id, update_id)
    steps.write_to_all(access, found, "incident", Side.HUB, number=update_id)
    details = {"incident": update.event_id, "status": update.status}
    tell(access, [News("helpdesk.incident_told", one.customer_id, one.pk, details=details) for one in found])
