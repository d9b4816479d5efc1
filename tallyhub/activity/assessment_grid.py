"""The grid behind on-demand assessments: one declaration for page and export (R2.4)."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _

from tallyhub.activity.drilldown import Subject
from tallyhub.activity.rows import RecordRows, day_column, plain_amount, text_column
from tallyhub.assessments import listing
from tallyhub.assessments.listing import Row, RowFilter
from tallyhub.assessments.words import status_name
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.grid import Column, harmless
from tallyhub.kernel.http import url
from tallyhub.kernel.spreadsheets import Quantity
from tallyhub.ledger.figures import Tone


class AssessmentRows(RecordRows):
    """Set-ups with their runs, for whoever reads what assessments found; the others' rows are counted."""

    records = listing
    names_people = False
    sees_all = False  # entries have other readers than set-ups

    @property
    def workspaces(self) -> tuple[int, ...]:
        return self.choice.workspaces

    @property
    def may_export(self) -> bool:
        """All rows there are this person's to see, by rights that can be asked for again when the file is taken."""
        needed = (Right.VIEW_ASSESSMENTS, Right.VIEW_ACTIVITY)
        return all(self.access.has(right, workspace_id=one) for one in self.workspaces for right in needed)

    @cached_property
    def filter(self) -> RowFilter:
        wanted, access = self.wanted, self.access
        return RowFilter(
            wanted.entitlements,
            wanted.workspaces,
            tuple(one for one in wanted.workspaces if access.has(Right.VIEW_ASSESSMENTS, workspace_id=one)),
            self.entry_workspaces,
            wanted.first_day,
            wanted.last_day,
            wanted.reference,
        )

    def columns(self) -> list[Column[Any]]:
        return Columns(self.subject, self.workspace_names).declared()

    def count_all(self) -> int:
        return listing.count_all(self.filter)

    def learn(self, rows: Sequence[Row]) -> None:
        """No row names anybody."""

    def totals(self) -> list[dict[str, Any]]:
        """How many are set up, how many of them are active, and how often they ran; those of other readers included."""
        labels = (_("Set-ups"), _("Active"), _("Runs"))
        return [
            {"label": label, "value": fmt.number(count), "tone": Tone.PLAIN}
            for label, count in zip(labels, listing.count_states(self.filter), strict=True)
        ]


class Columns:
    """What each cell of a row says."""

    def __init__(self, subject: Subject, workspaces: Mapping[int, str]) -> None:
        """``workspaces`` by name, the chosen ones."""
        self._members = {line.id: (agreement, package, line) for agreement, package, line in subject.members}
        self._units = list(dict.fromkeys(line.unit for line in subject.lines))
        self._workspaces = workspaces
        self._zone = get_current_timezone_name()

    def declared(self) -> list[Column[Row]]:
        several = len(self._members) > 1
        return [
            Column("title", _("Assessment"), _title, lambda row: harmless(row.title), lambda row: row.title,
                   href=_href, note=_note),
            text_column("reference", _("Reference"), lambda row: row.reference, on_page=False),
            text_column("workspace", _("Workspace"), lambda row: self._workspaces.get(row.workspace_id, "")),
            text_column("status", _("Status"), lambda row: status_name(row.status) if row.status else "–"),
            day_column("occurred_on", _("Configured"), lambda row: row.occurred_on, sort="occurred_on"),
            Column("last_execution", _("Last execution"), self._last,
                   lambda row: row.last_at.isoformat() if row.last_at else "", lambda row: row.last_at),
            _number("high", _("High-priority findings"), lambda row: row.high),
            Column("passed", _("Passed checks"), _passed, _passed_plain, is_numeric=True),
            _number("quality", _("Quality index"), lambda row: row.quality, _percent),
            _number("runs", _("Runs"), lambda row: row.runs if row.is_set_up else None),
            text_column("agreement", _("Agreement"), self._of(lambda one: one[0].number), on_page=several),
            text_column("package", _("Package"), self._of(lambda one: one[1].code), on_page=False),
            Column("charged", _("Counted"), self._charged, self._plain, self._cell, sort="charged", is_numeric=True),
            text_column("unit", _("Unit"), lambda row: ", ".join(self._units_of(row)), on_page=False),
            text_column("source", _("Source"), lambda row: row.source, on_page=False),
            text_column("reversal", _("Reversal"), lambda row: row.reason if row.is_reversal else "", on_page=False),
        ]  # fmt: skip

    def _last(self, row: Row) -> str:
        return fmt.minute(row.last_at, self._zone) if row.last_at else "–"

    def _of(self, say: Callable[[Any], str]) -> Callable[[Row], str]:
        return lambda row: ", ".join(
            dict.fromkeys(say(self._members[one]) for one in sorted(row.entitlements) if one in self._members)
        )

    def _units_of(self, row: Row) -> list[Unit]:
        """In the order of the services; where nothing counts, those under which it is listed."""
        mine = row.drawn or {self._members[one][2].unit: 0 for one in row.entitlements if one in self._members}
        return [unit for unit in self._units if unit in mine]

    def _charged(self, row: Row) -> str:
        return ", ".join(fmt.amount(row.drawn.get(unit, 0), unit) for unit in self._units_of(row)) or "–"

    def _plain(self, row: Row) -> str | int:
        said = [plain_amount(row.drawn.get(unit, 0), unit) for unit in self._units_of(row)]
        return said[0] if len(said) == 1 else "; ".join(map(str, said))

    def _cell(self, row: Row) -> Any:
        units = self._units_of(row)
        return Quantity(row.drawn.get(units[0], 0), units[0]) if len(units) == 1 else self._plain(row)


def _number(
    key: str, label: str, of: Callable[[Row], int | None], say: Callable[[int], str] = fmt.number
) -> Column[Row]:
    def text(row: Row) -> str:
        found = of(row)
        return "–" if found is None else say(found)

    def plain(row: Row) -> str | int:
        found = of(row)
        return "" if found is None else found

    return Column(key, label, text, plain, of, is_numeric=True)


def _title(row: Row) -> str:
    return row.title or row.reference


def _href(row: Row) -> str:
    """Of a set-up; an entry has no page."""
    return url("assessments:set_up", row.id) if row.is_set_up else ""


def _note(row: Row) -> str:
    """Of an entry of another system, what became of it."""
    if row.is_reversal:
        return _("Reversal")
    return _("reversed later") if row.is_reversed else ""


def _percent(share: int) -> str:
    return _("%(n)s %%") % {"n": fmt.number(share)}


def _passed(row: Row) -> str:
    if row.passed is None or row.failed is None:
        return "–"
    figures = {"passed": fmt.number(row.passed), "checked": fmt.number(row.passed + row.failed)}
    return _("%(passed)s of %(checked)s") % figures


def _passed_plain(row: Row) -> str:
    if row.passed is None or row.failed is None:
        return ""
    return f"{row.passed}/{row.passed + row.failed}"
