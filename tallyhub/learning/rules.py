"""What a learning activity is, and what several origins say together of somebody's learning. Pure: no table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from tallyhub.kernel.errors import Invalid
from tallyhub.ledger.offers import Offer, choose
from tallyhub.ledger.rules import Choice

SOURCE = "learning"  # of the entries that are booked here
PAGE = "page"  # the origin of what people say on the pages
DAYS_AHEAD_MAX = 3 * 366  # of a day on which something is due
ASSIGNED_MAX = 200  # people at once


class Format(StrEnum):
    COURSE = "course"
    LAB = "lab"
    VIDEO = "video"
    WEBCAST = "webcast"


class Level(StrEnum):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"
    EXPERT = "expert"


class Standing(StrEnum):
    """How far somebody is with an activity."""

    OPEN = "open"  # not started
    STARTED = "started"
    COMPLETED = "completed"


class Unbooked(StrEnum):
    """Why nobody pays for what was started."""

    MISSING = "missing"  # nothing of the kind was agreed
    EXPIRED = "expired"  # what was agreed had ended
    UNMAPPED = "unmapped"  # what was agreed does not reach the workspace
    NOT_YET = "not_yet"  # the day has not begun in the agreement's zone
    ARCHIVED = "archived"  # nothing new is booked in the workspace
    TAKEN_BACK = "taken_back"  # somebody reversed its entry in the ledger: it is not booked behind their back


class Reversed(StrEnum):
    """Why an entry of ours is taken back."""

    VOIDED = "voided"  # nothing says any more that it was started
    MOVED = "start_moved"  # something says that it was started on another day
    ADOPTED = "booked_elsewhere"  # another system booked the same


@dataclass(frozen=True, slots=True)
class Said:
    """What one origin says of somebody's learning of an activity. Days of the agreement that pays.

    ``touched_on`` alone says that something happened in it, and not that it was started.
    """

    started_on: date | None = None
    touched_on: date | None = None
    completed_on: date | None = None
    progress_pct: int = 0

    @property
    def days(self) -> list[date]:
        return [one for one in (self.started_on, self.touched_on, self.completed_on) if one]

    @property
    def begins(self) -> bool:
        """Whether it says that the activity was started: whoever completed it or came forward in it has done so."""
        return bool(self.started_on or self.completed_on or (self.touched_on and self.progress_pct))

    def and_then(self, other: "Said") -> "Said":
        """With what the same origin says later."""
        return Said(
            min(filter(None, (self.started_on, other.started_on)), default=None),
            max(filter(None, (self.touched_on, other.touched_on)), default=None),
            min(filter(None, (self.completed_on, other.completed_on)), default=None),
            max(self.progress_pct, other.progress_pct),
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """What all origins say together. Nothing at all as long as none says that it was started."""

    started_on: date | None = None
    last_activity_on: date | None = None
    completed_on: date | None = None
    progress_pct: int = 0


def fold(said: Iterable[Said]) -> Progress:
    """The order of what is said changes nothing, and neither does saying it twice."""
    every = list(said)
    beginning = [one for one in every if one.begins]
    if not beginning:
        return Progress()
    days = [day for one in every for day in one.days]
    completed_on = min((one.completed_on for one in every if one.completed_on), default=None)
    return Progress(
        min(day for one in beginning for day in one.days),
        max(days),
        completed_on,
        100 if completed_on else max(one.progress_pct for one in every),
    )


def check_said(said: Said, today: date) -> tuple[str, Invalid] | None:
    """What is wrong with its days, and in which field; None where nothing is."""
    named = {"started_on": said.started_on, "completed_on": said.completed_on, "last_activity_on": said.touched_on}
    for name, day in named.items():
        if day and day > today:
            return name, Invalid("learning_in_future", day=day)
    for name in ("completed_on", "last_activity_on"):
        if said.started_on and (day := named[name]) and day < said.started_on:
            return name, Invalid("learning_ends_early", day=day, started_on=said.started_on)
    return None


def check_due(due_on: date, today: date) -> None:
    if due_on < today:
        raise Invalid("due_in_past", today=today)
    if (due_on - today).days > DAYS_AHEAD_MAX:
        raise Invalid("due_too_late")


def standing_of(started_on: date | None, completed_on: date | None) -> Standing:
    if completed_on:
        return Standing.COMPLETED
    return Standing.STARTED if started_on else Standing.OPEN


def is_overdue(due_on: date | None, completed_on: date | None, today: date) -> bool:
    """What was completed is overdue no more, however late."""
    return bool(due_on and not completed_on and due_on < today)


@dataclass(frozen=True, slots=True)
class Payment:
    """Who pays for a start. ``unbooked`` says why nobody does."""

    choice: Choice
    unbooked: Unbooked | None = None


def pay(offers: Sequence[Offer], workspace_id: int, day: date, product_id: int | None, now: datetime) -> Payment:
    """Who pays for what was started on a day. The day is that of whichever agreement pays: no clock converts it."""
    plain = [replace(one, zone="UTC") for one in offers]
    choice = choose(plain, workspace_id, _noon(day), product_id=product_id)
    winner = next((one for one in offers if one.entitlement_id == choice.winner), None)
    if winner is None:
        return Payment(choice, _why_not(plain, workspace_id, _noon(day)))
    if day > winner.day_of(now):
        return Payment(Choice(None, None, ()), Unbooked.NOT_YET)
    return Payment(choice)


def day_of(offers: Sequence[Offer], workspace_id: int, at: datetime, product_id: int | None, zone: str) -> date:
    """The day of an instant in the zone of the agreement that pays; without one in ``zone``, the customer's."""
    winner = choose(offers, workspace_id, at, product_id=product_id).winner
    paying = next((one for one in offers if one.entitlement_id == winner), None)
    return paying.day_of(at) if paying else at.astimezone(ZoneInfo(zone)).date()


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _why_not(offers: Sequence[Offer], workspace_id: int, at: datetime) -> Unbooked:
    in_force = [one for one in offers if one.is_in_force(at)]
    if in_force and all(workspace_id not in one.workspaces for one in in_force):
        return Unbooked.UNMAPPED
    if not in_force and any(one.has_ended(at) for one in offers):
        return Unbooked.EXPIRED
    return Unbooked.MISSING


def write_choice(choice: Choice) -> dict[str, Any]:
    """As JSON: why it pays, and why the others do not."""
    return {
        "why": choice.reason,
        "losers": [[one.entitlement_id, one.reason] for one in choice.losers],
    }
