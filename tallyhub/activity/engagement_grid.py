"""The grid behind proactive services, dedicated engineers and credits: one declaration for page and export (R1.14)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from tallyhub.activity.drilldown import Subject
from tallyhub.activity.entry_grid import shows_people
from tallyhub.activity.rows import People, RecordRows, day_column, plain_amount, text_column
from tallyhub.agreements.rules import ServiceKind
from tallyhub.engagements import listing, words
from tallyhub.engagements.listing import Row
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.grid import Column, harmless
from tallyhub.kernel.http import url
from tallyhub.kernel.spreadsheets import Quantity


class EngagementRows(RecordRows):
    """What was delivered and what is open, for whoever sees Customer activity."""

    records = listing

    @cached_property
    def names_orderers(self) -> bool:
        return shows_people(self.access, self.subject, self.workspaces)

    def columns(self) -> list[Column[Any]]:
        used = listing.used_by_day(self.filter) if self.subject.kinds == {ServiceKind.CREDITS} else None
        columns = Columns(
            self.subject, self.workspace_names, self.people, used=used, names_orderers=self.names_orderers
        )
        return columns.declared()

    def learn(self, rows: Sequence[Row]) -> None:
        named = {row.person_id for row in rows}
        if self.names_orderers:
            named |= {row.ordered_by_id for row in rows}
        self.people.learn(named)


class Columns:
    """What each cell of a row says."""

    def __init__(
        self,
        subject: Subject,
        workspaces: Mapping[int, str],
        people: People,
        *,
        used: Callable[[int, date], int] | None,
        names_orderers: bool,
    ) -> None:
        """``workspaces`` by name, those whose rows are shown. ``used``: of credits, what was used by the end of a day.
        ``names_orderers``: whether the reader may know who ordered.
        """
        self._names_orderers = names_orderers
        self._members = {line.id: (agreement, package, line) for agreement, package, line in subject.members}
        self._workspaces = workspaces
        self._people = people
        self._is_credits = used is not None
        self._used = used

    def declared(self) -> list[Column[Row]]:
        several_workspaces, several_packages = len(self._workspaces) > 1, len(self._members) > 1
        credits_, hours = self._is_credits, not self._is_credits
        service = _("Service exchanged") if credits_ else _("Service")
        found: list[Column[Row] | None] = [
            day_column("occurred_on", _("Date"), lambda row: row.occurred_on, sort="occurred_on"),
            Column("title", service, self._title, lambda row: harmless(row.title), lambda row: row.title, href=_href),
            text_column("reference", _("Delivery ref."), lambda row: row.reference),
            text_column("category", _("Category"), _category, on_page=hours),
            text_column("type", _("Delivery type"), _kind, on_page=hours),
            text_column("status", _("Status"), _state),
            day_column("starts_on", _("First day"), lambda row: row.starts_on, on_page=hours),
            day_column("ends_on", _("Last day"), lambda row: row.ends_on, on_page=hours),
            text_column("engineer", _("Engineer"), lambda row: self._people.name(row.person_id), on_page=hours),
            self._ordered_by,
            self._minutes("planned", _("Planned for the service"), lambda row: row.planned_minutes),
            self._minutes("delivered", _("Delivered hours"), lambda row: row.delivered_minutes),
            self._amount("rate", _("Credit rate"), lambda row: row.rate) if credits_ else None,
            self._amount("held", _("Held"), lambda row: row.held or None, on_page=credits_),
            self._amount("real", _("Real"), lambda row: row.real, on_page=False),
            text_column("multiplier", _("Multiplier"), lambda row: row.multiplier, on_page=False),
            Column("charged", _("Credits") if credits_ else _("Charged"), self._charged, self._plain, self._cell,
                   sort="charged", is_numeric=True),
            self._minutes_charged,
            self._running,
            text_column("workspace", _("Workspace"), self._workspace, on_page=several_workspaces),
            text_column("service", _("Service"), lambda row: self._members[row.entitlement_id][2].title, on_page=False),
            text_column("agreement", _("Agreement"), lambda row: self._members[row.entitlement_id][0].number,
                  on_page=several_packages),
            text_column("package", _("Package"), lambda row: self._members[row.entitlement_id][1].code, on_page=False),
            text_column("package_name", _("Package"), lambda row: self._members[row.entitlement_id][1].name),
            text_column("unit", _("Unit"), self._unit, on_page=False),
            text_column("source", _("Source"), lambda row: row.source, on_page=False),
            text_column("reversal", _("Reversal"), lambda row: row.reason if row.is_reversal else "", on_page=False),
        ]  # fmt: skip
        return [column for column in found if column]

    @property
    def _ordered_by(self) -> Column[Row] | None:
        if not self._names_orderers:
            return None
        return text_column("person", _("Ordered by"), lambda row: self._people.name(row.ordered_by_id))

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
        if not row.has_engagement and row.real is not None and row.real != row.charged:
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


def _category(row: Row) -> str:
    return words.category_name(row.category) if row.category else ""


def _kind(row: Row) -> str:
    return words.kind_name(row.kind) if row.kind else ""


def _state(row: Row) -> str:
    return words.state_name(row.state) if row.state else ""


def _href(row: Row) -> str:
    """Of an engagement; an entry has no page."""
    return url("engagements:engagement", row.reference) if row.has_engagement else ""
