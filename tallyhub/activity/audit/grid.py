"""The audit grid: its columns for page and CSV, its filters, its links (design 5.6)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.accounts.queries import names_of_tokens
from tallyhub.activity.audit import words
from tallyhub.activity.filters import NoSuchChoice
from tallyhub.activity.queries import names_of_entitlements
from tallyhub.agreements.queries import numbers_of
from tallyhub.journal import kinds
from tallyhub.journal.kinds import About
from tallyhub.journal.models import Event
from tallyhub.journal.queries import HUB, EventFilter
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import (
    Column,
    Page,
    Place,
    cell,
    count_text,
    harmless,
    heading,
    link,
    moment,
    page_links,
    select,
)
from tallyhub.kernel.ids import read_id
from tallyhub.organizations.queries import names_of
from tallyhub.organizations.rules import ACTED_AS, AT_DESK
from tallyhub.partners.queries import names_of_organizations
from tallyhub.people.groups.queries import names_of as names_of_groups
from tallyhub.support.queries import names_at_desk
from tallyhub.support.rules import number_of


def read_filter(query: QueryDict, zone: str) -> EventFilter:
    """Raises NoSuchChoice for what is no kind, no person and no day."""
    kind, actor = query.get("kind") or "", query.get("person") or ""
    if kind and kind not in kinds.KINDS:
        raise NoSuchChoice
    if actor and actor != HUB:
        read_id(actor)
    return EventFilter(kind, actor, _day(query.get("from")), _day(query.get("to")), zone)


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise NoSuchChoice from None


# What has a name to look up; the names of workspaces come with the sign-on.
_LOOK_UPS: tuple[tuple[About, Callable[[Access, set[int]], dict[int, str]]], ...] = (
    (About.PERSON, names_of),
    (About.AGREEMENT, numbers_of),
    (About.ENTITLEMENT, names_of_entitlements),
    (About.GROUP, names_of_groups),
    (About.TOKEN, names_of_tokens),
)


@dataclass(slots=True)
class Names:
    """Names by id, looked up when they are read: the journal has none (R10.4)."""

    access: Access
    workspaces: Mapping[int, str]
    found: dict[About, dict[int, str]] = field(default_factory=dict)
    partners: dict[int, str] = field(default_factory=dict)

    def learn(self, events: Sequence[Event]) -> None:
        """Know whom and what these events name and forget those before: an export keeps no more than a batch.

        A statement for each sort of thing that is named, whatever their number.
        """
        wanted: defaultdict[About, set[int]] = defaultdict(set)
        for event in events:
            if event.actor_id is not None:
                wanted[About.PERSON].add(event.actor_id)
            if event.subject_id is not None:
                wanted[kinds.about(event.kind)].add(event.subject_id)
        named = {event.details["partner"] for event in events if "partner" in event.details}
        self.partners = names_of_organizations(named) if named else {}
        self.found = {about: look_up(self.access, wanted[about]) for about, look_up in _LOOK_UPS if about in wanted}
        at_desk = {event.actor_id for event in events if event.details.get("as") == AT_DESK}
        if at_desk:
            self.found[About.PERSON] |= names_at_desk(at_desk)

    def person(self, person_id: int | None) -> str:
        if person_id is None:
            return _("the hub")
        return self.found[About.PERSON].get(person_id) or _("Erased person")

    def actor(self, event: Event) -> str:
        """Who did it, and by which delegated roles."""
        name, roles = self.person(event.actor_id), str(event.details.get("as", ""))
        if not roles:
            return name
        return _("%(name)s, as %(roles)s") % {"name": name, "roles": words.listed(roles, ACTED_AS)}

    def sentence(self, event: Event) -> str:
        return words.sentence(event, self.partners)

    def subject(self, event: Event) -> str:
        """What it was done to, and where that was one workspace."""
        said = [self._thing(event), self.workspaces.get(event.workspace_id or 0, "")]
        return " · ".join(filter(None, said))

    def _thing(self, event: Event) -> str:
        about = kinds.about(event.kind)
        if event.subject_id is None or about is About.NOTHING:
            return ""
        if about is About.PERSON:
            return self.person(event.subject_id)
        if about is About.WORKSPACE:
            return self.workspaces.get(event.subject_id, "")
        if about is About.REQUEST:
            return _("Request %(number)s") % {"number": number_of(event.subject_id)}
        if about is About.STATEMENT:
            return _("Statement %(number)s") % {"number": event.subject_id}
        return self.found.get(about, {}).get(event.subject_id) or _("no. %(id)s") % {"id": event.subject_id}


def columns(names: Names, zone: str) -> list[Column[Event]]:
    """The one declaration, for page and CSV."""
    place = ZoneInfo(zone)
    when = _("When (%(zone)s)") % {"zone": zone.replace("_", " ")}
    return [
        Column("at", when, lambda event: fmt.instant(event.at, zone), lambda event: _iso(event, place), sort="at"),
        Column("who", _("Who"), names.actor, lambda event: harmless(names.actor(event))),
        Column("who_id", _("Person ID"), plain=lambda event: event.actor_id or ""),
        Column("kind", _("Kind"), plain=lambda event: event.kind),
        Column("what", _("What"), names.sentence, lambda event: harmless(names.sentence(event))),
        Column("subject", _("On what"), names.subject, lambda event: harmless(names.subject(event))),
        Column("subject_id", _("Subject ID"), plain=lambda event: event.subject_id or ""),
        Column("event", _("Event"), plain=lambda event: event.pk),
    ]


def _iso(event: Event, place: ZoneInfo) -> str:
    return event.at.astimezone(place).isoformat(timespec="seconds")


def grid(
    base: str,
    declared: Sequence[Column[Event]],
    found: Page[Event],
    place: Place,
    wanted: EventFilter,
    *,
    count: int,
    people: Sequence[tuple[int, str]],
) -> dict[str, Any]:
    """The grid, ready to be placed. ``people``: those the filter offers."""
    carried = _carried(wanted)
    on_page = [column for column in declared if column.text]
    return {
        "columns": [heading(column, place, base, carried) for column in on_page],
        "rows": [{"cells": [cell(column, event) for column in on_page]} for event in found.rows],
        "filters": _filters(wanted, people),
        "action": base,
        "label": _("Events"),
        "search_label": _("Filter the events"),
        "hidden": [],
        "count": ngettext("%(n)s event", "%(n)s events", count) % {"n": count_text(count, fmt.number)},
        "shown": None,
        **page_links(base, carried, found, place, lambda event: f"{moment(event.at)}~{event.pk}"),
        "csv_href": f"{base}events.csv{link(carried)}",
        "address": None,  # the file is the CSV
        "empty": None if found.rows else _nothing(carried),
    }


def _nothing(carried: Sequence[tuple[str, str]]) -> dict[str, str]:
    if carried:
        return {"title": _("No events fit the filters"), "sentence": _("Widen the days, or choose another person.")}
    return {"title": _("No events yet"), "sentence": _("What people do from now on is written down here.")}


def _filters(wanted: EventFilter, people: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
    titles = sorted(((kind, kinds.title(kind)) for kind in kinds.KINDS), key=lambda one: one[1])
    persons = [(HUB, _("the hub")), *((str(one), name) for one, name in people)]
    return [
        select("kind", _("Kind"), [("", _("Any kind")), *titles], wanted.kind),
        select("person", _("Person"), [("", _("Anybody")), *persons], wanted.actor),
        _date("from", _("From"), wanted.first_day),
        _date("to", _("To"), wanted.last_day),
    ]


def _date(name: str, label: str, value: date | None) -> dict[str, Any]:
    return {"name": name, "label": label, "type": "date", "value": value.isoformat() if value else "", "options": []}


def _carried(wanted: EventFilter) -> list[tuple[str, str]]:
    named = {
        "kind": wanted.kind,
        "person": wanted.actor,
        "from": wanted.first_day.isoformat() if wanted.first_day else "",
        "to": wanted.last_day.isoformat() if wanted.last_day else "",
    }
    return [(name, value) for name, value in named.items() if value]
