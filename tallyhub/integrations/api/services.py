"""Services: the catalogue, what was ordered of it, what is held and delivered, and what the customer says of that.

What a token reads is what its person sees on the pages. The rules of what it writes are the pages', too.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router
from pydantic import BaseModel, ConfigDict

from tallyhub.accounts.tokens import TokenScope
from tallyhub.engagements.feed import queries as feed
from tallyhub.engagements.models import Engagement, EngagementDelivery, Offering
from tallyhub.engagements.rules import (
    DELIVERY_MINUTES_MAX,
    NOTE_MAX,
    PLANNED_MINUTES_MAX,
    TITLE_MAX,
    Acceptance,
    Category,
    OfferingKind,
    State,
)
from tallyhub.integrations.api import service_commands as commands
from tallyhub.integrations.api.paging import Code, Id, Paged, PagingQuery, page
from tallyhub.integrations.api.posting import IdempotencyKey, request_of, response_of
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.tokens import Token, holder_of
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.scope import scope
from tallyhub.ledger.queries import held_for
from tallyhub.organizations.queries import names_of

router = Router()
READ = Token(TokenScope.READ_SERVICES)
WRITE = Token(TokenScope.WRITE_SERVICES)
Text = Annotated[str, Field(max_length=NOTE_MAX)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="As it was read: 409 where it has changed since.")]
_STEPS = "In the smallest step of what pays: minutes, or hundredths of a credit."


class ServiceOffering(BaseModel):
    """What can be ordered."""

    id: int
    code: str
    kind: OfferingKind
    category: Category
    product: str | None = Field(description="Code.")
    name: str = Field(description="In the language of Accept-Language, or in English.")
    description: str
    planned_minutes: int | None
    credit_rate: int | None = Field(description="In hundredths of a credit; null where it is not for credits.")
    rate_version: int = Field(description="Raised by each new rate. An engagement keeps the one it was ordered at.")
    data_sheet: str = Field(description="Markdown, or an address.")
    is_offered: bool


class Offerings(Paged):
    items: list[ServiceOffering]


class OfferingFilter(BaseModel):
    code: Code | None = None
    kind: OfferingKind | None = None
    category: Category | None = None
    is_offered: bool | None = None


@router.get("/offerings", auth=READ, response=answers(Offerings), operation_id="list_offerings")
def list_offerings(request: HttpRequest, paging: PagingQuery, wanted: Query[OfferingFilter]) -> Any:
    """The provider's catalogue of services, what is offered no more included."""
    with scope(holder_of(request).access):
        asked = wanted.model_dump(exclude_none=True)
        found = feed.list_offerings(asked, after=paging.after, limit=paging.limit + 1)
    rows, following, cursor = page(request, paging, found, lambda one: one.pk)
    return Offerings(items=[_offering(one) for one in rows], next=following, cursor=cursor)


def _offering(one: Offering) -> ServiceOffering:
    return ServiceOffering(
        id=one.pk, code=one.code, kind=OfferingKind(one.kind), category=Category(one.category),
        product=one.product.code if one.product else None, name=one.name, description=one.description,
        planned_minutes=one.planned_minutes, credit_rate=one.credit_rate, rate_version=one.rate_version,
        data_sheet=one.data_sheet, is_offered=one.is_offered,
    )  # fmt: skip


class ServiceEngagement(BaseModel):
    """One order, from the request to the last delivery."""

    id: int
    number: str = Field(description="What people read out; of digits.")
    version: int = Field(description="Raised by each change; what is written names it.")
    workspace: str = Field(description="Code.")
    workspace_id: int
    offering: str | None = Field(description="Code.")
    title: str
    state: State
    requested_by_id: int | None
    requested_by: str | None = Field(description="A name; null where nobody knows them any more.")
    requested_at: datetime
    wish: str
    wanted_from: date | None
    wanted_until: date | None
    engineer_id: int | None
    engineer: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    planned_minutes: int | None
    credit_rate: int | None = Field(description="In hundredths of a credit, frozen when it was ordered.")
    entitlement_id: int | None = Field(description="What pays.")
    unit: Unit | None = Field(description="Of what pays.")
    held: int = Field(description=f"Planned and not delivered yet. {_STEPS}")
    used: int = Field(description=f"What counts. {_STEPS}")
    reason: str = Field(description="Of declining or cancelling.")
    late_on: date | None = Field(description="Cancelled so late that it costs …")
    late_charge: int = Field(description=f"… and how much. {_STEPS}")
    changed_at: datetime
    source: str
    external_id: str = Field(description="What its source calls it; may be empty.")


class Engagements(Paged):
    items: list[ServiceEngagement]


class EngagementFilter(BaseModel):
    number: Code | None = None
    workspace_id: Id | None = None
    entitlement_id: Id | None = None
    state: State | None = None
    source: Code | None = None
    external_id: Code | None = None


