"""The list of people whose learning one follows, and one of them: rows, columns, links."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.grid import PAGE_ROWS, Column, Page, Place, cell, heading, page_links, select
from tallyhub.kernel.http import url
from tallyhub.learning import words
from tallyhub.learning.assignments.queries import Learner, PeopleFilter
from tallyhub.learning.report.queries import ReportRow


def columns() -> list[Column[Learner]]:
    return [
        Column("name", _("Name"), lambda one: one.name, sort="name", sorts_upwards=True,
               href=lambda one: url("learning:person", one.id), note=lambda one: one.email),
        Column("assigned", _("Activities assigned"), lambda one: fmt.number(one.assigned), is_numeric=True),
        Column("overdue", _("Overdue"), lambda one: fmt.number(one.overdue), is_numeric=True),
        Column("started", _("Started"), lambda one: fmt.number(one.started), is_numeric=True),
        Column("completed", _("Completed"), lambda one: fmt.number(one.completed), is_numeric=True),
        Column("last_activity_on", _("Last activity"),
               lambda one: fmt.short_day(one.last_activity_on) if one.last_activity_on else "–"),
    ]  # fmt: skip


def grid(found: Page[Learner], place: Place, wanted: PeopleFilter, places: Mapping[int, str]) -> dict[str, Any]:
    base, carried = url("learning:people"), _carried(wanted)
    declared = columns()
    return {
        "columns": [heading(column, place, base, carried) for column in declared],
        "rows": [{"cells": [cell(column, one) for column in declared]} for one in found.rows],
        "filters": _filters(wanted, places),
        "action": base,
        "label": _("People and their learning"),
        "search_label": _("Filter the people"),
        "hidden": [],
        "count": _count(found),
        "shown": None,
        **page_links(base, carried, found, place, lambda one: f"{one.sort_name}~{one.id}"),
        "csv_href": None,
        "address": None,
        "empty": None if found.rows else _nothing(wanted),
    }


def _count(found: Page[Learner]) -> str:
    if found.has_before or found.has_after:
        return _("More than %(n)s people") % {"n": fmt.number(PAGE_ROWS)}
    return ngettext("%(n)s person", "%(n)s people", len(found.rows)) % {"n": fmt.number(len(found.rows))}


def _carried(wanted: PeopleFilter) -> list[tuple[str, str]]:
    named = {
        "workspace": str(wanted.workspace_id),
        "text": wanted.text,
        "overdue": "yes" if wanted.overdue_only else "",
    }
    return [(name, value) for name, value in named.items() if value]


def _filters(wanted: PeopleFilter, places: Mapping[int, str]) -> list[dict[str, Any]]:
    offered = [(str(one), name) for one, name in places.items()]
    overdue = [("", _("Everybody")), ("yes", _("Only with something overdue"))]
    found = [
        select("workspace", _("Workspace"), offered, str(wanted.workspace_id)),
        {"name": "text", "label": _("Name or address"), "type": "search", "value": wanted.text, "options": []},
        select("overdue", _("Whom"), overdue, "yes" if wanted.overdue_only else ""),
    ]
    return found if len(offered) > 1 else found[1:]


def _nothing(wanted: PeopleFilter) -> dict[str, str]:
    if wanted.overdue_only and not wanted.text:
        return {"title": _("Nothing is overdue"), "sentence": _("Everybody here has done what was due by now.")}
    if wanted.text or wanted.overdue_only:
        return {"title": _("Nobody fits the filters"), "sentence": _("Widen them.")}
    return {"title": _("Nobody belongs to this workspace yet"), "sentence": _("People are invited in Manage users.")}


def learning_row(row: ReportRow, places: Mapping[int, str], names: Mapping[int, str], today: date) -> dict[str, Any]:
    """A row of somebody's page."""
    assigned = None
    if row.assigned_on and row.assigned_by is not None:
        said = {"name": names.get(row.assigned_by) or _("Erased person"), "day": fmt.short_day(row.assigned_on)}
        assigned = _("assigned by %(name)s on %(day)s") % said
    return {
        "title": row.activity_title,
        "href": url("learning:activity", row.activity),
        "workspace": places.get(row.workspace_id, ""),
        "badge": words.badge(row.started_on, row.completed_on),
        "due": words.due_badge(row.due_on, row.completed_on, today) if row.due_on and not row.completed_on else None,
        "assigned": assigned,
        "started": fmt.short_day(row.started_on) if row.started_on else "–",
        "last": fmt.short_day(row.last_activity_on) if row.last_activity_on else "–",
        "completed": fmt.short_day(row.completed_on) if row.completed_on else "–",
        "progress": words.progress(row.progress_pct),
        "withdraw": row.assignment_id if not row.completed_on else None,
    }
