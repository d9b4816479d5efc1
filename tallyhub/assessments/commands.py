"""What people do with assessments, each whole or not at all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from procrastinate.contrib.django import app

from tallyhub.assessments import files, queries, steps
from tallyhub.assessments.models import AnswerDraft, Intake, Run, SetUp
from tallyhub.assessments.reading import Bytes
from tallyhub.assessments.rules import INTAKES_KEPT, INTAKES_MAX, LABEL_MAX, Outcome, Source, check_collected
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.names import read_name
from tallyhub.kernel.progress import Stage
from tallyhub.kernel.scope import command, widen
from tallyhub.ledger import steps as ledger
from tallyhub.ledger.queries import find_standing
from tallyhub.organizations.queries import get_customer, get_workspace
from tallyhub.organizations.steps import touch_customer

READ = "assessments.read_intake"  # the job
WITHDRAWN = "withdrawn"  # the reason of the reversal


@command
def set_up(
    access: Access,
    workspace_id: int,
    definition_id: int,
    *,
    label: str = "",
    configured_on: date | None = None,
    goes_beyond: bool = False,
) -> SetUp:
    """Set an assessment up in a workspace. Raises DoesNotExist, Forbidden, Conflict, Invalid.

    Beyond what was bought only an administrator may, who says so (``goes_beyond``); it is kept as over.
    """
    return make(access, workspace_id, definition_id, label=label, configured_on=configured_on, goes_beyond=goes_beyond)


def make(
    access: Access, workspace_id: int, definition_id: int, *, label: str, configured_on: date | None, goes_beyond: bool
) -> SetUp:
    """As ``set_up``, inside the transaction of another command: a program's."""
    workspace = get_workspace(access, workspace_id)
    access.require(Right.SET_UP_ASSESSMENTS, workspace_id=workspace.pk)
    if workspace.archived_at:
        raise Conflict("workspace_archived", name=workspace.name)
    definition = queries.get_definition(definition_id)
    today = clock.today(get_customer(access).zone)
    made = SetUp(
        customer_id=workspace.customer_id,
        workspace=workspace,
        definition=definition,
        label=read_name(label, length_max=LABEL_MAX),
        configured_on=_read_day(configured_on, today),
        set_up_by_id=access.person_id,
    )
    may_go_beyond = goes_beyond and access.has(Right.ADMINISTER, workspace_id=workspace.pk)
    hub = steps.hub_of(workspace.customer_id)
    kept = steps.add_set_up(hub, made, steps.offers_of(hub), may_go_beyond=may_go_beyond)
    widen(access)  # the journal names who did it
    record(access, "assessments.set_up", kept.pk, **_about(kept))
    return kept


def _read_day(said: date | None, today: date) -> date:
    if said is not None and said > today:
        raise Invalid("in_future", occurred_on=said, today=today)
    return said or today


@command
def end(access: Access, set_up_id: int) -> None:
    """From today on it does not count, and nothing runs in it. What it found stays."""
    finish(access, set_up_id)


def finish(access: Access, set_up_id: int) -> None:
    """As ``end``, inside the transaction of another command."""
    one = queries.lock_set_up(access, set_up_id)
    access.require(Right.SET_UP_ASSESSMENTS, workspace_id=one.workspace_id)
    if one.ended_on is not None:
        raise Conflict("assessment_ended")
    one.ended_on = max(clock.today(get_customer(access).zone), one.configured_on)
    one.ended_by_id = access.person_id
    one.save(update_fields=["ended_on", "ended_by"])
    steps.forget_answers(one)
    record(access, "assessments.ended", one.pk, **_about(one))
    touch_customer([one.customer_id])


def _about(one: SetUp) -> dict[str, int]:
    """For the journal."""
    return {"customer_id": one.customer_id, "workspace_id": one.workspace_id, "definition": one.definition_id}


@dataclass(frozen=True, slots=True)
class Taken:
    run: Run
    is_new: bool  # else it was brought in before


@command
def upload(access: Access, set_up_id: int, source: Bytes, *, origin: str = Source.FILE) -> Taken:
    """Take a collector's file in. The very same file again is known, and changes nothing.

    Raises DoesNotExist, Forbidden, Invalid with what is wrong with the file, Conflict; then nothing is kept.
    """
    return take(access, set_up_id, source, origin)


