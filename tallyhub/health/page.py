"""What pages say of products and events: plain values for templates, in the reader's language and zone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from tallyhub.agreements.models import Product
from tallyhub.health import words
from tallyhub.health.models import Component, HealthEvent, Update
from tallyhub.health.rules import OVER, ComponentStatus, EventKind, EventStatus, Impact, UpdateKind, counts_now, worst
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.http import url

FIELD_NAMES: dict[str, Any] = {
    "title": lambda: _("Title"),
    "visibility": lambda: _("Who may see it"),
    "reach": lambda: _("Whom it affects"),
    "impact_override": lambda: _("Impact"),
    "workaround": lambda: _("Workaround"),
    "occurred_at": lambda: _("Began"),
    "ended_at": lambda: _("Ended at"),
    "scheduled_from": lambda: _("Planned from"),
    "scheduled_until": lambda: _("Planned until"),
    "customers": lambda: _("Named customers"),
    "regions": lambda: _("Regions"),
}
_VALUE_NAMES: dict[str, Mapping[str, Any]] = {
    "visibility": words.VISIBILITY_NAMES,
    "reach": words.REACH_NAMES,
    "impact_override": words.IMPACT_NAMES,
}
_INSTANTS = ("occurred_at", "ended_at", "scheduled_from", "scheduled_until")


def status_badge(event: HealthEvent) -> dict[str, str]:
    return {
        "text": str(words.STATUS_NAMES[event.status]),
        "tone": words.STATUS_TONES.get(EventStatus(event.status), "low"),
    }


def component_badge(status: str) -> dict[str, str]:
    return {"text": str(words.COMPONENT_STATUS_NAMES[status]), "tone": words.COMPONENT_TONES[ComponentStatus(status)]}


def badges(event: HealthEvent) -> list[dict[str, str]]:
    """Kind, status, and impact where it has any."""
    found = [{"text": str(words.KIND_NAMES[event.kind]), "tone": "plain"}, status_badge(event)]
    if event.impact != Impact.NONE:
        found.append({"text": str(words.IMPACT_NAMES[event.impact]), "tone": words.IMPACT_TONES[Impact(event.impact)]})
    return found


def products_of(event: HealthEvent) -> dict[int, str]:
    return {one.component.product_id: one.component.product.name for one in event.components.all()}


def line(event: HealthEvent, zone: str, *, href: str = "") -> dict[str, Any]:
    """One event in a list."""
    regions = [one.region.name for one in event.regions.all()]
    return {
        "id": event.pk,
        "title": event.title,
        "href": href or url("health:event", event.pk),
        "badges": badges(event),
        "products": fmt.listed(list(products_of(event).values())),
        "components": fmt.listed([one.component.name for one in event.components.all()]),
        "regions": fmt.listed(regions) if regions else _("everywhere"),
        "when": when(event, zone),
        "is_late": is_late(event),
    }


def when(event: HealthEvent, zone: str) -> str:
    """From when until when."""
    if event.kind == EventKind.MAINTENANCE and event.occurred_at is None:
        named = {
            "first": fmt.minute(_sure(event.scheduled_from), zone),
            "last": fmt.minute(_sure(event.scheduled_until), zone),
        }
        return _("planned from %(first)s until %(last)s") % named
    began = fmt.minute(_sure(event.occurred_at), zone)
    if event.ended_at is None:
        return _("since %(first)s") % {"first": began}
    return _("from %(first)s until %(last)s") % {"first": began, "last": fmt.minute(event.ended_at, zone)}


def _sure(instant: datetime | None) -> datetime:
    if instant is None:
        raise ValueError("the database demands this instant")
    return instant


def is_late(event: HealthEvent) -> bool:
    """An update was promised, and its time is over."""
    return event.due_at is not None and event.status not in OVER and event.due_at < clock.now()


def about(event: HealthEvent, zone: str) -> dict[str, Any]:
    """All of one event but its updates."""
    facts = [(_("When"), when(event, zone)), (_("Published"), fmt.minute(event.published_at, zone))]
    if event.kind == EventKind.MAINTENANCE and event.occurred_at is not None:
        planned = {
            "first": fmt.minute(_sure(event.scheduled_from), zone),
            "last": fmt.minute(_sure(event.scheduled_until), zone),
        }
        facts.append((_("Planned"), _("from %(first)s until %(last)s") % planned))
    if event.due_at is not None:
        facts.append((_("Next update by"), fmt.minute(event.due_at, zone)))
    facts.append((_("Times are those of"), zone))
    return {
        **line(event, zone),
        "kind": event.kind,
        "workaround": event.workaround,
        "facts": facts,
        "parts": [
            {
                "product": one.component.product.name,
                "name": one.component.name,
                "badge": component_badge(one.status),
            }
            for one in event.components.all()
        ],
        "is_over": event.status in OVER,
    }


def story(updates: Iterable[Update], names: Mapping[int, str], zone: str) -> list[dict[str, Any]]:
    """Updates, newest first, with what they changed."""
    return [
        {
            "anchor": f"update-{one.pk}",
            "what": str(words.UPDATE_NAMES[one.kind]),
            "status": str(words.STATUS_NAMES[one.status]),
            "is_said": one.kind == UpdateKind.POSTED,
            "text": one.text,
            "moved": [_moved(each, names) for each in one.components],
            "changes": [_changed(name, each, zone) for name, each in one.changes.items()],
            "when": fmt.minute(one.at, zone),
            "instant": one.at.isoformat(),
        }
        for one in updates
    ]


def _moved(each: Sequence[Any], names: Mapping[int, str]) -> str:
    component, before, after = each
    said = {
        "component": names.get(component, ""),
        "before": words.COMPONENT_STATUS_NAMES[before],
        "after": words.COMPONENT_STATUS_NAMES[after],
    }
    if before == after:
        return _("%(component)s: %(after)s") % said
    return _("%(component)s: %(before)s → %(after)s") % said


def _changed(name: str, each: Sequence[Any], zone: str) -> str:
    before, after = each
    said = {"field": FIELD_NAMES[name](), "before": _value(name, before, zone), "after": _value(name, after, zone)}
    return _("%(field)s: %(before)s → %(after)s") % said


def _value(name: str, value: Any, zone: str) -> str:
    if value in (None, ""):
        return _("not given")
    if name in _INSTANTS:
        return fmt.minute(datetime.fromisoformat(value), zone)
    return str(_VALUE_NAMES[name][value]) if name in _VALUE_NAMES else str(value)


def named_components(updates: Iterable[Update]) -> set[int]:
    """Those that the updates name, so that their names can be read at once."""
    return {component for one in updates for component, _before, _after in one.components}


def board(
    products: Sequence[Product], components: Sequence[Component], active: Sequence[HealthEvent]
) -> list[dict[str, Any]]:
    """Each product with its components, as they are now, and how many events go on."""
    now: dict[int, list[str]] = {}
    goes_on: dict[int, int] = {}
    for event in active:
        for product in products_of(event):
            goes_on[product] = goes_on.get(product, 0) + 1
        if counts_now(event.kind, event.status):
            for one in event.components.all():
                now.setdefault(one.component_id, []).append(one.status)
    parts = {key: list(found) for key, found in groupby(components, lambda one: one.product_id)}
    return [_card(one, parts.get(one.pk, []), now, goes_on.get(one.pk, 0)) for one in products]


def _card(product: Product, components: list[Component], now: Mapping[int, list[str]], goes_on: int) -> dict[str, Any]:
    statuses = {one.pk: worst(now.get(one.pk, [])) for one in components}
    return {
        "id": product.pk,
        "name": product.name,
        "badge": component_badge(worst(statuses.values())),
        "parts": [{"name": one.name, "badge": component_badge(statuses[one.pk])} for one in components],
        "goes_on": goes_on,
    }
