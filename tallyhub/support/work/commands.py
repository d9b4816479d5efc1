"""What people do to bring a request forward."""

from datetime import datetime
from typing import Any

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.support.models import Request
from tallyhub.support.rules import OPEN, Actor, RequestClass, Severity, Status
from tallyhub.support.steps import Line, about, lock_request, tell
from tallyhub.support.time.steps import book, move_work
from tallyhub.support.work import queries, steps
from tallyhub.support.work.rules import CLOSE_AFTER, check_merge

CLOSED_AT_ONCE = 200  # in one transaction
REASON_MAX = 2_000  # characters of why a customer calls


@command
def change_status(access: Access, number: str, *, becomes: Status, version: int) -> Request:
    """By whoever sees the request, or by staff who work on it: each has transitions of its own."""
    request = lock_request(access, number)
    steps.check_version(request, version)
    steps.move(access, request, becomes, steps.mover_of(access, request))
    if becomes is Status.CANCELLED:
        book(access, [request], "cancelled")
    return request


@command
def assign(access: Access, number: str, *, person_id: int | None, version: int) -> Request:
    """To an engineer of the workspace, or to nobody. What was only submitted counts as assigned then.

    Raises Invalid for somebody who is none.
    """
    request = _lock_to_work(access, number, version)
    if person_id is not None and person_id not in queries.list_engineers(access, request):
        raise Invalid("engineer_unknown")
    if request.assigned_to_id == person_id:
        return request
    request.assigned_to_id = person_id
    tell(request, Line("assigned", {"person": person_id}, access.person_id))
    if person_id is not None and request.status == Status.SUBMITTED:
        steps.move(access, request, Status.ASSIGNED, Actor.STAFF)
    else:
        steps.keep(request)
    record(access, "support.assigned", request.pk, **about(request), to=person_id or 0)
    book(access, [request], "assigned")  # where cases are counted, it draws one from now on
    return request


@command
def change_severity(access: Access, number: str, *, severity: Severity, version: int) -> Request:
    """By staff: the customer says what it means to them, and may ask for a change. The promise follows."""
    request = _lock_to_work(access, number, version)
    _require_open(request)
    if request.severity == severity:
        return request
    told: dict[str, Any] = {"was": request.severity, "becomes": severity.value}
    request.severity = severity
    tell(request, Line("severity", told, access.person_id))
    steps.renew_due(request)
    steps.keep(request)
    record(access, "support.severity_changed", request.pk, **about(request), **told)
    return request


@command
def classify(access: Access, number: str, *, request_class: RequestClass, version: int) -> Request:
    """How the provider counts it; each class but the standard one makes it an additional case (R2.6 c)."""
    request = _lock_to_work(access, number, version)
    if request.request_class == request_class:
        return request
    told: dict[str, Any] = {"was": request.request_class, "becomes": request_class.value}
    request.request_class = request_class
    tell(request, Line("class", told, access.person_id))
    steps.keep(request)
    record(access, "support.classified", request.pk, **about(request), **told)
    return request


@command
def call(access: Access, number: str, *, reason: str, version: int) -> Request:
    """A priority call by the customer: the staff must say that they heard it. Again while nobody has is no error."""
    request = lock_request(access, number)
    if steps.mover_of(access, request) is not Actor.CUSTOMER:
        raise Conflict("call_by_staff")
    steps.check_version(request, version)
    _require_open(request)
    if not reason:
        raise Invalid("call_reason_missing")
    if request.called_at and not request.call_heard_at:
        return request
    request.called_at, request.called_for, request.call_heard_at = clock.now(), reason, None
    tell(request, Line("called", {}, access.person_id))
    steps.keep(request)
    record(access, "support.called", request.pk, **about(request))
    return request


@command
def hear_call(access: Access, number: str) -> Request:
    """Staff say that they have heard it. Again is no error."""
    request = lock_request(access, number)
    access.require(Right.READ_NOTES, workspace_id=request.workspace_id)
    if request.called_at is None:
        raise Conflict("call_missing")
    if request.call_heard_at is None:
        request.call_heard_at = clock.now()
        tell(request, Line("call_heard", {}, access.person_id))
        steps.keep(request)
        record(access, "support.call_heard", request.pk, **about(request))
    return request


@command
def merge_request(access: Access, number: str, into: str) -> Request:
    """By whoever works on it: it is closed and says where it went, and its time goes along (R4.3). Returns the other.

    Both are locked in the order of their ids. Nobody sees more by it: the other one is shared by a rule of its own.
    Raises DoesNotExist where one of them is hidden or absent, and as ``rules.check_merge``.
    """
    locked = {one: lock_request(access, one) for one in sorted({number, into}, key=_in_order)}
    gone, target = locked[number], locked[into]
    access.require(Right.WORK_REQUESTS, workspace_id=gone.workspace_id)
    check_merge(steps.merging_of(gone), steps.merging_of(target))
    gone.merged_into = target
    tell(gone, Line("merged", {"into": target.number}, access.person_id))
    tell(target, Line("took_in", {"number": gone.number}, access.person_id))
    if gone.status == Status.CLOSED:
        steps.keep(gone)
    else:
        steps.move(access, gone, Status.CLOSED, Actor.HUB)
    steps.keep(target)
    record(access, "support.request_merged", gone.pk, **about(gone), into=target.number)
    move_work(access, gone, target)
    return target


@command
def close_silent(access: Access, now: datetime) -> int:
    """What was resolved and has not been spoken of for ten days is closed, by the hub; returns how many."""
    silent = queries.list_silent(access, now - CLOSE_AFTER, CLOSED_AT_ONCE)
    for request in silent:
        steps.move(access, request, Status.CLOSED, Actor.HUB)
    return len(silent)


def _in_order(number: str) -> tuple[int, str]:
    """Numbers begin with the id; whatever is none is not found."""
    return len(number), number


def _lock_to_work(access: Access, number: str, version: int) -> Request:
    """By staff who work on it, as they saw it."""
    request = lock_request(access, number)
    access.require(Right.WORK_REQUESTS, workspace_id=request.workspace_id)
    steps.check_version(request, version)
    return request


def _require_open(request: Request) -> None:
    if request.status not in OPEN:
        raise Conflict("request_not_open")
