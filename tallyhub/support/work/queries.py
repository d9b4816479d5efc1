"""Reads about how requests go on: their moves, who may be assigned, and the queue across customers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Case, F, IntegerField, Q, Value, When

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.organizations.queries import list_holders, list_serving
from tallyhub.organizations.rules import Role
from tallyhub.support.models import Change, Request, RequestQuerySet
from tallyhub.support.rules import OPEN, Status

QUEUE_MAX = 200  # of what is shown at once; filters narrow it


def list_moves(request: Request) -> list[tuple[datetime, str]]:
    """(when, into which status), in order."""
    moves = Change.objects.filter(request_id=request.pk, kind="status").order_by("at", "id")
    return [(at, details["becomes"]) for at, details in moves.values_list("at", "details")]


def list_engineers(access: Access, request: Request) -> list[int]:
    """Who may be assigned: the workspace's engineers, or of a partner request whoever works at its desk."""
    if request.desk_id is None:
        return list_holders(access, request.workspace_id, [Role.ENGINEER])
    return list_serving(access, request.desk_id)


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace of a customer whose staff one is."""

    customer_id: int
    customer: str
    workspace_id: int
    workspace: str


def list_places() -> list[Place]:
    """Where the person is staff, in all customers; the database looks it up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM support_places()")
        return [Place(*row) for row in cursor.fetchall()]


def require_queue(access: Access, places: Collection[Place]) -> None:
    """Raises Forbidden for whoever is staff nowhere. Of a customer that has no workspace yet the queue is empty."""
    if not places and not access.is_staff:
        raise Forbidden(Right.WORK_REQUESTS)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """``assigned``: a person's id, "nobody", or empty for everybody; ``status`` empty: what is open."""

    customer_id: int | None = None
    severity: str = ""
    status: str = ""
    assigned: str = ""
    is_called: bool = False


def list_queue(places: Iterable[Place], wanted: QueueFilter) -> list[Request]:
    """What there is to do: calls nobody has heard first, then by severity, then what is due first."""
    rows = _matching(places, wanted)
    unheard = Case(
        When(called_at__isnull=False, call_heard_at__isnull=True, then=Value(0)), default=Value(1),
        output_field=IntegerField(),
    )  # fmt: skip
    ordered = rows.order_by(unheard, "severity", F("answer_due_at").asc(nulls_last=True), "opened_at", "pk")
    return list(ordered[: QUEUE_MAX + 1])


def _matching(places: Iterable[Place], wanted: QueueFilter) -> RequestQuerySet:
    """Of all customers at once: ``visible_to`` would show the one that is worked inside only."""
    chosen = [one.workspace_id for one in places if wanted.customer_id in (None, one.customer_id)]
    rows = Request.objects.filter(workspace_id__in=chosen, partner=None)
    rows = rows.filter(status=wanted.status) if wanted.status else rows.filter(status__in=OPEN)
    if wanted.severity:
        rows = rows.filter(severity=wanted.severity)
    if wanted.assigned == "nobody":
        rows = rows.filter(assigned_to__isnull=True)
    elif wanted.assigned:
        rows = rows.filter(assigned_to_id=int(wanted.assigned))
    if wanted.is_called:
        rows = rows.filter(Q(called_at__isnull=False) & Q(call_heard_at__isnull=True))
    return rows


def customers_with_silent(before: datetime) -> list[int]:
    """Of all customers: a definer function that tells ids only, because a job begins without knowing any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(support_customers_with_silent(%s)) ORDER BY 1", [before])
        return [row[0] for row in cursor.fetchall()]


def list_silent(access: Access, before: datetime, limit: int) -> list[Request]:
    """What was resolved before an instant and has not been spoken of since; locked, so that nobody speaks meanwhile."""
    rows = Request.objects.visible_to(access).filter(status=Status.RESOLVED, resolved_at__lt=before)
    return list(rows.filter(changed_at__lt=before).select_for_update(no_key=True, skip_locked=True)[:limit])
