"""Hours of work: by the wall clock of a zone, across its clock changes and holidays. Pure: no tables, no clock."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTES_OF_DAY = 1_440
DAYS_MAX = 3_660  # how far ahead is looked for work; a calendar without any has no end of it
NO_TIME = timedelta(0)

Span = tuple[datetime, datetime]  # two instants, the second one outside


@dataclass(frozen=True, slots=True)
class Calendar:
    """``week``: seven lists, Monday first, of (from, until) in minutes after midnight by the wall clock, in order."""

    zone: str
    week: Sequence[Sequence[Sequence[int]]]
    holidays: frozenset[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        """By the wall clock: what comes twice is open both times."""
        local = at.astimezone(ZoneInfo(self.zone))
        if local.date() in self.holidays:
            return False
        minute = local.hour * 60 + local.minute
        return any(begins <= minute < ends for begins, ends in self.week[local.weekday()])

    def spans(self, day: date) -> list[Span]:
        """The hours of work that begin on this day of the zone, as instants.

        A wall-clock time that a clock change skips is the instant at which it would have been; one that comes twice is
        the first of both.
        """
        if day in self.holidays:
            return []
        return [(self._instant(day, begins), self._instant(day, ends)) for begins, ends in self.week[day.weekday()]]

    def _instant(self, day: date, minutes: int) -> datetime:
        wall = datetime.combine(day, time(), ZoneInfo(self.zone)) + timedelta(minutes=minutes)
        return wall.astimezone(UTC)

    def spans_from(self, instant: datetime) -> Iterator[Span]:
        """What is left of the hours of work from an instant on, for ``DAYS_MAX`` days."""
        first = instant.astimezone(ZoneInfo(self.zone)).date() - timedelta(days=1)  # yesterday's may end today
        for offset in range(DAYS_MAX):
            for begins, ends in self.spans(first + timedelta(days=offset)):
                if ends > instant:
                    yield max(begins, instant), ends


class _AroundTheClock(Calendar):
    """Every instant is worked in."""

    def spans_from(self, instant: datetime) -> Iterator[Span]:
        yield instant, datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Goal:
    """Within how much time of work an agreement promises a first answer."""

    agreement_id: int
    minutes: int
    calendar: Calendar


AROUND_THE_CLOCK: Calendar = _AroundTheClock("UTC", (((0, MINUTES_OF_DAY),),) * 7)


def due(calendar: Calendar, start: datetime, minutes: int, pauses: Iterable[Span] = ()) -> datetime | None:
    """When so many minutes of work after ``start`` are over; time inside a pause does not count.

    ``pauses`` are in order and do not overlap; one that is still open ends far ahead. None: never, as things are.
    """
    left = timedelta(minutes=minutes)
    for begins, ends in _without(calendar.spans_from(start), sorted(pauses)):
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
    return None


def worked(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The time of work between two instants."""
    total = NO_TIME
    for begins, ends in calendar.spans_from(start):
        if begins >= end:
            break
        total += min(ends, end) - begins
    return total


def _without(spans: Iterable[Span], pauses: Sequence[Span]) -> Iterator[Span]:
    starts = [begins for begins, _ in pauses]
    for begins, ends in spans:
        at = begins
        for paused, resumed in pauses[max(bisect_right(starts, begins) - 1, 0) :]:
            if paused >= ends:
                break
            if resumed <= at:
                continue
            if paused > at:
                yield at, paused
            at = resumed
        if at < ends:
            yield at, ends


def check_week(week: Sequence[Sequence[Sequence[int]]]) -> bool:
    """Seven days; on each, hours inside it, in order and apart."""
    return len(week) == 7 and all(_in_order(day) for day in week)


def _in_order(day: Sequence[Sequence[int]]) -> bool:
    edges = [edge for span in day for edge in span]
    inside = all(0 <= edge <= MINUTES_OF_DAY for edge in edges)
    return inside and all(len(span) == 2 and span[0] < span[1] for span in day) and edges == sorted(edges)
