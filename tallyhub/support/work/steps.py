"""Pieces of bringing a request forward. Each demands an open transaction and a locked request."""

from datetime import datetime, timedelta

from tallyhub.agreements.queries import list_goals
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import require_transaction
from tallyhub.support.models import Request
from tallyhub.support.rules import OPEN, REOPEN_DAYS, Actor, Severity, Status, check_transition
from tallyhub.support.steps import Line, about, actor_of, tell
from tallyhub.support.work import queries
from tallyhub.support.work.rules import Merging, first_due, pauses_of


def check_version(request: Request, version: int) -> None:
    """Raise Conflict where somebody has changed the request since the form was shown, or where it goes on elsewhere."""
    if request.merged_into_id is not None:
        raise Conflict("merge_merged")
    if request.version != version:
        raise Conflict("request_changed")


def mover_of(access: Access, request: Request) -> Actor:
    """On whose side the person moves it. Raises Forbidden for staff who read only."""
    actor = actor_of(access)
    if actor is Actor.STAFF:
        access.require(Right.WORK_REQUESTS, workspace_id=request.workspace_id)
    return actor


def move(access: Access, request: Request, becomes: Status, actor: Actor, *, at: datetime | None = None) -> None:
    """Into another status, by the table of transitions, with the line of the timeline and the event of the journal.

    Raises Conflict for a step that the table does not have, and for opening again what was closed too long ago.
    """
    require_transaction()
    at, was = at or clock.now(), Status(request.status)
    check_transition(was, becomes, actor)
    if was is Status.CLOSED and request.closed_at and at - request.closed_at > timedelta(days=REOPEN_DAYS):
        raise Conflict("request_closed_long_ago", days=REOPEN_DAYS)
    request.status = becomes
    request.waiting_since = at if becomes is Status.WAITING else None
    if becomes in OPEN:
        request.resolved_at = request.closed_at = None
    elif becomes is Status.RESOLVED:
        request.resolved_at = at
    else:
        request.closed_at = at
    tell(request, Line("status", {"was": was.value, "becomes": becomes.value}, access.person_id, at))
    renew_due(request)
    keep(request, at=at)
    record(access, "support.status_changed", request.pk, **about(request), was=was.value, becomes=becomes.value)


def renew_due(request: Request) -> None:
    """When the first answer is due, from the facts: severity, goals of the day it was opened, and each time of waiting.

    Never by moving what was reckoned before: two ways to the same state give the same hour. What a partner promises is
    not the agreement's: a partner request has no hour here.
    """
    if request.answered_at is not None or request.partner_id is not None:
        return
    goals = list_goals(request.customer_id, request.workspace_id, Severity(request.severity), request.opened_at)
    pauses = pauses_of(queries.list_moves(request))
    request.answer_due_at = first_due(goals, request.opened_at, pauses, named=request.agreement_id)


def answer(request: Request, at: datetime) -> None:
    """Staff said something that the customer reads: the first time keeps the promise, or breaks it."""
    require_transaction()
    if request.answered_at is None:
        renew_due(request)
        request.answered_at = at
        keep(request, at=at)


def keep(request: Request, *, at: datetime | None = None) -> None:
    """Write a request's own columns, and raise its version."""
    require_transaction()
    request.version += 1
    request.changed_at = at or clock.now()
    request.save()


def merging_of(request: Request) -> Merging:
    is_called = request.called_at is not None and request.call_heard_at is None
    is_merged = request.merged_into_id is not None
    return Merging(request.pk, request.workspace_id, request.partner_id, Status(request.status), is_merged, is_called)
