"""Reads of what is asked of a partner's desk, of all its customers at once.

A page merges two walks, each of an index: what is asked of the partner, and what it works on as a supplier of others.
It costs what a page costs, however many there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from tallyhub.accounts.queries import names_by_id
from tallyhub.agreements.models import Product
from tallyhub.agreements.queries import list_products
from tallyhub.helpdesk.gates.rules import Stage
from tallyhub.helpdesk.stages import Standing, read_standings
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.grid import PAGE_ROWS, Key, Place, SortKind, instant_of, moment
from tallyhub.organizations.queries import list_colleagues
from tallyhub.organizations.rules import SERVING
from tallyhub.support.models import Request, RequestQuerySet
from tallyhub.support.queries import DeskPlace, asked_of_desk, places_of_desk
from tallyhub.support.rules import OPEN, Severity, Status, is_number

SORTS: dict[str, SortKind] = {"opened": int, "severity": str}  # the second: most severe, then longest waiting, first
CHOICES_MAX = 500  # of customers that a filter offers
STAGED_MAX = 500  # that are looked through for a stage, which is stored nowhere
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """``assigned``: a person's id, NOBODY, or empty for everybody; ``status`` empty: what is open; ``text``: a number,
    or a part of the title.
    """

    customer_id: int | None = None
    product_id: int | None = None
    severity: str = ""
    status: str = ""
    stage: str = ""
    assigned: str = ""
    is_outside: bool = False
    text: str = ""


# What a stage says of the status, so that less is looked through.
_STATUSES: dict[str, frozenset[Status]] = {
    Stage.WAITING_CUSTOMER: frozenset({Status.WAITING}),
    Stage.RESOLVED: frozenset({Status.RESOLVED}),
    Stage.CLOSED: frozenset({Status.CLOSED, Status.CANCELLED}),
}


@dataclass(frozen=True, slots=True)
class Found:
    """Up to a page and one more, in the place's reading order, and where each of them stands."""

    rows: list[Request]
    standings: dict[int, Standing]
    is_cut: bool = False  # more would have to be looked through


def read_queue(access: Access, wanted: QueueFilter, place: Place) -> Found:
    """With product, partner and intake. Three statements."""
    at_most = STAGED_MAX if wanted.stage else PAGE_ROWS + 1
    rows = _list(access, wanted, place, at_most)
    standings = read_standings(rows)
    if not wanted.stage:
        return Found(rows, standings)
    fitting = [one for one in rows if one.pk in standings and standings[one.pk].stage == wanted.stage]
    return Found(fitting[: PAGE_ROWS + 1], standings, len(rows) == at_most and len(fitting) <= PAGE_ROWS)


def _list(access: Access, wanted: QueueFilter, place: Place, at_most: int) -> list[Request]:
    rows = _matching(access, wanted)
    if place.key:
        rows = rows.filter(_beyond(place, place.key))
    order = _order(place)
    mine = Q(partner_id__in=access.organizations)
    walks = (rows.filter(mine), rows.filter(desk_id__in=access.organizations).exclude(mine))
    found = [one for walk in walks for one in _page(walk, order, at_most)]
    found.sort(key=lambda one: _sort_key(place, one), reverse=place.reads_descending)
    return found[:at_most]


def list_after(
    access: Access, wanted: QueueFilter, *, is_open: bool | None, changed_from: datetime | None, after: int, limit: int
) -> list[Request]:
    """For programs: in the order of ids. ``is_open`` None: whatever its status."""
    rows = _narrowed(asked_of_desk(access).filter(pk__gt=after), wanted)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if is_open is not None:
        rows = rows.filter(status__in=sorted(OPEN)) if is_open else rows.exclude(status__in=sorted(OPEN))
    if changed_from is not None:
        rows = rows.filter(changed_at__gte=changed_from)
    return _page(rows, ["pk"], limit)


def _matching(access: Access, wanted: QueueFilter) -> RequestQuerySet:
    statuses = {Status(wanted.status)} if wanted.status else _STATUSES.get(wanted.stage, OPEN)
    return _narrowed(asked_of_desk(access).filter(status__in=sorted(statuses)), wanted)


