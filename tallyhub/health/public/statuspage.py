"""The documents of the public page, as clients of Statuspage's v2 API know them: names, values, order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from tallyhub.health.models import Component, HealthEvent, Update
from tallyhub.health.rules import (
    IN_WORK,
    OVER,
    ComponentStatus,
    EventKind,
    EventStatus,
    Impact,
    UpdateKind,
    counts_now,
    greatest,
    impact_of,
    worst,
)
from tallyhub.organizations.models import Organization

Document = dict[str, Any]
LISTED_MAX = 50  # of incidents, and of maintenance, in one answer: as Statuspage has it
DESCRIPTIONS = {
    Impact.NONE: "All Systems Operational",
    Impact.MINOR: "Minor Service Outage",
    Impact.MAJOR: "Partial System Outage",
    Impact.CRITICAL: "Major Service Outage",
}


class Writer:
    """Writes in one provider's name and zone. ``address`` is where the hub is, without a slash at its end."""

    def __init__(self, provider: Organization, address: str) -> None:
        self._id, self._zone = provider.code, ZoneInfo(provider.zone)
        self._address = address
        self._name, self._zone_name = provider.name, provider.zone
        self._touched: dict[int, datetime] = {}  # when something last befell a component

    def page(self, updated_at: datetime) -> Document:
        return {
            "id": self._id,
            "name": self._name,
            "url": f"{self._address}/status/",
            "time_zone": self._zone_name,
            "updated_at": self.at(updated_at),
        }

    def at(self, instant: datetime | None) -> str | None:
        """With its offset, to the millisecond."""
        return instant.astimezone(self._zone).isoformat(timespec="milliseconds") if instant else None

    def components(self, components: Sequence[Component], events: Sequence[HealthEvent]) -> list[Document]:
        """Each product is a group; its components follow it."""
        now = _statuses_now(events)
        self._touched = {part.component_id: one.changed_at for one in reversed(events) for part in one.components.all()}
        found: list[Document] = []
        for place, (_product, parts) in enumerate(groupby(components, lambda one: one.product_id)):
            members = [self._component(one, now.get(one.pk, ComponentStatus.OPERATIONAL)) for one in parts]
            found += [self._group(members, place), *(one for one, _part in members)]
        return found

    def _component(self, one: Component, status: ComponentStatus) -> tuple[Document, Component]:
        shape = self._shape(str(one.pk), one.names["en"], status, one.position + 1)
        at = self.at(self._touched.get(one.pk, one.made_at))
        return shape | {
            "group_id": f"product-{one.product_id}",
            "created_at": self.at(one.made_at),
            "updated_at": at,
        }, one

    def _group(self, members: Sequence[tuple[Document, Component]], place: int) -> Document:
        product = members[0][1].product
        status = worst(document["status"] for document, _part in members)
        shape = self._shape(f"product-{product.pk}", product.names["en"], status, place + 1)
        times = {
            "created_at": self.at(min(part.made_at for _document, part in members)),
            "updated_at": max(document["updated_at"] for document, _part in members),
        }
        return shape | {"group": True, "components": [document["id"] for document, _part in members], **times}

    def _shape(self, key: str, name: str, status: str, position: int) -> Document:
        return {
            "id": key,
            "name": name,
            "status": str(status),
            "created_at": None,
            "updated_at": None,
            "position": position,
            "description": None,
            "showcase": True,
            "start_date": None,
            "group_id": None,
            "page_id": self._id,
            "group": False,
            "only_show_if_degraded": False,
        }

    def event(self, event: HealthEvent, components: Mapping[int, Document]) -> Document:
        """An incident, or maintenance; an advisory notice is an incident to these clients."""
        updates = [self._update(one, event, components) for one in event.updates.all() if one.kind != UpdateKind.EDITED]
        found = {
            "id": str(event.pk),
            "name": event.title,
            "status": event.status,
            "created_at": self.at(event.published_at),
            "updated_at": self.at(event.changed_at),
            "monitoring_at": self.at(_first(event, EventStatus.MONITORING)),
            "resolved_at": self.at(event.ended_at),
            "impact": event.impact,
            "shortlink": f"{self._address}/status/incidents/{event.pk}/",
            "started_at": self.at(event.occurred_at or event.scheduled_from),
            "page_id": self._id,
            "incident_updates": updates,
            "components": [
                components[one.component_id] for one in event.components.all() if one.component_id in components
            ],
            "reminder_intervals": None,
        }
        if event.kind == EventKind.MAINTENANCE:
            found |= {"scheduled_for": self.at(event.scheduled_from), "scheduled_until": self.at(event.scheduled_until)}
        return found

    def _update(self, update: Update, event: HealthEvent, components: Mapping[int, Document]) -> Document:
        at = self.at(update.at)
        moved = [
            {"code": str(one), "name": components[one]["name"], "old_status": before, "new_status": after}
            for one, before, after in update.components
            if one in components
        ]
        return {
            "id": str(update.pk),
            "status": update.status,
            "body": update.text or self._moved(event),
            "incident_id": str(event.pk),
            "created_at": at,
            "updated_at": at,
            "display_at": at,
            "affected_components": moved,
            "deliver_notifications": True,
            "custom_tweet": None,
            "tweet_id": None,
        }

    def _moved(self, event: HealthEvent) -> str:
        """Maintenance that was rescheduled: nobody wrote a text. In English, as all of these documents."""
        return f"Rescheduled: from {self.at(event.scheduled_from)} until {self.at(event.scheduled_until)}."


def _first(event: HealthEvent, status: EventStatus) -> datetime | None:
    return min((one.at for one in event.updates.all() if one.status == status), default=None)


def _statuses_now(events: Iterable[HealthEvent]) -> dict[int, ComponentStatus]:
    found: dict[int, list[str]] = {}
    for event in events:
        if counts_now(event.kind, event.status):
            for one in event.components.all():
                found.setdefault(one.component_id, []).append(one.status)
    return {key: worst(statuses) for key, statuses in found.items()}


def status_of(components: Iterable[Document], incidents: Iterable[Document]) -> Document:
    """The page as a whole: what its components come to. An incident of which none is public speaks for itself."""
    alone = [one["impact"] for one in incidents if one["status"] not in OVER and not one["components"]]
    impact = greatest([impact_of(one["status"] for one in components), *alone])
    return {"indicator": str(impact), "description": DESCRIPTIONS[impact]}


def documents(kept: Document) -> dict[str, Document]:
    """By its address below ``/api/v2/``: what each of them answers."""
    page, components = {"page": kept["page"]}, {"components": kept["components"]}
    incidents, planned = kept["incidents"], kept["scheduled_maintenances"]
    unresolved = [one for one in incidents if one["status"] not in OVER]
    ahead = [one for one in planned if one["status"] == EventStatus.SCHEDULED]
    active = [one for one in planned if one["status"] in IN_WORK]
    status = {"status": status_of(kept["components"], incidents)}
    return {
        "summary.json": {
            **page, **components, "incidents": unresolved, "scheduled_maintenances": [*active, *ahead], **status,
        },
        "status.json": {**page, **status},
        "components.json": {**page, **components},
        "incidents.json": {**page, "incidents": incidents[:LISTED_MAX]},
        "incidents/unresolved.json": {**page, "incidents": unresolved},
        "scheduled-maintenances.json": {**page, "scheduled_maintenances": planned[:LISTED_MAX]},
        "scheduled-maintenances/upcoming.json": {**page, "scheduled_maintenances": ahead},
        "scheduled-maintenances/active.json": {**page, "scheduled_maintenances": active},
    }  # fmt: skip
