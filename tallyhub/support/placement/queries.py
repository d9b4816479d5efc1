"""What decides where requests are listed, and which are additional cases."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from tallyhub.agreements.rules import Scope, ServiceKind
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.support.models import Request
from tallyhub.support.placement.rules import Offer, Placement, Reason, Wanted, place
from tallyhub.support.rules import Kind, RequestClass, Status


def list_offers() -> list[Offer]:
    """The entitlements to support of the customers worked inside, those too that reach no workspace of the reader."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM support_offers()")
        return [_offer(*row) for row in cursor.fetchall()]


def _offer(*row: Any) -> Offer:
    entitlement, package, agreement, kind, unit, scope, starts_on, ends_on, zone, places, products, every, step, cap = (
        row
    )
    return Offer(
        entitlement, package, agreement, ServiceKind(kind), Unit(unit), Scope(scope), starts_on, ends_on, zone,
        frozenset(places), frozenset(products), every, step, cap,
    )  # fmt: skip


def wanted_of(request: Request) -> Wanted:
    return Wanted(
        request.workspace_id,
        Kind(request.kind),
        RequestClass(request.request_class),
        request.agreement_id,
        request.package_id,
        request.product_id,
    )


@dataclass(frozen=True, slots=True)
class Sort:
    """Requests that are placed alike, and how many there are, whoever may see them."""

    wanted: Wanted
    placement: Placement
    requests: int


def list_sorts(workspaces: Sequence[int], offers: Sequence[Offer], at: datetime | None = None) -> list[Sort]:
    """All that is in these workspaces, placed for whoever looks at them together; neither merged nor cancelled ones."""
    now = at or clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM support_placed_alike(%s)", [list(workspaces)])
        rows = cursor.fetchall()
    found = []
    for workspace, kind, request_class, agreement, package, product, count in rows:
        wanted = Wanted(workspace, Kind(kind), RequestClass(request_class), agreement, package, product)
        found.append(Sort(wanted, place(wanted, workspaces, offers, now), count))
    return found


def additional(sorts: Iterable[Sort]) -> list[Sort]:
    return [one for one in sorts if one.placement.reason]


def list_additional(access: Access, sorts: Collection[Sort]) -> QuerySet[Request]:
    """The requests of these sorts that one may see, the newest first."""
    return (
        Request.objects.visible_to(access)
        .filter(_are_of(sorts), merged_into=None)
        .exclude(status=Status.CANCELLED)
        .order_by("-opened_at", "-id")
    )


def _are_of(sorts: Collection[Sort]) -> Q:
    """One condition per sort: there are as many as combinations of what decides, whatever the number of requests."""
    found = Q(pk__in=[])
    for one in sorts:
        wanted = one.wanted
        found |= Q(
            workspace_id=wanted.workspace_id,
            kind=wanted.kind,
            request_class=wanted.request_class,
            agreement_id=wanted.agreement_id,
            package_id=wanted.package_id,
            product_id=wanted.product_id,
        )
    return found


def reason_of(sorts: Iterable[Sort]) -> dict[Wanted, Reason]:
    return {one.wanted: one.placement.reason for one in sorts if one.placement.reason}
