"""An import in the background: with the rights its person has now, and with a sign of life while it runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from tallyhub.integrations.importing.importer import import_for
from tallyhub.integrations.importing.mapping import Mapping
from tallyhub.integrations.importing.problems import Problem, Report
from tallyhub.integrations.imports import commands, files
from tallyhub.integrations.imports.rules import BEAT_SECONDS
from tallyhub.integrations.models import Import
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden, HubError, Invalid
from tallyhub.organizations import sign_on


def run(import_id: int, person_id: int, customer_id: int) -> None:
    hub = Access.of_system([customer_id])
    if (one := commands.claim(hub, import_id)) is None:
        return
    try:
        report = _import(one, sign_on.act_for(person_id, customer_id).access)
    except Forbidden:  # the right was lost while it waited
        report = _refused(one, Invalid("import_not_allowed"))
    except HubError as error:
        report = _refused(one, error)
    except Exception:
        commands.end_import(hub, import_id, _refused(one, Invalid("import_failed")))
        raise
    if report.is_refused or report.is_dry_run:
        commands.end_import(hub, import_id, report)


def _refused(one: Import, error: HubError) -> Report:
    return Report(one.name, {}, (Problem(0, "", "", error),), 1, is_dry_run=one.is_dry_run)


def _import(one: Import, actor: Access) -> Report:
    actor.require(Right.MANAGE_AGREEMENTS)
    with _beating(one) as how_far:
        return import_for(
            actor,
            files.path_of(one.file),
            Mapping.model_validate(one.mapping),
            dry_run=one.is_dry_run,
            rows_max=settings.TALLYHUB.import_rows,
            progress=how_far.note,
            done=lambda report: commands.write_end(actor, one.pk, report),
        )


@dataclass(slots=True)
class _HowFar:
    done: int = 0
    total: int = 0

    def note(self, done: int, total: int) -> None:
        self.done, self.total = done, total


@contextmanager
def _beating(one: Import) -> Iterator[_HowFar]:
    """A thread of its own, and so a connection of its own: the import's transaction shows nothing before its end."""
    how_far, over = _HowFar(), threading.Event()
    hub = Access.of_system([one.customer_id])

    def beat() -> None:
        try:
            while not over.wait(BEAT_SECONDS):
                commands.beat(hub, one.pk, done=how_far.done, total=how_far.total)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield how_far
    finally:
        over.set()
        thread.join()
