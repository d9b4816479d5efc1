"""Assessments: what is set up, what ran, what it found; and the result of a collector, as it wrote it."""

import io
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query
from pydantic import BaseModel, ConfigDict

from tallyhub.accounts.tokens import TokenScope
from tallyhub.assessments import queries
from tallyhub.assessments.models import AffectedObject, Finding, Run, SetUp
from tallyhub.assessments.rules import LABEL_MAX, Focus, Outcome, Priority, SetUpStatus, quality_index, status_of
from tallyhub.integrations.api import assessment_commands as commands
from tallyhub.integrations.api.learning import router as router  # one for all: an address has one entry
from tallyhub.integrations.api.paging import Code, Id, Paged, PagingQuery, page
from tallyhub.integrations.api.posting import IdempotencyKey, request_of, response_of
from tallyhub.integrations.api.problems import Stop
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.tokens import Token, holder_of
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope

READ = Token(TokenScope.READ_ASSESSMENTS)
WRITE = Token(TokenScope.WRITE_ASSESSMENTS)


class SetUpLine(BaseModel):
    """An assessment that is set up in a workspace."""

    id: int
    assessment: str = Field(description="Code.")
    workspace: str = Field(description="Code.")
    workspace_id: int
    label: str
    status: SetUpStatus
    configured_on: date
    ended_on: date | None
    runs: int = Field(description="That count: withdrawn ones do not.")
    unbooked: str = Field(
        description="A code that says why no package counts it; empty where one does, or none should."
    )


class SetUps(Paged):
    items: list[SetUpLine]


class SetUpFilters(BaseModel):
    workspace_id: Id | None = None
    assessment: Code | None = None


@router.get("/assessment-set-ups", auth=READ, response=answers(SetUps), operation_id="list_assessment_set_ups")
def list_assessment_set_ups(request: HttpRequest, paging: PagingQuery, wanted: Query[SetUpFilters]) -> Any:
    access = _reading(request)
    with scope(access):
        found = queries.set_ups_after(
            access, after=paging.after, limit=paging.limit + 1, workspace_id=wanted.workspace_id, code=wanted.assessment
        )
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
        figures = queries.figures_of(access, rows)
    return SetUps(items=[_set_up(one, figures.get(one.pk)) for one in rows], next=following, cursor=cursor)


class RunLine(BaseModel):
    id: int
    set_up_id: int
    assessment: str = Field(description="Code.")
    version: int
    collected_at: datetime
    at: datetime = Field(description="Brought in.")
    source: str
    external_id: str
    passed: int
    failed: int
    not_applicable: int
    errors: int
    high: int = Field(description="Failed checks of high priority.")
    affected: int
    prerequisites: int
    prerequisites_passed: int
    quality_index: int | None = Field(description="Passed prerequisites in per cent, rounded down; null without any.")
    withdrawn_at: datetime | None
    entry_id: int | None = Field(description="Of the ledger, where a package counts runs.")
    unbooked: str = Field(
        description="A code that says why no package counts it; empty where one does, or none should."
    )


class Runs(Paged):
    items: list[RunLine]


class RunFilters(BaseModel):
    set_up_id: Id | None = None


@router.get("/assessment-runs", auth=READ, response=answers(Runs), operation_id="list_assessment_runs")
def list_assessment_runs(request: HttpRequest, paging: PagingQuery, wanted: Query[RunFilters]) -> Any:
    """In the order in which they came to the hub."""
    access = _reading(request)
    with scope(access):
        found = queries.runs_after(access, after=paging.after, limit=paging.limit + 1, set_up_id=wanted.set_up_id)
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
        items = [_run(one) for one in rows]
    return Runs(items=items, next=following, cursor=cursor)


@router.get("/assessment-runs/{id}", auth=READ, response=answers(RunLine, 404), operation_id="get_assessment_run")
def get_assessment_run(request: HttpRequest, id: Path[Id]) -> Any:  # noqa: A002
    access = _reading(request)
    with scope(access):
        one = queries.get_run(access, id)
    commands.tell_look(access, one)
    return _run(one)


class FindingLine(BaseModel):
    id: int
    check: str
    focus_area: Focus
    priority: Priority
    title: str = Field(description="In the language of the request.")
    remedy: str
    result: Outcome
    affected: int


class Findings(Paged):
    items: list[FindingLine]


@router.get(
    "/assessment-runs/{id}/findings",
    auth=READ,
    response=answers(Findings, 404),
    operation_id="list_assessment_findings",
)
def list_assessment_findings(request: HttpRequest, id: Path[Id], paging: PagingQuery) -> Any:  # noqa: A002
    access = _reading(request)
    with scope(access):
        run = queries.get_run(access, id)
        found = queries.findings_after(access, run, after=paging.after, limit=paging.limit + 1)
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
    commands.tell_look(access, run)
    return Findings(items=[_finding(one) for one in rows], next=following, cursor=cursor)


class ObjectLine(BaseModel):
    id: int
    name: str = Field(description="As the collector calls it: escape it before you show it.")
    type: str


class Objects(Paged):
    items: list[ObjectLine]


