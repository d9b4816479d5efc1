"""What a request's page and the queue say about how it goes on, in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.support.models import Request
from tallyhub.support.parts import Known, Part
from tallyhub.support.rules import OPEN, Actor, Severity, Status, next_statuses
from tallyhub.support.words import CLASS_NAMES, SEVERITY_NAMES, STATUS_NAMES, severity_badge, status_badge
from tallyhub.support.work import queries
from tallyhub.support.work.queries import Place, QueueFilter
from tallyhub.support.work.rules import Clock, Next, clock_of, next_action

# What a button for a status says; a customer's say what it means to them.
_STEPS: dict[Status, Any] = {
    Status.ASSIGNED: gettext_lazy("Mark as assigned"),
    Status.IN_PROGRESS: gettext_lazy("Go on with it"),
    Status.WAITING: gettext_lazy("Wait for the customer"),
    Status.RESOLVED: gettext_lazy("Mark as resolved"),
    Status.CLOSED: gettext_lazy("Close"),
    Status.REOPENED: gettext_lazy("Reopen"),
    Status.CANCELLED: gettext_lazy("Cancel the request"),
}
_NEXT: dict[Next, Any] = {
    Next.HEAR_CALL: gettext_lazy("The customer has made a priority call: acknowledge it"),
    Next.ASSIGN: gettext_lazy("Somebody has to take it"),
    Next.ANSWER: gettext_lazy("The customer waits for a first answer"),
    Next.WORK: gettext_lazy("It is being worked on"),
    Next.CUSTOMER: gettext_lazy("The customer is to answer"),
    Next.CONFIRM: gettext_lazy("Resolved; it is closed by itself when nothing more is said"),
    Next.NOTHING: gettext_lazy("Nothing is to be done"),
}
_NEXT_OF_CUSTOMER: dict[Next, Any] = {  # the same, as the customer's own people read it
    Next.HEAR_CALL: gettext_lazy("The staff have to acknowledge your priority call"),
    Next.ASSIGN: gettext_lazy("The request waits for an engineer"),
    Next.ANSWER: gettext_lazy("The staff are to give a first answer"),
    Next.CUSTOMER: gettext_lazy("You are asked to answer"),
}
_NEXT_OF_PARTNER = {  # and of what they ask of a partner
    Next.ASSIGN: gettext_lazy("Your partner has to take the request"),
    Next.ANSWER: gettext_lazy("Your partner is to give a first answer"),
}
_TONES = {Clock.LATE: "critical", Clock.SOON: "low", Clock.MISSED: "low", Clock.RUNS: "ok", Clock.KEPT: "ok"}


def read(access: Access, request: Request) -> Part:
    """As ``work``. Empty lists where the reader may do nothing. One statement for staff, none for others."""
    is_here = request.merged_into_id is None  # else it goes on in the other one
    may_work = is_here and access.has(Right.WORK_REQUESTS, workspace_id=request.workspace_id)
    is_customer = not access.is_staff and is_here
    actor = Actor.STAFF if may_work else Actor.CUSTOMER if is_customer else None
    engineers = queries.list_engineers(access, request) if may_work else []
    people = {request.assigned_to_id, *engineers}

    def say(known: Known) -> dict[str, Any]:
        names = {one: known.people[one] for one in people if one in known.people}
        shown = {
            "next": _next(request, is_customer=is_customer),
            "clock": clock_text(request, clock.now(), get_current_timezone_name()),
            "assigned": _who(request.assigned_to_id, names),
            "call": _call(access, request, is_customer=is_customer),
            "steps": _steps(request, actor) if actor else [],
            "engineers": _engineers(access, request, names) if may_work else [],
            "me": access.person_id if may_work and _may_take(access, request, names) else None,
            "severities": _options(SEVERITY_NAMES, request.severity) if may_work and request.status in OPEN else [],
            "classes": _options(CLASS_NAMES, request.request_class) if may_work else [],
            "may_merge": may_work and request.status != Status.CANCELLED,
            "version": request.version,
        }
        return {"work": shown}

    return Part(say, people=people)


def _next(request: Request, *, is_customer: bool = False) -> str:
    said = _NEXT | _NEXT_OF_CUSTOMER if is_customer else _NEXT
    if is_customer and request.partner_id is not None:
        said = said | _NEXT_OF_PARTNER
    return str(said[next_of(request)])


def next_of(request: Request) -> Next:
    return next_action(
        Status(request.status),
        is_assigned=request.assigned_to_id is not None,
        is_answered=request.answered_at is not None,
        is_called=request.called_at is not None and request.call_heard_at is None,
    )


def clock_text(request: Request, now: datetime, zone: str) -> dict[str, Any]:
    """The promise of a first answer: remaining first, with the hour and the reader's zone."""
    stands = clock_of(Status(request.status), request.answer_due_at, request.answered_at, now)
    due, answered = request.answer_due_at, request.answered_at
    due_text = fmt.minute(due, zone) if due else ""
    texts = {
        Clock.NONE: _("No time is agreed for the first answer."),
        Clock.WAITS: _("The clock stands still while the customer is waited for."),
        Clock.OVER: _("It ended without an answer."),
        Clock.RUNS: _("%(left)s left for the first answer, until %(due)s (%(zone)s)."),
        Clock.SOON: _("%(left)s left for the first answer, until %(due)s (%(zone)s)."),
        Clock.LATE: _("The first answer is %(left)s late; it was due on %(due)s (%(zone)s)."),
        Clock.KEPT: _("Answered in time, on %(answered)s (%(zone)s)."),
        Clock.MISSED: _("Answered on %(answered)s (%(zone)s), %(left)s late."),
    }
    until = answered if stands is Clock.MISSED else now
    named = {
        "left": duration(abs(due - until)) if due and until else "",
        "due": due_text,
        "answered": fmt.minute(answered, zone) if answered else "",
        "zone": zone.replace("_", " "),
    }
    return {"tone": _TONES.get(stands, "plain"), "text": texts[stands] % named, "stands": stands.value}


