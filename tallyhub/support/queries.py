"""Reads that several rooms need."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _

from tallyhub.kernel.access import Access, Right
from tallyhub.support.models import Request, RequestQuerySet
from tallyhub.support.rules import OPEN, Status


def get_request(access: Access, number: str) -> Request:
    """With product, workspace and partner. Raises DoesNotExist for one that is hidden or absent."""
    found: Request = (
        Request.objects.visible_to(access).select_related("product", "workspace", "partner").get(number=number)
    )
    return found


def names_of_desks(request: Request) -> list[str]:
    """Of the partner that is asked, and of its supplier where that works on it: their helpdesks see it, too."""
    return [one.name for one in dict.fromkeys((request.partner, request.desk)) if one is not None]


def place_at_desk(access: Access, number: str) -> tuple[int, int]:
    """(customer, workspace) of a partner request of one's own desk. Raises DoesNotExist for any other."""
    found: tuple[int, int] = (
        Request.objects.at_desk(access).values_list("customer_id", "workspace_id").get(number=number)
    )
    return found


def names_at_desk(people: Iterable[int | None]) -> dict[int, str]:
    """Of those of these people who work, or worked, at a desk that the customer worked inside asks something of."""
    wanted = sorted({one for one in people if one is not None})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM support_desk_names(%s::bigint[])", [wanted])
        return {
            person: _("%(name)s, %(organization)s") % {"name": name, "organization": organization}
            for person, name, organization in cursor.fetchall()
        }


def asked_of_desk(access: Access) -> RequestQuerySet:
    """What is asked of one's own desk, of all customers at once: helpdesk makes its queue of it."""
    return Request.objects.at_desk(access)


def count_open_of_desk(access: Access, customers: Iterable[int]) -> dict[int, int]:
    """By customer: how much of what it asks of one's desk is open. One statement."""
    rows = asked_of_desk(access).filter(customer_id__in=sorted(set(customers)), status__in=sorted(OPEN)).order_by()
    return dict(rows.values_list("customer_id").annotate(n=Count("pk")))


@dataclass(frozen=True, slots=True)
class DeskPlace:
    """Where requests of one's desk come from."""

    customer_id: int
    customer: str
    workspace_id: int
    workspace: str


def places_of_desk(workspaces: Iterable[int]) -> dict[int, DeskPlace]:
    """By workspace: of those in which something was asked of one's desk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM support_desk_places(%s::bigint[])", [sorted(set(workspaces))])
        return {one.workspace_id: one for one in (DeskPlace(*row) for row in cursor.fetchall())}


@dataclass(frozen=True, slots=True)
class Counted:
    """A partner request, as far as it is counted."""

    number: str
    title: str
    product_id: int | None
    kind: str
    opened_at: datetime
    resolved_at: datetime | None


def list_asked_of(access: Access, customer_id: int, since: datetime, at_most: int) -> list[Counted]:
    """What a customer asked of the partner for which one works, the newest first: for whoever serves or advises there,
    without what was cancelled or goes on in another request.
    """
    if not access.serves(Right.SERVE_CUSTOMERS) and not access.serves(Right.ADVISE):
        return []
    found = Request.objects.filter(
        partner_id__in=access.organizations, customer_id=customer_id, opened_at__gte=since, merged_into=None
    ).exclude(status=Status.CANCELLED)
    rows = found.order_by("-opened_at", "-pk").values_list(
        "number", "title", "product_id", "kind", "opened_at", "resolved_at"
    )
    return [Counted(*row) for row in rows[:at_most]]


def partners_of(requests: Collection[int]) -> dict[int, int]:
    """Of whom each is asked that is asked of a partner, as far as the scope sees it."""
    asked = Request.objects.filter(pk__in=requests, partner__isnull=False)
    return {one: partner for one, partner in asked.values_list("pk", "partner_id") if partner}


def ids_seen(access: Access) -> tuple[str, Any]:
    """A statement that names the visible requests, and its parameters, to stand within a larger one."""
    return Request.objects.visible_to(access).order_by().values("pk").query.sql_with_params()


def find_ids(
    access: Access, text: str, workspaces: Sequence[int], statuses: Sequence[Status], at_most: int
) -> list[int]:
    """Ids of visible requests that hold these words or their beginnings, the newest first. No statuses: any."""
    asked: list[Any] = [text, list(access.customers), list(workspaces), list(map(str, statuses)), at_most]
    with connection.cursor() as cursor:
        cursor.execute("SELECT support_find(%s, %s::bigint[], %s::bigint[], %s::text[], %s)", asked)
        return [one for (one,) in cursor.fetchall()]


def is_open(access: Access, request_id: int) -> bool:
    """Whether somebody still has to do something about it. False for one that is hidden or absent."""
    return Request.objects.visible_to(access).filter(pk=request_id, status__in=sorted(OPEN)).exists()
