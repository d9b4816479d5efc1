"""The grid of entries as they are: what is behind a number that has no records of its own (design 5.6)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from tallyhub.activity.drilldown import Subject
from tallyhub.activity.rows import People, Rows, day_column, plain_amount, text_column
from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.grid import COUNT_MAX, Column, Place, harmless
from tallyhub.kernel.spreadsheets import Quantity
from tallyhub.ledger import entries
from tallyhub.ledger.entries import EntryRow


class EntryRows(Rows):
    sorts = entries.SORTS

    @property
    def names_people(self) -> bool:  # type: ignore[override]
        return shows_people(self.access, self.subject, self.workspaces)

    def columns(self) -> list[Column[Any]]:
        return Columns(self.subject, self.workspace_names, self.people if self.names_people else None).declared()

    def page(self, place: Place) -> list[EntryRow]:
        return entries.list_page(self.wanted, place)

    def stream(self) -> Iterator[Sequence[EntryRow]]:
        return entries.stream(self.wanted)

    def count(self, *, exact_max: int = COUNT_MAX) -> int:
        return entries.count(self.wanted, exact_max=exact_max)

    def count_all(self) -> int:
        return entries.count(replace(self.wanted, workspaces=self.choice.workspaces))

    def learn(self, rows: Sequence[EntryRow]) -> None:
        if self.names_people:
            super().learn(rows)


def shows_people(access: Access, subject: Subject, workspaces: tuple[int, ...]) -> bool:
    """Who an entry is about is for those who may see everything of its kind."""
    needed = Right.VIEW_LEARNING if ServiceKind.EDUCATION in subject.kinds else Right.ADMINISTER
    return bool(workspaces) and all(access.has(needed, workspace_id=one) for one in workspaces)


class Columns:
    """What each cell of a row says."""

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
            day_column("occurred_on", _("Day"), lambda row: row.occurred_on, sort="occurred_on"),
            text_column("reference", _("Reference"), lambda row: row.external_id),
            Column("title", _("What"), self._what, lambda row: harmless(row.title), lambda row: row.title),
            text_column("person", _("Person"), self._person) if self._people else None,
            text_column("workspace", _("Workspace"), self._workspace, on_page=several_workspaces),
            text_column("service", _("Service"), self._service, on_page=several_services),
            text_column(
                "agreement", _("Agreement"), lambda row: self._members[row.entitlement_id][0].number, on_page=False
            ),
            text_column("package", _("Package"), lambda row: self._members[row.entitlement_id][1].code, on_page=False),
            Column("package_name", _("Package name"), cell=lambda row: self._members[row.entitlement_id][1].name),
            self._amount("real", _("Real"), lambda row: row.real_amount, on_page=False),
            text_column("multiplier", _("Multiplier"), _multiplier, on_page=False),
            self._amount("charged", _("Charged"), lambda row: row.charged, sort="charged"),
            self._minutes,
            text_column("unit", _("Unit"), lambda row: self._units[row.entitlement_id], on_page=False),
            text_column("source", _("Source"), lambda row: row.source, on_page=False),
            text_column("reversal", _("Reversal"), lambda row: row.reason if row.reverses_id else "", on_page=False),
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


def _multiplier(row: EntryRow) -> str:
    return f"{row.multiplier_numerator}/{row.multiplier_denominator}"
