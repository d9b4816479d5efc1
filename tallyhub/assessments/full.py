"""The full list of a run, for CSV and spreadsheet: one declaration."""

from collections.abc import Callable
from functools import cache

from django.utils.translation import gettext as _

from tallyhub.assessments.models import Run
from tallyhub.assessments.queries import FullRow
from tallyhub.assessments.words import focus_name, outcome_name, priority_name
from tallyhub.kernel.grid import Column, harmless
from tallyhub.kernel.http import file_name


def columns() -> list[Column[FullRow]]:
    """In the language that is active now. A million rows have a handful of words: each is looked up once."""
    focus, priority, outcome = cache(focus_name), cache(priority_name), cache(outcome_name)
    return [
        _text("focus_area", _("Focus area"), lambda row: focus(row.focus)),
        _text("priority", _("Priority"), lambda row: priority(row.priority)),
        _text("check", _("Check"), lambda row: row.check),
        _text("title", _("Title"), lambda row: row.title),
        _text("result", _("Result"), lambda row: outcome(row.outcome)),
        Column("affected", _("Affected objects"), plain=lambda row: row.affected, cell=lambda row: row.affected),
        _text("object", _("Object"), lambda row: row.object_name),
        _text("object_type", _("Type"), lambda row: row.object_kind),
        _text("remedy", _("Remedy"), lambda row: row.remedy),
    ]


def _text(key: str, label: str, of: Callable[[FullRow], str]) -> Column[FullRow]:
    return Column(key, label, None, lambda row: harmless(of(row)), of)


def file_name_of(run: Run, ending: str) -> str:
    return file_name([run.set_up.definition.code, f"{run.collected_at:%Y-%m-%d}", str(run.pk)], ending)
