"""Hours of service as somebody types them: a zone, a week, and days without service. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tallyhub.accounts.rules import read_zone
from tallyhub.agreements.calendars import MINUTES_OF_DAY, Calendar
from tallyhub.kernel import cells
from tallyhub.kernel.errors import Invalid
from tallyhub.office.terms import rules as office

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY_NAME_MAX = 80  # characters
AROUND = ((0, MINUTES_OF_DAY),)

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
    if not wrong.keys() & set(DAYS) and not any(week):
        wrong["mon"] = Invalid("hours_missing")
    return (None if wrong else Hours(zone, tuple(week), holidays)), wrong


def read_day(text: str) -> Spans:
    """As the hours of a calendar are written: ``9:00-12:00, 13:00-17:30``; nothing: closed. A night ends at 24:00."""
    return tuple((begins, ends) for begins, ends in office.read_hours(text))


def read_holidays(text: str) -> tuple[tuple[date, str], ...]:
    """One per line: the day as 2026-12-25, and its name. In order, each day once."""
    found: dict[date, str] = {}
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > office.HOLIDAYS_MAX:
        raise Invalid("holidays_too_many", holidays_max=office.HOLIDAYS_MAX)
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
    return office.write_hours([list(span) for span in spans])
