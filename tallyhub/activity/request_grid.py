"""The grid behind reactive and advisory support: one declaration for page and export (R2.1)."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from tallyhub.activity.additional import request_href
from tallyhub.activity.drilldown import Subject
from tallyhub.activity.rows import People, RecordRows, day_column, plain_amount, text_column
from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.grid import Column, count_text, harmless
from tallyhub.kernel.spreadsheets import Quantity
from tallyhub.ledger.figures import Tone
from tallyhub.support import words
from tallyhub.support.placement.queries import list_sorts
from tallyhub.support.time import listing
from tallyhub.support.time.listing import Row, RowFilter, placed_under


class RequestRows(RecordRows):
    """Requests that one may see, and for administrators the entries that are no request's."""

    records = listing
    sees_all = False  # with whom a request is shared is no matter of rights

    @property
    def workspaces(self) -> tuple[int, ...]:
        return self.choice.workspaces

    @property
    def may_export(self) -> bool:
        """All rows there are this person's to see, by rights that can be asked for again when the file is taken."""
        needed = (Right.VIEW_ALL_REQUESTS, Right.ADMINISTER)
        return all(self.access.has(right, workspace_id=one) for one in self.workspaces for right in needed)

    @cached_property
    def filter(self) -> RowFilter:
        wanted = self.wanted
        return RowFilter(
            self.access,
            wanted.entitlements,
            wanted.workspaces,
            self.entry_workspaces,
            placed_under(list_sorts(wanted.workspaces), wanted.entitlements),
            wanted.first_day,
            wanted.last_day,
            wanted.reference,
        )

    def columns(self) -> list[Column[Any]]:
        return Columns(self.subject, self.workspace_names, self.people).declared()

    def count_all(self) -> int:
        return listing.count_all(self.filter)

    def totals(self) -> list[dict[str, Any]]:
        """How many requests are open and closed, those included that the reader may not see.

        Beside what they drew. Different services are not told apart: a request may draw of several.
        """
        counts = listing.count_states(self.filter)
        labels = (_("Requests open"), _("Requests closed"))
        return [
            {"label": label, "value": count_text(count, fmt.number), "tone": Tone.PLAIN}
            for label, count in zip(labels, counts, strict=True)
        ]


