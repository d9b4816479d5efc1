"""What people do with a file that they bring in, and what the worker says of it."""

from typing import Any

from procrastinate.contrib.django import app

from tallyhub.integrations.importing.mapping import Mapping
from tallyhub.integrations.importing.problems import Report, Tally
from tallyhub.integrations.imports import files, queries, rules
from tallyhub.integrations.imports.rules import Stage
from tallyhub.integrations.models import Import, SavedMapping
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.names import read_name
from tallyhub.kernel.scope import command

RUN = "integrations.import_file"  # the job


@command
def add_import(access: Access, *, name: str, file: str) -> Import:
    """``file``: where it lies in the private files."""
    access.require(Right.MANAGE_AGREEMENTS)
    return Import.objects.create(
        customer_id=access.customer_id or 0,
        made_by_id=access.person_id or 0,
        made_at=clock.now(),
        name=name[: rules.NAME_MAX],
        file=file,
    )


@command
def choose_mapping(access: Access, import_id: int, mapping: Mapping) -> None:
    """Before it runs, and again after it was refused."""
    one = _lock(access, import_id)
    one.mapping, one.stage, one.problems, one.problem_count = mapping.model_dump(mode="json"), Stage.OPEN, [], 0
    one.save(update_fields=["mapping", "stage", "problems", "problem_count"])


@command
def start_import(access: Access, import_id: int, *, dry_run: bool) -> None:
    one = _lock(access, import_id)
    if one.mapping is None:
        raise Conflict("import_not_ready")
    one.stage, one.is_dry_run, one.done, one.total = Stage.WAITING, dry_run, 0, 0
    one.save(update_fields=["stage", "is_dry_run", "done", "total"])
    about = {"import_id": one.pk, "customer_id": one.customer_id, "person_id": access.person_id}
    app.configure_task(RUN).defer(**about)


def _lock(access: Access, import_id: int) -> Import:
    """One that may be changed: not while it runs, not once it is in, not without its file."""
    access.require(Right.MANAGE_AGREEMENTS)
    one = queries.lock_import(access, import_id)
    if not one.file or not rules.may_start(one.stage, one.beat_at, clock.now()):
        raise Conflict("import_not_ready")
    return one


@command
def remove_import(access: Access, import_id: int) -> None:
    """Its file goes with it; what it brought in stays."""
    access.require(Right.MANAGE_AGREEMENTS)
    one = queries.lock_import(access, import_id)
    if one.stage in (Stage.WAITING, Stage.RUNNING) and not rules.is_silent(one.stage, one.beat_at, clock.now()):
        raise Conflict("import_not_ready")
    files.remove(one.file)
    one.delete()


@command
def save_mapping(access: Access, import_id: int, name: str) -> SavedMapping:
    access.require(Right.MANAGE_AGREEMENTS)
    name = read_name(name, length_max=rules.MAPPING_NAME_MAX)
    if not name:
        raise Invalid("value_missing")
    one = queries.get_import(access, import_id)
    saved = SavedMapping.objects.visible_to(access)
    if one.mapping is None or saved.count() >= rules.SAVED_MAX:
        raise Conflict("import_not_ready")
    if saved.filter(name=name).exists():
        raise Conflict("mapping_name_taken")
    made = {"made_by_id": access.person_id or 0, "made_at": clock.now()}
    kept = SavedMapping.objects.create(customer_id=one.customer_id, name=name, mapping=one.mapping, **made)
    record(access, "integrations.mapping_saved", kept.pk)
    return kept


@command
def delete_mapping(access: Access, mapping_id: int) -> None:
    access.require(Right.MANAGE_AGREEMENTS)
    saved = queries.get_mapping(access, mapping_id)
    record(access, "integrations.mapping_deleted", saved.pk)
    saved.delete()


# What the worker does


@command
def claim(access: Access, import_id: int) -> Import | None:
    """None where it is gone, or is not to be run any more."""
    one = Import.objects.visible_to(access).select_for_update().filter(pk=import_id).first()
    if one is None or not one.file or one.stage != Stage.WAITING:
        return None
    one.stage, one.beat_at = Stage.RUNNING, clock.now()
    one.save(update_fields=["stage", "beat_at"])
    return one


@command
def beat(access: Access, import_id: int, *, done: int, total: int) -> None:
    """A sign of life. After the end it says nothing: the end was written by the import's own transaction."""
    running = Import.objects.visible_to(access).filter(pk=import_id, stage=Stage.RUNNING)
    running.update(beat_at=clock.now(), done=done, total=total)


@command
def end_import(access: Access, import_id: int, report: Report) -> None:
    """After a dry run, or where nothing was written."""
    write_end(access, import_id, report)


def write_end(access: Access, import_id: int, report: Report) -> None:
    """A step: what is written and what is said of it stand or fall together."""
    stage = Stage.REFUSED if report.is_refused else Stage.TRIED if report.is_dry_run else Stage.DONE
    Import.objects.visible_to(access).filter(pk=import_id).update(
        stage=stage,
        tallies={kind: _counted(tally) for kind, tally in report.tallies.items()},
        problems=[_written(one) for one in report.problems],
        problem_count=report.problem_count,
    )


def _counted(tally: Tally) -> dict[str, int]:
    counted = {"rows": tally.rows, "new": tally.new}
    return counted | {"changed": tally.changed} if tally.changed else counted


def _written(problem: Any) -> dict[str, Any]:
    """With its code instead of its sentence: who reads it may have another language than who made it."""
    params = {name: str(value) for name, value in problem.error.params.items()}
    about = {"line": problem.line, "column": problem.column, "value": problem.value}
    return {**about, "code": problem.code, "params": params}


@command
def clear_old(access: Access) -> None:
    """Files and cells after a day, the rest after a month."""
    now = clock.now()
    mine = Import.objects.visible_to(access)
    for one in mine.filter(made_at__lt=now - rules.FILE_KEPT).exclude(file=""):
        files.remove(one.file)
        one.file, one.problems = "", []
        one.save(update_fields=["file", "problems"])
    mine.filter(made_at__lt=now - rules.KEPT).delete()
