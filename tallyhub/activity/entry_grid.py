"""The grid behind a number: its columns for page and CSV, its filters, its links (design 5.6)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.activity.drilldown import Subject
from tallyhub.activity.filters import NoSuchChoice
from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.grid import Column, Page, Place, cell, count_text, harmless, heading, link, page_links
from tallyhub.kernel.spreadsheets import Quantity
from tallyhub.ledger.entries import EntryFilter, EntryRow
from tallyhub.organizations.queries import names_of


def read_filter(query: QueryDict, subject: Subject, workspaces: tuple[int, ...]) -> EntryFilter:
    """The grid's own filters. Raises NoSuchChoice for a day that is none."""
    return EntryFilter(
        entitlements=tuple(line.id for line in subject.lines),
        workspaces=workspaces,
        first_day=_day(query.get("from")),
        last_day=_day(query.get("to")),
        reference=(query.get("reference") or "").replace("\x00", "").strip()[:120],
    )


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise NoSuchChoice from None


class People:
    """Names by id, looked up a page or a batch at a time. Whom the customer no longer knows has none."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._names: dict[int, str] = {}

    def learn(self, ids: Iterable[int | None]) -> None:
        """Know these people, and forget the ones before: an export keeps no more than one batch."""
        self._names = names_of(self._access, ids)

    def knows(self, person_id: int | None) -> bool:
        return person_id in self._names

    def name(self, person_id: int | None) -> str:
        return self._names.get(person_id) or _("Erased person") if person_id is not None else ""


class Columns:
    """The one declaration of the grid, for page and CSV: what each cell of a row says."""

    def __init__(self, subject: Subject, workspaces: dict[int, str], people: People | None) -> None:
        """``workspaces`` by name; ``people`` None where the reader may not know who an entry is about."""
        self._members = {line.id: (agreement, package) for agreement, package, line in subject.members}
        self._units = {line.id: line.unit for line in subject.lines}
        self._services = {line.id: line.title for line in subject.lines}
        self._workspaces = workspaces
        self._people = people

    def declared(self) -> list[Column[EntryRow]]:
        several_workspaces, several_services = len(self._workspaces) > 1, len(self._services) > 1
        found: list[Column[EntryRow] | None] = [
            Column("occurred_on", _("Day"), _short_day, _iso_day, lambda row: row.occurred_on, sort="occurred_on"),
            _text("reference", _("Reference"), lambda row: row.external_id),
            Column("title", _("What"), self._what, lambda row: harmless(row.title), lambda row: row.title),
            _text("person", _("Person"), self._person) if self._people else None,
            _text("workspace", _("Workspace"), self._workspace, on_page=several_workspaces),
            _text("service", _("Service"), self._service, on_page=several_services),
            _text("agreement", _("Agreement"), lambda row: self._members[row.entitlement_id][0].number, on_page=False),
            _text("package", _("Package"), lambda row: self._members[row.entitlement_id][1].code, on_page=False),
            Column("package_name", _("Package name"), cell=lambda row: self._members[row.entitlement_id][1].name),
            self._amount("real", _("Real"), lambda row: row.real_amount, on_page=False),
            _text("multiplier", _("Multiplier"), _multiplier, on_page=False),
            self._amount("charged", _("Charged"), lambda row: row.charged, sort="charged"),
            self._minutes,
            _text("unit", _("Unit"), lambda row: self._units[row.entitlement_id], on_page=False),
            _text("source", _("Source"), lambda row: row.source, on_page=False),
            _text("reversal", _("Reversal"), lambda row: row.reason if row.reverses_id else "", on_page=False),
        ]
        return [column for column in found if column]

    @property
    def _minutes(self) -> Column[EntryRow] | None:
        """Hours as a number that can be reckoned with; a CSV has it where every row is one of hours."""
        units = set(self._units.values())
        if Unit.MINUTES not in units:
            return None

        def charged(row: EntryRow) -> int | None:
            return row.charged if self._units[row.entitlement_id] is Unit.MINUTES else None

        plain = (lambda row: row.charged) if units == {Unit.MINUTES} else None
        return Column("charged_minutes", _("Charged minutes"), plain=plain, cell=charged)

    def _what(self, row: EntryRow) -> str:
        """The title, and in words what makes the charge differ from the real amount."""
        notes = [row.title] if row.title else []
        if row.reverses_id:
            notes.append(_("Reversal"))
        if row.is_reversed:
            notes.append(_("reversed later"))
        multiplier = Fraction(row.multiplier_numerator, row.multiplier_denominator)
        if multiplier == 0:
            notes.append(_("goodwill, not charged"))
        elif multiplier != 1:
            notes.append(f"× {fmt.decimal(multiplier)}")
        if row.charged != row.real_amount:
            real = fmt.amount(row.real_amount, self._units[row.entitlement_id])
            notes.append(_("in fact %(amount)s") % {"amount": real})
        return " · ".join(notes) or "–"

    def _person(self, row: EntryRow) -> str:
        return self._people.name(row.person_id) if self._people else ""

    def _workspace(self, row: EntryRow) -> str:
        return self._workspaces[row.workspace_id]

    def _service(self, row: EntryRow) -> str:
        return self._services[row.entitlement_id]

    def _amount(
        self, key: str, label: str, of: Callable[[EntryRow], int], *, sort: str | None = None, on_page: bool = True
    ) -> Column[EntryRow]:
        return Column(
            key,
            label,
            (lambda row: fmt.amount(of(row), self._units[row.entitlement_id])) if on_page else None,
            lambda row: plain_amount(of(row), self._units[row.entitlement_id]),
            lambda row: Quantity(of(row), self._units[row.entitlement_id]),
            sort=sort,
            is_numeric=True,
        )


def _text(key: str, label: str, of: Callable[[EntryRow], str], *, on_page: bool = True) -> Column[EntryRow]:
    """A column of text: the same on page and in the export, in a CSV made harmless for spreadsheets."""
    return Column(key, label, of if on_page else None, lambda row: harmless(of(row)), of)


def _short_day(row: EntryRow) -> str:
    return fmt.short_day(row.occurred_on)


def _iso_day(row: EntryRow) -> str:
    return row.occurred_on.isoformat()


def _multiplier(row: EntryRow) -> str:
    return f"{row.multiplier_numerator}/{row.multiplier_denominator}"


def plain_amount(value: int, unit: Unit) -> str | int:
    """An export's figure: h:mm, hundredths as a decimal with a point, else the whole number."""
    if unit is Unit.MINUTES:
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 60}:{abs(value) % 60:02}"
    if unit is Unit.CREDITS:
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 100}.{abs(value) % 100:02}"
    return value


