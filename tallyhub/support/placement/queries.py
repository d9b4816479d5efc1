"""What decides where requests are listed, and which are additional cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.ledger import offers
from tallyhub.ledger.offers import Offer, read_offer
from tallyhub.support.models import Request, Work
from tallyhub.support.placement.rules import Placement, Wanted, place
from tallyhub.support.rules import SERVICE_OF, Kind, RequestClass, Status

_KINDS = tuple(SERVICE_OF.values())


def list_offers() -> list[Offer]:
    """The entitlements to support of the customers worked inside, those too that reach no workspace of the reader."""
    return offers.list_offers(_KINDS)


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


_SORTS = """
SELECT (SELECT json_agg(to_json(o)) FROM ledger_offers(%s) o),
    (SELECT json_agg(to_json(s)) FROM support_placed_alike(%s) s)
"""


def list_sorts(workspaces: Sequence[int]) -> list[Sort]:
    """All that is in these workspaces, placed for whoever looks at them together; neither merged nor cancelled ones.

    One statement, because a page asks for it at each look.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SORTS, [list(map(str, _KINDS)), list(workspaces)])
        read, rows = cursor.fetchone()
    of_support, now = [read_offer(*_with_days(one)) for one in read or ()], clock.now()
    found = []
    for row in rows or ():
        *of_request, count = row.values()
        workspace, kind, request_class, agreement, package, product = of_request
        wanted = Wanted(workspace, Kind(kind), RequestClass(request_class), agreement, package, product)
        found.append(Sort(wanted, place(wanted, workspaces, of_support, now), count))
    return found


def _with_days(offer: dict[str, Any]) -> Iterable[Any]:
    """JSON has no days."""
    days = {name: date.fromisoformat(offer[name]) for name in ("starts_on", "ends_on")}
    return (offer | days).values()


def additional(sorts: Iterable[Sort]) -> list[Sort]:
    return [one for one in sorts if one.placement.reason]


def list_of(access: Access, sorts: Iterable[Wanted]) -> QuerySet[Request]:
    """The requests of these sorts that one may see."""
    found = Request.objects.visible_to(access).filter(_are_of(sorts), merged_into=None)
    return found.exclude(status=Status.CANCELLED)


def _are_of(sorts: Iterable[Wanted]) -> Q:
    """One condition per sort: there are as many as combinations of what decides, whatever the number of requests."""
    found = Q(pk__in=[])
    for wanted in sorts:
        found |= Q(
            workspace_id=wanted.workspace_id,
            kind=wanted.kind,
            request_class=wanted.request_class,
            agreement_id=wanted.agreement_id,
            package_id=wanted.package_id,
            product_id=wanted.product_id,
        )
    return found


def count_unbooked(access: Access, sorts: Iterable[Wanted]) -> int:
    """Minutes of time of these sorts that are kept unbooked, in whole or in part."""
    work = (
        Work.objects.visible_to(access).filter(removed_at=None, request__in=list_of(access, sorts)).exclude(unbooked="")
    )
    return work.aggregate(Sum("minutes"))["minutes__sum"] or 0
