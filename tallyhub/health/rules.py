"""Kinds, statuses and impacts of events, and what may be said of one. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tallyhub.kernel.errors import Conflict, Invalid

TITLE_MAX, TEXT_MAX, WORKAROUND_MAX = 200, 10_000, 4_000  # characters
CUSTOMERS_MAX = 500  # named in the scope of one event
COMPONENTS_MAX = 200  # of one product, its regions too
HISTORY = timedelta(days=365)  # on screen and in the public page; a link to an older event still opens it


class EventKind(StrEnum):
    INCIDENT = "incident"
    ADVISORY = "advisory"
    MAINTENANCE = "maintenance"


class EventStatus(StrEnum):
    """As Statuspage names them: the first four of incidents and advisories, the others of maintenance."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"


_OF_TROUBLE = (EventStatus.INVESTIGATING, EventStatus.IDENTIFIED, EventStatus.MONITORING, EventStatus.RESOLVED)
STATUSES_OF: dict[EventKind, tuple[EventStatus, ...]] = {
    EventKind.INCIDENT: _OF_TROUBLE,
    EventKind.ADVISORY: _OF_TROUBLE,
    EventKind.MAINTENANCE: (
        EventStatus.SCHEDULED,
        EventStatus.IN_PROGRESS,
        EventStatus.VERIFYING,
        EventStatus.COMPLETED,
    ),
}
OVER = frozenset({EventStatus.RESOLVED, EventStatus.COMPLETED})
IN_WORK = frozenset({EventStatus.IN_PROGRESS, EventStatus.VERIFYING})  # of maintenance that has begun and is not over


class ComponentStatus(StrEnum):
    """From the best to the worst, as Statuspage names them."""

    OPERATIONAL = "operational"
    UNDER_MAINTENANCE = "under_maintenance"
    DEGRADED_PERFORMANCE = "degraded_performance"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"


class Impact(StrEnum):
    """From the least to the greatest."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Visibility(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    AFFECTED = "affected"  # customers that hold the product, or only those that are named


class Reach(StrEnum):
    EVERYBODY = "everybody"
    NAMED = "named"  # customers


class UpdateKind(StrEnum):
    POSTED = "posted"
    EDITED = "edited"
    RESCHEDULED = "rescheduled"


_STATUS_ORDER = list(ComponentStatus)
_IMPACT_ORDER = list(Impact)
_IMPACT_OF = {
    ComponentStatus.OPERATIONAL: Impact.NONE,
    ComponentStatus.UNDER_MAINTENANCE: Impact.NONE,
    ComponentStatus.DEGRADED_PERFORMANCE: Impact.MINOR,
    ComponentStatus.PARTIAL_OUTAGE: Impact.MAJOR,
    ComponentStatus.MAJOR_OUTAGE: Impact.CRITICAL,
}


def worst(statuses: Iterable[str]) -> ComponentStatus:
    """Operational where there is none."""
    return max(map(ComponentStatus, statuses), key=_STATUS_ORDER.index, default=ComponentStatus.OPERATIONAL)


def greatest(impacts: Iterable[str]) -> Impact:
    return max(map(Impact, impacts), key=_IMPACT_ORDER.index, default=Impact.NONE)


def impact_of(statuses: Iterable[str]) -> Impact:
    """What the statuses of the components come to."""
    return _IMPACT_OF[worst(statuses)]


def impact_after(known: str, override: str, components: Mapping[int, str]) -> Impact:
    """Of an event, after an update: the greatest that it had, because getting better does not undo what was."""
    return Impact(override) if override else greatest([known, impact_of(components.values())])


def counts_now(kind: str, status: str) -> bool:
    """Whether its components are as it says at present: an event that goes on, or maintenance that has begun."""
    return status in IN_WORK if kind == EventKind.MAINTENANCE else status not in OVER


@dataclass(frozen=True, slots=True)
class Said:
    """What an editor says of an event. ``components`` are their statuses by id; instants are aware."""

    kind: EventKind
    title: str
    status: EventStatus
    visibility: Visibility
    reach: Reach
    components: Mapping[int, str]
    occurred_at: datetime | None = None  # of maintenance: when it began
    ended_at: datetime | None = None
    due_at: datetime | None = None
    scheduled_from: datetime | None = None
    scheduled_until: datetime | None = None
    customers: frozenset[int] = frozenset()
    regions: frozenset[int] = frozenset()
    impact_override: str = ""
    workaround: str = ""


def check_said(said: Said, now: datetime) -> None:
    """Raises Invalid, naming what is wrong."""
    if not said.title:
        raise Invalid("health_title_missing")
    if said.status not in STATUSES_OF[said.kind]:
        raise Invalid("health_status_unfit")
    if not said.components:
        raise Invalid("health_component_missing")
    _check_reach(said)
    if said.kind is EventKind.MAINTENANCE:
        _check_schedule(said)
    elif said.occurred_at is None:
        raise Invalid("health_start_missing")
    _check_times(said, now)


def _check_reach(said: Said) -> None:
    if said.reach is Reach.EVERYBODY:
        return
    if not said.customers:
        raise Invalid("health_scope_missing")
    if said.visibility is not Visibility.AFFECTED:
        raise Invalid("health_named_in_public")


def _check_schedule(said: Said) -> None:
    if said.scheduled_from is None or said.scheduled_until is None:
        raise Invalid("health_schedule_missing")
    if said.scheduled_until <= said.scheduled_from:
        raise Invalid("health_end_before_start")


def _check_times(said: Said, now: datetime) -> None:
    if said.occurred_at and said.occurred_at > now:
        raise Invalid("health_start_in_future")
    if said.ended_at and said.ended_at > now:
        raise Invalid("health_end_in_future")
    if said.ended_at and said.occurred_at and said.ended_at < said.occurred_at:
        raise Invalid("health_end_before_start")


def check_due(due_at: datetime | None, now: datetime) -> None:
    """The next update is promised for later."""
    if due_at and due_at <= now:
        raise Invalid("health_due_in_past")


def check_version(known: int, current: int) -> None:
    """Somebody else wrote meanwhile: what they said is read before it is written over."""
    if known != current:
        raise Conflict("health_changed_meanwhile")
