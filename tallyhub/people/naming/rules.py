"""Days of the history of support contacts. Pure.

Who was named on a day is who was named when it ended, in the agreement's zone; of today, who is named now. So the
number of today is the tile's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Agreement:
    """One that counts support contacts: its number, and the zone of its days."""

    id: int
    number: str
    zone: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which namings: those that ran on a day, else those that ran at some time of a period; both days inclusive."""

    agreements: tuple[Agreement, ...]
    workspaces: tuple[int, ...]
    on: date | None = None
    first_day: date | None = None
    last_day: date | None = None

    def bounds(self, zone: str, now: datetime) -> tuple[datetime, datetime]:
        """The first and last instant at which a naming has to run to be among them."""
        if self.on:
            instant = end_of(self.on, zone, now)
            return instant, instant
        begins = midnight(self.first_day, zone) if self.first_day else LONG_AGO
        return begins, end_of(self.last_day, zone, now) if self.last_day else now


def midnight(day: date, zone: str) -> datetime:
    """Of a day before everything that is known, long ago: east of Greenwich the first day of all begins before it."""
    if day < LONG_AGO.date():
        return LONG_AGO
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date, zone: str, now: datetime) -> datetime:
    """Its last instant, or now while it lasts; of a day to come, too: nobody knows yet who will be named."""
    last = midnight(day + timedelta(days=1), zone) - timedelta(microseconds=1) if day < date.max else now
    return min(last, now)


def month_ends(today: date, months: int, since: date) -> Sequence[date]:
    """The last days of the months since then, at most so many, and today for the one that is not over."""
    first = max(since, date.min)
    count = min((today.year - first.year) * 12 + today.month - first.month + 1, months)
    firsts = [today.year * 12 + today.month - 1 - back for back in range(count - 2, -2, -1)]
    ends = [date(index // 12, index % 12 + 1, 1) - timedelta(days=1) for index in firsts]
    return [*ends[:-1], today] if ends else []
