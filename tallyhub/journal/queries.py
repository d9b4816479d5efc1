"""Reading the journal: a page of events, all of them, or how many."""

from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Max, Q

from tallyhub.journal.models import Event, EventQuerySet
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import COUNT_MAX, PAGE_ROWS, Place, instant_of
from tallyhub.kernel.scope import streamed

STREAM_ROWS = 2_000  # per fetch of an export
SORTS: dict[str, type[date] | type[int]] = {"at": int}  # microseconds since 1970, in UTC
HUB = "hub"  # who, where nobody did it but the hub itself


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events. ``actor``: a person's id or HUB. Days are days in ``zone``, the reader's."""

    kind: str = ""
    actor: str = ""
    first_day: date | None = None
    last_day: date | None = None
    zone: str = "UTC"


def list_page(access: Access, wanted: EventFilter, place: Place) -> list[Event]:
    """Up to a page of events and one more, in the place's reading order."""
    rows = _matching(access, wanted)
    if place.key:
        at = instant_of(place.key.value)
        # Bounded by the time alone first, which is what the index is walked by.
        if place.reads_descending:
            rows = rows.filter(Q(at__lt=at) | Q(id__lt=place.key.id), at__lte=at)
        else:
            rows = rows.filter(Q(at__gt=at) | Q(id__gt=place.key.id), at__gte=at)
    order = ("-at", "-id") if place.reads_descending else ("at", "id")
    return list(rows.order_by(*order)[: PAGE_ROWS + 1])


def find_event(access: Access, event_id: int) -> Event | None:
    return Event.objects.visible_to(access).filter(pk=event_id).first()


def count(access: Access, wanted: EventFilter) -> int:
    """Exact up to COUNT_MAX, one more than that beyond."""
    return _matching(access, wanted)[: COUNT_MAX + 1].count()


@streamed
def stream(access: Access, wanted: EventFilter) -> Generator[list[Event], None, None]:
    """Every event, newest first, in batches. Runs in the caller's scope and ends with it."""
    batch: list[Event] = []
    events: Any = _matching(access, wanted).order_by("-at", "-id").iterator(STREAM_ROWS)  # a generator
    with closing(events):
        for event in events:
            batch.append(event)
            if len(batch) == STREAM_ROWS:
                yield batch
                batch = []
    if batch:
        yield batch


def _matching(access: Access, wanted: EventFilter) -> EventQuerySet:
    rows = Event.objects.visible_to(access)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.actor:
        rows = rows.filter(actor_id=None if wanted.actor == HUB else int(wanted.actor))
    if wanted.first_day:
        rows = rows.filter(at__gte=_midnight(wanted.first_day, wanted.zone))
    if wanted.last_day and wanted.last_day < date.max:
        rows = rows.filter(at__lt=_midnight(wanted.last_day + timedelta(days=1), wanted.zone))
    return rows


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))


def kinds() -> list[str]:
    """Every kind of event that there is, whatever the scope; traces of earlier clearings are never cleared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_kinds()")
        return [kind for (kind,) in cursor.fetchall()]


def last_of_actors(access: Access, people: Collection[int]) -> dict[int, datetime]:
    """When each of these people last did something that the reader may know of."""
    rows = Event.objects.visible_to(access).filter(actor_id__in=people).order_by()
    return dict(rows.values_list("actor_id").annotate(last=Max("at")))
