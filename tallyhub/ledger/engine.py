"""The pure engine: replays what was bought against what was charged; ``README.md`` says what it means.

Days are days in the agreement's zone; amounts are in the smallest step of one unit. Nothing here reads a
table or a clock, so the same input gives the same answer on every machine and in every order.
"""

from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from heapq import heappop, heappush

from tallyhub.ledger.rules import AllotmentKind

Daily = tuple[date, int]  # a day and what was charged on it; a day may come more than once
BurnKey = tuple[int, date, date, int]


@dataclass(frozen=True, slots=True)
class Allotment:
    """A dated quantity that was bought, as recorded; ``rules.check_allotment`` says which are valid."""

    id: int  # ascending in the order of recording
    kind: AllotmentKind
    amount: int  # negative for an adjustment that takes back, 0 for a termination
    starts_on: date
    ends_on: date  # the last day, inclusive; of a termination: the last day of everything recorded before it
    priority: int = 0  # lower burns first

    @property
    def burn_key(self) -> BurnKey:
        """Priority, earliest end, age, id. The end as bought: a termination must not reorder the past."""
        return (self.priority, self.ends_on, self.starts_on, self.id)

    def covers(self, day: date) -> bool:
        """In force on the day, as bought."""
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, slots=True)
class Share:
    """What has become of one allotment that has begun: ``bought`` = used + left + expired."""

    allotment_id: int
    bought: int  # after negative adjustments
    used: int
    left: int
    expired: int


@dataclass(frozen=True, slots=True)
class Segment:
    """The figures from one day on until the next segment: ``bought`` = left + expired + used - over."""

    from_day: date
    quantity: int | None  # of the allotments in force, however much of it is used; None = as needed
    bought: int  # by every allotment that has begun, ended ones included
    left: int  # can still be used, today or later, from allotments that have begun
    expired: int  # was left when its allotment ended
    over: int  # used, but no allotment in force on its day could pay
    used: int
    upcoming: int  # of allotments that have not begun; no part of ``left``
    next_end: date | None  # the nearest last day of an allotment with something left
    ends_next_amount: int  # what is left of the allotments that end on it


@dataclass(frozen=True, slots=True)
class Balance(Segment):
    """A segment, and what each allotment paid."""

    paid: tuple[Share, ...]  # in the order of recording


@dataclass(frozen=True, slots=True)
class Expiring:
    amount: int
    ends_on: date  # the last day on which it can be used


def balance(allotments: Iterable[Allotment] | None, daily: Iterable[Daily], today: date) -> Balance:
    """The figures as they stand on ``today``; use on later days does not count yet.

    ``allotments`` is None for an as-needed entitlement: it has a use and no balance.
    """
    replay = _Replay(allotments, daily)
    replay.run_through(today)
    return replay.balance(today)


def timeline(allotments: Iterable[Allotment] | None, daily: Iterable[Daily], from_day: date) -> list[Segment]:
    """How the figures move from ``from_day`` on: one segment for it, and one per later day that changes them.

    This is what a snapshot stores: on any later day a page picks its segment and replays nothing.
    """
    replay = _Replay(allotments, daily)
    replay.run_through(from_day)
    segments = [replay.segment(from_day)]
    while replay.days:
        day = replay.days[0]
        replay.run_through(day)
        segments.append(replay.segment(day))
    return segments


def segment_on(segments: Sequence[Segment], day: date) -> Segment:
    """The segment of a timeline that holds on ``day``. Raises LookupError for a day before the first one."""
    position = bisect_right(segments, day, key=lambda segment: segment.from_day)
    if position == 0:
        raise LookupError(f"the timeline does not reach back to {day}")
    return segments[position - 1]


def expiring(segment: Segment, today: date, within_days: int) -> Expiring | None:
    """What expires next, if its last day is at most ``within_days`` after ``today``."""
    if segment.next_end is None or segment.next_end - today > timedelta(days=within_days):
        return None
    return Expiring(segment.ends_next_amount, segment.next_end)


def correctable(allotments: Iterable[Allotment], on: date) -> int:
    """The most that an adjustment with first day ``on`` can take back."""
    allotments = list(allotments)
    net = _net_amounts(allotments)
    return sum(net.get(one.id, 0) for one in allotments if one.covers(on))


def _net_amounts(allotments: Sequence[Allotment]) -> dict[int, int]:
    """Per positive allotment what it gives once later recorded negative adjustments have taken back theirs.

    Use plays no part in it, so a late entry can never change what was bought.
    """
    given = [one for one in allotments if one.amount > 0]
    net = {one.id: one.amount for one in given}
    for adjustment in sorted((one for one in allotments if one.amount < 0), key=lambda one: one.id):
        wanted = -adjustment.amount
        for one in _corrected(given, adjustment):
            taken = min(wanted, net[one.id])
            net[one.id] -= taken
            wanted -= taken
    return net


