"""Kinds, states and figures of engagements. Pure: no tables, no clock."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel.amounts import AMOUNT_MAX, Unit
from tallyhub.kernel.errors import Conflict, Invalid

SOURCE = "engagements"  # of entries and holds
TITLE_MAX = 200  # characters
NOTE_MAX = 4_000  # of a wish, a reason, a note
DELIVERY_MINUTES_MAX = 24 * 60  # one delivery is of one day
PLANNED_MINUTES_MAX = 100_000
ACCEPTANCE_DAYS = 10  # of work, within which the customer says what they think of a delivery
KINDS = (ServiceKind.PROACTIVE, ServiceKind.DSE, ServiceKind.CREDITS)
PAYING_UNITS = frozenset({Unit.MINUTES, Unit.CREDITS})


class OfferingKind(StrEnum):
    WORKSHOP = "workshop"
    DELIVERY = "delivery"
    DSE = "dse"  # a dedicated support engineer
    ASSESSMENT_DELIVERY = "assessment_delivery"
    CUSTOM = "custom"


class Category(StrEnum):
    MAINTAIN = "maintain"
    OPTIMIZE = "optimize"
    EDUCATE = "educate"
    IMPLEMENT = "implement"
    OTHER = "other"


class State(StrEnum):
    REQUESTED = "requested"
    PLANNED = "planned"
    SCHEDULED = "scheduled"
    IN_DELIVERY = "in_delivery"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"


# From which state to which. A new plan or other days are changes, not states.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.PLANNED, State.DECLINED, State.CANCELLED}),
    State.PLANNED: frozenset({State.SCHEDULED, State.IN_DELIVERY, State.DECLINED, State.CANCELLED}),
    State.SCHEDULED: frozenset({State.IN_DELIVERY, State.CANCELLED}),
    State.IN_DELIVERY: frozenset({State.DELIVERED}),
    State.DELIVERED: frozenset({State.ACCEPTED}),
    State.ACCEPTED: frozenset({State.DELIVERED}),  # a delivery was corrected, and is to be looked at again
    State.DECLINED: frozenset(),
    State.CANCELLED: frozenset(),
}
# What the timeline tells; the journal has a kind for each.
CHANGES = {one.value for one in State} | {
    "replanned", "rescheduled", "day_freed", "delivery_logged", "delivery_corrected",
    "delivery_accepted", "delivery_by_time", "delivery_disputed", "delivery_answered", "delivery_reminded",
}  # fmt: skip
OPEN = frozenset({State.REQUESTED, State.PLANNED, State.SCHEDULED, State.IN_DELIVERY})
HOLDING = frozenset({State.PLANNED, State.SCHEDULED, State.IN_DELIVERY})  # what is planned is held
PLANNABLE = frozenset({State.REQUESTED, State.PLANNED, State.SCHEDULED, State.IN_DELIVERY})
FINISHED = frozenset({State.DELIVERED, State.ACCEPTED})
SCHEDULABLE = frozenset({State.PLANNED, State.SCHEDULED, State.IN_DELIVERY})
DELIVERABLE = frozenset({State.PLANNED, State.SCHEDULED, State.IN_DELIVERY})
CORRECTABLE = frozenset({State.IN_DELIVERY, State.DELIVERED, State.ACCEPTED})
DELIVERING = frozenset({State.PLANNED, State.SCHEDULED})  # with the first delivery it is under way
UNDELIVERED = frozenset({State.REQUESTED, State.DECLINED, State.CANCELLED})  # of it nothing was delivered


def check_transition(was: State, becomes: State) -> None:
    """Raise Conflict for a step that the table does not have: somebody was faster, or a form is old."""
    if becomes not in TRANSITIONS[was]:
        raise Conflict("engagement_transition", was=was, becomes=becomes)


def check_in(state: State, wanted: Collection[State]) -> None:
    """Raise Conflict where the engagement is in none of these states."""
    if state not in wanted:
        raise Conflict("engagement_over", state=state)


def is_plannable(state: State, *, is_unbooked: bool) -> bool:
    """What is over already, too, where nothing pays for some of it (``is_unbooked``): another payer can be chosen."""
    return state in PLANNABLE or (is_unbooked and state in FINISHED)


class Acceptance(StrEnum):
    """What the customer says of a delivery."""

    OPEN = "open"
    ACCEPTED = "accepted"
    BY_TIME = "by_time"  # nobody said anything within the ten days
    DISPUTED = "disputed"
    ANSWERED = "answered"  # the dispute was; the customer looks again


TO_ACCEPT = frozenset({Acceptance.OPEN, Acceptance.ANSWERED})
AGREED = frozenset({Acceptance.ACCEPTED, Acceptance.BY_TIME})


class Unbooked(StrEnum):
    """Why a delivery costs nothing yet. It is kept, shown with the reason, and tried anew."""

    MISSING = "missing"  # no entitlement was chosen
    BEFORE_TERM = "before_term"
    AFTER_TERM = "after_term"
    UNMAPPED = "unmapped"
    TAKEN_BACK = "taken_back"  # somebody reversed its entry in the ledger: it is not booked behind their back


class Entered(StrEnum):
    """Why an entry of an engagement is there, where it is no delivery."""

    LATE_CANCEL = "late_cancel"


def check_minutes(minutes: int) -> None:
    if not 1 <= minutes <= DELIVERY_MINUTES_MAX:
        raise Invalid("delivery_minutes", minutes_max=DELIVERY_MINUTES_MAX)


def check_planned(minutes: int) -> None:
    if not 1 <= minutes <= PLANNED_MINUTES_MAX:
        raise Invalid("planned_minutes", hours_max=PLANNED_MINUTES_MAX // 60)


def check_rate(rate: int) -> None:
    """In hundredths of a credit."""
    if not 1 <= rate <= AMOUNT_MAX:
        raise Invalid("credit_rate")


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivery that stands."""

    id: int
    day: date
    minutes: int


