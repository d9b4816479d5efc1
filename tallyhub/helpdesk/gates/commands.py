"""What the people at a desk do with a partner request: look, note, ask for rights, mend, resolve."""

from dataclasses import dataclass, replace

from tallyhub.agreements.queries import list_products
from tallyhub.health.models import Update
from tallyhub.helpdesk.baseline.queries import get_item
from tallyhub.helpdesk.gates import queries, steps
from tallyhub.helpdesk.gates.rules import (
    ENTRIES_MAX,
    TEXT_MAX,
    Despite,
    Left,
    Result,
    Step,
    check_leaving,
)
from tallyhub.helpdesk.models import Entry, HealthCheck, IncidentLink, Resolution, RightsNeed
from tallyhub.journal.steps import record
from tallyhub.kernel import cells, clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations.sign_on import act_for
from tallyhub.partners.tasks.queries import get_task, may_do
from tallyhub.support.conversation.queries import get_by_id
from tallyhub.support.conversation.steps import say
from tallyhub.support.models import Request
from tallyhub.support.rules import Actor, Status
from tallyhub.support.steps import Line, about, lock_request, tell
from tallyhub.support.work.steps import check_version, keep, move

RESOLUTION_MAX = 10_000  # characters of what the customer is told


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody saw in service health. ``event``: the one that fits, or None; ``despite``: why to go on all the
    same, or None to follow it.
    """

    product: int | None
    event: int | None
    despite: Despite | None = None


@command
def check_health(access: Access, number: str, look: Look) -> Result:
    """Kept with its time, whatever it finds (S003-18). What fits is followed from now on, or there is a reason not to.

    Raises Conflict where the event that fits is over meanwhile.
    """
    request, _facts = steps.lock_at_desk(access, number, Step.CHECK)
    if look.product is not None and look.product not in {one.pk for one in list_products()}:
        raise Invalid("product_unknown")
    shown = [one.pk for one in queries.list_going_on(access, look.product)]
    if look.event is not None and look.event not in shown:
        raise Conflict("health_event_over")
    result = Result.MATCH if look.event else Result.NO_MATCH if shown else Result.NONE
    HealthCheck.objects.create(
        **steps.of_request(access, request),
        product_id=look.product,
        result=result,
        event_id=look.event,
        shown=shown,
        despite=look.despite.value if look.event and look.despite else "",
        at=clock.now(),
    )
    record(access, "helpdesk.health_checked", request.pk, **steps.about(request), result=result.value)
    if look.event is not None and look.despite is None:
        _follow(access, request, look.event)
    return result


def _follow(access: Access, request: Request, event_id: int) -> None:
    """Its readers see what is said of the incident (S003-17)."""
    IncidentLink.objects.create(**steps.of_request(access, request), event_id=event_id, since=clock.now())
    keep(request)
    record(access, "helpdesk.incident_followed", request.pk, **steps.about(request), event=event_id)


@command
def leave_incident(access: Access, number: str, why: Left) -> None:
    """While it goes on for a reason (edge 21); once it is over by saying whether the trouble is gone."""
    request, facts = steps.lock_at_desk(access, number, Step.DIAGNOSE)
    check_leaving(facts.link, why)
    link = IncidentLink.objects.visible_to(access).get(request_id=request.pk, left_at=None)
    link.left_at, link.left_by_id, link.left_why = clock.now(), access.person_id, why.value
    link.save()
    keep(request)
    record(access, "helpdesk.incident_left", request.pk, **steps.about(request), event=link.event_id, why=why.value)


@command
def add_entry(access: Access, number: str, *, hypothesis: str, step: str, result: str) -> int:
    """A line of the diagnosis, for the desk alone; whether health was checked or not (S003-16)."""
    request, _facts = steps.lock_at_desk(access, number, Step.DIAGNOSE)
    read = cells.lines(TEXT_MAX)
    said = {"hypothesis": read(hypothesis), "step": read(step), "result": read(result)}
    if not any(said.values()):
        raise Invalid("entry_missing")
    _check_room(request)
    made = Entry.objects.create(**steps.of_request(access, request), **said, at=clock.now())
    record(access, "helpdesk.diagnosis_noted", request.pk, **steps.about(request))
    return made.pk


def _check_room(request: Request) -> None:
    if Entry.objects.filter(request_id=request.pk).count() >= ENTRIES_MAX:
        raise Conflict("entries_many", lines_max=ENTRIES_MAX)


@command
def need_rights(access: Access, number: str) -> None:
    """The work needs rights inside the customer: until somebody at the desk holds any, the request waits (S003-20)."""
    request, _facts = steps.lock_at_desk(access, number, Step.DIAGNOSE)
    steps.need_rights(access, request)
    record(access, "helpdesk.rights_needed", request.pk, **steps.about(request))


@command
def ask_consent(access: Access, number: str, body: str) -> None:
    """Ask the customer, in a message, to let the partner into this request. Whoever decides there gives the consent."""
    request, _facts = steps.lock_at_desk(access, number, Step.DIAGNOSE)
    need = steps.need_rights(access, request)
    need.consent_asked_at = clock.now()
    need.save()
    say(access, request, body=cells.lines(RESOLUTION_MAX)(body))
    record(access, "helpdesk.consent_asked", request.pk, **steps.about(request))


@command
def need_no_rights(access: Access, number: str) -> None:
    """The work needs none any more. Again is no error."""
    request, _facts = steps.lock_at_desk(access, number, Step.DIAGNOSE)
    open_ones = RightsNeed.objects.visible_to(access).filter(request_id=request.pk, ended_at=None)
    if open_ones.update(ended_at=clock.now(), ended_by_id=access.person_id):
        record(access, "helpdesk.rights_needed_no_more", request.pk, **steps.about(request))


@command
def begin_task(access: Access, number: str, task_id: int) -> None:
    """A configuration task, for the customer, by what it has delegated: its journal says for which request, and by
    which roles (S003-19). Raises Forbidden without the right that the task needs.
    """
    request, _facts = steps.lock_at_desk(access, number, Step.DIAGNOSE)
    task = get_task(task_id)
    delegated = act_for(access.person_id or 0, request.customer_id).access
    if not queries.is_delegate(delegated):
        raise Conflict("task_needs_delegation")
    if not may_do(delegated, task):
        raise Forbidden(task.right)
    _check_room(request)
    Entry.objects.create(**steps.of_request(access, request), task=task, acted_as=delegated.acts_as, at=clock.now())
    steps.need_rights(access, request)
    as_delegate = replace(access, acts_as=delegated.acts_as)
    record(as_delegate, "helpdesk.task_begun", request.pk, **steps.about(request), task=task.code)


@command
def resolve(access: Access, number: str, *, item_id: int, text: str, version: int) -> None:
    """Within the baseline (S003-36): the customer reads how in a message, and the request is resolved."""
    request, _facts = steps.lock_at_desk(access, number, Step.RESOLVE)
    check_version(request, version)
    item = get_item(request.product_id, item_id)
    said = cells.lines(RESOLUTION_MAX)(text)
    if not said:
        raise Invalid("resolution_missing")
    message = say(access, request, body=said)
    Resolution.objects.create(**steps.of_request(access, request), item=item, message=message, at=clock.now())
    if request.status != Status.RESOLVED:
        move(access, request, Status.RESOLVED, Actor.STAFF)
    record(access, "helpdesk.resolved", request.pk, **steps.about(request), item=item.code)


# For the hub itself.


@command
def tell_follower(access: Access, request_id: int, update: Update) -> None:
    """Of an incident that a request follows, something was said, and perhaps it is over: readers and desk are told."""
    request = get_by_id(access, request_id)
    said = {**steps.about(request), "event": update.event_id, "update": update.pk}
    if update.event.ended_at is None:
        record(access, "helpdesk.incident_updated", request.pk, **said)
    else:
        record(access, "helpdesk.incident_over", request.pk, **said)


@command
def leave_behind(access: Access, number: str, person_id: int) -> None:
    """The person works at its desk no more: what was theirs is nobody's, and somebody else takes it (edge 37)."""
    request = lock_request(access, number)
    if request.assigned_to_id != person_id:  # somebody else has taken it meanwhile
        return
    request.assigned_to_id = None
    tell(request, Line("assigned", {"person": None}))
    keep(request)
    record(access, "support.assigned", request.pk, **about(request), to=0)
