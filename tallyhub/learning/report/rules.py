"""Which days a report is about. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from tallyhub.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Period:
    """Both days inclusive."""

    first: date
    last: date


def read_period(first: str | None, last: str | None, otherwise: Period) -> Period:
    """What the address says; a day that it leaves out is that of ``otherwise``. Raises Invalid."""
    try:
        period = Period(
            date.fromisoformat(first) if first else otherwise.first,
            date.fromisoformat(last) if last else otherwise.last,
        )
    except ValueError:
        raise Invalid("day_malformed") from None
    if period.first > period.last:
        raise Invalid("period_ends_early")
    return period


def year_of(starts_on: date, ends_on: date, today: date) -> Period:
    """The year of a longer agreement in which today lies: from one anniversary of its first day to the next."""
    first = starts_on
    while (following := _anniversary(starts_on, first.year + 1)) <= today:
        first = following
    return Period(first, min(ends_on, following - timedelta(days=1)))


def _anniversary(day: date, year: int) -> date:
    """Of 29 February in other years: 1 March, as the year before it is whole then."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
