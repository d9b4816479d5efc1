"""The grid behind on-demand education: one declaration for page and export (R2.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.activity.drilldown import Subject
from tallyhub.activity.rows import People, RecordRows, day_column, plain_amount, text_column
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.grid import Column, count_text, harmless
from tallyhub.kernel.http import url
from tallyhub.kernel.spreadsheets import Quantity
from tallyhub.learning import listing, words
from tallyhub.learning.listing import Row
from tallyhub.ledger.figures import Tone


class EducationRows(RecordRows):
    """What people learnt, for learning managers; the others' rows are counted (R2.2)."""

    records = listing

    def columns(self) -> list[Column[Any]]:
        return Columns(self.subject, self.workspace_names, self.people).declared()

    def learn(self, rows: Sequence[Row]) -> None:
        self.people.learn(person for row in rows for person in (row.person_id, row.assigned_by))

    def totals(self) -> list[dict[str, Any]]:
        """What was started and completed in the chosen workspaces, by how many people, and in which days, whoever
        may see the rows.
        """
        found = listing.count_learning(self.filter_of(self.choice.workspaces))
        counted = [
            (_("Started"), count_text(found.started, fmt.number)),
            (_("Completed"), count_text(found.completed, fmt.number)),
            (_("Learners"), count_text(found.learners, fmt.number)),
            (_("Period"), _period(self.subject)),
        ]
        return [{"label": label, "value": value, "tone": Tone.PLAIN} for label, value in counted]

    def note(self) -> str:
        """Why there are more rows than were used. Of some of the days a pair may be shown in half."""
        if self.wanted.is_bounded:
            return ""
        n = listing.count_of_nothing(self.filter_of(self.choice.workspaces))
        said = ngettext(
            "%(n)s of the rows counts nothing, because it was taken back or takes another one back.",
            "%(n)s of the rows count nothing, because they were taken back or take others back.",
            n,
        )
        return said % {"n": fmt.number(n)} if n else ""


def _period(subject: Subject) -> str:
    packages = [package for _agreement, package, _line in subject.members]
    return fmt.term(min(one.starts_on for one in packages), max(one.ends_on for one in packages))


class Columns:
    """What each cell of a row says."""

    def __init__(self, subject: Subject, workspaces: Mapping[int, str], people: People) -> None:
        """``workspaces`` by name, those whose rows are shown."""
        self._members = {line.id: (agreement, package, line) for agreement, package, line in subject.members}
        self._workspaces = workspaces
        self._people = people

    def declared(self) -> list[Column[Row]]:
        several = len(self._workspaces) > 1
        return [
            day_column("occurred_on", _("Started"), lambda row: row.occurred_on, sort="occurred_on"),
            text_column("person", _("Learner"), lambda row: self._people.name(row.person_id)),
            text_column("email", _("Email address"), self._email),
            Column(
                "title", _("Activity"), self._title, lambda row: harmless(row.title), lambda row: row.title, href=_href
            ),
            text_column("activity_id", _("Activity code"), lambda row: row.activity_code, on_page=False),
            text_column("format", _("Format"), lambda row: str(words.FORMAT_NAMES[row.format]) if row.format else ""),
            text_column("product", _("Product"), lambda row: row.product),
            text_column("level", _("Level"), lambda row: str(words.LEVEL_NAMES[row.level]) if row.level else ""),
            text_column(
                "language", _("Language"), lambda row: words.language_name(row.language) if row.language else ""
            ),
            text_column("assigned_by", _("Assigned by"), lambda row: self._people.name(row.assigned_by)),
            day_column("due_on", _("Due"), lambda row: row.due_on),
            day_column("last_activity_on", _("Last activity"), lambda row: row.last_activity_on),
            day_column("completed_on", _("Completed"), lambda row: row.completed_on),
            Column(
                "progress_pct",
                _("Progress"),
                _progress,
                lambda row: "" if row.progress_pct is None else row.progress_pct,
                is_numeric=True,
            ),
            text_column(
                "workspace", _("Workspace"), lambda row: self._workspaces.get(row.workspace_id, ""), on_page=several
            ),
            text_column(
                "agreement", _("Agreement"), lambda row: self._members[row.entitlement_id][0].number, on_page=False
            ),
            text_column("package", _("Package"), lambda row: self._members[row.entitlement_id][1].code, on_page=False),
            text_column("service", _("Service"), lambda row: self._members[row.entitlement_id][2].title, on_page=False),
            Column(
                "real",
                _("Real"),
                plain=lambda row: plain_amount(row.real, self._unit(row)),
                cell=lambda row: Quantity(row.real, self._unit(row)),
                is_numeric=True,
            ),
            text_column("multiplier", _("Multiplier"), lambda row: row.multiplier, on_page=False),
            Column(
                "charged",
                _("Charged"),
                lambda row: fmt.amount(row.charged, self._unit(row)),
                lambda row: plain_amount(row.charged, self._unit(row)),
                lambda row: Quantity(row.charged, self._unit(row)),
                sort="charged",
                is_numeric=True,
            ),
            text_column("unit", _("Unit"), self._unit, on_page=False),
            text_column("reference", _("Reference"), lambda row: row.reference, on_page=False),
            text_column("source", _("Source"), lambda row: row.source, on_page=False),
            text_column("reversal", _("Reversal"), lambda row: row.reason if row.is_reversal else "", on_page=False),
        ]

    def _unit(self, row: Row) -> Unit:
        return self._members[row.entitlement_id][2].unit

    def _email(self, row: Row) -> str:
        """Of those whom the customer knows."""
        return row.email if self._people.knows(row.person_id) else ""

    def _title(self, row: Row) -> str:
        notes = [row.title] if row.title else []
        if row.is_reversal:
            notes.append(_("Reversal"))
        if row.is_reversed:
            notes.append(_("reversed later"))
        if row.charged != row.real and not row.is_reversed:
            notes.append(_("in fact %(amount)s") % {"amount": fmt.amount(row.real, self._unit(row))})
        return " · ".join(notes) or "–"


def _href(row: Row) -> str:
    return url("learning:activity", row.activity) if row.activity else ""


def _progress(row: Row) -> str:
    return words.progress(row.progress_pct) if row.progress_pct is not None else ""
