"""What is held of what was sold: read by the customer of all it has, by a partner of what it sold itself."""

import json
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import get_language

from tallyhub.agreements.queries import list_package_ids
from tallyhub.agreements.rules import ACTIVE_STATES, ServiceKind, State, state_of_agreement, state_of_package
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.engine import Allotment, Segment, segment_on, timeline
from tallyhub.ledger.figures import balance_of
from tallyhub.ledger.queries import read_segment_on
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.partners.holdings.rules import Line, Subscription


class _Row(NamedTuple):
    customer_id: int
    agreement_id: int
    number: str
    agreement: str
    seller_id: int
    zone: str
    agreed: Any
    agreement_ended: date | None
    follower: str | None
    package_id: int
    package: str
    term: Any
    package_ended: date | None
    every_product: bool
    products: list[int]
    entitlement_id: int | None
    service_id: int | None
    kind: str | None
    unit: str | None
    names: str | None
    is_as_needed: bool | None
    used: int
    held: int
    recent: int
    from_day: date | None
    segments: str | None
    bought: str | None
    days: str | None


def list_held(access: Access) -> list[Subscription]:
    """All that the customer worked inside has and had, as far as one may read it; policies hold. Two statements."""
    return _read("SELECT * FROM partners_lines(%s::bigint[], %s)", list_package_ids(access))


def list_sold(customers: Collection[int]) -> list[Subscription]:
    """What the partner that is acted for sold to these customers itself, ended ones included. One statement."""
    return _read("SELECT * FROM partners_sold_lines(%s::bigint[], %s)", list(customers))


def _read(sql: str, wanted: list[int]) -> list[Subscription]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [wanted, clock.now()])
        return _assemble(_Row(*row) for row in cursor.fetchall())


def _assemble(rows: Iterable[_Row]) -> list[Subscription]:
    found: dict[int, Subscription] = {}
    for row in rows:
        one = found.get(row.package_id) or found.setdefault(row.package_id, _subscription(row))
        if row.entitlement_id is not None:
            one.lines.append(_line(row, one))
    return list(found.values())


def _subscription(row: _Row) -> Subscription:
    """A package never outlives its agreement."""
    today = clock.today(row.zone)
    agreed, last = row.agreed.upper - timedelta(days=1), row.term.upper - timedelta(days=1)
    of_agreement = state_of_agreement(row.agreed.lower, agreed, row.agreement_ended, today)
    state = state_of_package(row.term.lower, last, row.package_ended, today)
    if of_agreement in (State.TERMINATED, State.EXPIRED) and state in ACTIVE_STATES:
        state = of_agreement
    ends = [agreed, last, row.agreement_ended, row.package_ended]
    return Subscription(
        customer_id=row.customer_id,
        agreement_id=row.agreement_id,
        number=row.number,
        agreement=row.agreement,
        seller_id=row.seller_id,
        package_id=row.package_id,
        package=row.package,
        starts_on=max(row.agreed.lower, row.term.lower),
        ends_on=min(one for one in ends if one is not None),
        today=today,
        state=state,
        follower=row.follower or "",
        products=None if row.every_product else tuple(row.products),
    )


def _line(row: _Row, one: Subscription) -> Line:
    kind, unit = ServiceKind(row.kind or ""), Unit(row.unit or "")
    balance = None
    if kind is not ServiceKind.BENEFIT:
        balance = balance_of(
            _segment(row, one.today), kind, unit, is_as_needed=bool(row.is_as_needed), has_ended=one.is_over,
            used_here=row.used, used=row.used, held=row.held,
        )  # fmt: skip
    names = json.loads(row.names or "{}")
    name = str(names.get(get_language() or "en") or names.get("en", ""))
    return Line(row.entitlement_id or 0, row.service_id or 0, name, kind, unit, balance, row.recent)


_NOTHING_BOUGHT = Segment(date.min, None, 0, 0, 0, 0, 0, 0, None, 0)


def _segment(row: _Row, today: date) -> Segment:
    """Of its snapshot, or made anew where that is out of date."""
    if row.segments:
        return read_segment_on(json.loads(row.segments), today)
    if not row.bought and not row.days:
        return _NOTHING_BOUGHT
    bought = [_allotment(*each) for each in json.loads(row.bought or "[]")]
    daily = [(date.fromisoformat(day), charged) for day, charged in json.loads(row.days or "[]")]
    return segment_on(timeline(bought, daily, today), today)


def _allotment(serial: int, kind: str, amount: int, starts_on: str, ends_on: str, priority: int) -> Allotment:
    days = (date.fromisoformat(starts_on), date.fromisoformat(ends_on))
    return Allotment(serial, AllotmentKind(kind), amount, *days, priority)
