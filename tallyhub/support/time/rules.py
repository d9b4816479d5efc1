"""What time counts for: real minutes, cut by day and multiplier, and rounded once. Pure: no tables, no clock.

**Cutting.** An interval is looked at minute by minute, by the wall clock: a minute belongs to the day that it is in the
agreement's zone, and counts for the highest multiplier of those rules outside whose calendar's hours it lies, by the
clock of that calendar's zone. Multipliers are never multiplied with each other.

**Rounding.** Minutes of one work that one entitlement pays with one multiplier are added up and rounded up once to the
entitlement's step, whatever their days and however they are scattered. Where they lie on several days, each day but the
last has its exact minutes, and the last one what the rounding adds.

**Cap.** What one request draws of a capped entitlement stops at the cap, in the order in which its time was logged. The
minutes beyond are recorded with multiplier 0. Goodwill is multiplier 0, too, and takes nothing of the cap.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from tallyhub.agreements.calendars import Calendar
from tallyhub.kernel.amounts import ROUNDING_STEP_MAX, Unit, charge
from tallyhub.kernel.errors import Invalid
from tallyhub.ledger import rules as ledger
from tallyhub.ledger.offers import Offer
from tallyhub.ledger.rules import Loser
from tallyhub.support.placement.rules import Placement, Reason, Wanted, place

MINUTES_MAX = 1440
NOTE_MAX = 2_000  # characters
MINUTE = timedelta(minutes=1)
SOURCE = "support"  # of what support books in the ledger


class What(StrEnum):
    """Kind of work."""

    REMOTE = "remote"
    CALL = "call"
    RESEARCH = "research"
    ONSITE = "onsite"
    OTHER = "other"


class Uncharged(StrEnum):
    """Why an entry charges nothing: its reason in the ledger."""

    GOODWILL = "goodwill"
    BEYOND_CAP = "beyond_cap"


class Unbooked(StrEnum):
    """Why time is kept unbooked."""

    AFTER_TERM = "after_term"  # offered to the agreement that follows
    UNMAPPED = "unmapped"
    MISSING = "missing"
    CLASS = "class"


UNBOOKED_OF = {
    Reason.EXPIRED: Unbooked.AFTER_TERM,
    Reason.UNMAPPED: Unbooked.UNMAPPED,
    Reason.MISSING: Unbooked.MISSING,
    Reason.CLASS: Unbooked.CLASS,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What time outside the calendar's hours counts for."""

    calendar: Calendar
    multiplier: Fraction


def check_work(starts_at: datetime, minutes: int, now: datetime) -> None:
    """Raise Invalid for time that nobody can have worked by now."""
    if not 1 <= minutes <= MINUTES_MAX:
        raise Invalid("work_minutes", minutes=minutes, minutes_max=MINUTES_MAX)
    if starts_at + minutes * MINUTE > now:
        raise Invalid("work_in_future")


def read_what(text: str) -> What:
    if text not in set(What):
        raise Invalid("work_kind_unknown")
    return What(text)


def instant_of(day: date, at: time, zone: str, *, second: bool | None = None) -> datetime:
    """A time by the wall clock, as an instant. One that came twice needs to be told: ``second`` time or first.

    Raises Invalid with both choices for one that came twice or never, and for one at either end of the calendar.
    """
    place_of = ZoneInfo(zone)
    local = datetime.combine(day, at)
    try:
        both = [local.replace(tzinfo=place_of, fold=fold).astimezone(UTC) for fold in (0, 1)]
        choices = [one.astimezone(place_of) for one in both]
    except OverflowError:
        raise Invalid("work_start_malformed") from None
    if both[0] == both[1]:
        return both[0]
    if choices[0].replace(tzinfo=None) != local:
        first, last = (one.isoformat(timespec="minutes") for one in choices)
        raise Invalid("time_never", zone=zone, first=first, second=last)
    if second is None:
        first, last = (one.isoformat(timespec="minutes") for one in choices)
        raise Invalid("time_twice", zone=zone, first=first, second=last)
    return both[second]


@dataclass(frozen=True, slots=True)
class Part:
    """Minutes of one day that count for the same."""

    day: date
    multiplier: Fraction
    minutes: int


