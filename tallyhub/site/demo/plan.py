"""The words in which the demo's customers are written down. Months are counted from the demo's day: 0 is its month."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from tallyhub.site.demo.catalogue import BENEFITS


@dataclass(frozen=True, slots=True)
class Months:
    """Whole months, both inclusive; negative ones have passed."""

    first: int
    last: int

    def starts_on(self, today: date) -> date:
        return _month(today, self.first)

    def ends_on(self, today: date) -> date:
        begin = _month(today, self.last)
        return begin.replace(day=monthrange(begin.year, begin.month)[1])

    def past_days(self, today: date) -> list[date]:
        """Its days before today. Today itself may not have begun where an agreement's zone is behind ours."""
        first = self.starts_on(today)
        last = min(self.ends_on(today), today - timedelta(days=1))
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _month(today: date, offset: int) -> date:
    years, month = divmod(today.month - 1 + offset, 12)
    return date(today.year + years, month + 1, 1)


@dataclass(frozen=True, slots=True)
class Lot:
    """An allotment. ``amount`` is in hours where the service counts minutes, else in its unit."""

    amount: str
    months: Months | None = None  # those of the package where none are said
    kind: str = "purchase"
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """Entries spread over the months until ``amount`` (as in Lot) is reached."""

    amount: int
    months: Months


@dataclass(frozen=True, slots=True)
class Line:
    """An entitlement. One without lots is as needed, unless it is a benefit."""

    service: str
    lots: tuple[Lot, ...] = ()
    uses: tuple[Use, ...] = ()
    step: int = 1

    @property
    def is_as_needed(self) -> bool:
        return not self.lots and self.service not in BENEFITS


@dataclass(frozen=True, slots=True)
class Package:
    """``workspaces`` are those it is mapped to; the earlier ones use more of it."""

    code: str
    name: str
    scope: str
    lines: tuple[Line, ...]
    workspaces: tuple[str, ...]
    months: Months | None = None  # those of the agreement where none are said
    ended: int | None = None  # the month on whose last day it was terminated


@dataclass(frozen=True, slots=True)
class Agreement:
    number: str
    name: str
    plan: str
    zone: str
    months: Months
    packages: tuple[Package, ...]
    seller: str = "tarnvale"
    ended: int | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """``workspaces`` maps codes to names, the default one first; ``cast`` is a table that ``cast.read`` reads."""

    code: str
    name: str
    zone: str
    workspaces: dict[str, str]
    cast: str
    agreements: tuple[Agreement, ...]