@dataclass(frozen=True, slots=True)
class Line:
    """What an engagement should have booked: one entry."""

    delivery_id: int | None  # None: a charge for cancelling late
    entitlement_id: int
    day: date
    amount: int  # real, in the smallest steps of the entitlement's unit
    reason: str = ""

    @property
    def booked(self) -> tuple[int | None, int, date, int]:
        """What makes two of them the same."""
        return self.delivery_id, self.entitlement_id, self.day, self.amount


@dataclass(frozen=True, slots=True)
class Paying:
    """The chosen entitlement, as far as it decides."""

    entitlement_id: int
    unit: Unit
    starts_on: date
    ends_on: date
    is_mapped: bool
    rounding_step: int = 1

    def refusal(self, day: date) -> Unbooked | None:
        """Why it pays nothing of that day."""
        if day < self.starts_on:
            return Unbooked.BEFORE_TERM
        if day > self.ends_on:
            return Unbooked.AFTER_TERM
        return None if self.is_mapped else Unbooked.UNMAPPED


def lines_of(
    paying: Paying | None,
    state: State,
    deliveries: Sequence[Delivered],
    *,
    rate: int | None,
    late: tuple[date, int] | None,
) -> tuple[list[Line], dict[int, Unbooked]]:
    """What should be booked, and why some deliveries are not.

    By hours each delivery costs what it took. Credits are spent once, at the frozen ``rate``, when all is delivered:
    on the day of the last delivery. ``late``: the day and the charge of a late cancelling.
    """
    lines: list[Line] = []
    unbooked: dict[int, Unbooked] = {}
    for one, amount in _costs(paying, state, deliveries, rate):
        refusal = paying.refusal(one.day) if paying else Unbooked.MISSING
        if refusal or paying is None:
            unbooked[one.id] = refusal or Unbooked.MISSING
        else:
            lines.append(Line(one.id, paying.entitlement_id, one.day, amount))
    if late and paying and late[1] and paying.refusal(late[0]) is None:
        lines.append(Line(None, paying.entitlement_id, late[0], late[1], Entered.LATE_CANCEL))
    return lines, unbooked


def _costs(
    paying: Paying | None, state: State, deliveries: Sequence[Delivered], rate: int | None
) -> Iterator[tuple[Delivered, int]]:
    if paying is None or paying.unit is not Unit.CREDITS:
        yield from ((one, one.minutes) for one in deliveries)
    elif deliveries and rate and state in FINISHED:
        yield max(deliveries, key=lambda one: (one.day, one.id)), rate


@dataclass(frozen=True, slots=True)
class Left:
    """How far an entitlement reaches today, in its smallest steps. ``left`` None: no quantity was agreed."""

    left: int | None
    quantity: int
    upcoming: int
    held: int  # for whatever was planned, of what is left


def wanted_hold(state: State, planned: int, used: int) -> int:
    """What is kept for the engagement: what is planned and not used yet; nothing where more was used, or it is over."""
    return max(planned - used, 0) if state in HOLDING else 0


def listed_on(state: State, requested_on: date, *, is_booked: bool) -> date | None:
    """The day of the row that an engagement has of its own: while more may come, or where no entry shows it."""
    return requested_on if state in OPEN or not is_booked else None


def free_until(days_before: int, starts_on: date) -> date:
    """The last day on which cancelling costs nothing."""
    return starts_on - timedelta(days=days_before)


def charge_for_cancelling(planned: int, days_before: int | None, percent: int | None, starts_on: date | None,
                          today: date) -> int:  # fmt: skip
    """The share of what was planned that cancelling costs now, rounded up; nothing while it is early enough.

    ``days_before``: so many whole days before the first day one cancels at no cost.
    """
    if not percent or days_before is None or starts_on is None:
        return 0
    if today <= free_until(days_before, starts_on):
        return 0
    return -(-planned * percent // 100)


MONDAY_TO_FRIDAY = frozenset(range(5))


def day_of_work_after(day: date, days: int, weekdays: frozenset[int] = MONDAY_TO_FRIDAY,
                      holidays: frozenset[date] = frozenset()) -> date:  # fmt: skip
    """The so-many-eth day of work after a day. A calendar without a day of work counts every day."""
    found, left = day, days
    while left:
        found += timedelta(days=1)
        is_worked = (not weekdays or found.weekday() in weekdays) and found not in holidays
        left -= is_worked
    return found


def total_minutes(deliveries: Iterable[Delivered]) -> int:
    return sum(one.minutes for one in deliveries)