class Columns:
    """What each cell of a row says."""

    def __init__(self, subject: Subject, workspaces: Mapping[int, str], people: People) -> None:
        """``workspaces`` by name, the chosen ones."""
        self._members = {line.id: (agreement, package, line) for agreement, package, line in subject.members}
        self._units = list(dict.fromkeys(line.unit for line in subject.lines))
        self._workspaces = workspaces
        self._people = people

    def declared(self) -> list[Column[Row]]:
        several_workspaces, several_packages = len(self._workspaces) > 1, len(self._members) > 1
        hours = _("Hours") if self._units == [Unit.MINUTES] else _("Charged")
        found: list[Column[Row] | None] = [
            Column("reference", _("Number"), _reference, lambda row: harmless(row.reference), _reference, href=_href),
            Column("title", _("Title"), self._title, lambda row: harmless(row.title), lambda row: row.title),
            text_column("product", _("Product"), lambda row: row.product),
            text_column("severity", _("Severity"), lambda row: row.severity),
            text_column("type", _("Type"), lambda row: words.type_name(row.kind) if row.kind else ""),
            day_column("occurred_on", _("Opened"), lambda row: row.occurred_on, sort="occurred_on"),
            day_column("closed", _("Closed"), lambda row: row.closed_on),
            text_column("status", _("Status"), lambda row: words.status_name(row.status) if row.status else ""),
            text_column("person", _("Primary contact"), self._contact),
            text_column("workspace", _("Workspace"), self._workspace, on_page=several_workspaces),
            text_column("service", _("Service"), self._of(lambda member: member[2].title), on_page=False),
            text_column(
                "agreement", _("Agreement"), self._of(lambda member: member[0].number), on_page=several_packages
            ),
            text_column("package", _("Package"), self._of(lambda member: member[1].code), on_page=False),
            Column("package_name", _("Package"), self._packages, cell=self._packages) if several_packages else None,
            Column("real", _("Real"), plain=self._plain_real, cell=self._real),
            text_column("multiplier", _("Multiplier"), lambda row: row.multiplier, on_page=False),
            Column("charged", hours, self._charged, self._plain, self._cell, sort="charged", is_numeric=True),
            self._minutes,
            self._cap,
            text_column("unit", _("Unit"), lambda row: ", ".join(self._units_of(row)), on_page=False),
            text_column("source", _("Source"), lambda row: row.source, on_page=False),
            text_column("reversal", _("Reversal"), lambda row: row.reason if row.is_reversal else "", on_page=False),
        ]
        return [column for column in found if column]

    @property
    def _minutes(self) -> Column[Row] | None:
        """Hours as a number that can be reckoned with; a CSV has it where every row is one of hours."""
        if Unit.MINUTES not in self._units:
            return None
        plain = (lambda row: row.drawn.get(Unit.MINUTES, 0)) if self._units == [Unit.MINUTES] else None
        return Column(
            "charged_minutes", _("Charged minutes"), plain=plain, cell=lambda row: row.drawn.get(Unit.MINUTES)
        )

    @property
    def _cap(self) -> Column[Row] | None:
        """What one request may draw at most: of advisory support, and wherever it is agreed."""
        is_agreed = any(line.request_cap is not None for _agreement, _package, line in self._members.values())
        kinds = {line.kind for _agreement, _package, line in self._members.values()}
        if not is_agreed and ServiceKind.ADVISORY not in kinds:
            return None
        text = self._cap_text if is_agreed else None
        return Column("cap", _("Cap per request"), text, self._cap_plain, self._cap_cell, is_numeric=True)

    def _caps(self, row: Row) -> list[tuple[int, Unit]]:
        """Of the entitlements that it draws of; an entry that is no request's has none."""
        lines = [self._members[one][2] for one in sorted(row.entitlements) if one in self._members and row.is_request]
        return [(line.request_cap, line.unit) for line in lines if line.request_cap is not None]

    def _cap_text(self, row: Row) -> str:
        return ", ".join(dict.fromkeys(fmt.amount(cap, unit) for cap, unit in self._caps(row))) or "–"

    def _cap_plain(self, row: Row) -> str | int:
        said = list(dict.fromkeys(plain_amount(cap, unit) for cap, unit in self._caps(row)))
        return said[0] if len(said) == 1 else "; ".join(map(str, said))

    def _cap_cell(self, row: Row) -> Any:
        caps = set(self._caps(row))
        return Quantity(*caps.pop()) if len(caps) == 1 else self._cap_plain(row)

    def _title(self, row: Row) -> str:
        """Of a bare entry also, in words, what makes the charge differ from the real amount."""
        notes = [row.title] if row.title else []
        if row.is_reversal:
            notes.append(_("Reversal"))
        if row.is_reversed:
            notes.append(_("reversed later"))
        by = Fraction(row.multiplier) if row.multiplier else Fraction(1)
        if by == 0:
            notes.append(_("goodwill, not charged"))
        elif by != 1:
            notes.append(f"× {fmt.decimal(by)}")
        if row.real is not None and row.real != row.charged:
            notes.append(_("in fact %(amount)s") % {"amount": self._real(row)})
        return " · ".join(notes) or "–"

    def _contact(self, row: Row) -> str:
        return self._people.name(row.person_id)

    def _workspace(self, row: Row) -> str:
        return self._workspaces.get(row.workspace_id, "")

    def _of(self, say: Callable[[Any], str]) -> Callable[[Row], str]:
        return lambda row: ", ".join(
            dict.fromkeys(say(self._members[one]) for one in sorted(row.entitlements) if one in self._members)
        )

    @property
    def _packages(self) -> Callable[[Row], str]:
        return self._of(lambda member: member[1].name)

    def _units_of(self, row: Row) -> list[Unit]:
        """In the order of the services; before anything is drawn, those under which it is listed."""
        mine = row.drawn or {self._members[one][2].unit: 0 for one in row.entitlements if one in self._members}
        return [unit for unit in self._units if unit in mine]

    def _real(self, row: Row) -> str:
        units = self._units_of(row)
        return fmt.amount(row.real, units[0]) if row.real is not None and units else ""

    def _plain_real(self, row: Row) -> str | int:
        units = self._units_of(row)
        return plain_amount(row.real, units[0]) if row.real is not None and units else ""

    def _charged(self, row: Row) -> str:
        return ", ".join(fmt.amount(row.drawn.get(unit, 0), unit) for unit in self._units_of(row)) or "–"

    def _plain(self, row: Row) -> str | int:
        said = [plain_amount(row.drawn.get(unit, 0), unit) for unit in self._units_of(row)]
        return said[0] if len(said) == 1 else "; ".join(map(str, said))

    def _cell(self, row: Row) -> Any:
        units = self._units_of(row)
        return Quantity(row.drawn.get(units[0], 0), units[0]) if len(units) == 1 else self._plain(row)


def _reference(row: Row) -> str:
    return row.reference


def _href(row: Row) -> str:
    """Of a request; an entry has no page."""
    return request_href(row.reference) if row.is_request else ""