def duration(time: timedelta) -> str:
    """Days are days of 24 hours: a promise that runs in hours of work says when it ends, too."""
    minutes = int(time.total_seconds()) // 60
    if minutes < 48 * 60:
        return fmt.amount(minutes, Unit.MINUTES)
    days = minutes // (24 * 60)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": fmt.number(days)}


def _call(access: Access, request: Request, *, is_customer: bool) -> dict[str, Any]:
    is_open = request.status in OPEN
    unheard = request.called_at is not None and request.call_heard_at is None
    may_hear = unheard and access.has(Right.READ_NOTES, workspace_id=request.workspace_id)
    said = ""
    zone = get_current_timezone_name()
    if request.called_at:
        when = {"when": fmt.minute(request.called_at, zone)}
        if request.call_heard_at:
            heard = fmt.minute(request.call_heard_at, zone)
            said = _("The customer made a priority call on %(when)s; it was acknowledged on %(heard)s.") % {
                **when,
                "heard": heard,
            }
        else:
            said = _("The customer made a priority call on %(when)s. Nobody has acknowledged it yet.") % when
    return {
        "said": said,
        "reason": request.called_for,
        "is_unheard": unheard,
        "may_hear": may_hear,
        "may_call": is_customer and is_open and not unheard,
    }


def _steps(request: Request, actor: Actor) -> list[dict[str, Any]]:
    allowed = next_statuses(Status(request.status), actor)
    if request.assigned_to_id is None:
        allowed -= {Status.ASSIGNED}  # to whom, is said by assigning it
    return [{"id": one.value, "label": _STEPS[one]} for one in Status if one in allowed]


def _may_take(access: Access, request: Request, people: Mapping[int, str]) -> bool:
    """Nobody has it, and the reader may: what has to be done first is one click."""
    return request.assigned_to_id is None and request.status in OPEN and access.person_id in people


def _engineers(access: Access, request: Request, people: Mapping[int, str]) -> list[dict[str, Any]]:
    """Oneself first: taking a request is the commonest thing to do with one."""
    own = [(access.person_id, _("Me"))] if access.person_id in people else []
    others = sorted(((one, name) for one, name in people.items() if one != access.person_id), key=lambda one: one[1])
    return [
        {"id": one or "", "label": name, "is_chosen": one == request.assigned_to_id}
        for one, name in [(None, _("Nobody")), *own, *others]
    ]


def _options(names: Mapping[Any, Any], chosen: str) -> list[dict[str, Any]]:
    return [{"id": one.value, "label": name, "is_chosen": one == chosen} for one, name in names.items()]


def _who(person_id: int | None, people: Mapping[int, str]) -> str:
    if person_id is None:
        return _("Nobody yet")
    return people.get(person_id) or _("Somebody who has left")


# The queue


def queue_row(request: Request, place: Place, people: Mapping[int, str], *, here: int | None) -> dict[str, Any]:
    return {
        "number": request.number,
        "title": request.title,
        "customer_id": place.customer_id,
        "customer": place.customer,
        "workspace": place.workspace,
        "is_here": place.customer_id == here,
        "severity": severity_badge(Severity(request.severity)),
        "status": status_badge(Status(request.status)),
        "assigned": _who(request.assigned_to_id, people),
        "clock": clock_text(request, clock.now(), get_current_timezone_name()),
        "next": _next(request),
        "is_called": next_of(request) is Next.HEAR_CALL,
    }


def queue_filters(
    places: Sequence[Place], people: Sequence[tuple[int, str]], wanted: QueueFilter, me: int | None
) -> list[dict[str, Any]]:
    customers = {one.customer_id: one.customer for one in places}
    assigned = [("", _("Anybody")), ("nobody", _("Nobody yet")), (str(me), _("Me"))]
    assigned += [(str(one), name) for one, name in people if one != me]
    return [
        _select("customer", _("Customer"), [("", _("All customers")), *((str(i), n) for i, n in customers.items())],
                str(wanted.customer_id or "")),
        _select("severity", _("Severity"), [("", _("Any severity")), *SEVERITY_NAMES.items()], wanted.severity),
        _select("status", _("Status"), [("", _("What is open")), *STATUS_NAMES.items()], wanted.status),
        _select("assigned", _("Assigned to"), assigned, wanted.assigned),
        _select("called", _("Priority call"), [("", _("With and without")), ("yes", _("Not acknowledged yet"))],
                "yes" if wanted.is_called else ""),
    ]  # fmt: skip


def _select(name: str, label: str, options: Sequence[tuple[Any, Any]], chosen: str) -> dict[str, Any]:
    offered = [{"id": str(value), "label": text, "is_chosen": str(value) == chosen} for value, text in options]
    return {"name": name, "label": label, "options": offered}
