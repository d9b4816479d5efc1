"""What the demo's partners escalated: through an indirect provider to a solution, one that came back, one that is new.

Takes whatever partner requests are far enough, in their order. What no way is left for, its desk goes on working on.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from tallyhub.accounts.models import Person
from tallyhub.helpdesk.allowances import commands as allowances
from tallyhub.helpdesk.allowances.queries import list_agreed
from tallyhub.helpdesk.escalations import commands, queries
from tallyhub.helpdesk.escalations.commands import Looked, Typed
from tallyhub.helpdesk.escalations.form_page import first_typed
from tallyhub.helpdesk.escalations.rules import Category, Status
from tallyhub.helpdesk.escalations.taken import read_taken
from tallyhub.helpdesk.models import Escalation
from tallyhub.helpdesk.provider_desk import commands as provider_desk
from tallyhub.helpdesk.provider_desk.rules import Said
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.sign_on import act_at_work
from tallyhub.partners.parties.queries import list_partners
from tallyhub.support import desk
from tallyhub.support.conversation.storage import Sent, keeping
from tallyhub.support.models import Request
from tallyhub.support.rules import OPEN

OVERSEER, AGREED = "partners@provider.example", {"brightline": 12, "wexcombe": 40}
DESK, UPPER = "escalations@provider.example", "admin@wexcombe.example"
EVIDENCE = {
    "vulnerability": "no",
    "region": "North",
    "ended": "ongoing",
    "pattern": "intermittent",
    "affected": "40",
    "error": "Status 504 after 60 seconds; correlation 7c1f9a52-6d0e-4b7b-8d0a-2f5e9c3b1a64.",
    "expected": "An answer within two seconds.",
    "contact_always": "the duty telephone of our desk",
    "diagnostics": "yes",
    "clause": "“Answers are given within two seconds at ninety-nine requests of a hundred.”",
    "no_fit": "Service health names nothing about this product in this region.",
    "steps": "Open a report over one year, choose one line, and wait.",
    "outage": "function",
    "local_network": "Other products answer at once, over the same line.",
    "clients": "Two browsers, and the interface for programs",
    "version": "26.11",
    "frequency": "often",
    "second_environment": "The same in the workspace for tests.",
    "impact": "The monthly figures cannot be closed.",
}
Way = Callable[[Access, Request], None]


def set_up() -> None:
    """Once; again changes nothing, and a killed first run is taken up."""
    provider = _at_work(DESK)
    with scope(provider):
        is_said = queries.find_settings(queries.get_provider_id()).version > 0
    if not is_said:
        said = Said(security_channel="security@provider.example", security_note="Nothing is too small to be told.")
        provider_desk.save_settings(provider, said, 0)
    _agree()
    for address, ways in WAYS.items():
        _go(_at_work(address), list(ways))


def _agree() -> None:
    """How much two partners may escalate in the half year around today; the others have no limit."""
    overseer = _at_work(OVERSEER)
    with scope(overseer):
        ids = {one.code: one.pk for one in list_partners() if one.code in AGREED}
        if list_agreed(ids.values()):
            return
    today = clock.today("UTC")
    for code, included in AGREED.items():
        starts_on, ends_on = today - timedelta(days=100), today + timedelta(days=83)
        allowances.add_allowance(overseer, ids[code], starts_on, ends_on, included)


def _at_work(address: str) -> Access:
    with scope(Access.of_system()):
        return act_at_work(Person.objects.get(email_folded=address).pk)


def _go(agent: Access, ways: list[Way]) -> None:
    with scope(agent):
        if Escalation.objects.filter(organization_id__in=agent.organizations).exists():
            return
        found = Request.objects.at_desk(agent).filter(partner_id__in=agent.organizations, status__in=sorted(OPEN))
        requests = list(found.order_by("pk").select_related("product").defer("words"))
    for request in requests:
        access = desk.at_desk(agent, request.number)
        with scope(access):
            taken = read_taken(access, request)
        if ways and taken.health is not None and not taken.lock:
            ways.pop(0)(access, request)


def _chain(access: Access, request: Request) -> None:
    """The reseller, its indirect provider, the provider, and back to the customer."""
    upper, provider, hours = _at_work(UPPER), _at_work(DESK), _hours(request)
    with clock.frozen(next(hours)):
        one = _send(access, request, Category.DEVIATION)
    for actor, becomes, text in (
        (upper, Status.SUBMITTED, ""),
        (provider, Status.ACCEPTED, ""),
        (provider, Status.IN_PROGRESS, ""),
        (provider, Status.SOLVED, "The index of long reports was made anew. Open the report once more, please."),
    ):
        with clock.frozen(next(hours)):
            one = commands.move(actor, one.pk, becomes, version=one.version, text=text)
    with scope(access):
        said = queries.list_events(access, one)[-1]
    with clock.frozen(next(hours)):
        commands.publish(access, request.number, said.pk, "It is mended: long reports open at once again.")


def _returned(access: Access, request: Request) -> None:
    hours = _hours(request)
    with clock.frozen(next(hours)):
        one = _send(access, request, Category.OUTAGE)
    with clock.frozen(next(hours)):
        text = "With which account did you try it, and at which minute?"
        commands.move(
            _at_work(DESK), one.pk, Status.RETURNED, version=one.version, text=text, items=["error", "clients"]
        )


def _worked_on(access: Access, request: Request) -> None:
    hours, provider = _hours(request), _at_work(DESK)
    with clock.frozen(next(hours)):
        one = _send(access, request, Category.DEFECT)
    with clock.frozen(next(hours)):
        one = commands.move(provider, one.pk, Status.ACCEPTED, version=one.version)
        provider_desk.assign(provider, one.pk, provider.person_id, one.version)
        commands.note(provider, one.pk, "We see it here, too, with the newest version alone.")


def _draft(access: Access, request: Request) -> None:
    commands.save_draft(access, request.number, _typed(access, request, Category.NETWORK), 0)


def _hours(request: Request) -> Iterator[datetime]:
    """Each an hour after the one before, and none in the future."""
    at = request.opened_at + timedelta(hours=2)
    while True:
        yield min(at, clock.now())
        at += timedelta(hours=1)


def _send(access: Access, request: Request, category: Category) -> Escalation:
    typed = _typed(access, request, category)
    picture = Sent("trace.txt", 36, lambda: [b"08:15:02 sent, 08:16:02 given up: 504\n"])
    with keeping([picture] if category is Category.DEFECT else []) as kept:
        files = [Looked("recording", one) for one in kept]
        one = commands.save_draft(access, request.number, typed, 0, files)
    return commands.send(access, request.number, one.version)


def _typed(access: Access, request: Request, category: Category) -> Typed:
    with scope(access):
        known = first_typed(access, request, category, read_taken(access, request))
    started = request.opened_at.replace(microsecond=0) - timedelta(hours=1)
    here = {"started": started.isoformat(timespec="minutes"), "tried": "Another browser, another account: the same."}
    values = {**here, **EVIDENCE, **{code: said for code, said in known.values.items() if said}}
    values.setdefault("seen", "")
    values["seen"] = values["seen"] or "No answer, until the page gives up."
    values["feature"] = values.get("feature") or "Reports"
    return Typed(category, values)


WAYS: dict[str, tuple[Way, ...]] = {
    "helpdesk@fernway.example": (_chain, _draft),
    "helpdesk@brightline.example": (_returned, _worked_on, _draft),
}
