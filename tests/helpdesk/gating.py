"""The world of partners with a request that cedar asks of lakeside, a product, an editor of its health, and a baseline.

Helper and second are helpdesk agents at lakeside, agent its admin agent; rivermouth is another partner.
"""

from types import SimpleNamespace
from typing import Any

from tallyhub.health.editing import commands as health
from tallyhub.health.models import HealthEvent
from tallyhub.health.rules import EventKind, EventStatus, Reach, Said, Visibility
from tallyhub.helpdesk.models import BaselineItem
from tallyhub.helpdesk.stages import Standing, read_standings
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.organizations import sign_on
from tallyhub.partners.models import ConfigurationTask
from tallyhub.support import desk
from tallyhub.support.models import Request
from tests.make import employ, make_component, make_person, make_product, make_request


def gated(world: SimpleNamespace) -> SimpleNamespace:
    world.phones = make_product("phones")
    world.calls = make_component(world.phones, world.provider, "calls")
    world.asked = make_request(
        world.north, partner=world.partner, desk=world.partner, title="Phones are silent", product=world.phones
    )
    world.editor = make_person("editor", email="editor@house.test")
    employ(world.editor, world.provider, "editor")
    world.item = BaselineItem.objects.using("owner").create(
        organization=world.provider, code="accounts", titles={"en": "Accounts"}, texts={"en": "Nobody can sign in."}
    )
    world.invite = ConfigurationTask.objects.using("owner").create(
        organization=world.provider, code="add-person", titles={"en": "Add a person"}, steps={"en": "Invite them."},
        page="add_person", right="manage_users",
    )  # fmt: skip
    world.forward = ConfigurationTask.objects.using("owner").create(
        organization=world.provider, code="forward", titles={"en": "Forward calls"}, steps={"en": "Open the console."},
        product=world.phones,
    )  # fmt: skip
    return world


def here(gated: SimpleNamespace, *rest: str) -> str:
    """An address of the request."""
    return "/".join(["/helpdesk/requests", gated.asked.number, *rest, ""])


def at_desk(gated: SimpleNamespace, person: Any = None) -> Access:
    return desk.at_desk(sign_on.act_at_work((person or gated.helper).pk), gated.asked.number)


def standing(gated: SimpleNamespace, access: Access | None = None) -> Standing:
    """As the desk is told."""
    with scope(access or at_desk(gated)):
        return read_standings([fresh(gated)])[gated.asked.pk]


def fresh(gated: SimpleNamespace) -> Request:
    return Request.objects.using("owner").get(pk=gated.asked.pk)


def status(gated: SimpleNamespace, becomes: str) -> None:
    Request.objects.using("owner").filter(pk=gated.asked.pk).update(status=becomes)


def _editing(gated: SimpleNamespace) -> Access:
    return Access(
        person_id=gated.editor.pk,
        organization_id=gated.provider.pk,
        organization_rights=frozenset({Right.EDIT_HEALTH, Right.EDIT_GUIDES}),
    )


def incident(gated: SimpleNamespace, text: str = "No call gets through.", **over: Any) -> int:
    """Published, for everybody."""
    fields: dict[str, Any] = {
        "kind": EventKind.INCIDENT,
        "title": "Calls drop",
        "status": EventStatus.INVESTIGATING,
        "visibility": Visibility.PUBLIC,
        "reach": Reach.EVERYBODY,
        "components": {gated.calls.pk: "major_outage"},
        "occurred_at": clock.now(),
    }
    return health.publish(_editing(gated), Said(**fields | over), text)


def told(gated: SimpleNamespace, event_id: int, text: str, becomes: EventStatus = EventStatus.IDENTIFIED) -> None:
    """An update of it."""
    version = HealthEvent.objects.using("owner").get(pk=event_id).version
    status = "operational" if becomes is EventStatus.RESOLVED else "major_outage"
    health.post_update(_editing(gated), event_id, version, health.Post(text, becomes, {gated.calls.pk: status}))


def over(gated: SimpleNamespace, event_id: int) -> None:
    told(gated, event_id, "Calls go through again.", EventStatus.RESOLVED)


def follows(gated: SimpleNamespace, as_: Any) -> int:
    """The request follows an incident; returns which."""
    event = incident(gated)
    answer = as_(gated.helper).post(
        here(gated, "health"), {"product": gated.phones.pk, "event": event, "then": "follow"}
    )
    assert answer.status_code == 302, answer.content.decode()
    return event