def split(starts_at: datetime, minutes: int, zone: str, rules: Sequence[Rule]) -> list[Part]:
    """By day and multiplier, in the order in which each first comes."""
    place_of = ZoneInfo(zone)
    found: dict[tuple[date, Fraction], int] = {}
    for at in (starts_at + n * MINUTE for n in range(minutes)):
        outside = (rule.multiplier for rule in rules if not rule.calendar.is_open(at))
        key = at.astimezone(place_of).date(), max(outside, default=Fraction(1))
        found[key] = found.get(key, 0) + 1
    return [Part(day, multiplier, count) for (day, multiplier), count in found.items()]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a work that one entitlement pays, or nobody; ``starts`` in minutes from the work's beginning."""

    starts: int
    minutes: int
    placement: Placement
    parts: tuple[Part, ...] = ()
    day: date | None = None  # on which it begins, in the winner's zone


def plan(
    wanted: Wanted,
    starts_at: datetime,
    minutes: int,
    offers: Sequence[Offer],
    rules: Mapping[int, Sequence[Rule]],
    *,
    known: Sequence[Span] = (),
) -> list[Span]:
    """Who pays which stretch of a work. What an entitlement pays already (``known``) stays with it.

    An entitlement is in force by the day of its own zone, so that at each midnight of any of them another may pay.
    ``rules`` by agreement.
    """
    by_id = {one.entitlement_id: one for one in offers}
    zones = [ZoneInfo(zone) for zone in sorted({one.zone for one in offers})]
    found: list[Span] = []
    taken = {
        n: span
        for span in known
        if span.placement.entitlement_id
        for n in range(span.starts, span.starts + span.minutes)
    }

    def stretch(n: int) -> tuple[int, tuple[date, ...]]:
        if n in taken:
            return taken[n].starts, ()
        at = starts_at + n * MINUTE
        return -1, tuple(at.astimezone(zone).date() for zone in zones)

    for _key, group in groupby(range(minutes), stretch):
        members = list(group)
        first, count = members[0], len(members)
        if first in taken:
            found.append(taken[first])
            continue
        begins = starts_at + first * MINUTE
        placement = place(wanted, {wanted.workspace_id}, offers, begins)
        winner = by_id.get(placement.entitlement_id or 0)
        parts = split(begins, count, winner.zone, rules.get(winner.agreement_id, ())) if winner else []
        found.append(Span(first, count, placement, tuple(parts), winner.day_of(begins) if winner else None))
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """An entry to be: one day's minutes with one multiplier."""

    entitlement_id: int
    day: date
    real: int
    multiplier: Fraction
    step: int
    reason: str = ""

    @property
    def charged(self) -> int:
        return charge(self.real, multiplier=self.multiplier, rounding_step=self.step)


@dataclass(slots=True)
class Room:
    """How much one request may still draw, by entitlement; without an entry, without a cap."""

    left: MutableMapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, offers: Iterable[Offer]) -> "Room":
        return cls({one.entitlement_id: one.request_cap for one in offers if one.request_cap is not None})

    def take(self, entitlement_id: int, wanted: int) -> int:
        """As much of it as there is room for."""
        if entitlement_id not in self.left:
            return wanted
        taken = min(wanted, self.left[entitlement_id])
        self.left[entitlement_id] -= taken
        return taken


Days = list[tuple[date, int]]


def lines_of(spans: Iterable[Span], offers: Mapping[int, Offer], room: Room, *, is_goodwill: bool) -> list[Line]:
    """What a work books. Takes from the room what is charged; what counts cases is no business of time."""
    groups: dict[tuple[int, Fraction], Days] = {}
    for span in spans:
        offer = offers.get(span.placement.entitlement_id or 0)
        if offer and offer.unit is Unit.MINUTES:
            for part in span.parts:
                groups.setdefault((offer.entitlement_id, part.multiplier), []).append((part.day, part.minutes))
    found: list[Line] = []
    for (entitlement_id, multiplier), scattered in groups.items():
        days = _added_up(scattered)
        if is_goodwill:
            found += _uncharged(entitlement_id, days, Uncharged.GOODWILL)
        else:
            found += _charged(offers[entitlement_id], multiplier, days, room)
    return _merged(found)


def _added_up(scattered: Days) -> Days:
    sums: dict[date, int] = {}
    for day, minutes in scattered:
        sums[day] = sums.get(day, 0) + minutes
    return sorted(sums.items())


def _uncharged(entitlement_id: int, days: Days, reason: Uncharged) -> list[Line]:
    return [Line(entitlement_id, day, minutes, Fraction(0), 1, reason) for day, minutes in days]


