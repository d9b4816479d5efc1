"""What is said of one entitlement: what is left first, then what was used, ended unused or used beyond. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.engine import Segment

LOW_SHARE, CRITICAL_SHARE = 4, 10  # a quarter left is low, a tenth is critical


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
    held: int = 0  # planned and not delivered yet; no part of any other figure
    has_ended: bool = False  # nothing can be planned or used any more

    @property
    def free(self) -> int:
        """Left and not planned for anything."""
        return max(self.left - self.held, 0)

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
    segment: Segment,
    kind: ServiceKind,
    unit: Unit,
    *,
    is_as_needed: bool,
    has_ended: bool,
    used_here: int,
    used: int,
    held: int = 0,
) -> Balance:
    """The balance of one entitlement. In a package that has ended nothing is left: it is expired, wherever it stood."""
    if is_as_needed:
        return Balance(kind, unit, True, used_here, used, held=held, has_ended=has_ended)
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
        held=held,
        has_ended=has_ended,
    )
