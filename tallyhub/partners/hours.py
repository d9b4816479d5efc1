"""Hours of service as somebody types them: a zone, a week, and days without service. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tallyhub.accounts.rules import read_zone
from tallyhub.agreements.calendars import MINUTES_OF_DAY, Calendar, check_week
from tallyhub.kernel import cells
from tallyhub.kernel.errors import Invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS_MAX = 200  # lines
DAY_MAX, HOLIDAY_NAME_MAX = 100, 80  # characters
AROUND = ((0, MINUTES_OF_DAY),)
_SPAN = re.compile(r"(\d\d?):(\d\d)\s*[-–]\s*(\d\d?):(\d\d)", re.ASCII)  # noqa: RUF001 - people type both dashes

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """By the wall clock of a zone, in minutes after midnight, Monday first. ``holidays``: days without any, named."""

    zone: str
    week: tuple[Spans, ...]
    holidays: tuple[tuple[date, str], ...] = ()

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.zone, self.week, frozenset(day for day, _name in self.holidays))

    @property
    def is_around_the_clock(self) -> bool:
        return all(spans == AROUND for spans in self.week) and not self.holidays

    def next_opening(self, at: datetime) -> datetime | None:
        """From an instant outside of them; None where there is no other one."""
        return next((begins for begins, _ends in self.calendar.spans_from(at)), None)

    def closing(self, at: datetime) -> datetime | None:
        """Of an instant inside of them: until when, over midnight as well."""
        end = None
        for begins, ends in self.calendar.spans_from(at):
            if end is not None and begins > end:
                break
            end = ends
            if (ends - at).days > len(DAYS):
                return None
        return end


def read_hours(typed: Mapping[str, Any]) -> tuple[Hours | None, dict[str, Invalid]]:
    """What was typed as ``zone``, ``always``, the seven days and ``holidays``; or what is wrong, by field."""
    wrong: dict[str, Invalid] = {}
    zone = str(typed.get("zone") or "")
    try:
        read_zone(zone)
    except Invalid as error:
        wrong["zone"] = error
    week: list[Spans] = []
    for day in DAYS:
        try:
            week.append(AROUND if typed.get("always") else read_day(str(typed.get(day) or "")))
        except Invalid as error:
            wrong[day] = error
    holidays: tuple[tuple[date, str], ...] = ()
    try:
        holidays = read_holidays(str(typed.get("holidays") or ""))
    except Invalid as error:
        wrong["holidays"] = error
    if not wrong and not any(week):
        wrong["mon"] = Invalid("hours_missing")
    return (None if wrong else Hours(zone, tuple(week), holidays)), wrong


def read_day(text: str) -> Spans:
    """``09:00-12:00, 13:00-17:30``; nothing: closed. An end before its start is refused: midnight parts two days."""
    parts = [one.strip() for one in text.replace(";", ",").split(",") if one.strip()]
    spans = tuple(_read_span(one) for one in parts)
    if any(begins >= ends for begins, ends in spans):
        raise Invalid("hours_end_before_start")
    if not check_week([spans, *[()] * 6]):
        raise Invalid("hours_overlap")
    return spans


def _read_span(text: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text)
    if not found:
        raise Invalid("hours_malformed")
    numbers = [int(one) for one in found.groups()]
    begins, ends = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if numbers[1] > 59 or numbers[3] > 59 or max(begins, ends) > MINUTES_OF_DAY:
        raise Invalid("hours_malformed")
    return begins, ends


def read_holidays(text: str) -> tuple[tuple[date, str], ...]:
    """One per line: the day as 2026-12-25, and its name. In order, each day once."""
    found: dict[date, str] = {}
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > HOLIDAYS_MAX:
        raise Invalid("holidays_many", holidays_max=HOLIDAYS_MAX)
    for line in lines:
        day, _blank, name = line.partition(" ")
        try:
            read = cells.day(day)
        except Invalid:
            raise Invalid("holiday_malformed", line=line[:HOLIDAY_NAME_MAX]) from None
        found[read] = cells.text(HOLIDAY_NAME_MAX)(name.strip())
    return tuple(sorted(found.items()))


def typed_of(hours: Hours) -> dict[str, str]:
    """As a form shows them."""
    is_always = all(spans == AROUND for spans in hours.week)
    return {
        "zone": hours.zone,
        "always": "yes" if is_always else "",
        **{day: "" if is_always else day_text(spans) for day, spans in zip(DAYS, hours.week, strict=True)},
        "holidays": "\n".join(f"{day.isoformat()} {name}".strip() for day, name in hours.holidays),
    }


def day_text(spans: Sequence[Sequence[int]]) -> str:
    """``09:00-12:00, 13:00-17:30``"""
    return ", ".join(f"{_clock(begins)}-{_clock(ends)}" for begins, ends in spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
