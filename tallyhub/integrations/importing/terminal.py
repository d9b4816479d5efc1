"""An import for somebody who watches: a bar while it runs, then what was done or what is wrong."""

from collections.abc import Sequence
from pathlib import Path

from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from tallyhub.integrations.importing.importer import import_files
from tallyhub.integrations.importing.problems import Problem, Report, harmless
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.sentences import sentence


def run(console: Console, paths: Sequence[Path], *, kind: str | None, mapping: str | None, dry_run: bool) -> bool:
    """Import the files one after the other and say what came of each; True when all of them are in."""
    done = 0
    try:
        with _bar(console) as bar:
            task = bar.add_task(_("Reading"), total=None)

            def show(read: int, total: int) -> None:
                said = _("Checking and booking") if read >= total else _("Reading")
                bar.update(task, completed=read, total=total, description=said)

            for report in import_files(paths, kind=kind, mapping=mapping, dry_run=dry_run, progress=show):
                _tell(console, report)
                done += not report.is_refused
    except HubError as error:
        _say(console, sentence(error), "red")
    except DatabaseError as error:
        stopped = _("The database stopped the import: %(reason)s. Nothing of this file is in it.")
        _say(console, stopped % {"reason": harmless(str(error).strip())}, "red")
    if 0 < done < len(paths) and not dry_run:
        before = ngettext("%(n)s file was imported before.", "%(n)s files were imported before.", done)
        _say(console, before % {"n": done})
    return done == len(paths)


def _bar(console: Console) -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn()
    return Progress(*columns, console=console, transient=True)


def _tell(console: Console, report: Report) -> None:
    if report.is_refused:
        _tell_problems(console, report)
        return
    dry = _("%(file)s: nothing was written, this is what would happen")
    intro = dry if report.is_dry_run else _("%(file)s: imported")
    _say(console, intro % {"file": harmless(report.name)}, "green")
    for kind, tally in report.tallies.items():
        counts = ngettext(
            "%(kind)s: %(rows)s row, %(new)s new, %(known)s known",
            "%(kind)s: %(rows)s rows, %(new)s new, %(known)s known",
            tally.rows,
        )
        named = {"kind": kind, "rows": tally.rows, "new": tally.new, "known": tally.known}
        _say(console, f"  {counts % named}")
        if tally.changed:
            changed = ngettext(
                "%(kind)s: %(changed)s changed in its system since then",
                "%(kind)s: %(changed)s changed in their system since then",
                tally.changed,
            )
            _say(console, f"  {changed % {'kind': kind, 'changed': tally.changed}}")


def _tell_problems(console: Console, report: Report) -> None:
    for problem in report.problems:
        _say(console, _line(problem))
    if (rest := report.problem_count - len(report.problems)) > 0:
        _say(console, ngettext("and %(n)s more problem", "and %(n)s more problems", rest) % {"n": rest})
    refused = ngettext(
        "%(file)s: %(n)s problem, nothing was written",
        "%(file)s: %(n)s problems, nothing was written",
        report.problem_count,
    )
    _say(console, refused % {"file": harmless(report.name), "n": report.problem_count}, "red")


def _line(problem: Problem) -> str:
    words = {"line": problem.line, "column": problem.column, "value": problem.value, "reason": problem.sentence}
    if not problem.line:
        return _("the file: %(reason)s") % words if not problem.column else _("%(column)s: %(reason)s") % words
    if not problem.column:
        return _("line %(line)s: %(reason)s") % words
    return _("line %(line)s, %(column)s “%(value)s”: %(reason)s") % words


def _say(console: Console, words: str, style: str = "") -> None:
    """As plain text: what a file holds is never taken for the terminal's own markup."""
    console.print(Text(words, style), soft_wrap=True)