def _corrected(given: Iterable[Allotment], adjustment: Allotment) -> list[Allotment]:
    """What an adjustment takes back from: recorded before it and in force on its first day.

    Those with its own priority and last day come first: it was made for them. Then the burn order.
    """

    def key(one: Allotment) -> tuple[bool, BurnKey]:
        is_other = (one.priority, one.ends_on) != (adjustment.priority, adjustment.ends_on)
        return (is_other, one.burn_key)

    reached = (one for one in given if one.id < adjustment.id and one.covers(adjustment.starts_on))
    return sorted(reached, key=key)


def _last_day(one: Allotment, terminations: Iterable[Allotment]) -> date:
    """Its last day, or that of a termination recorded after it, whichever is earlier."""
    return min([one.ends_on, *(end.ends_on for end in terminations if end.id > one.id)])


@dataclass(slots=True)
class _Part:
    """An allotment in a running replay."""

    allotment: Allotment
    bought: int
    last_day: date
    used: int = 0

    @property
    def left(self) -> int:
        """Not yet used: on or before ``last_day`` it is left, afterwards it has expired."""
        return self.bought - self.used

    @property
    def starts_on(self) -> date:
        return self.allotment.starts_on

    def share(self, day: date) -> Share:
        left, expired = (self.left, 0) if day <= self.last_day else (0, self.left)
        return Share(self.allotment.id, self.bought, self.used, left, expired)


def _parts(allotments: Sequence[Allotment]) -> list[_Part]:
    """In the order of recording; an allotment that was terminated before its first day never begins."""
    net = _net_amounts(allotments)
    terminations = [one for one in allotments if one.kind is AllotmentKind.TERMINATION]
    given = sorted((one for one in allotments if one.id in net), key=lambda one: one.id)
    parts = [_Part(one, net[one.id], _last_day(one, terminations)) for one in given]
    return [part for part in parts if part.starts_on <= part.last_day]


def _net_use(daily: Iterable[Daily]) -> dict[date, int]:
    """What was charged per day. Where reversals outweigh a day counts nothing: it never creates balance."""
    net: Counter[date] = Counter()
    for day, charged in daily:
        net[day] += charged
    return {day: charged for day, charged in net.items() if charged > 0}


class _Replay:
    """One pass over the days on which an allotment begins or ends or something was used."""

    def __init__(self, allotments: Iterable[Allotment] | None, daily: Iterable[Daily]) -> None:
        self.is_as_needed = allotments is None
        self.parts = _parts(list(allotments or ()))
        self.use = _net_use(daily)
        self.used = self.over = 0
        self.waiting = deque(sorted(self.parts, key=lambda part: part.starts_on))
        self.days = deque(sorted(_days_of_change(self.parts) | self.use.keys()))  # still to come
        # A heap. Ended and empty parts leave it only when they come up, so that a day costs no search.
        self.burning: list[tuple[BurnKey, _Part]] = []

    def run_through(self, last: date) -> None:
        """Replay the days up to and including ``last``."""
        while self.days and self.days[0] <= last:
            day = self.days.popleft()
            self._begin(day)
            self._pay(day, self.use.get(day, 0))

    def _begin(self, day: date) -> None:
        while self.waiting and self.waiting[0].starts_on <= day:
            part = self.waiting.popleft()
            heappush(self.burning, (part.allotment.burn_key, part))

    def _pay(self, day: date, charged: int) -> None:
        self.used += charged
        while charged and self.burning:
            part = self.burning[0][1]
            if part.last_day < day or not part.left:
                heappop(self.burning)
                continue
            paid = min(charged, part.left)
            part.used += paid
            charged -= paid
        self.over += 0 if self.is_as_needed else charged

    def segment(self, day: date) -> Segment:
        begun = [part for part in self.parts if part.starts_on <= day]
        in_force = [part for part in begun if part.last_day >= day]
        next_end = min((part.last_day for part in in_force if part.left), default=None)
        return Segment(
            from_day=day,
            quantity=None if self.is_as_needed else sum(part.bought for part in in_force),
            bought=sum(part.bought for part in begun),
            left=sum(part.left for part in in_force),
            expired=sum(part.left for part in begun if part.last_day < day),
            over=self.over,
            used=self.used,
            upcoming=sum(part.bought for part in self.waiting),
            next_end=next_end,
            ends_next_amount=sum(part.left for part in in_force if part.last_day == next_end),
        )

    def balance(self, day: date) -> Balance:
        paid = tuple(part.share(day) for part in self.parts if part.starts_on <= day)
        return Balance(**asdict(self.segment(day)), paid=paid)


def _days_of_change(parts: Iterable[_Part]) -> set[date]:
    """First days, and the days after the last ones (the calendar's own last day has none)."""
    begins = {part.starts_on for part in parts}
    return begins | {part.last_day + timedelta(days=1) for part in parts if part.last_day < date.max}
