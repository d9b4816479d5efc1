"""Reads for the provider's desk, and for whoever else has escalations."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from tallyhub.health.models import HealthEvent
from tallyhub.health.queries import list_active
from tallyhub.health.rules import EventKind
from tallyhub.helpdesk.escalations.rules import OVER, Side, Status, holder_of
from tallyhub.helpdesk.models import Escalation, EscalationEvent
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import PAGE_ROWS, Place, SortKind, instant_of

SORTS: dict[str, SortKind] = {"changed_at": int}  # microseconds since 1970, in UTC
INCIDENTS_MAX = 100  # to which one may be tied
# The column of each side, and in which statuses it has the ball.
_HELD = {
    column: [status for status in Status if holder_of(status) is side]
    for column, side in (
        ("provider_id", Side.PROVIDER),
        ("via_id", Side.INDIRECT),
        ("organization_id", Side.PARTNER),
    )
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """``which``: open, ours (we have the ball), over or all; the rest: empty for any."""

    which: str = "open"
    status: str = ""
    category: str = ""
    severity: str = ""
    partner_id: int | None = None
    is_mine: bool = False


def list_page(access: Access, wanted: Wanted, place: Place) -> list[Escalation]:
    """Up to a page of those that one reads, and one more, the last changed first."""
    rows = _found(access, wanted)
    if place.key:
        side, at = "lt" if place.reads_descending else "gt", instant_of(place.key.value)
        rows = rows.filter(Q(**{f"changed_at__{side}": at}) | Q(**{"changed_at": at, f"pk__{side}": place.key.id}))
    order = ("-changed_at", "-pk") if place.reads_descending else ("changed_at", "pk")
    return list(rows.select_related("product").order_by(*order)[: PAGE_ROWS + 1])


def list_after(access: Access, wanted: Wanted, request_id: int | None, *, after: int, limit: int) -> list[Escalation]:
    """For programs: in the order of ids. ``request_id``: of one request only."""
    rows = _found(access, wanted).filter(pk__gt=after)
    if request_id is not None:
        rows = rows.filter(request_id=request_id)
    return list(rows.select_related("product").order_by("pk")[:limit])


def _found(access: Access, wanted: Wanted) -> QuerySet[Escalation]:
    rows = Escalation.objects.visible_to(access)
    if wanted.which == "open":
        rows = rows.exclude(status__in=sorted(OVER))
    elif wanted.which == "over":
        rows = rows.filter(status__in=sorted(OVER))
    elif wanted.which == "ours":
        mine = access.organizations
        held = (Q(**{f"{column}__in": mine}, status__in=statuses) for column, statuses in _HELD.items())
        rows = rows.filter(reduce(or_, held))
    exact = {"status": wanted.status, "category": wanted.category, "severity": wanted.severity}
    rows = rows.filter(**{name: said for name, said in exact.items() if said})
    if wanted.partner_id is not None:
        rows = rows.filter(organization_id=wanted.partner_id)
    return rows.filter(assigned_to_id=access.person_id) if wanted.is_mine else rows


def count_ours(access: Access) -> int:
    """How many wait for one's own side. One statement."""
    return _found(access, Wanted(which="ours")).count()


@dataclass(frozen=True, slots=True)
class Counts:
    ours: int  # wait for one's own side
    open: int


def count(access: Access) -> Counts:
    """Two statements."""
    return Counts(count_ours(access), _found(access, Wanted()).count())


def list_incidents(access: Access) -> list[HealthEvent]:
    """What goes on now, to which an escalation may be tied."""
    return [one for one in list_active(access) if one.kind != EventKind.MAINTENANCE][:INCIDENTS_MAX]


def list_untold(access: Access, event_id: int, update_id: int) -> list[Escalation]:
    """Escalations that are not over, belong to an incident, and were not told of this update of it; for the hub, which
    acts for the provider.
    """
    told = EscalationEvent.objects.filter(escalation_id=OuterRef("pk"), kind="incident", number=update_id)
    tied = Escalation.objects.visible_to(access).filter(~Exists(told), incident_id=event_id)
    return list(tied.exclude(status__in=sorted(OVER)).select_for_update(no_key=True, of=("self",)).order_by("pk"))