@router.get("/engagements", auth=READ, response=answers(Engagements), operation_id="list_engagements")
def list_engagements(request: HttpRequest, paging: PagingQuery, wanted: Query[EngagementFilter]) -> Any:
    """Of the workspaces whose activity one reads; and what one requested oneself."""
    access = holder_of(request).access
    with scope(access):
        asked = wanted.model_dump(exclude_none=True)
        found = feed.list_engagements(access, asked, after=paging.after, limit=paging.limit + 1)
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
        items = _engagements(access, rows)
    return Engagements(items=items, next=following, cursor=cursor)


@router.get("/engagements/{id}", auth=READ, response=answers(ServiceEngagement, 404), operation_id="get_engagement")
def get_engagement(request: HttpRequest, id: Path[Id]) -> Any:  # noqa: A002 - the parameter's name
    access = holder_of(request).access
    with scope(access):
        return _engagements(access, [feed.get_engagement(access, id)])[0]


def _engagements(access: Access, rows: Sequence[Engagement]) -> list[ServiceEngagement]:
    used = feed.used_by(access, [one.pk for one in rows])
    held: dict[str, int] = {}
    for (number, _entitlement), amount in held_for(access, "engagements", [one.number for one in rows]).items():
        held[number] = held.get(number, 0) + amount
    names = names_of(access, (person for one in rows for person in (one.requested_by_id, one.engineer_id)))
    return [_engagement(one, names, held.get(one.number, 0), used.get(one.pk, 0)) for one in rows]


_AS_IT_IS = (
    "number", "version", "workspace_id", "title", "state", "requested_by_id", "requested_at", "wish", "wanted_from",
    "wanted_until", "engineer_id", "starts_at", "ends_at", "planned_minutes", "credit_rate", "entitlement_id", "reason",
    "late_on", "late_charge", "changed_at", "source", "external_id",
)  # fmt: skip


def _engagement(one: Engagement, names: dict[int, str], held: int, used: int) -> ServiceEngagement:
    said: dict[str, Any] = {name: getattr(one, name) for name in _AS_IT_IS}
    return ServiceEngagement(
        id=one.pk, workspace=one.workspace.code, offering=one.offering.code if one.offering else None,
        requested_by=names.get(one.requested_by_id or 0), engineer=names.get(one.engineer_id or 0),
        unit=Unit(one.entitlement.service.unit) if one.entitlement else None, held=held, used=used, **said,
    )  # fmt: skip


class ServiceDelivery(BaseModel):
    """What was delivered on a day. It is never changed: a correction stands in its place."""

    id: int
    version: int
    engagement_id: int
    engagement: str = Field(description="Number.")
    workspace_id: int
    delivered_on: date = Field(description="A day in the agreement's zone.")
    minutes: int
    note: str
    engineer_id: int | None
    engineer: str | None
    logged_at: datetime
    acceptance: Acceptance
    due_on: date = Field(description="The last day on which the customer can accept or dispute it.")
    judged_at: datetime | None
    dispute: str
    answer: str
    unbooked: str = Field(description="Why nothing is booked for it; a code, else empty.")
    corrects_id: int | None = Field(description="The delivery in whose place it stands.")
    is_removed: bool = Field(description="Taken away by a correction.")
    source: str
    external_id: str


class Deliveries(Paged):
    items: list[ServiceDelivery]


class DeliveryFilter(BaseModel):
    engagement_id: Id | None = None
    workspace_id: Id | None = None
    acceptance: Acceptance | None = None
    delivered_from: date | None = Field(None, description="First day.")
    delivered_to: date | None = Field(None, description="Last day.")
    source: Code | None = None
    external_id: Code | None = None


@router.get("/deliveries", auth=READ, response=answers(Deliveries), operation_id="list_deliveries")
def list_deliveries(request: HttpRequest, paging: PagingQuery, wanted: Query[DeliveryFilter]) -> Any:
    """Of the engagements that one sees, those included that were corrected."""
    access = holder_of(request).access
    asked = _days_of(wanted.model_dump(exclude_none=True), day__gte="delivered_from", day__lte="delivered_to")
    with scope(access):
        found = feed.list_deliveries(access, asked, after=paging.after, limit=paging.limit + 1)
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
        names = names_of(access, (one.engineer_id for one in rows))
    return Deliveries(items=[_delivery(one, names) for one in rows], next=following, cursor=cursor)


def _days_of(asked: dict[str, Any], **renamed: str) -> dict[str, Any]:
    return asked | {column: asked.pop(name) for column, name in renamed.items() if name in asked}


_OF_DELIVERY = (
    "version", "engagement_id", "workspace_id", "minutes", "note", "engineer_id", "logged_at", "acceptance", "due_on",
    "judged_at", "dispute", "answer", "unbooked", "corrects_id", "source", "external_id",
)  # fmt: skip


