"""What the import pages say, in words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.integrations.importing.files import Columns, File, Record, Unreadable
from tallyhub.integrations.importing.importer import Part, preview
from tallyhub.integrations.importing.mapping import Format, Mapping
from tallyhub.integrations.importing.problems import Problem, Problems
from tallyhub.integrations.imports import rules
from tallyhub.integrations.imports.rules import Stage
from tallyhub.integrations.models import Import
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.grid import harmless
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import names_of

LISTED_MAX = 50  # problems on the page; the file has those that are kept

SHOWN_MAX = 300  # characters of a cell in the preview


def columns_of(path: Path, form: Format) -> list[str]:
    """How the file names its columns. Raises Unreadable, also where not one row of it is well formed."""
    problems = Problems()
    first = next(iter(File(path, form, problems).records(Columns((), None))), None)
    if first is None:
        wrong = problems.listed[0] if problems.listed else Problem(0, "", "", Invalid("file_empty"))
        raise Unreadable(wrong.line, wrong.error, wrong.column)
    return list(first.cells)


def unreadable(broken: Unreadable) -> str:
    words = {"line": broken.line, "column": broken.column, "reason": sentence(broken.error)}
    if broken.column:
        return _("%(column)s: %(reason)s") % words
    return _("line %(line)s: %(reason)s") % words if broken.line else str(words["reason"])


def previews(path: Path, mapping: Mapping) -> list[dict[str, Any]]:
    """A table for each kind: the first rows as they will be read, and beside a cell what is wrong with it."""
    found = preview(path, mapping, rules.PREVIEW_ROWS)
    return [_preview(part, records, problems) for part, records, problems in found]


def _preview(part: Part, records: list[Record], problems: Problems) -> dict[str, Any]:
    columns = [one.name for one in part.kind.fields if one.name in part.columns]
    return {
        "kind": part.kind.name,
        "columns": columns,
        "rows": [_row(record.line, record.cells, columns, problems) for record in records],
        "problems": _elsewhere(problems, {record.line for record in records}, set(columns)),
    }


def _row(line: int, cells: dict[str, str], columns: list[str], problems: Problems) -> dict[str, Any]:
    wrong = {one.column: one.sentence for one in problems.listed if one.line == line}
    return {"line": line, "cells": [(name, _cut(cells.get(name, "")), wrong.get(name, "")) for name in columns]}


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 1]}…"


def _elsewhere(problems: Problems, lines: set[int], columns: set[str]) -> list[str]:
    """What is wrong beside the cells that are shown: a column that is missing is said once."""
    rest = [one for one in problems.listed if one.line not in lines or one.column not in columns]
    return list(dict.fromkeys(f"{one.column}: {one.sentence}" if one.column else one.sentence for one in rest))


def card(one: Import, who: dict[int, str]) -> dict[str, Any]:
    about = {"who": who.get(one.made_by_id) or _("Erased person"), "at": instant(one.made_at)}
    return {"import": one, "badge": badge(one), "about": _("%(who)s, %(at)s") % about}


def cards(access: Access, found: list[Import]) -> list[dict[str, Any]]:
    who = names_of(access, {one.made_by_id for one in found})
    return [card(one, who) for one in found]


def is_silent(one: Import) -> bool:
    return rules.is_silent(one.stage, one.beat_at, clock.now())


def badge(one: Import) -> dict[str, str]:
    if is_silent(one):
        return {"tone": "critical", "text": _("broken off")}
    texts = {
        Stage.OPEN: ("low", _("not brought in yet")),
        Stage.WAITING: ("low", _("waits for its turn")),
        Stage.RUNNING: ("low", _("runs")),
        Stage.TRIED: ("ok", _("tried, nothing is wrong")),
        Stage.REFUSED: ("critical", _("refused")),
        Stage.DONE: ("ok", _("brought in")),
    }
    tone, text = texts[Stage(one.stage)]
    return {"tone": tone, "text": text}


def result(one: Import) -> dict[str, Any] | None:
    """What came of it; None while there is nothing to say."""
    if one.stage not in (Stage.TRIED, Stage.REFUSED, Stage.DONE):
        return None
    return {
        "sentence": _sentence(one),
        "tallies": _tallies(one) if one.stage != Stage.REFUSED else [],
        "problems": [_problem_text(problem) for problem in _in_order(one)[:LISTED_MAX]],
        "has_file": bool(one.problems),
    }


def _sentence(one: Import) -> str:
    if one.stage == Stage.DONE:
        return _("Everything is in.")
    if one.stage == Stage.TRIED:
        return _("Nothing is wrong. Nothing was written; this is what would happen.")
    text = ngettext("%(n)s problem. Nothing was written.", "%(n)s problems. Nothing was written.", one.problem_count)
    return text % {"n": fmt.number(one.problem_count)}


def _tallies(one: Import) -> list[str]:
    changed = [_changed(kind, tally["changed"]) for kind, tally in one.tallies.items() if tally.get("changed")]
    return [_tally(kind, tally) for kind, tally in one.tallies.items()] + changed


def _changed(kind: str, count: int) -> str:
    """Of rows that were there."""
    text = ngettext(
        "%(kind)s: %(changed)s changed in its system since then",
        "%(kind)s: %(changed)s changed in their system since then",
        count,
    )
    return text % {"kind": kind, "changed": fmt.number(count)}


def _tally(kind: str, tally: dict[str, int]) -> str:
    counts = ngettext(
        "%(kind)s: %(rows)s row, %(new)s new, %(known)s known",
        "%(kind)s: %(rows)s rows, %(new)s new, %(known)s known",
        tally["rows"],
    )
    rows, new = tally["rows"], tally["new"]
    known = rows - new - tally.get("changed", 0)
    return counts % {"kind": kind, "rows": fmt.number(rows), "new": fmt.number(new), "known": fmt.number(known)}


def _in_order(one: Import) -> list[dict[str, Any]]:
    """As the file has them: what a row says is checked before what it names, in batches."""
    return sorted(one.problems, key=lambda problem: int(problem["line"]))


def _problem_text(problem: dict[str, Any]) -> str:
    words = {**problem, "reason": _reason(problem)}
    if not problem["line"]:
        return str(words["reason"])
    if not problem["column"]:
        return _("line %(line)s: %(reason)s") % words
    return _("line %(line)s, %(column)s “%(value)s”: %(reason)s") % words


def _reason(problem: dict[str, Any]) -> str:
    return sentence(Invalid(problem["code"], **problem["params"]))


def problem_rows(one: Import) -> Iterator[list[str | int]]:
    """For the file of problems."""
    for each in _in_order(one):
        yield [each["line"], harmless(each["column"]), harmless(each["value"]), each["code"], harmless(_reason(each))]


def instant(value: Any) -> str:
    return fmt.instant(value, timezone.get_current_timezone_name())
