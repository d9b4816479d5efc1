"""The grid behind proactive services, dedicated engineers and credits: one declaration for page and export (R1.14)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tallyhub.activity.drilldown import Subject
from tallyhub.activity.entry_grid import People, plain_amount
from tallyhub.agreements.rules import ServiceKind
from tallyhub.engagements import words
from tallyhub.engagements.listing import Row, RowFilter, used_by_day
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.grid import Column, harmless
from tallyhub.kernel.http import url
from tallyhub.kernel.spreadsheets import Quantity
from tallyhub.ledger.entries import EntryFilter

OF_ENGAGEMENTS = frozenset({ServiceKind.PROACTIVE, ServiceKind.DSE, ServiceKind.CREDITS})


def rows_of(wanted: EntryFilter) -> RowFilter:
    """The same filters, for engagements."""
    return RowFilter(wanted.entitlements, wanted.workspaces, wanted.first_day, wanted.last_day, wanted.reference)


class Columns:
    """What each cell of a row says."""

    def __init__(
        self, subject: Subject, workspaces: Mapping[int, str], people: People, rows: RowFilter, *, shows_orders: bool
    ) -> None:
        """``workspaces`` by name, the chosen ones. ``shows_orders``: whether the reader may know who ordered.

        Needs a scope: of credits the running figure is read here.
        """
        self._shows_orders = shows_orders
        self._members = {line.id: (agreement, package, line) for agreement, package, line in subject.members}
        self._workspaces = workspaces
        self._people = people
        self._is_credits = subject.kinds == {ServiceKind.CREDITS}
        self._used = used_by_day(rows) if self._is_credits else None

    def declared(self) -> list[Column[Row]]:
        several_workspaces, several_packages = len(self._workspaces) > 1, len(self._members) > 1
        credits_, hours = self._is_credits, not self._is_credits
        service = _("Service exchanged") if credits_ else _("Service")
        found: list[Column[Row] | None] = [
            Column("occurred_on", _("Date"), _day(_occurred), _iso(_occurred), _occurred, sort="occurred_on"),
            Column("title", service, self._title, lambda row: harmless(row.title), lambda row: row.title, href=_href),
            _text("reference", _("Delivery ref."), lambda row: row.reference),
            _text("category", _("Category"), _category, on_page=hours),
            _text("type", _("Delivery type"), _kind, on_page=hours),
            _text("status", _("Status"), _state),
            Column("starts_on", _("Start"), _day(_starts) if hours else None, _iso(_starts), _starts),
            Column("ends_on", _("End"), _day(_ends) if hours else None, _iso(_ends), _ends),
            _text("engineer", _("Engineer"), lambda row: self._people.name(row.person_id), on_page=hours),
            self._ordered_by,
            self._minutes("planned", _("Planned for the service"), lambda row: row.planned_minutes),
            self._minutes("delivered", _("Delivered hours"), lambda row: row.delivered_minutes),
            self._amount("rate", _("Credit rate"), lambda row: row.rate) if credits_ else None,
            self._amount("held", _("Held"), lambda row: row.held or None, on_page=credits_),
            Column("charged", _("Credits") if credits_ else _("Charged"), self._charged, self._plain, self._cell,
                   sort="charged", is_numeric=True),
            self._minutes_charged,
            self._running,
            _text("workspace", _("Workspace"), self._workspace, on_page=several_workspaces),
            _text("service", _("Service"), lambda row: self._members[row.entitlement_id][2].title, on_page=False),
            _text("agreement", _("Agreement"), lambda row: self._members[row.entitlement_id][0].number,
                  on_page=several_packages),
            _text("package", _("Package"), lambda row: self._members[row.entitlement_id][1].code, on_page=False),
            _text("package_name", _("Package"), lambda row: self._members[row.entitlement_id][1].name),
            _text("unit", _("Unit"), self._unit, on_page=False),
            _text("source", _("Source"), lambda row: row.source, on_page=False),
            _text("reversal", _("Reversal"), lambda row: row.reason if row.is_reversal else "", on_page=False),
        ]  # fmt: skip
        return [column for column in found if column]

    @property
    def _ordered_by(self) -> Column[Row] | None:
        if not self._shows_orders:
            return None
        return _text("person", _("Ordered by"), lambda row: self._people.name(row.ordered_by_id))

    @property
    def _running(self) -> Column[Row] | None:
        used = self._used
        if used is None:
            return None
        return self._amount(
            "running", _("Used by the end of the day"), lambda row: used(row.entitlement_id, row.occurred_on)
        )

    @property
    def _minutes_charged(self) -> Column[Row] | None:
        """Hours as a number that can be reckoned with; a CSV has it where every row is one of hours."""
        units = {line.unit for _agreement, _package, line in self._members.values()}
        if Unit.MINUTES not in units:
            return None
        plain = (lambda row: row.charged) if units == {Unit.MINUTES} else None
        return Column(
            "charged_minutes",
            _("Charged minutes"),
            plain=plain,
            cell=lambda row: row.charged if self._unit(row) is Unit.MINUTES else None,
        )

    def _unit(self, row: Row) -> Unit:
        return self._members[row.entitlement_id][2].unit

    def _title(self, row: Row) -> str:
        notes = [row.title] if row.title else []
        if row.is_open and row.held:
            notes.append(_("%(amount)s held") % {"amount": fmt.amount(row.held, self._unit(row))})
        if row.is_reversal:
            notes.append(_("Reversal"))
        if row.is_reversed:
            notes.append(_("reversed later"))
        if row.real is not None and row.real != row.charged:
            notes.append(_("in fact %(amount)s") % {"amount": fmt.amount(row.real, self._unit(row))})
        return " · ".join(notes) or "–"

    def _workspace(self, row: Row) -> str:
        return self._workspaces.get(row.workspace_id, "")

    def _charged(self, row: Row) -> str:
        return fmt.amount(row.charged, self._unit(row))

    def _plain(self, row: Row) -> str | int:
        return plain_amount(row.charged, self._unit(row))

    def _cell(self, row: Row) -> Any:
        return Quantity(row.charged, self._unit(row))

    def _amount(self, key: str, label: str, of: Callable[[Row], int | None], *, on_page: bool = True) -> Column[Row]:
        """In the unit of what pays."""

        def text(row: Row) -> str:
            value = of(row)
            return "–" if value is None else fmt.amount(value, self._unit(row))

        def plain(row: Row) -> str | int:
            value = of(row)
            return "" if value is None else plain_amount(value, self._unit(row))

        def cell(row: Row) -> Any:
            value = of(row)
            return None if value is None else Quantity(value, self._unit(row))

        return Column(key, label, text if on_page else None, plain, cell, is_numeric=True)

    def _minutes(self, key: str, label: str, of: Callable[[Row], int | None]) -> Column[Row]:
        """Hours, whatever pays for them."""

        def text(row: Row) -> str:
            value = of(row)
            return "–" if value is None else fmt.amount(value, Unit.MINUTES)

        def plain(row: Row) -> str | int:
            value = of(row)
            return "" if value is None else plain_amount(value, Unit.MINUTES)

        def cell(row: Row) -> Any:
            value = of(row)
            return None if value is None else Quantity(value, Unit.MINUTES)

        return Column(key, label, text if not self._is_credits else None, plain, cell, is_numeric=True)


def _text(key: str, label: str, of: Callable[[Row], str], *, on_page: bool = True) -> Column[Row]:
    return Column(key, label, of if on_page else None, lambda row: harmless(of(row)), of)


def _occurred(row: Row) -> date | None:
    return row.occurred_on


def _starts(row: Row) -> date | None:
    return row.starts_on


def _ends(row: Row) -> date | None:
    return row.ends_on


def _day(of: Callable[[Row], date | None]) -> Callable[[Row], str]:
    def text(row: Row) -> str:
        day = of(row)
        return fmt.short_day(day) if day else ""

    return text


def _iso(of: Callable[[Row], date | None]) -> Callable[[Row], str]:
    def text(row: Row) -> str:
        day = of(row)
        return day.isoformat() if day else ""

    return text


def _category(row: Row) -> str:
    return words.category_name(row.category) if row.category else ""


def _kind(row: Row) -> str:
    return words.kind_name(row.kind) if row.kind else ""


def _state(row: Row) -> str:
    return words.state_name(row.state) if row.state else ""


def _href(row: Row) -> str:
    """Of an engagement; an entry has no page."""
    return url("engagements:engagement", row.reference) if row.has_engagement else ""