def _delivery(one: EngagementDelivery, names: dict[int, str]) -> ServiceDelivery:
    said: dict[str, Any] = {name: getattr(one, name) for name in _OF_DELIVERY}
    return ServiceDelivery(
        id=one.pk, engagement=one.engagement.number, delivered_on=one.day, engineer=names.get(one.engineer_id or 0),
        is_removed=one.removed_at is not None, **said,
    )  # fmt: skip


class BookedDay(BaseModel):
    """Hours, or a whole day, of an engineer that are kept for an engagement."""

    id: int
    engagement_id: int
    engagement: str = Field(description="Number.")
    workspace_id: int
    engineer_id: int | None
    engineer: str | None
    starts_at: datetime
    ends_at: datetime
    is_whole_day: bool


class BookedDays(Paged):
    items: list[BookedDay]


class DayFilter(BaseModel):
    engagement_id: Id | None = None
    workspace_id: Id | None = None


@router.get("/booked-days", auth=READ, response=answers(BookedDays), operation_id="list_booked_days")
def list_booked_days(request: HttpRequest, paging: PagingQuery, wanted: Query[DayFilter]) -> Any:
    """What is scheduled and what was. Days that are moved come anew, under other ids."""
    access = holder_of(request).access
    with scope(access):
        asked = wanted.model_dump(exclude_none=True)
        found = feed.list_days(access, asked, after=paging.after, limit=paging.limit + 1)
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
        names = names_of(access, (one.engineer_id for one in rows))
    items = [
        BookedDay(
            id=one.pk,
            engagement_id=one.engagement_id,
            engagement=one.engagement.number,
            workspace_id=one.workspace_id,
            engineer_id=one.engineer_id,
            engineer=names.get(one.engineer_id or 0),
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            is_whole_day=one.is_whole_day,
        )
        for one in rows
    ]
    return BookedDays(items=items, next=following, cursor=cursor)


class ServiceHold(BaseModel):
    """What was planned and is kept for it, or (negative) released. No part of any balance."""

    id: int
    engagement_id: int | None
    engagement: str = Field(description="Number.")
    workspace_id: int
    entitlement_id: int
    unit: Unit
    day: date = Field(description="In the agreement's zone.")
    amount: int = Field(description=_STEPS)


class Holds(Paged):
    items: list[ServiceHold]


class HoldFilter(BaseModel):
    entitlement_id: Id | None = None
    workspace_id: Id | None = None


@router.get("/holds", auth=READ, response=answers(Holds), operation_id="list_holds")
def list_holds(request: HttpRequest, paging: PagingQuery, wanted: Query[HoldFilter]) -> Any:
    """What was held of hours and credits, and what was released of it. Their sum is what is held; the entitlement's
    balance has it beside what was bought, used, left and expired.
    """
    access = holder_of(request).access
    with scope(access):
        asked = wanted.model_dump(exclude_none=True)
        found = feed.list_holds(access, asked, after=paging.after, limit=paging.limit + 1)
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
        ids = feed.ids_of(access, {one.held_for for one in rows})
    items = [
        ServiceHold(
            id=one.pk,
            engagement_id=ids.get(one.held_for),
            engagement=one.held_for,
            workspace_id=one.workspace_id,
            entitlement_id=one.entitlement_id,
            unit=Unit(one.entitlement.service.unit),
            day=one.day,
            amount=one.amount,
        )
        for one in rows
    ]
    return Holds(items=items, next=following, cursor=cursor)


# Writing


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewEngagement(_Body):
    workspace: str = Field(min_length=1, max_length=80, description="Code.")
    offering: str = Field(min_length=1, max_length=60, description="Code.")
    wish: Text = ""
    wanted_from: str | None = Field(None, max_length=10, description="A day: 2026-11-30.")
    wanted_until: str | None = Field(None, max_length=10)
    source: str | None = Field(None, max_length=40, description='The system; "api" where it is left out.')
    external_id: str | None = Field(
        None,
        max_length=120,
        description="Names it in its system, so that it is requested once. For who reads the whole customer.",
    )


class RequestedEngagement(BaseModel):
    id: int
    number: str
    version: int
    status: Literal["new", "known"] = Field(description="Known: was requested before.")


class NewPlan(_Body):
    version: Version
    minutes: int = Field(ge=1, le=PLANNED_MINUTES_MAX)
    entitlement_id: Id | None = Field(None, description="What pays; the one that fits best where it is left out.")
    title: str | None = Field(None, min_length=1, max_length=TITLE_MAX)
    confirmed: bool = Field(False, description="That it is more than is left is right.")


class NewSchedule(_Body):
    version: Version
    engineer_id: Id
    starts_at: str = Field(max_length=60, description="With its offset: 2026-11-30T09:00+01:00.")
    ends_at: str = Field(max_length=60)
    confirmed: bool = Field(False, description="That the engineer has something else to do then is right.")


