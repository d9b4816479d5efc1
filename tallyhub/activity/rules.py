"""What the page adds up, and what it says first. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.engine import Segment

LOW_SHARE, CRITICAL_SHARE = 4, 10  # a quarter left is low, a tenth is critical


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

# Rows of named people's requests are for administrators until requests exist and can say who may see them (R1.5).
FOR_ADMINISTRATORS = frozenset({ServiceKind.REACTIVE, ServiceKind.ADVISORY})


class Tone(StrEnum):
    OK = "ok"
    LOW = "low"
    CRITICAL = "critical"
    OVER = "over"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Balance:
    """What a tile says, in the unit's smallest step. Quantity is the agreement's, use is here and in the agreement."""

    kind: ServiceKind
    unit: Unit
    is_as_needed: bool
    used_here: int
    used: int
    bought: int = 0  # of what has begun
    left: int = 0
    expired: int = 0  # ended unused
    over: int = 0
    upcoming: int = 0
    next_end: date | None = None
    ends_next: int = 0
    quantity: int = 0  # of the allotments in force

    @property
    def tone(self) -> Tone:
        if self.over:
            return Tone.OVER
        if self.is_as_needed or not self.quantity:
            return Tone.PLAIN
        if self.left * CRITICAL_SHARE <= self.quantity:
            return Tone.CRITICAL
        return Tone.LOW if self.left * LOW_SHARE <= self.quantity else Tone.OK


def balance_of(
    segment: Segment, kind: ServiceKind, unit: Unit, *, is_as_needed: bool, has_ended: bool, used_here: int, used: int
) -> Balance:
    """The balance of one entitlement. In a package that has ended nothing is left: it is expired, wherever it stood."""
    if is_as_needed:
        return Balance(kind, unit, True, used_here, used)
    left = 0 if has_ended else segment.left
    return Balance(
        kind,
        unit,
        False,
        used_here,
        used,
        bought=segment.bought,
        left=left,
        expired=segment.expired + segment.left - left,
        over=segment.over,
        upcoming=0 if has_ended else segment.upcoming,
        next_end=None if has_ended else segment.next_end,
        ends_next=0 if has_ended else segment.ends_next_amount,
        quantity=0 if has_ended else segment.quantity or 0,
    )


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
    )
