"""One's own transcript: its rows, its columns for page and CSV."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.grid import PAGE_ROWS, Column, Line, Page, Place, cell, harmless, heading, page_links
from tallyhub.kernel.http import url
from tallyhub.learning import words
from tallyhub.learning.models import Record
from tallyhub.learning.rules import Format, Level, Unbooked


def columns(places: Mapping[int, str]) -> list[Column[Record]]:
    """The one declaration, for page and CSV. ``places``: names of the workspaces one still belongs to."""

    def workspace(one: Record) -> str:
        return places.get(one.workspace_id, "")

    def product(one: Record) -> str:
        return one.activity.product.name if one.activity.product else ""

    several = len(places) > 1
    return [
        Column("activity_title", _("Activity"), lambda one: one.activity.name,
               lambda one: harmless(one.activity.name), href=lambda one: url("learning:activity", one.activity_id)),
        Column("activity_id", _("Activity code"), plain=lambda one: harmless(one.activity.code)),
        Column("format", _("Format"), lambda one: str(words.FORMAT_NAMES[Format(one.activity.format)]),
               lambda one: one.activity.format),
        Column("product", _("Product"), plain=lambda one: harmless(product(one))),
        Column("level", _("Level"), plain=lambda one: str(Level(one.activity.level))),
        Column("language", _("Language"), plain=lambda one: one.activity.language),
        Column("workspace", _("Workspace"), workspace if several else None, lambda one: harmless(workspace(one))),
        Column("started_on", _("Started"), _started, lambda one: _iso(one.started_on), sort="started_on",
               lines=lambda one: [Line(_started(one), _unpaid(one))]),
        Column("last_activity_on", _("Last activity"), lambda one: _short(one.last_activity_on),
               lambda one: _iso(one.last_activity_on)),
        Column("completed_on", _("Completed"), lambda one: _short(one.completed_on) or "–",
               lambda one: _iso(one.completed_on)),
        Column("progress_pct", _("Progress"), lambda one: words.progress(one.progress_pct),
               lambda one: one.progress_pct, is_numeric=True),
        Column("minutes", _("Duration"), lambda one: words.minutes(one.activity.minutes), is_numeric=True),
        Column("minutes", _("Duration (minutes)"), plain=lambda one: one.activity.minutes, is_numeric=True),
    ]  # fmt: skip


def _started(one: Record) -> str:
    return _short(one.started_on)


def _unpaid(one: Record) -> str:
    """Why it counts against no agreement."""
    return str(words.UNBOOKED_WHY[Unbooked(one.unbooked)]) if one.unbooked else ""


def _short(day: date | None) -> str:
    return fmt.short_day(day) if day else ""


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def grid(found: Page[Record], place: Place, places: Mapping[int, str]) -> dict[str, Any]:
    base = url("learning:transcript")
    on_page = [column for column in columns(places) if column.text]
    n = len(found.rows)
    count = ngettext("%(n)s activity", "%(n)s activities", n) % {"n": fmt.number(n)}
    if found.has_before or found.has_after:
        count = _("More than %(n)s activities") % {"n": fmt.number(PAGE_ROWS)}
    return {
        "columns": [heading(column, place, base, ()) for column in on_page],
        "rows": [{"cells": [cell(column, one) for column in on_page]} for one in found.rows],
        "filters": [],
        "action": base,
        "label": _("Transcript"),
        "hidden": [],
        "count": count,
        "shown": None,
        **page_links(base, (), found, place, lambda one: f"{one.started_on}~{one.pk}"),
        "csv_href": url("learning:transcript_csv"),
        "address": None,
        "empty": None
        if found.rows
        else {
            "title": _("You have not started anything yet"),
            "sentence": _("What you start stands here, with how far you are."),
            "href": url("learning:catalogue"),
            "link": _("Choose an activity"),
        },
    }
