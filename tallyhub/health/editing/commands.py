"""What editors of the provider do with events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tallyhub.health import queries, steps
from tallyhub.health.models import AffectedComponent, AffectedCustomer, AffectedRegion, HealthEvent, Update
from tallyhub.health.rules import (
    OVER,
    EventKind,
    EventStatus,
    Impact,
    Reach,
    Said,
    UpdateKind,
    Visibility,
    check_due,
    check_said,
    check_version,
    impact_after,
)
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import command

_EDITED = ("title", "visibility", "reach", "impact_override", "workaround")
_TIMES = ("occurred_at", "ended_at", "scheduled_from", "scheduled_until")


@command
def publish(access: Access, said: Said, text: str) -> int:
    """Tell of an incident, an advisory notice or maintenance; returns its id."""
    access.require_serving(Right.EDIT_HEALTH)
    now = clock.now()
    check_said(said, now)
    check_due(said.due_at, now)
    if not text:
        raise Invalid("health_text_missing")
    steps.check_components(access, said.components)
    steps.check_regions(access, said.regions, said.components)
    event = HealthEvent.objects.create(
        organization_id=access.organization_id or 0,
        kind=said.kind,
        status=said.status,
        impact=impact_after(Impact.NONE, said.impact_override, said.components),
        due_at=said.due_at,
        published_at=now,
        changed_at=now,
        **_fields(said),
    )
    _settle_times(event, now)
    event.save(update_fields=["occurred_at", "ended_at", "due_at"])
    moved = steps.move_components(event, said.components)
    steps.set_regions(event, said.regions)
    steps.set_customers(event, said.customers if said.reach is Reach.NAMED else ())
    update = steps.add_update(access, event, UpdateKind.POSTED, text=text, components=moved)
    record_many(access, [News("health.published", None, update.pk, details={"event": event.pk})])
    return event.pk


def _fields(said: Said) -> dict[str, Any]:
    return {name: getattr(said, name) for name in (*_EDITED, *_TIMES)}


def _settle_times(event: HealthEvent, now: datetime) -> None:
    """What follows from the status: maintenance begins and everything ends; nothing is promised after the end.

    To the minute, as people name times.
    """
    minute = now.replace(second=0, microsecond=0)
    if event.status in OVER:
        event.ended_at = event.ended_at or max(minute, event.occurred_at or minute)
        event.due_at = None
    else:
        event.ended_at = None
    if event.kind == EventKind.MAINTENANCE and event.status != EventStatus.SCHEDULED:
        event.occurred_at = event.occurred_at or min(minute, event.ended_at or minute)


@dataclass(frozen=True, slots=True)
class Post:
    """One update: what is said, and how things are from now on."""

    text: str
    status: EventStatus
    components: Mapping[int, str]
    due_at: datetime | None = None


@command
def post_update(access: Access, event_id: int, version: int, post: Post) -> Update:
    """Any status may follow any other: each is written down. One that is resolved may be taken up again."""
    access.require_serving(Right.EDIT_HEALTH)
    event = queries.lock_edited(access, event_id)
    check_version(version, event.version)
    now = clock.now()
    said = replace(_as_said(event), status=post.status, components=post.components)
    check_said(said, now)
    if post.status not in OVER:
        check_due(post.due_at, now)
    if not post.text:
        raise Invalid("health_text_missing")
    known = AffectedComponent.objects.filter(event=event).values_list("component_id", flat=True)
    steps.check_components(access, post.components, list(known))
    event.status, event.due_at = post.status, post.due_at
    _settle_times(event, now)
    moved = steps.move_components(event, post.components)
    event.impact = impact_after(event.impact, event.impact_override, post.components)
    _save(event, now)
    update = steps.add_update(access, event, UpdateKind.POSTED, text=post.text, components=moved)
    record_many(access, [News("health.updated", None, update.pk, details={"event": event.pk})])
    return update


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to stand in an event instead. Not its status and its text: those are updates."""

    title: str
    visibility: Visibility
    reach: Reach
    impact_override: str
    workaround: str
    occurred_at: datetime | None
    ended_at: datetime | None
    scheduled_from: datetime | None
    scheduled_until: datetime | None
    customers: frozenset[int]
    regions: frozenset[int]


@command
def change_event(access: Access, event_id: int, version: int, edit: Edit) -> Update | None:
    """Also after the end. What was there before stays in the history; maintenance that moves is told.

    None: nothing has changed.
    """
    access.require_serving(Right.EDIT_HEALTH)
    event = queries.lock_edited(access, event_id)
    check_version(version, event.version)
    now = clock.now()
    before, names = _as_said(event), Edit.__dataclass_fields__
    after = replace(before, **{name: getattr(edit, name) for name in names})
    if event.status not in OVER:
        after = replace(after, ended_at=None)
    check_said(after, now)
    steps.check_regions(access, after.regions, after.components)
    changes = {name: _shown(before, after, name) for name in names if getattr(before, name) != getattr(after, name)}
    if not changes:
        return None
    for name, value in _fields(after).items():
        setattr(event, name, value)
    _settle_times(event, now)
    known = Impact.NONE if before.impact_override else event.impact  # what an editor said is forgotten with their word
    event.impact = impact_after(known, event.impact_override, after.components)
    steps.set_regions(event, after.regions)
    steps.set_customers(event, after.customers if after.reach is Reach.NAMED else ())
    _save(event, now)
    is_moved = event.kind == EventKind.MAINTENANCE and changes.keys() & {"scheduled_from", "scheduled_until"}
    kind = UpdateKind.RESCHEDULED if is_moved else UpdateKind.EDITED
    update = steps.add_update(access, event, kind, changes=changes)
    about = {"event": event.pk}
    news = (
        News("health.rescheduled", None, update.pk, details=about)
        if is_moved
        else News("health.edited", None, update.pk, details=about)
    )
    record_many(access, [news])
    return update


def _shown(before: Said, after: Said, name: str) -> list[Any]:
    """Before and after, for the history: of customers and regions how many, because their ids tell nobody anything."""
    return [_value(getattr(one, name)) for one in (before, after)]


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return len(value) if isinstance(value, frozenset) else value


def _save(event: HealthEvent, now: datetime) -> None:
    event.version += 1
    event.changed_at = now
    event.save()


def _as_said(event: HealthEvent) -> Said:
    components = AffectedComponent.objects.filter(event=event).values_list("component_id", "status")
    regions = AffectedRegion.objects.filter(event=event).values_list("region_id", flat=True)
    customers = AffectedCustomer.objects.filter(event=event).values_list("customer_id", flat=True)
    return Said(
        kind=EventKind(event.kind),
        status=EventStatus(event.status),
        visibility=Visibility(event.visibility),
        reach=Reach(event.reach),
        components=dict(components),
        regions=frozenset(regions),
        customers=frozenset(customers),
        due_at=event.due_at,
        title=event.title,
        impact_override=event.impact_override,
        workaround=event.workaround,
        **{name: getattr(event, name) for name in _TIMES},
    )