@router.get(
    "/assessment-runs/{id}/findings/{finding_id}/objects",
    auth=READ,
    response=answers(Objects, 404),
    operation_id="list_affected_objects",
)
def list_affected_objects(
    request: HttpRequest,
    id: Path[Id],  # noqa: A002
    finding_id: Path[Id],
    paging: PagingQuery,
) -> Any:
    access = _reading(request)
    with scope(access):
        finding = queries.get_finding(access, id, finding_id)
        found = queries.objects_after(access, finding, after=paging.after, limit=paging.limit + 1)
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
    commands.tell_look(access, finding.run)
    return Objects(items=[_object(one) for one in rows], next=following, cursor=cursor)


class NewSetUp(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    workspace: str = Field(max_length=80, description="Code.")
    assessment: str = Field(max_length=60, description="Code.")
    label: str = Field("", max_length=LABEL_MAX, description="Tells two of one assessment in a workspace apart.")
    goes_beyond: bool = Field(False, description="Even where all that were bought are in use; for administrators.")


class MadeSetUp(BaseModel):
    id: int


class TakenRun(BaseModel):
    id: int
    status: Literal["new", "known"] = Field(description="Known: this very file was brought in before.")


@router.post(
    "/assessment-set-ups",
    auth=WRITE,
    response=answers(MadeSetUp, 409, 415),
    operation_id="set_up_assessment",
)
def set_up_assessment(request: HttpRequest, body: NewSetUp, key: IdempotencyKey = None) -> Any:
    """Set an assessment up, by the rules of the page."""
    said = body.model_dump()
    return response_of(commands.set_up(holder_of(request).access, said, request_of(request, key)))


@router.post(
    "/assessment-set-ups/{id}/end",
    auth=WRITE,
    response=answers(MadeSetUp, 404, 409),
    operation_id="end_assessment",
)
def end_assessment(request: HttpRequest, id: Path[Id], key: IdempotencyKey = None) -> Any:  # noqa: A002
    """From today on it does not count, and nothing runs in it."""
    return response_of(commands.end(holder_of(request).access, id, request_of(request, key)))


@router.post(
    "/assessment-set-ups/{id}/runs",
    auth=WRITE,
    response=answers(TakenRun, 404, 409, 415),
    operation_id="add_assessment_run",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object", "description": "See the published schema."}}},
        }
    },
)
def add_assessment_run(request: HttpRequest, id: Path[Id], key: IdempotencyKey = None) -> Any:  # noqa: A002
    """Bring in a collector's result, as it wrote it: /assessments/result-schema.json says how. The same file again, to
    the same set-up, is known and changes nothing. Larger ones than a body may be are uploaded on the page.
    """
    if request.content_type != "application/json":
        raise Stop(415, "body_not_json")
    sent = request_of(request, key)
    return response_of(commands.add_run(holder_of(request).access, id, io.BytesIO(request.body), sent))


@router.post(
    "/assessment-runs/{id}/withdraw",
    auth=WRITE,
    response=answers(MadeSetUp, 404, 409),
    operation_id="withdraw_assessment_run",
)
def withdraw_assessment_run(request: HttpRequest, id: Path[Id], key: IdempotencyKey = None) -> Any:  # noqa: A002
    """A run that was a mistake: it counts for nothing, and what it drew is given back."""
    return response_of(commands.withdraw(holder_of(request).access, id, request_of(request, key)))


def _reading(request: HttpRequest) -> Access:
    access = holder_of(request).access
    if not access.has_anywhere(Right.VIEW_ASSESSMENTS):
        access.require(Right.VIEW_ASSESSMENTS)
    return access


def _set_up(one: SetUp, figures: queries.Figures | None) -> SetUpLine:
    runs = figures.runs if figures else 0
    return SetUpLine(
        id=one.pk, assessment=one.definition.code, workspace=one.workspace.code, workspace_id=one.workspace_id,
        label=one.label, status=status_of(is_ended=one.ended_on is not None, runs=runs),
        configured_on=one.configured_on, ended_on=one.ended_on, runs=runs, unbooked=one.unbooked,
    )  # fmt: skip


def _run(one: Run) -> RunLine:
    return RunLine(
        id=one.pk, set_up_id=one.set_up_id, assessment=one.version.definition.code, version=one.version.number,
        collected_at=one.collected_at, at=one.at, source=one.source, external_id=one.external_id, passed=one.passed,
        failed=one.failed, not_applicable=one.not_applicable, errors=one.errors, high=one.high, affected=one.affected,
        prerequisites=one.prerequisites, prerequisites_passed=one.prerequisites_passed,
        quality_index=quality_index(one.prerequisites_passed, one.prerequisites), withdrawn_at=one.withdrawn_at,
        entry_id=one.entry_id, unbooked=one.unbooked,
    )  # fmt: skip


def _finding(one: Finding) -> FindingLine:
    check = one.checked
    return FindingLine(
        id=one.pk, check=check.code, focus_area=Focus(check.focus), priority=Priority(check.priority),
        title=check.title, remedy=check.remedy, result=Outcome(one.outcome), affected=one.affected,
    )  # fmt: skip


def _object(one: AffectedObject) -> ObjectLine:
    return ObjectLine(id=one.pk, name=one.name, type=one.kind)
