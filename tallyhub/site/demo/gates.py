"""How far the demo's partner requests have come: what was found out at their desks, and the baseline of the provider.

Takes the demo's own requests in their order, each as one of the ways in which a request can go.
"""

from collections.abc import Callable
from datetime import timedelta

from tallyhub.accounts.models import Person
from tallyhub.health.models import HealthEvent
from tallyhub.helpdesk.baseline.commands import add_usual
from tallyhub.helpdesk.baseline.queries import list_items
from tallyhub.helpdesk.gates import commands, queries
from tallyhub.helpdesk.gates.commands import Look
from tallyhub.helpdesk.gates.rules import Despite
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import Organization
from tallyhub.organizations.sign_on import act_at_work
from tallyhub.site.demo.health import EDITOR
from tallyhub.site.demo.partner_requests import CALLS
from tallyhub.site.demo.story import PROVIDER
from tallyhub.support import desk
from tallyhub.support.models import Request
from tallyhub.support.rules import OPEN

OURS = {one.title for one in CALLS}  # what somebody asked in the demo is theirs
AGENTS = ("helpdesk@brightline.example", "helpdesk@fernway.example")
Way = Callable[[Access, Request, list[HealthEvent]], None]


def set_up() -> None:
    """Once; again changes nothing, and a killed first run is taken up."""
    _write_baseline()
    for address in AGENTS:
        with scope(Access.of_system()):
            agent = act_at_work(Person.objects.get(email_folded=address).pk)
        with scope(agent):
            found = list(Request.objects.at_desk(agent).order_by("pk").defer("words"))
        for place, request in enumerate(found):
            if request.status in OPEN and request.title in OURS:
                _go(desk.at_desk(agent, request.number), request, WAYS[place % len(WAYS)])


def _write_baseline() -> None:
    with scope(Access.of_system()):
        editor = Person.objects.get(email_folded=EDITOR).pk
        provider = Organization.objects.get(code=PROVIDER).pk
    add_usual(Access(editor, organization_id=provider, organization_rights=frozenset({Right.EDIT_GUIDES})))


def _go(access: Access, request: Request, way: Way) -> None:
    """An hour after it was opened, and after what goes on was told; not where something was done already."""
    with scope(access):
        evidence = queries.read_evidence(access, request)
        events = queries.list_going_on(access, request.product_id)
    if evidence.health is None and not evidence.entries:
        told = [one.published_at for one in events]
        with clock.frozen(min(max([request.opened_at, *told]) + timedelta(hours=1), clock.now())):
            way(access, request, events)


def _look(access: Access, request: Request, events: list[HealthEvent]) -> None:
    """Nothing of it fits."""
    commands.check_health(access, request.number, Look(request.product_id, None))


def _diagnose(access: Access, request: Request, events: list[HealthEvent]) -> None:
    _look(access, request, events)
    note = commands.add_entry
    note(
        access, request.number, hypothesis="The connector of the customer’s own network drops long sessions.",
        step="Compared the log of the connector with ours, minute by minute.",
        result="Both end at the same second, and ours says that the other side has hung up.",
    )  # fmt: skip
    note(
        access, request.number, hypothesis="", step="Asked for a session without the connector.",
        result="It lasted two hours without a break.",
    )  # fmt: skip


def _follow(access: Access, request: Request, events: list[HealthEvent]) -> None:
    """What goes on with its product; without any, as above."""
    if not events or request.product_id is None:
        return _diagnose(access, request, events)
    commands.check_health(access, request.number, Look(request.product_id, events[0].pk))
    return None


def _differ(access: Access, request: Request, events: list[HealthEvent]) -> None:
    fits = events[0].pk if events else None
    commands.check_health(access, request.number, Look(request.product_id, fits, Despite.DIFFERS if fits else None))
    commands.add_entry(
        access, request.number, hypothesis="A policy of the customer’s own forbids it.", step="", result=""
    )


def _wait(access: Access, request: Request, events: list[HealthEvent]) -> None:
    """Where nobody at the desk holds anything yet."""
    with scope(access):
        held = queries.read_rights(access, request)
    if any(holders for _delegation, holders in held.delegations):
        return _diagnose(access, request, events)
    _look(access, request, events)
    commands.ask_consent(access, request.number, "To see what you see, we need your consent to this one request.")
    return None


def _resolve(access: Access, request: Request, events: list[HealthEvent]) -> None:
    _diagnose(access, request, events)
    with scope(access):
        item = list_items(request.product_id)[0]
        version = Request.objects.visible_to(access).get(pk=request.pk).version
    text = "The setting was changed as we said on the phone. Open the page anew, and it is as you wanted it."
    commands.resolve(access, request.number, item_id=item.pk, text=text, version=version)


def _leave(access: Access, request: Request, events: list[HealthEvent]) -> None:
    """As it came in."""


WAYS: tuple[Way, ...] = (_follow, _diagnose, _wait, _leave, _resolve, _differ, _look)