def hidden_notice(shown: int, total: int, kinds: set[ServiceKind]) -> str | None:
    """Rows one may not see are counted, and it is said for whom they are."""
    if shown >= total:
        return None
    counted = _("%(shown)s of %(total)s shown.") % {"shown": fmt.number(shown), "total": fmt.number(total)}
    if ServiceKind.EDUCATION in kinds:
        return counted + " " + _("Named people's learning is shown to learning managers only.")
    return counted + " " + _("The others are not shared with you.")


def count_label(count: int) -> str:
    return ngettext("%(n)s entry", "%(n)s entries", count) % {"n": count_text(count, fmt.number)}


def grid(
    base: str,
    columns: Sequence[Column[Any]],
    found: Page[Any],
    place: Place,
    wanted: EntryFilter,
    choice: list[tuple[str, str]],
    *,
    shown: int,
    total: int,
    kinds: set[ServiceKind],
    may_export: bool = True,
) -> dict[str, Any]:
    """The grid, ready to be placed. ``choice``: the page's own filters, carried along in every link.

    ``may_export``: into a file that is made in the background and taken later.
    """
    carried = [*choice, *_bounds(wanted)]
    on_page = [column for column in columns if column.text]
    return {
        "columns": [heading(column, place, base, carried) for column in on_page],
        "rows": [{"cells": [cell(column, row) for column in on_page]} for row in found.rows],
        "filters": [
            {"name": "from", "label": _("From"), "type": "date", "value": _iso(wanted.first_day), "options": []},
            {"name": "to", "label": _("To"), "type": "date", "value": _iso(wanted.last_day), "options": []},
            {"name": "reference", "label": _("Reference"), "type": "search", "value": wanted.reference, "options": []},
        ],
        "action": base,
        "hidden": choice,
        "count": count_label(shown),
        "shown": hidden_notice(shown, total, kinds),
        **page_links(base, carried, found, place, lambda row: f"{getattr(row, place.sort)}~{row.id}"),
        "csv_href": f"{base}entries.csv{link(carried)}" if wanted.workspaces else None,
        "address": base + link(carried) if may_export else "",
        "empty": None if found.rows else _no_rows(wanted, shown, total),
    }


def _bounds(wanted: EntryFilter) -> list[tuple[str, str]]:
    named = {"from": _iso(wanted.first_day), "to": _iso(wanted.last_day), "reference": wanted.reference}
    return [(name, value) for name, value in named.items() if value]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _no_rows(wanted: EntryFilter, shown: int, total: int) -> dict[str, str]:
    if total and not shown:
        return {
            "title": _("No entries that you may see"),
            "sentence": _("There are entries, but they are shown to others only."),
        }
    if wanted.is_bounded:
        return {"title": _("No entries fit the filters"), "sentence": _("Widen the days or clear the reference.")}
    return {"title": _("No consumption yet"), "sentence": _("Nothing has been recorded here so far.")}
