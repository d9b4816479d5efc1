"""Service health: the events that the token's holder may read, with how their components fare."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router
from pydantic import BaseModel

from tallyhub.accounts.tokens import TokenScope
from tallyhub.health import queries
from tallyhub.health.models import HealthEvent
from tallyhub.health.rules import ComponentStatus, EventKind, EventStatus, Impact, Visibility
from tallyhub.integrations.api.paging import Paged, PagingQuery, page
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.tokens import Token, holder_of
from tallyhub.kernel.scope import scope

READ = Token(TokenScope.READ_HEALTH)
router = Router()


class AffectedPart(BaseModel):
    product: str = Field(description="Code.")
    component: str = Field(description="Code.")
    status: ComponentStatus


class HealthEventOut(BaseModel):
    """An incident, an advisory notice or maintenance, as it is now."""

    id: int
    kind: EventKind
    title: str
    status: EventStatus
    impact: Impact
    visibility: Visibility
    components: list[AffectedPart]
    regions: list[str] = Field(description="Codes; none: everywhere.")
    workaround: str
    occurred_at: datetime | None
    published_at: datetime
    ended_at: datetime | None
    due_at: datetime | None = Field(description="For when the next update is promised.")
    scheduled_from: datetime | None
    scheduled_until: datetime | None
    changed_at: datetime


class HealthEvents(Paged):
    items: list[HealthEventOut]


class EventFilter(BaseModel):
    kind: EventKind | None = None
    is_over: bool | None = None


@router.get("/health-events", auth=READ, response=answers(HealthEvents), operation_id="list_health_events")
def list_health_events(request: HttpRequest, paging: PagingQuery, wanted: Query[EventFilter]) -> Any:
    """What reaches the customer, and what everybody signed in may read."""
    access = holder_of(request).access
    with scope(access):
        asked = wanted.model_dump(exclude_none=True)
        found = queries.list_after(access, asked, after=paging.after, limit=paging.limit + 1)
    rows, following, cursor = page(request, paging, found, lambda one: one.pk)
    return HealthEvents(items=[_event(one) for one in rows], next=following, cursor=cursor)


_SAID = (
    "title",
    "workaround",
    "occurred_at",
    "published_at",
    "ended_at",
    "due_at",
    "scheduled_from",
    "scheduled_until",
)


def _event(one: HealthEvent) -> HealthEventOut:
    said: dict[str, Any] = {name: getattr(one, name) for name in (*_SAID, "changed_at")}
    return HealthEventOut(
        id=one.pk,
        kind=EventKind(one.kind),
        status=EventStatus(one.status),
        impact=Impact(one.impact),
        visibility=Visibility(one.visibility),
        components=[
            AffectedPart(
                product=each.component.product.code,
                component=each.component.code,
                status=ComponentStatus(each.status),
            )
            for each in one.components.all()
        ],
        regions=[each.region.code for each in one.regions.all()],
        **said,
    )
