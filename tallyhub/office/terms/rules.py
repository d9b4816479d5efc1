"""What an agreement may say about support, as people write it. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from tallyhub.accounts.rules import zone_choices
from tallyhub.agreements.rules import Severity
from tallyhub.kernel import cells
from tallyhub.kernel.amounts import ROUNDING_STEP_MAX, Unit, check_charge
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.names import read_name
from tallyhub.office.agreements.amounts import read_amount

T = TypeVar("T")
DAY_MINUTES = 1440
GOAL_MINUTES_MAX = 60 * 24 * 90
HOLIDAYS_MAX = 400
CANCEL_DAYS_MAX = 365
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"(\d{1,2}):([0-5]\d)\s*[-–]\s*(\d{1,2}):([0-5]\d)", re.ASCII)
Week = list[list[list[int]]]


@dataclass(slots=True)
class Goal:
    severity: Severity
    minutes: int
    calendar_id: int | None  # None: around the clock


@dataclass(slots=True)
class LateCancel:
    """So many whole days before a service begins it can be cancelled at no cost; later it costs so many per cent."""

    days: int
    percent: int


@dataclass(slots=True)
class Terms:
    """All that the form of one agreement says."""

    every_product: set[int] = field(default_factory=set)  # packages
    products: dict[int, set[int]] = field(default_factory=dict)  # by package
    caps: dict[int, int | None] = field(default_factory=dict)  # by entitlement, in minutes
    goals: list[Goal] = field(default_factory=list)
    multipliers: dict[int, Fraction] = field(default_factory=dict)  # by calendar
    late: dict[int, LateCancel | None] = field(default_factory=dict)  # by package


def read_cap(text: str) -> int | None:
    """Hours, as 6 or 6:30; nothing is no cap."""
    if not text.strip():
        return None
    amount = read_amount(text, Unit.MINUTES)
    if not 0 < amount <= ROUNDING_STEP_MAX:
        raise Invalid("cap_out_of_bounds", hours=ROUNDING_STEP_MAX // 60)
    return amount


def read_goal(text: str) -> int:
    amount = read_amount(text, Unit.MINUTES)
    if not 0 < amount <= GOAL_MINUTES_MAX:
        raise Invalid("goal_out_of_bounds")
    return amount


def read_multiplier(text: str) -> Fraction:
    by = cells.multiplier(text.strip())
    check_charge(1, multiplier=by, rounding_step=1)
    if by < 1:
        raise Invalid("multiplier_below_one")
    return by


def read_cancel_days(text: str) -> int | None:
    return _whole(text, 0, CANCEL_DAYS_MAX, Invalid("late_cancel_days", days_max=CANCEL_DAYS_MAX))


def read_cancel_percent(text: str) -> int | None:
    return _whole(text, 1, 100, Invalid("late_cancel_percent"))


def _whole(text: str, least: int, most: int, error: Invalid) -> int | None:
    typed = text.strip()
    if not typed:
        return None
    if not re.fullmatch(r"\d{1,4}", typed, re.ASCII) or not least <= int(typed) <= most:
        raise error
    return int(typed)


@dataclass(slots=True)
class CalendarTerms:
    name: str
    zone: str
    week: Week
    holidays: list[date]


class Fields:
    """Reads what was typed field by field, and keeps what is wrong by its field."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self._typed = typed
        self.errors: dict[str, HubError] = {}

    def read(self, name: str, reader: Callable[[str], T]) -> T | None:
        try:
            return reader(self._typed.get(name, ""))
        except HubError as error:
            self.errors[name] = error
            return None

    def read_late_cancel(self, days: str, percent: str) -> LateCancel | None:
        """Of two fields, which are both filled or both empty."""
        before, share = self.read(days, read_cancel_days), self.read(percent, read_cancel_percent)
        if before is not None and share is not None:
            return LateCancel(before, share)
        if not self.errors.keys() & {days, percent} and (before is not None or share is not None):
            self.errors[days if before is None else percent] = Invalid("late_cancel_half")
        return None


def read_calendar(typed: Mapping[str, str]) -> tuple[CalendarTerms | None, dict[str, HubError]]:
    """What was typed, or what is wrong with it by field."""
    fields = Fields(typed)
    name, zone = fields.read("name", _name), fields.read("zone", _zone)
    week = [fields.read(day, read_hours) for day in WEEKDAYS]
    holidays = fields.read("holidays", read_holidays)
    if fields.errors or name is None or zone is None or holidays is None:
        return None, fields.errors
    return CalendarTerms(name, zone, [hours or [] for hours in week], holidays), {}


def _name(text: str) -> str:
    name = read_name(text, length_max=100)
    if not name:
        raise Invalid("calendar_name_missing")
    return name


def _zone(text: str) -> str:
    if text not in dict(zone_choices()):
        raise Invalid("calendar_zone_unknown")
    return text


def read_hours(text: str) -> list[list[int]]:
    """``8:00-12:00, 13:00-18:00`` in minutes after midnight, in order; nothing is a day without work."""
    found: list[list[int]] = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        written = _HOURS.fullmatch(part)
        if not written:
            raise Invalid("hours_malformed")
        begins, ends = (int(written[n]) * 60 + int(written[n + 1]) for n in (1, 3))
        if not begins < ends <= DAY_MINUTES:
            raise Invalid("hours_malformed")
        found.append([begins, ends])
    found.sort()
    if any(before[1] > after[0] for before, after in pairwise(found)):
        raise Invalid("hours_overlap")
    return found


def write_hours(hours: list[list[int]]) -> str:
    return ", ".join(f"{_clock(begins)}-{_clock(ends)}" for begins, ends in hours)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def read_holidays(text: str) -> list[date]:
    """One day per line; each once, in order."""
    days = {cells.day(line) for line in text.split()}
    if len(days) > HOLIDAYS_MAX:
        raise Invalid("holidays_too_many", holidays_max=HOLIDAYS_MAX)
    return sorted(days)
