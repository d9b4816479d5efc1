"""What the page adds up, and what it says first. Pure."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.names import read_name
from tallyhub.ledger.engine import Allotment, Daily, balance
from tallyhub.ledger.figures import Balance
from tallyhub.ledger.rules import Sum


class Group(StrEnum):
    """The fixed list of the enterprise-wide section, in its order (R1.9); then what else such a package may hold."""

    PROACTIVE = "proactive"
    AS_NEEDED = "as_needed"
    EDUCATION = "education"
    CONTACTS = "contacts"
    ASSESSMENTS = "assessments"
    CREDITS = "credits"


GROUP_OF: dict[ServiceKind, Group] = {
    ServiceKind.PROACTIVE: Group.PROACTIVE,
    ServiceKind.DSE: Group.PROACTIVE,
    ServiceKind.REACTIVE: Group.AS_NEEDED,
    ServiceKind.ADVISORY: Group.AS_NEEDED,
    ServiceKind.EDUCATION: Group.EDUCATION,
    ServiceKind.CONTACTS: Group.CONTACTS,
    ServiceKind.ASSESSMENTS: Group.ASSESSMENTS,
    ServiceKind.CREDITS: Group.CREDITS,
}

# What is recorded of these belongs to requests, which say who may see it; what does not is for administrators (R1.5).
OF_REQUESTS = frozenset({ServiceKind.REACTIVE, ServiceKind.ADVISORY})


def add_up(balances: Iterable[Balance]) -> list[Balance]:
    """One balance per kind and unit; different units are never added together (R1.9), nor as needed to a quantity."""
    sums: dict[tuple[ServiceKind, Unit, bool], list[Balance]] = {}
    for one in balances:
        sums.setdefault((one.kind, one.unit, one.is_as_needed), []).append(one)
    return [_sum(parts) for parts in sums.values()]


def _sum(parts: Sequence[Balance]) -> Balance:
    first = parts[0]
    next_end = min((one.next_end for one in parts if one.next_end), default=None)
    return Balance(
        first.kind,
        first.unit,
        first.is_as_needed,
        used_here=sum(one.used_here for one in parts),
        used=sum(one.used for one in parts),
        bought=sum(one.bought for one in parts),
        left=sum(one.left for one in parts),
        expired=sum(one.expired for one in parts),
        over=sum(one.over for one in parts),
        upcoming=sum(one.upcoming for one in parts),
        next_end=next_end,
        ends_next=sum(one.ends_next for one in parts if one.next_end == next_end),
        quantity=sum(one.quantity for one in parts),
        held=sum(one.held for one in parts),
        has_ended=all(one.has_ended for one in parts),
    )


def count_named(balances: Sequence[Balance], named: int) -> list[Balance]:
    """Of what one agreement allows in people: each takes as many of those who are named as it has places for.

    The last one takes who is beyond them, so that the figures add up to what *Manage users* says of the agreement.
    """
    found = []
    for place, one in enumerate(balances, start=1):
        taken = named if place == len(balances) else min(named, one.quantity)
        named -= taken
        free, over = max(one.quantity - taken, 0), 0 if one.is_as_needed else max(taken - one.quantity, 0)
        found.append(
            replace(
                one, used_here=taken, used=taken, bought=one.quantity, left=free, over=over,
                expired=0, next_end=None, ends_next=0,
            )
        )  # fmt: skip
    return found


def count_gauge(one: Balance, everywhere: int, here: int) -> Balance:
    """A balance with what is counted as of today beside what was booked: places are taken before anything is over."""
    taken = min(everywhere, one.left)
    left = one.left - taken
    return replace(
        one,
        used=one.used + everywhere,
        used_here=one.used_here + here,
        left=left,
        over=one.over + (0 if one.is_as_needed else everywhere - taken),
        next_end=one.next_end if left else None,
        ends_next=min(one.ends_next, left),
    )


def stated_workspaces(access: Access) -> tuple[int, ...] | None:
    """What this person's statements are over: None for the whole customer, else the workspaces they administer.

    Whoever sees all activity of the customer may have a statement of all of it. Raises Forbidden for anybody else: a
    statement counts rows that a mere reader of one workspace is not shown.
    """
    if Right.VIEW_ACTIVITY in access.customer_rights:
        return None
    administered = access.workspaces_with(Right.ADMINISTER)
    if not administered:
        access.require(Right.ADMINISTER)
    return administered


def may_state(access: Access) -> bool:
    """Whether ``stated_workspaces`` would not refuse."""
    return Right.VIEW_ACTIVITY in access.customer_rights or bool(access.workspaces_with(Right.ADMINISTER))


def check_period(first_day: date, last_day: date, *, starts_on: date, today: date) -> None:
    """Raise Invalid for a period that the agreement cannot have a statement of. Days are in its zone."""
    if last_day < first_day:
        raise Invalid("period_reversed", first=first_day, last=last_day)
    if first_day < starts_on:
        raise Invalid("period_too_early", first=first_day, starts_on=starts_on)
    if last_day > today:
        raise Invalid("period_in_future", last=last_day, today=today)


@dataclass(frozen=True, slots=True)
class Figures:
    """One entitlement in a statement, in its unit's smallest step: bought = left + expired + delivered - over.

    All are the agreement's but ``here``, which is what the stated workspaces had delivered in the period: the sum of
    the lines. ``bought`` None: as needed.
    """

    entitlement_id: int
    bought: int | None
    upcoming: int  # bought, and beginning after the period
    before: int
    in_period: int
    here: int
    over: int
    left: int
    expired: int
    lines: int
    checksum: int  # of the lines
    held: int = 0  # planned on the period's last day; no part of any other figure

    @property
    def delivered(self) -> int:
        return self.before + self.in_period


def figures_of(
    entitlement_id: int,
    allotments: Sequence[Allotment] | None,
    daily: Iterable[Daily],
    listed: Sum,
    *,
    first_day: date,
    last_day: date,
    ends_on: date,
    held: int = 0,
) -> Figures:
    """As they stand at the end of the period's last day; after ``ends_on``, the package's last day, nothing is left."""
    known = list(daily)
    found = balance(allotments, known, last_day)
    earlier = balance(None, known, first_day - timedelta(days=1)).used
    has_ended = last_day > ends_on
    return Figures(
        entitlement_id,
        bought=None if allotments is None else found.bought,
        upcoming=0 if has_ended else found.upcoming,
        before=earlier,
        in_period=found.used - earlier,
        here=listed.charged,
        over=found.over,
        left=0 if has_ended else found.left,
        expired=found.expired + (found.left if has_ended else 0),
        lines=listed.rows,
        checksum=listed.checksum,
        held=held,
    )


def digest_of(figures: Iterable[Figures]) -> str:
    """Sixty-four hex digits that change with any figure, and with any of a line."""
    return sha256(json.dumps([_stated(one) for one in figures]).encode()).hexdigest()


def _stated(one: Figures) -> tuple[object, ...]:
    """Without what is held where that is nothing: statements were made before anything could be held."""
    figures = astuple(one)
    return figures if one.held else figures[:-1]


VIEW_NAME_MAX = 80  # characters


def read_view_name(text: str) -> str:
    """As it is kept. Raises Invalid."""
    name = read_name(text, length_max=VIEW_NAME_MAX)
    if not name:
        raise Invalid("view_name_missing")
    return name
