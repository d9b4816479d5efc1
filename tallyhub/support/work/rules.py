"""When the first answer is due, how the clock stands, and what comes next. Pure: no tables, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tallyhub.agreements.calendars import Goal, Span, due
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.support.rules import OPEN, Status

FOR_GOOD = datetime.max.replace(tzinfo=UTC)
SOON = timedelta(hours=1)  # of real time before it is due
CLOSE_AFTER = timedelta(days=10)  # what is resolved and not spoken of any more is closed


def first_due(
    goals: Iterable[Goal], opened_at: datetime, pauses: Sequence[Span], *, named: int | None
) -> datetime | None:
    """By the goal of the agreement that the request names; else by the one due first. None: nothing is promised."""
    offered = list(goals)
    chosen = [one for one in offered if one.agreement_id == named] or offered
    found = [due(one.calendar, opened_at, one.minutes, pauses) for one in chosen]
    return min((one for one in found if one is not None), default=None)


def pauses_of(moves: Iterable[tuple[datetime, str]]) -> list[Span]:
    """When the customer was waited for, from (when, into which status), in order. The last may be open."""
    found: list[Span] = []
    since: datetime | None = None
    for at, becomes in moves:
        if becomes == Status.WAITING:
            since = since or at
        elif since is not None:
            found.append((since, at))
            since = None
    if since is not None:
        found.append((since, FOR_GOOD))
    return found


class Clock(StrEnum):
    """How the promise of a first answer stands."""

    NONE = "none"  # nothing is promised
    RUNS = "runs"
    SOON = "soon"
    LATE = "late"
    WAITS = "waits"  # on the customer: the clock stands still
    KEPT = "kept"
    MISSED = "missed"  # answered, but late
    OVER = "over"  # closed or cancelled without an answer


def clock_of(status: Status, due_at: datetime | None, answered_at: datetime | None, now: datetime) -> Clock:
    if answered_at is not None:
        if due_at is None:
            return Clock.NONE
        return Clock.KEPT if answered_at <= due_at else Clock.MISSED
    if status not in OPEN:
        return Clock.OVER
    if status is Status.WAITING:
        return Clock.WAITS
    if due_at is None:
        return Clock.NONE
    if now > due_at:
        return Clock.LATE
    return Clock.SOON if due_at - now <= SOON else Clock.RUNS


class Next(StrEnum):
    """Whose turn it is, and for what."""

    HEAR_CALL = "hear_call"
    ASSIGN = "assign"
    ANSWER = "answer"
    WORK = "work"
    CUSTOMER = "customer"
    CONFIRM = "confirm"
    NOTHING = "nothing"


def next_action(status: Status, *, is_assigned: bool, is_answered: bool, is_called: bool) -> Next:
    if status not in OPEN:
        return Next.CONFIRM if status is Status.RESOLVED else Next.NOTHING
    if is_called:
        return Next.HEAR_CALL
    if not is_assigned:
        return Next.ASSIGN
    if status is Status.WAITING:
        return Next.CUSTOMER
    return Next.WORK if is_answered else Next.ANSWER


# Merging


@dataclass(frozen=True, slots=True)
class Merging:
    """What of a request decides whether it may be merged."""

    id: int
    workspace_id: int
    partner_id: int | None
    status: Status
    is_merged: bool
    is_called: bool  # and nobody has heard it yet


def check_merge(gone: Merging, into: Merging) -> None:
    """Raise Invalid for two that can never be merged, and Conflict where one of them stands as it must not."""
    if gone.id == into.id:
        raise Invalid("merge_into_itself")
    if gone.workspace_id != into.workspace_id or gone.partner_id != into.partner_id:
        raise Invalid("merge_elsewhere")
    if gone.is_merged:
        raise Conflict("merge_merged")
    if into.is_merged:
        raise Conflict("merge_into_merged")
    if Status.CANCELLED in (gone.status, into.status):
        raise Conflict("merge_cancelled")
    if gone.is_called:
        raise Conflict("merge_called")
