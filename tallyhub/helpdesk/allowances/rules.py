"""What is left of what a partner may escalate. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tallyhub.kernel.errors import Conflict, Invalid

INCLUDED_MAX = 100_000
DAYS_MAX = 3_660  # of one period


@dataclass(frozen=True, slots=True)
class Period:
    """Both days are part of it. ``included``: escalations; None: as many as are needed. ``used``: what came to the
    provider in it.
    """

    starts_on: date
    ends_on: date
    included: int | None = None
    used: int = 0

    @property
    def left(self) -> int | None:
        """None: no number limits it."""
        return None if self.included is None else max(self.included - self.used, 0)

    def holds(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def meets(self, other: "Period") -> bool:
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


@dataclass(frozen=True, slots=True)
class Balance:
    """On one day. Without any period nothing was agreed, and nothing is limited."""

    running: Period | None = None
    last: Period | None = None  # that is over
    following: Period | None = None  # that has not begun

    def check(self) -> None:
        """Raise Conflict where nothing may be escalated now: what ended or is used up is named (edge 27)."""
        if self.running is not None:
            if self.running.left == 0:
                raise Conflict("allowance_used", included=self.running.included, ends_on=self.running.ends_on)
        elif self.following is not None:
            raise Conflict("allowance_not_begun", starts_on=self.following.starts_on)
        elif self.last is not None:
            raise Conflict("allowance_ended", ends_on=self.last.ends_on)


def balance_of(periods: Sequence[Period], day: date) -> Balance:
    over = [one for one in periods if one.ends_on < day]
    coming = [one for one in periods if one.starts_on > day]
    return Balance(
        running=next((one for one in periods if one.holds(day)), None),
        last=max(over, key=lambda one: one.ends_on, default=None),
        following=min(coming, key=lambda one: one.starts_on, default=None),
    )


def check_period(period: Period, others: Sequence[Period]) -> None:
    """Raise Invalid for one that the provider cannot agree to: one at a time, so that nobody asks which is used."""
    if period.ends_on < period.starts_on:
        raise Invalid("allowance_reversed")
    if (period.ends_on - period.starts_on).days > DAYS_MAX:
        raise Invalid("allowance_too_long", years=DAYS_MAX // 365)
    for one in others:
        if period.meets(one):
            raise Invalid("allowance_overlaps", starts_on=one.starts_on, ends_on=one.ends_on)
