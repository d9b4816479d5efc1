"""Learning: the catalogue, and what the token's person learns or, as a learning manager, follows (R2.2)."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query
from pydantic import BaseModel

from tallyhub.accounts.tokens import TokenScope
from tallyhub.integrations.api.paging import Code, Id, Paged, PagingQuery, page
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.requests import router as router  # one for all: an address has one entry
from tallyhub.integrations.api.tokens import Token, holder_of
from tallyhub.kernel.scope import scope
from tallyhub.learning import queries
from tallyhub.learning.models import Activity, Record
from tallyhub.learning.rules import Format, Level
from tallyhub.organizations.queries import names_of

READ = Token(TokenScope.READ_LEARNING)


class LearningActivity(BaseModel):
    id: int
    code: str
    title: str = Field(description="In the language of Accept-Language, or in English.")
    format: Format
    product: str | None = Field(description="Code.")
    level: Level
    language: str = Field(description="Of the content, ISO 639.")
    minutes: int
    url: str
    is_offered: bool
    added_on: date


class LearningActivities(Paged):
    items: list[LearningActivity]


class ActivityFilter(BaseModel):
    code: Code | None = None
    format: Format | None = None
    level: Level | None = None


@router.get(
    "/learning-activities", auth=READ, response=answers(LearningActivities), operation_id="list_learning_activities"
)
def list_learning_activities(request: HttpRequest, paging: PagingQuery, wanted: Query[ActivityFilter]) -> Any:
    """The provider's catalogue, what is offered no more included."""
    with scope(holder_of(request).access):
        asked = wanted.model_dump(exclude_none=True)
        found = queries.list_activities_after(asked, after=paging.after, limit=paging.limit + 1)
    rows, following, cursor = page(request, paging, found, lambda one: one.pk)
    return LearningActivities(items=[_activity(one) for one in rows], next=following, cursor=cursor)


def _activity(one: Activity) -> LearningActivity:
    return LearningActivity(
        id=one.pk, code=one.code, title=one.name, format=Format(one.format),
        product=one.product.code if one.product else None, level=Level(one.level), language=one.language,
        minutes=one.minutes, url=one.url, is_offered=one.is_offered, added_on=one.added_on,
    )  # fmt: skip


class LearningRecord(BaseModel):
    """Days are those of the agreement that pays. Consumed is what was started; completed is another thing."""

    id: int
    learner_id: int
    learner: str | None = Field(description="A name; null where nobody knows them any more.")
    workspace_id: int
    activity_id: int
    activity: str = Field(description="Code.")
    started_on: date
    last_activity_on: date
    completed_on: date | None
    progress_pct: int
    entitlement_id: int | None = Field(description="What pays; null where nothing does.")
    unbooked: str = Field(description="Why nothing pays; a code, else empty.")


class LearningRecords(Paged):
    items: list[LearningRecord]


class RecordFilter(BaseModel):
    workspace_id: Id | None = None
    learner_id: Id | None = None
    activity: Code | None = Field(None, description="Code of an activity.")
    started_from: date | None = None
    started_to: date | None = None


@router.get("/learning-records", auth=READ, response=answers(LearningRecords), operation_id="list_learning_records")
def list_learning_records(request: HttpRequest, paging: PagingQuery, wanted: Query[RecordFilter]) -> Any:
    """One's own; and of the workspaces in which one is a learning manager, everybody's. Nobody else's."""
    access = holder_of(request).access
    with scope(access):
        asked = wanted.model_dump(exclude_none=True)
        found = queries.list_records_after(access, asked, after=paging.after, limit=paging.limit + 1)
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
        names = names_of(access, (one.person_id for one in rows))
    return LearningRecords(items=[_record(one, names) for one in rows], next=following, cursor=cursor)


def _record(one: Record, names: dict[int, str]) -> LearningRecord:
    said: dict[str, Any] = {
        name: getattr(one, name)
        for name in ("workspace_id", "started_on", "last_activity_on", "completed_on", "progress_pct", "unbooked")
    }
    return LearningRecord(
        id=one.pk, learner_id=one.person_id, learner=names.get(one.person_id), activity_id=one.activity_id,
        activity=one.activity.code, entitlement_id=one.entitlement_id, **said,
    )  # fmt: skip
