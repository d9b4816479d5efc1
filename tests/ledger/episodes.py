"""Random lives of entitlements in the real database, and a second book-keeping to hold them to.

An episode does what people, sources and the clock do: post, repeat, contradict, reverse, allot, take back, terminate,
be late, throw snapshots away, let days go by. Its own books are plain lists; balances come from the token model.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import ceil
from types import SimpleNamespace
from typing import Any, TypeVar

from tallyhub.agreements.models import Entitlement
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.ledger import commands, engine, queries, steps
from tallyhub.ledger.models import DailyTotal, EntitlementTotal, Entry, Snapshot, WorkspaceTotal
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.ledger.steps import ContentDiffers, NewEntry, Posted
from tests.ledger.model import mint, model
from tests.make import make_entitlement

T = TypeVar("T")
Pick = Callable[[Sequence[T]], T]  # the one source of chance, so that hypothesis can shrink what went wrong
FIRST = date(2026, 2, 20)
WINDOW = [FIRST + timedelta(days=n) for n in range(25)]


class Wrong(AssertionError):
    """The ledger and the books disagree."""


@dataclass
class Episode:
    world: SimpleNamespace
    pick: Pick[Any]
    name: str
    is_as_needed: bool = False
    today: date = WINDOW[8]
    entries: dict[str, NewEntry] = field(default_factory=dict)
    reversed: set[str] = field(default_factory=set)
    allotments: list[engine.Allotment] = field(default_factory=list)
    serial: int = 0

    def __post_init__(self) -> None:
        self.access = Access.of_system([self.world.cedar.pk])
        self.entitlement: Entitlement = make_entitlement(
            self.world.base, self.world.advisory, is_as_needed=self.is_as_needed, code=f"episode-{self.name}"
        )

    def run(self, operations: int) -> None:
        for _ in range(operations):
            with clock.frozen(datetime.combine(self.today, time(12), UTC)):
                self.pick(_OPERATIONS)(self)

    def check(self) -> None:
        """Raise Wrong where the ledger says something else than the books, today or later."""
        with clock.frozen(datetime.combine(self.today, time(12), UTC)):
            self._check_totals()
            for day in (self.today, self.today + timedelta(days=self.pick(range(1, 30)))):
                self._check_balance(day)

    # What may happen

    def post(self) -> None:
        batch = [self._entry() for _ in range(self.pick([1, 1, 1, 2, 3]))]
        _equal(self._posted(*batch), Posted(len(batch), 0))
        self.entries |= {one.external_id: one for one in batch}

    def post_tomorrow(self) -> None:
        self._refused(Invalid, "in_future", replace(self._entry(), occurred_on=self.today + timedelta(days=1)))

    def repeat(self) -> None:
        if known := self._known():
            new = self._entry()
            _equal(self._posted(known, new), Posted(1, 1))
            self.entries[new.external_id] = new

    def contradict(self) -> None:
        if known := self._known():
            other = replace(known, real_amount=known.real_amount + 1)
            self._refused(ContentDiffers, "content_differs", self._entry(), other)

    def reverse(self) -> None:
        if known := self._known():
            if known.external_id in self.reversed:
                self._refused(Conflict, "already_reversed", reversing=known)
            else:
                _equal(self._reversed(known), Posted(1, 0))
                self.reversed.add(known.external_id)

    def allot(self) -> None:
        kind = self.pick([AllotmentKind.PURCHASE, AllotmentKind.TOP_UP, AllotmentKind.CARRY_OVER])
        self._record(kind, self.pick(range(1, 20)), *self._days())

    def adjust(self) -> None:
        starts_on, ends_on = self._days()
        amount = self.pick([1, -1, -1]) * self.pick(range(1, 9))
        reachable = [one for one in mint(self.allotments) if one.of.starts_on <= starts_on <= one.of.ends_on]
        code = "adjustment_too_large" if -amount > len(reachable) else ""
        self._record(AllotmentKind.ADJUSTMENT, amount, starts_on, ends_on, code)

    def terminate(self) -> None:
        day = self.pick(WINDOW)
        self._record(AllotmentKind.TERMINATION, 0, day, day)

    def refresh(self) -> None:
        commands.refresh_snapshots(self.access)

    def forget(self) -> None:
        with scope(self.access, writing=True):
            Snapshot.objects.filter(entitlement=self.entitlement).delete()

    def wait(self) -> None:
        self.today += timedelta(days=self.pick([1, 1, 2, 5]))

    # How

    def _entry(self) -> NewEntry:
        self.serial += 1
        return NewEntry(
            customer_id=self.world.cedar.pk,
            workspace_id=self.pick([self.world.north, self.world.south]).pk,
            entitlement_id=self.entitlement.pk,
            unit=Unit.MINUTES,
            occurred_on=self.pick([day for day in WINDOW if day <= self.today]),  # often late
            real_amount=self.pick(range(1, 8)),
            source="episode",
            external_id=f"{self.name}-{self.serial}",
            multiplier=self.pick([Fraction(1), Fraction(1), Fraction(3, 2), Fraction(0)]),
            rounding_step=self.pick([1, 1, 5]),
            title=self.pick(["", "Tuning"]),
        )

    def _known(self) -> NewEntry | None:
        return self.entries[self.pick(sorted(self.entries))] if self.entries else None

    def _posted(self, *batch: NewEntry) -> Posted:
        with scope(self.access, writing=True):
            return steps.post(self.access, batch)

    def _reversed(self, entry: NewEntry) -> Posted:
        with scope(self.access, writing=True):
            return steps.reverse(self.access, [Entry.objects.get(external_id=entry.external_id).pk], "episode")

    def _refused(self, error: type[Exception], code: str, *batch: NewEntry, reversing: NewEntry | None = None) -> None:
        try:
            self._reversed(reversing) if reversing else self._posted(*batch)
        except error as raised:
            return _equal(getattr(raised, "code", ""), code)
        raise Wrong(f"{code} was not refused")

    def _days(self) -> tuple[date, date]:
        starts_on, ends_on = sorted([self.pick(WINDOW), self.pick(WINDOW)])
        return starts_on, ends_on

    def _allotment(self, kind: AllotmentKind, amount: int, starts_on: date, ends_on: date) -> engine.Allotment:
        return engine.Allotment(len(self.allotments) + 1, kind, amount, starts_on, ends_on, self.pick([0, 0, 1]))

    def _record(self, kind: AllotmentKind, amount: int, starts_on: date, ends_on: date, refused: str = "") -> None:
        one = self._allotment(kind, amount, starts_on, ends_on)
        if refused or self.is_as_needed:
            self._not_allotted(one, "allotment_as_needed" if self.is_as_needed else refused)
        else:
            _equal(self._allotted(one), Posted(1, 0))
            _equal(self._allotted(one), Posted(0, 1))
            self.allotments.append(one)

    def _not_allotted(self, one: engine.Allotment, code: str) -> None:
        try:
            self._allotted(one)
        except Invalid as error:
            return _equal(error.code, code)
        raise Wrong(f"{code} was not refused")

    def _allotted(self, one: engine.Allotment) -> Posted:
        row = asdict(one) | {"kind": one.kind.value, "customer_id": self.world.cedar.pk, "source": "episode"}
        row |= {"entitlement_id": self.entitlement.pk, "external_id": f"{self.name}-{one.id}"}
        with scope(self.access, writing=True):
            return steps.allot(self.access, [row])

    def _charged(self) -> Counter[tuple[int, date]]:
        """By workspace and day, in arithmetic of its own."""
        sums: Counter[tuple[int, date]] = Counter()
        for name, one in self.entries.items():
            charged = ceil(one.real_amount * one.multiplier / one.rounding_step) * one.rounding_step
            sums[one.workspace_id, one.occurred_on] += 0 if name in self.reversed else charged
        return sums

    def _check_totals(self) -> None:
        expected = self._charged()
        mine = {"entitlement": self.entitlement}
        with scope(self.access):
            daily = DailyTotal.objects.filter(**mine).values_list("workspace_id", "day", "charged")
            _equal({(workspace, day): charged for workspace, day, charged in daily}, dict(expected))
            by_workspace = WorkspaceTotal.objects.filter(**mine).values_list("charged", flat=True)
            _equal(sum(by_workspace), expected.total())
            total = EntitlementTotal.objects.filter(**mine).first()
            _equal(total.charged if total else 0, expected.total())
            _equal(total.entries if total else 0, len(self.entries) + len(self.reversed))

    def _check_balance(self, day: date) -> None:
        """As a page would read it, and replayed anew: a snapshot changes nothing but cost."""
        daily = [(on, charged) for (_, on), charged in self._charged().items()]
        expected = model(self.allotments, daily, day)
        del expected["paid"]
        if self.is_as_needed:
            expected |= {"quantity": None, "over": 0}
        for segment in self._segments(day):
            found = asdict(segment)
            del found["from_day"]
            _equal(found, expected)

    def _segments(self, day: date) -> list[engine.Segment]:
        pk = self.entitlement.pk
        with scope(self.access):
            found = [engine.segment_on(queries.replay([pk], {pk: self.today})[pk], day)]
            stored = Snapshot.objects.filter(entitlement=pk, from_day__lte=day).first()
            total = EntitlementTotal.objects.filter(entitlement=pk).first()
        if stored and total and stored.version == total.version:
            found.append(engine.segment_on(queries.read_segments(stored.segments), day))
        return found


def _equal(found: object, expected: object) -> None:
    if found != expected:
        raise Wrong(f"the ledger says {found}, the books {expected}")


_OPERATIONS: list[Callable[[Episode], None]] = [
    *[Episode.post] * 6,
    *[Episode.allot] * 3,
    *[Episode.reverse] * 2,
    *[Episode.adjust] * 2,
    Episode.repeat,
    Episode.contradict,
    Episode.post_tomorrow,
    Episode.terminate,
    Episode.refresh,
    Episode.forget,
    Episode.wait,
]