def take(access: Access, set_up_id: int, source: Bytes, origin: str) -> Taken:
    """As ``upload``, inside the transaction of another command: a program's."""
    access.require(Right.SET_UP_ASSESSMENTS, workspace_id=queries.get_set_up(access, set_up_id).workspace_id)
    report = steps.stage_report(source)
    one = queries.lock_set_up(access, set_up_id)  # two at once: the second one finds the first one's run
    if known := steps.find_known(one, origin, report.external_id, report.digest, access):
        return Taken(known, is_new=False)
    if one.ended_on is not None:
        raise Conflict("assessment_ended")
    version = steps.version_of(one, report)
    checks = steps.checks_of(version, [result.check for result in report.results])
    collected_at: datetime = report.collected_at  # type: ignore[assignment]
    check_collected(collected_at, clock.now())
    run = _run(access, one, collected_at, digest=report.digest, source=origin, external_id=report.external_id)
    run.version = version
    results = [(checks[each.check], each.outcome or Outcome.ERROR, each.count) for each in report.results]
    findings = steps.keep_run(run, results, report.prerequisites)
    steps.keep_objects([each.place for each in report.results], findings)
    steps.note_run(access, run)
    hub = steps.hub_of(run.customer_id)
    steps.count_runs(hub, [run])
    return Taken(run, is_new=True)


def _run(access: Access, one: SetUp, collected_at: datetime, **columns: object) -> Run:
    return Run(
        customer_id=one.customer_id,
        workspace_id=one.workspace_id,
        set_up=one,
        collected_at=collected_at,
        at=clock.now(),
        by_id=access.person_id,
        **columns,
    )


@command
def leave(access: Access, set_up_id: int, *, file: str, size: int) -> Intake:
    """Leave a long file for the worker. ``file``: where it lies in the private files; ``size``: bytes."""
    one = _lock_to_run(access, set_up_id)
    if queries.intakes_of(access, one.pk).filter(stage__in=(Stage.ASKED, Stage.RUNNING)).count() >= INTAKES_MAX:
        raise Conflict("assessment_files_waiting", files_max=INTAKES_MAX)
    kept = Intake.objects.create(
        customer_id=one.customer_id, workspace_id=one.workspace_id, set_up=one, by_id=access.person_id,
        at=clock.now(), file=file, total=size,
    )  # fmt: skip
    about = {"intake_id": kept.pk, "customer_id": kept.customer_id, "person_id": kept.by_id}
    app.configure_task(READ).defer(**about)
    return kept


@command
def claim(hub: Access, intake_id: int) -> Intake | None:
    """None where it is gone, or over already. By the hub itself: its person may have lost the right meanwhile."""
    one: Intake | None = queries.lock_intake(hub, intake_id)
    if one is None or one.stage in (Stage.DONE, Stage.FAILED):
        return None
    one.stage = Stage.RUNNING
    one.save(update_fields=["stage"])
    return one


@command
def tell(hub: Access, intake_id: int, *, done: int) -> None:
    """How far the reading is. After its end it says nothing: the end was written with what was read."""
    Intake.objects.visible_to(hub).filter(pk=intake_id, stage=Stage.RUNNING).update(done=done)


@command
def take_in(access: Access, one: Intake, source: Bytes) -> Run:
    """As ``upload``, with the rights that its person has now. The run and the word of it stand or fall together."""
    taken = take(access, one.set_up_id, source, Source.FILE)
    widen(access)
    ended = Intake.objects.visible_to(access).filter(pk=one.pk, stage=Stage.RUNNING)
    ended.update(stage=Stage.DONE, done=one.total, run=taken.run)
    return taken.run


@command
def refuse(hub: Access, intake_id: int, error: HubError) -> None:
    """Nothing of it was kept. Its person is told why."""
    one = queries.lock_intake(hub, intake_id)
    if one is None or one.stage in (Stage.DONE, Stage.FAILED):
        return
    one.stage = Stage.FAILED
    one.problem = {"code": error.code, "params": {name: str(value) for name, value in error.params.items()}}
    one.save(update_fields=["stage", "problem"])
    record(
        hub, "assessments.refused", one.pk, customer_id=one.customer_id, workspace_id=one.workspace_id,
        set_up=one.set_up_id, code=error.code,
    )  # fmt: skip


@command
def clear_intakes(hub: Access) -> None:
    """Bytes of what is over, which a killed worker left; and after a month what is said of it."""
    mine = Intake.objects.visible_to(hub)
    for one in mine.filter(stage__in=(Stage.DONE, Stage.FAILED)).exclude(file=""):
        files.remove(one.file)
        one.file = ""
        one.save(update_fields=["file"])
    for one in mine.filter(at__lt=clock.now() - INTAKES_KEPT):
        files.remove(one.file)
        one.delete()