def _narrowed(rows: RequestQuerySet, wanted: QueueFilter) -> RequestQuerySet:
    asked: list[tuple[bool, Q]] = [
        (wanted.customer_id is not None, Q(customer_id=wanted.customer_id)),
        (wanted.product_id is not None, Q(product_id=wanted.product_id)),
        (bool(wanted.severity), Q(severity=wanted.severity)),
        (wanted.assigned == NOBODY, Q(assigned_to=None)),
        (wanted.assigned not in ("", NOBODY), Q(assigned_to_id=wanted.assigned)),
        (wanted.is_outside, Q(intake__is_outside_hours=True)),
        (bool(wanted.text), Q(number=wanted.text) if is_number(wanted.text) else Q(title__icontains=wanted.text)),
    ]
    for is_asked, condition in asked:
        if is_asked:
            rows = rows.filter(condition)
    return rows


def _page(rows: RequestQuerySet, order: list[str], at_most: int) -> list[Request]:
    known = rows.select_related("product", "partner", "intake").defer("words", "description")
    return list(known.order_by(*order)[:at_most])


def _order(place: Place) -> list[str]:
    names = ["severity", "opened_at", "pk"] if place.sort == "severity" else ["opened_at", "pk"]
    return [f"-{one}" for one in names] if place.reads_descending else names


def _sort_key(place: Place, one: Request) -> tuple[Any, ...]:
    return (one.severity, one.opened_at, one.pk) if place.sort == "severity" else (one.opened_at, one.pk)


def key_of(place: Place, one: Request) -> str:
    """``VALUE~ID``, as the place of a page is written."""
    at = str(moment(one.opened_at))
    return f"{one.severity}{at}~{one.pk}" if place.sort == "severity" else f"{at}~{one.pk}"


def _beyond(place: Place, key: Key) -> Q:
    """What comes behind a row. Raises Invalid for a key that no page of ours made."""
    way = "lt" if place.reads_descending else "gt"
    severity, at = (key.value[:1], key.value[1:]) if place.sort == "severity" else ("", key.value)
    if severity not in ("", *Severity) or not (at.isascii() and at.removeprefix("-").isdigit()):
        raise Invalid("page_unknown")
    instant = instant_of(at)
    later = Q(**{f"opened_at__{way}": instant}) | Q(opened_at=instant, **{f"pk__{way}": key.id})
    return Q(**{f"severity__{way}": severity}) | Q(severity=severity) & later if severity else later


@dataclass(frozen=True, slots=True)
class Counts:
    """Of what is open at one's desk."""

    all: int = 0
    severe: int = 0  # of severity A
    unassigned: int = 0
    mine: int = 0
    outside: int = 0  # came in outside the hours of service


def count_open(access: Access) -> Counts:
    """One statement."""
    rows = asked_of_desk(access).filter(status__in=sorted(OPEN))
    found = rows.aggregate(
        all=Count("pk"),
        severe=Count("pk", filter=Q(severity=Severity.A)),
        unassigned=Count("pk", filter=Q(assigned_to=None)),
        mine=Count("pk", filter=Q(assigned_to_id=access.person_id)),
        outside=Count("pk", filter=Q(intake__is_outside_hours=True)),
    )
    return Counts(**found)


def list_places(access: Access) -> dict[int, DeskPlace]:
    """By workspace: where anything was ever asked of one's desk, by the customer's name. Two statements."""
    rows = asked_of_desk(access).order_by().values_list("workspace_id", flat=True).distinct()
    return places_of_desk(rows)


def list_asked_products(access: Access) -> list[Product]:
    """Products about which anything was asked of one's desk, by name. Two statements."""
    rows = asked_of_desk(access).filter(product__isnull=False).order_by()
    asked = set(rows.values_list("product_id", flat=True).distinct())
    return sorted((one for one in list_products() if one.pk in asked), key=lambda one: (one.name.casefold(), one.pk))


def list_agents(access: Access) -> dict[int, str]:
    """Names of those who serve customers where one works. One statement."""
    return {one.person_id: one.person.name for one in list_colleagues(access) if set(one.roles) & SERVING}


def names_of_assigned(people: Iterable[int | None]) -> dict[int, str]:
    """Of those who work on what the page shows, a supplier's people as well."""
    return names_by_id({one for one in people if one is not None})