def _charged(offer: Offer, multiplier: Fraction, days: Days, room: Room) -> list[Line]:
    """Up to the room, and what is beyond it with multiplier 0."""
    real = sum(minutes for _day, minutes in days)
    total = charge(real, multiplier=multiplier, rounding_step=offer.rounding_step)
    taken = room.take(offer.entitlement_id, total)
    if taken == total:
        return _spread(offer, multiplier, days, total)
    within, beyond = _cut(days, int(taken / multiplier))
    if not within and taken:
        room.left[offer.entitlement_id] += taken  # less than a minute is left, which nothing can take
    charged = _spread(offer, multiplier, within, taken) if within else []
    return charged + _uncharged(offer.entitlement_id, beyond, Uncharged.BEYOND_CAP)


def _cut(days: Days, minutes: int) -> tuple[Days, Days]:
    """The first minutes, and the others."""
    within: Days = []
    beyond: Days = []
    for day, count in days:
        taken = min(count, minutes)
        minutes -= taken
        within += [(day, taken)] if taken else []
        beyond += [(day, count - taken)] if count > taken else []
    return within, beyond


def _spread(offer: Offer, multiplier: Fraction, days: Days, total: int) -> list[Line]:
    """So that the days add up to ``total``. A day that cannot be exact leaves minutes to the next one."""
    found: list[Line] = []
    carried = 0
    for day, minutes in days[:-1]:
        whole = minutes + carried
        carried = whole % multiplier.denominator
        if whole > carried:
            found.append(Line(offer.entitlement_id, day, whole - carried, multiplier, 1))
    last_day, minutes = days[-1]
    rest = total - sum(one.charged for one in found)
    usual = Line(offer.entitlement_id, last_day, minutes + carried, multiplier, offer.rounding_step)
    if usual.charged == rest:
        return [*found, usual]
    if rest > ROUNDING_STEP_MAX:  # a step of days: all of it counts on the last one
        return [Line(offer.entitlement_id, last_day, sum(one for _, one in days), multiplier, offer.rounding_step)]
    return [*found, Line(offer.entitlement_id, last_day, minutes + carried, multiplier, rest)]


def _merged(lines: Iterable[Line]) -> list[Line]:
    """Minutes that charge nothing are one line per day, whatever they would have counted for."""
    charged: list[Line] = []
    free: dict[tuple[int, date, str], int] = {}
    for line in lines:
        if not line.reason:
            charged.append(line)
            continue
        key = line.entitlement_id, line.day, line.reason
        free[key] = free.get(key, 0) + line.real
    return charged + [Line(one, day, real, Fraction(0), 1, reason) for (one, day, reason), real in free.items()]


def unbooked_of(spans: Iterable[Span]) -> str:
    """Why some of it is kept unbooked: the first reason, or nothing."""
    reasons = (UNBOOKED_OF[span.placement.reason] for span in spans if span.placement.reason)
    return next(iter(reasons), "")


Case = tuple[int, date, str]  # the entitlement that counts cases, the day, and why it pays


def case_of(spans: Iterable[Span], offers: Mapping[int, Offer]) -> Case | None:
    """What pays for this work by the case."""
    for span in spans:
        offer = offers.get(span.placement.entitlement_id or 0)
        if offer and span.day and offer.unit is Unit.CASES:
            return offer.entitlement_id, span.day, span.placement.why or ""
    return None


def write_spans(spans: Iterable[Span]) -> list[dict[str, Any]]:
    """For Work.choice: ids, codes, days and numbers."""
    return [
        {
            "starts": span.starts,
            "minutes": span.minutes,
            "winner": span.placement.entitlement_id,
            "why": span.placement.why,
            "reason": span.placement.reason,
            "losers": [[one.entitlement_id, one.reason] for one in span.placement.losers],
            "day": span.day and span.day.isoformat(),
            "parts": [[one.day.isoformat(), str(one.multiplier), one.minutes] for one in span.parts],
        }
        for span in spans
    ]


def read_spans(stored: Iterable[Mapping[str, Any]]) -> Iterator[Span]:
    for one in stored:
        losers = tuple(Loser(loser, ledger.Reason(why)) for loser, why in one["losers"])
        why = ledger.Reason(one["why"]) if one["why"] else None
        placement = Placement(one["winner"], why, losers, Reason(one["reason"]) if one["reason"] else None)
        parts = tuple(Part(date.fromisoformat(day), Fraction(by), count) for day, by, count in one["parts"])
        yield Span(one["starts"], one["minutes"], placement, parts, one["day"] and date.fromisoformat(one["day"]))