@command
def withdraw(access: Access, run_id: int) -> Run:
    """A run that was a mistake counts for nothing any more; what it drew is taken back."""
    return take_back(access, run_id)


def take_back(access: Access, run_id: int) -> Run:
    """As ``withdraw``, inside the transaction of another command."""
    run = queries.lock_run(access, run_id)
    access.require(Right.SET_UP_ASSESSMENTS, workspace_id=run.workspace_id)
    if run.withdrawn_at is not None:
        raise Conflict("assessment_run_withdrawn")
    run.withdrawn_at, run.withdrawn_by_id, run.unbooked = clock.now(), access.person_id, ""
    run.save(update_fields=["withdrawn_at", "withdrawn_by", "unbooked"])
    record(
        access, "assessments.withdrawn", run.pk, customer_id=run.customer_id, workspace_id=run.workspace_id,
        set_up=run.set_up_id,
    )  # fmt: skip
    hub = steps.hub_of(run.customer_id)
    touch_customer([run.customer_id])
    if run.entry_id is not None and find_standing([run.entry_id]):
        ledger.reverse(hub, [run.entry_id], WITHDRAWN)
    return run


@command
def save_answers(access: Access, set_up_id: int, answers: Mapping[str, str]) -> AnswerDraft:
    """Keep answers to a questionnaire, by check; an empty one takes an answer back. Raises as ``upload``."""
    one = _lock_to_run(access, set_up_id)
    draft = queries.find_draft(access, one) or _begin(one)
    asked = {check.code for check in queries.list_questions(draft.version_id)}
    if unknown := set(answers) - asked:
        raise Invalid("assessment_check_unknown", check=min(unknown), version=draft.version.number)
    said = {**draft.answers, **answers}
    draft.answers = {check: Outcome(outcome) for check, outcome in said.items() if outcome}
    draft.changed_at, draft.changed_by_id = clock.now(), access.person_id
    draft.save()
    return draft


def _begin(one: SetUp) -> AnswerDraft:
    version = queries.find_questioned(one.definition_id)
    if version is None:
        raise Conflict("assessment_without_questions")
    return AnswerDraft(customer_id=one.customer_id, workspace_id=one.workspace_id, set_up=one, version=version)


def _lock_to_run(access: Access, set_up_id: int) -> SetUp:
    one = queries.lock_set_up(access, set_up_id)
    access.require(Right.SET_UP_ASSESSMENTS, workspace_id=one.workspace_id)
    if one.ended_on is not None:
        raise Conflict("assessment_ended")
    return one


@command
def finish_answers(access: Access, set_up_id: int) -> Run:
    """Make a run of the answers. Raises Conflict where there are none, Invalid while some are missing."""
    one = _lock_to_run(access, set_up_id)
    draft = queries.find_draft(access, one)
    if draft is None:
        raise Conflict("assessment_not_answered")
    questions = queries.list_questions(draft.version_id)
    if left := sum(check.code not in draft.answers for check in questions):
        raise Invalid("assessment_answers_missing", count=left)
    now = clock.now()
    digest = sha256(json.dumps([one.pk, draft.answers, now.isoformat()]).encode()).digest()
    run = _run(access, one, now, digest=digest, source=Source.QUESTIONNAIRE)
    run.version = draft.version
    results = [(check, Outcome(draft.answers[check.code]), 0) for check in questions]
    steps.keep_run(run, results)
    draft.delete()
    steps.note_run(access, run)
    steps.count_runs(steps.hub_of(run.customer_id), [run])
    return run


@command
def discard_answers(access: Access, set_up_id: int) -> None:
    one = queries.lock_set_up(access, set_up_id)
    access.require(Right.SET_UP_ASSESSMENTS, workspace_id=one.workspace_id)
    steps.forget_answers(one)


@command
def settle(access: Access) -> None:
    """By the hub itself, for one customer."""
    steps.settle(access)


@command
def note_export(access: Access, run: Run) -> None:
    """The full list is taken, with the objects that it names."""
    record(
        access, "assessments.exported", run.pk, customer_id=run.customer_id, workspace_id=run.workspace_id,
        set_up=run.set_up_id,
    )  # fmt: skip


@command
def note_look(access: Access, run: Run) -> None:
    """By staff. The database keeps the first of each person, customer and day."""
    record(
        access, "activity.looked", customer_id=run.customer_id, workspace_id=run.workspace_id, page="assessment_run",
        day=clock.today("UTC").isoformat(),
    )  # fmt: skip
