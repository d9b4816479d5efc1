"""The education report: its columns for page, CSV and spreadsheet. Their keys are stable (spec 6)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import (
    Column,
    Line,
    Page,
    Place,
    cell,
    count_text,
    harmless,
    heading,
    link,
    page_links,
    select,
)
from tallyhub.kernel.http import url
from tallyhub.learning import words
from tallyhub.learning.report.queries import ReportFilter, ReportRow
from tallyhub.learning.report.rules import Period
from tallyhub.learning.rules import is_overdue
from tallyhub.organizations.queries import names_of


class Words:
    """What the report says of a row. Names of those who assigned are looked up a page or a batch at a time."""

    def __init__(self, access: Access, places: Mapping[int, str], today: date) -> None:
        self._access = access
        self._places = places
        self._today = today
        self._names: dict[int, str] = {}

    def learn(self, rows: Iterable[ReportRow]) -> None:
        self._names = names_of(self._access, (one.assigned_by for one in rows))

    def columns(self) -> list[Column[ReportRow]]:
        """The one declaration, in the order of the spec."""
        several = len(self._places) > 1
        return [
            Column("learner_name", _("Learner"), _learner, lambda one: harmless(_learner(one)), _learner,
                   sort="learner", sorts_upwards=True,
                   href=lambda one: url("learning:person", one.person_id) if one.learner_name else "",
                   note=lambda one: one.learner_email),
            _text("learner_email", _("Email address"), lambda one: one.learner_email, on_page=False),
            _text("workspace", _("Workspace"), self._workspace, on_page=several),
            _text("agreement", _("Agreement"), lambda one: one.agreement, on_page=False),
            _text("activity_id", _("Activity code"), lambda one: one.activity_id, on_page=False),
            Column("activity_title", _("Activity"), lambda one: one.activity_title,
                   lambda one: harmless(one.activity_title), lambda one: one.activity_title,
                   href=lambda one: url("learning:activity", one.activity)),
            Column("format", _("Format"), lambda one: str(words.FORMAT_NAMES[one.format]), lambda one: str(one.format)),
            _text("product", _("Product"), lambda one: one.product, on_page=False),
            Column("level", _("Level"), plain=lambda one: str(one.level)),
            Column("language", _("Language"), plain=lambda one: one.language),
            _text("assigned_by", _("Assigned by"), self._assigned_by),
            _day("assigned_on", _("Assigned on"), lambda one: one.assigned_on, on_page=False),
            _day("due_on", _("Due"), lambda one: one.due_on, note=self._overdue),
            Column("started_on", _("Started"), _started, lambda one: _iso(one.started_on), lambda one: one.started_on,
                   sort="on_day"),
            _day("last_activity_on", _("Last activity"), lambda one: one.last_activity_on),
            _day("completed_on", _("Completed"), lambda one: one.completed_on),
            Column("progress_pct", _("Progress"), lambda one: words.progress(one.progress_pct),
                   lambda one: one.progress_pct, is_numeric=True),
            Column("minutes", _("Duration (minutes)"), plain=lambda one: one.minutes, is_numeric=True),
        ]  # fmt: skip

    def _workspace(self, row: ReportRow) -> str:
        return self._places.get(row.workspace_id, "")

    def _assigned_by(self, row: ReportRow) -> str:
        if row.assigned_by is None:
            return ""
        return self._names.get(row.assigned_by) or _("Erased person")

    def _overdue(self, row: ReportRow) -> str:
        return _("overdue") if is_overdue(row.due_on, row.completed_on, self._today) else ""


def _learner(row: ReportRow) -> str:
    return row.learner_name or _("Erased person")


def _text(key: str, label: str, of: Any, *, on_page: bool = True) -> Column[ReportRow]:
    return Column(key, label, of if on_page else None, lambda row: harmless(of(row)), of)


def _day(key: str, label: str, of: Any, *, on_page: bool = True, note: Any = None) -> Column[ReportRow]:
    def text(row: ReportRow) -> str:
        return fmt.short_day(of(row)) if of(row) else ""

    lines = (lambda row: [Line(text(row), note(row))]) if note else None
    return Column(key, label, text if on_page else None, lambda row: _iso(of(row)), of, lines=lines)


def _started(row: ReportRow) -> str:
    """What was assigned and not started has no day; it is said, so that nobody takes it for a gap."""
    return fmt.short_day(row.started_on) if row.started_on else _("not started")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def carried_by(workspace: str, period: Period) -> list[tuple[str, str]]:
    named = {"workspace": workspace, "from": period.first.isoformat(), "to": period.last.isoformat()}
    return [(name, value) for name, value in named.items() if value]


def grid(
    columns: list[Column[ReportRow]],
    found: Page[ReportRow],
    place: Place,
    wanted: ReportFilter,
    *,
    workspace: str,
    places: Mapping[int, str],
    period: Period,
    total: int,
) -> dict[str, Any]:
    """The report, ready to be placed."""
    base, carried = url("learning:report"), carried_by(workspace, period)
    on_page = [column for column in columns if column.text]
    return {
        "columns": [heading(column, place, base, carried) for column in on_page],
        "rows": [{"cells": [cell(column, one) for column in on_page]} for one in found.rows],
        "filters": _filters(workspace, places, period),
        "action": base,
        "label": _("Education report"),
        "search_label": _("Filter the report"),
        "hidden": [],
        "count": ngettext("%(n)s row", "%(n)s rows", total) % {"n": count_text(total, fmt.number)},
        "shown": None,
        **page_links(base, carried, found, place, lambda one: f"{getattr(one, place.sort)}~{one.id}"),
        "csv_href": f"{url('learning:report_csv')}{link(carried)}",
        "address": base + link(carried),
        "empty": None
        if found.rows
        else {
            "title": _("Nothing was learnt or assigned in these days"),
            "sentence": _("Choose other days or another workspace."),
        },
    }


def _filters(workspace: str, places: Mapping[int, str], period: Period) -> list[dict[str, Any]]:
    offered = [(str(one), name) for one, name in places.items()]
    days = {"from": (_("From"), period.first), "to": (_("To"), period.last)}
    return [
        *([select("workspace", _("Workspace"), [("", _("All workspaces")), *offered], workspace)]
          if len(offered) > 1 else []),
        *({"name": name, "label": label, "type": "date", "value": day.isoformat(), "options": []}
          for name, (label, day) in days.items()),
    ]  # fmt: skip
