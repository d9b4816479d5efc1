"""Makes spreadsheets in the background, and removes them after their hours."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone, translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tallyhub.accounts.models import Person
from tallyhub.activity import commands, export_files, queries
from tallyhub.activity.exports import language_of, open_source
from tallyhub.activity.rows import Reader
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, HubError
from tallyhub.kernel.progress import Stage, telling
from tallyhub.kernel.scope import scope
from tallyhub.organizations import sign_on

ATTEMPTS_MAX = 3


@app.task(retry=RetryStrategy(max_attempts=ATTEMPTS_MAX, wait=10), pass_context=True)
def make_export(context: Any, export_id: int, person_id: int, customer_id: int) -> None:
    """With the rights that its person has now. Safe to repeat: a file is whole or not there."""
    tell = _teller(export_id, customer_id)
    if context.job.attempts > ATTEMPTS_MAX:  # its worker was killed each time: perhaps by this very job
        return tell(Stage.FAILED, problem="export_failed")
    try:
        _make(export_id, sign_on.act_for(person_id, customer_id), tell)
    except (HubError, ObjectDoesNotExist):
        tell(Stage.FAILED, problem="export_not_allowed")
    except OSError as error:
        tell(Stage.FAILED, problem="export_no_room" if export_files.is_no_room(error) else "export_failed")
    except Exception:
        if context.job.attempts >= ATTEMPTS_MAX:
            tell(Stage.FAILED, problem="export_failed")
        raise


def _teller(export_id: int, customer_id: int) -> Callable[..., None]:
    """By the hub itself: its person may have lost the right to write meanwhile."""
    hub = Access.of_system([customer_id])

    def tell(stage: Stage, *, done: int = 0, problem: str = "") -> None:
        commands.report_export(hub, export_id, stage=stage, done=done, problem=problem)

    return tell


def _make(export_id: int, actor: sign_on.SignOn, tell: Callable[..., None]) -> None:
    tell(Stage.RUNNING)
    reader, total = Reader.of(actor), 0

    def watch(rows: Iterator[Any]) -> Iterator[Any]:
        nonlocal total
        for row in telling(rows, lambda done: tell(Stage.RUNNING, done=done)):
            yield row
            total += 1

    if not isinstance(actor.person, Person):
        raise ObjectDoesNotExist
    with scope(actor.access):
        export = queries.get_export(actor.access, export_id)
        language = language_of(reader, export.address, actor.person.language)
        with translation.override(language), timezone.override(actor.person.zone):
            source = open_source(reader, export.address, rows_max=settings.TALLYHUB.export_rows_max)
            if (list(source.workspaces), source.names_people) != (export.workspaces, export.names_people):
                raise Conflict("export_not_allowed")  # what was written down would not say what is in the file
            export_files.write(export_id, source.sheets(watch))
    tell(Stage.DONE, done=total)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="activity.remove_exports", pass_context=False)
def remove_exports(timestamp: int) -> None:
    """Every ten minutes, one customer at a time; an export whose hours have passed is offered by no page before."""
    kept_for = export_files.kept_for()
    with scope(Access()):
        customers = queries.customers_with_exports_before(clock.now() - kept_for)
    for customer_id in customers:
        commands.remove_exports(Access.of_system([customer_id]), older_than=kept_for)
    export_files.remove_before(clock.now() - 2 * kept_for)
