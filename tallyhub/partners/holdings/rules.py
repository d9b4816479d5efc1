"""What is held, as one reads it today: lines, their ends, and when something would run out. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from tallyhub.agreements.rules import ACTIVE_STATES, ServiceKind, State
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.figures import Balance, Tone

PACE_DAYS = 90  # over so many days one looks how fast something is used
GAUGES = frozenset({Unit.PEOPLE, Unit.SETUPS})  # counted as of a day, elsewhere: here only what was agreed


@dataclass(frozen=True, slots=True)
class Line:
    """One service of a subscription. ``balance`` None: a benefit, which is not counted."""

    entitlement_id: int
    service_id: int
    name: str  # in the reader's language
    kind: ServiceKind
    unit: Unit
    balance: Balance | None
    recent: int = 0  # used in the last PACE_DAYS days

    @property
    def is_gauge(self) -> bool:
        return self.unit in GAUGES


@dataclass(frozen=True, slots=True)
class Subscription:
    """A package that somebody sold to a customer, with what is in it. ``ends_on`` is its last day."""

    customer_id: int
    agreement_id: int
    number: str
    agreement: str
    seller_id: int
    package_id: int
    package: str
    starts_on: date
    ends_on: date
    today: date  # in the agreement's zone
    state: State
    follower: str  # number of the agreement that follows from the same seller
    products: tuple[int, ...] | None  # None: every one
    lines: list[Line] = field(default_factory=list)

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_STATES

    @property
    def is_over(self) -> bool:
        return self.state in (State.EXPIRED, State.TERMINATED)

    @property
    def days_left(self) -> int:
        return (self.ends_on - self.today).days


def soonest_first(found: Iterable[Subscription]) -> list[Subscription]:
    """What is in force by its end, then what has not begun; what is over at last, the latest first."""
    return sorted(found, key=_place)


def _place(one: Subscription) -> tuple[int, int, str, str, int]:
    if one.is_over:
        return 2, -one.ends_on.toordinal(), one.number, one.package, one.package_id
    return 0 if one.is_active else 1, one.ends_on.toordinal(), one.number, one.package, one.package_id


def runs_out_on(line: Line, one: Subscription) -> date | None:
    """The day on which it is used up at the pace of the last PACE_DAYS days, or of those since it began, where that
    comes before its end.

    None: nothing was used, nothing is left, or it lasts.
    """
    balance = line.balance
    if balance is None or balance.is_as_needed or line.is_gauge or not one.is_active:
        return None
    if not balance.left or line.recent <= 0:
        return None
    days = balance.left * min(PACE_DAYS, (one.today - one.starts_on).days + 1) // line.recent
    if days >= one.days_left:
        return None
    return one.today + timedelta(days=days)


def is_over_used(line: Line) -> bool:
    return line.balance is not None and not line.is_gauge and line.balance.tone is Tone.OVER