class Changed(BaseModel):
    """An engagement as it stands after the change."""

    id: int
    number: str
    state: State
    version: int


class NewDelivery(_Body):
    delivered_on: str = Field(max_length=10, description="The day in the agreement's zone: 2026-11-30.")
    minutes: int = Field(ge=1, le=DELIVERY_MINUTES_MAX, description="Real ones.")
    note: Text = Field("", description="The customer reads it.")
    confirmed: bool = Field(False, description="That it is more than was planned is right.")
    source: str | None = Field(None, max_length=40, description='The system; "api" where it is left out.')
    external_id: str | None = Field(
        None, max_length=120, description="Names it in its system, so that it is logged once."
    )


class LoggedDelivery(BaseModel):
    id: int
    status: Literal["new", "known"] = Field(description="Known: was logged before, with the same content.")


class Seen(_Body):
    version: Version


class NewDispute(Seen):
    text: str = Field(min_length=1, max_length=NOTE_MAX, description="What is not right.")


class Judged(BaseModel):
    id: int
    acceptance: Acceptance
    version: int


_DONE = (404, 409, 415)


@router.post(
    "/engagements", auth=WRITE, response=answers(RequestedEngagement, 409, 415), operation_id="request_service"
)
def request_service(request: HttpRequest, body: NewEngagement, key: IdempotencyKey = None) -> Any:
    """Request a service of the catalogue, for a workspace that one is in; of staff for whoever plans there."""
    said = body.model_dump(exclude_none=True)
    return response_of(commands.request_service(holder_of(request).access, said, request_of(request, key)))


@router.post("/engagements/{id}/plan", auth=WRITE, response=answers(Changed, *_DONE), operation_id="plan_engagement")
def plan_engagement(
    request: HttpRequest,
    id: Path[Id],  # noqa: A002
    body: NewPlan,
    key: IdempotencyKey = None,
) -> Any:
    """Plan it, or plan it anew: what is planned is held. For whoever plans services there."""
    said = body.model_dump(exclude_none=True)
    return response_of(commands.plan(holder_of(request).access, id, said, request_of(request, key)))


@router.post(
    "/engagements/{id}/schedule", auth=WRITE, response=answers(Changed, *_DONE), operation_id="schedule_engagement"
)
def schedule_engagement(
    request: HttpRequest,
    id: Path[Id],  # noqa: A002
    body: NewSchedule,
    key: IdempotencyKey = None,
) -> Any:
    """With an engineer and hours, in place of those before. For whoever plans services there."""
    said = body.model_dump(exclude_none=True)
    return response_of(commands.schedule(holder_of(request).access, id, said, request_of(request, key)))


@router.post(
    "/engagements/{id}/deliveries", auth=WRITE, response=answers(LoggedDelivery, *_DONE), operation_id="log_delivery"
)
def log_delivery(
    request: HttpRequest,
    id: Path[Id],  # noqa: A002
    body: NewDelivery,
    key: IdempotencyKey = None,
) -> Any:
    """Log what was delivered: it counts, and as much of what is held is released. For whoever delivers there."""
    said = body.model_dump(exclude_none=True)
    return response_of(commands.log_delivery(holder_of(request).access, id, said, request_of(request, key)))


@router.post(
    "/engagements/{id}/finish", auth=WRITE, response=answers(Changed, *_DONE), operation_id="finish_engagement"
)
def finish_engagement(
    request: HttpRequest,
    id: Path[Id],  # noqa: A002
    body: Seen,
    key: IdempotencyKey = None,
) -> Any:
    """All is delivered: what is still held is released, and credits are spent. For whoever delivers there."""
    return response_of(commands.finish(holder_of(request).access, id, body.version, request_of(request, key)))


@router.post(
    "/deliveries/{id}/acceptance", auth=WRITE, response=answers(Judged, *_DONE), operation_id="accept_delivery"
)
def accept_delivery(
    request: HttpRequest,
    id: Path[Id],  # noqa: A002
    body: Seen,
    key: IdempotencyKey = None,
) -> Any:
    """As it was seen. For the requester and for administrators; staff and a customer's own token are refused."""
    return response_of(commands.accept(holder_of(request).access, id, body.version, request_of(request, key)))


@router.post("/deliveries/{id}/dispute", auth=WRITE, response=answers(Judged, *_DONE), operation_id="dispute_delivery")
def dispute_delivery(
    request: HttpRequest,
    id: Path[Id],  # noqa: A002
    body: NewDispute,
    key: IdempotencyKey = None,
) -> Any:
    """Say what is not right about it: the account team answers or corrects. For those who could accept it."""
    sent = request_of(request, key)
    return response_of(commands.dispute(holder_of(request).access, id, body.text, body.version, sent))
