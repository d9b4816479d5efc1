"""The desk of a partner, for programs of the people who work there: what is asked of it, and what is done about it.

A token for one's work acts inside no customer. Each request is worked on as on its page: inside its own workspace, for
it alone, with nothing that the customer delegated.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router
from pydantic import BaseModel, ConfigDict

from tallyhub.accounts.tokens import TokenScope
from tallyhub.agreements.queries import list_products
from tallyhub.health.models import HealthEvent
from tallyhub.health.rules import EventKind, EventStatus
from tallyhub.helpdesk.baseline.queries import list_items
from tallyhub.helpdesk.gates import queries as gates
from tallyhub.helpdesk.gates.commands import RESOLUTION_MAX
from tallyhub.helpdesk.gates.rules import TEXT_MAX as ENTRY_MAX
from tallyhub.helpdesk.gates.rules import Ball, Despite, Left, Result, Rights, Stage
from tallyhub.helpdesk.intake import commands as taking
from tallyhub.helpdesk.intake import queries as intake
from tallyhub.helpdesk.intake.rules import REACH_MAX, REASON_MAX, Channel
from tallyhub.helpdesk.models import Entry, Handover, HealthCheck, Intake
from tallyhub.helpdesk.queue import queries as queue
from tallyhub.helpdesk.stages import Standing, read_standings
from tallyhub.integrations.api import helpdesk_commands as commands
from tallyhub.integrations.api.paging import Code, Id, Paged, PagingQuery, page
from tallyhub.integrations.api.partner_requests import FollowedIncident, shown_incident
from tallyhub.integrations.api.posting import IdempotencyKey, request_of, response_of
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.requests import Instant, Message, Messages, shown_message
from tallyhub.integrations.api.tokens import Token, holder_of
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.organizations.queries import names_of
from tallyhub.partners.plans.rules import CHARGED, Mode
from tallyhub.partners.queries import names_of_organizations
from tallyhub.support.desk import at_desk
from tallyhub.support.intake.queries import get_request, list_messages
from tallyhub.support.looks import tell_look
from tallyhub.support.models import Request
from tallyhub.support.queries import DeskPlace, names_at_desk, places_of_desk
from tallyhub.support.requests.rules import IMPACT_MAX
from tallyhub.support.rules import TEXT_MAX, TITLE_MAX, Kind, Severity, Status, number_of

READ = Token(TokenScope.READ_HELPDESK)
WRITE = Token(TokenScope.WRITE_HELPDESK)
router = Router()
_VERSION = "As it was read; where the request has changed since, the answer is 409."


class DeskLine(BaseModel):
    """A request at one's desk, as it stands in a list."""

    id: int
    number: str
    version: int = Field(description="To be named by what changes it.")
    customer_id: int
    customer: str
    workspace_id: int
    workspace: str
    kind: Kind
    title: str
    product: str | None = Field(description="Code.")
    severity: Severity
    status: Status
    stage: Stage = Field(description="Follows from what was done; nobody sets it.")
    ball: Ball = Field(description="Who is to do the next thing.")
    partner_id: int = Field(description="Whose customer it is.")
    partner: str
    desk_id: int = Field(description="Who works on it: the partner, or a supplier of its.")
    desk: str
    assigned_to_id: int | None
    assigned_to: str | None
    is_outside_hours: bool = Field(description="It came in outside the hours of service.")
    opened_at: datetime
    changed_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None


class DeskLines(Paged):
    items: list[DeskLine]


class DeskFilter(BaseModel):
    customer_id: Id | None = None
    product: Code | None = None
    severity: Severity | None = None
    status: Status | None = None
    is_open: bool | None = None
    is_mine: bool = Field(False, description="Assigned to the token's person.")
    changed_from: Instant | None = None


class Looked(BaseModel):
    """A look at service health."""

    id: int
    at: datetime
    by_id: int | None
    by: str | None
    product: str | None = Field(description="Code.")
    result: Result
    event_id: int | None = Field(description="What fits.")
    despite: Despite | None = Field(description="Why the request goes on although something fits.")


class Noted(BaseModel):
    """A line of the diagnosis; or a configuration task that somebody began."""

    id: int
    at: datetime
    by_id: int | None
    by: str | None
    hypothesis: str
    step: str
    result: str
    task: str | None = Field(description="Code.")


class GivenBack(BaseModel):
    """From one desk to another."""

    at: datetime
    was_id: int
    becomes_id: int
    by_id: int | None
    by: str | None
    reason: str


class CameIn(BaseModel):
    """How a request came in, and at which price."""

    channel: Channel
    mode: Mode = Field(description="Who delivers by the plan.")
    reach: str = Field(description="How to reach whoever asks.")
    plan_version: int | None
    is_charged: bool
    amount: int | None = Field(description="In hundredths.")
    currency: str
    accepted_at: datetime | None = Field(description="The price; null where nobody has.")


class DeskRequest(DeskLine):
    description: str = Field(description="Markdown, as written.")
    impact: str
    primary_contact_id: int | None
    primary_contact: str | None
    rights: Rights = Field(description="Inside the customer, for this work.")
    incident: FollowedIncident | None = Field(description="Which it follows.")
    came_in: CameIn | None
    health_checks: list[Looked] = Field(description="The newest first.")
    diagnosis: list[Noted] = Field(description="In the order of time.")
    handovers: list[GivenBack] = Field(description="The newest first.")


def working(request: HttpRequest) -> Access:
    """Whoever serves customers. Raises Forbidden."""
    access = holder_of(request).access
    access.require_serving(Right.SERVE_CUSTOMERS)
    return access


@router.get("/helpdesk/requests", auth=READ, response=answers(DeskLines), operation_id="list_desk_requests")
def list_desk_requests(request: HttpRequest, paging: PagingQuery, wanted: Query[DeskFilter]) -> Any:
    """What all customers ask of one's partner, and what it works on as a supplier, in the order in which it came in."""
    access = working(request)
    with scope(access):
        products = {one.code: one.pk for one in list_products()} if wanted.product else {}
        asked = queue.QueueFilter(
            customer_id=wanted.customer_id,
            product_id=products.get(wanted.product, 0) if wanted.product else None,
            severity=wanted.severity or "",
            status=wanted.status or "",
            assigned=str(access.person_id) if wanted.is_mine else "",
        )
        found = queue.list_after(
            access,
            asked,
            is_open=wanted.is_open,
            changed_from=wanted.changed_from,
            after=paging.after,
            limit=paging.limit + 1,
        )
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
        told = _lines(rows)
    items = [DeskLine(**told[one.pk]) for one in rows if one.pk in told]
    return DeskLines(items=items, next=following, cursor=cursor)


def _lines(rows: Sequence[Request]) -> dict[int, dict[str, Any]]:
    """Five statements, however many. What went to another desk this very moment is left out."""
    standings, places = read_standings(rows), places_of_desk(one.workspace_id for one in rows)
    people = queue.names_of_assigned(one.assigned_to_id for one in rows)
    houses = names_of_organizations(one or 0 for row in rows for one in (row.partner_id, row.desk_id))
    return {
        one.pk: _line(one, standings[one.pk], places[one.workspace_id], people, houses)
        for one in rows
        if one.pk in standings and one.workspace_id in places
    }


def _line(
    one: Request, standing: Standing, place: DeskPlace, people: dict[int, str], houses: dict[int, str]
) -> dict[str, Any]:
    came_in = getattr(one, "intake", None)
    partner, at = one.partner_id or 0, one.desk_id or 0
    return {
        "id": one.pk, "number": one.number, "version": one.version, "customer_id": one.customer_id,
        "customer": place.customer, "workspace_id": one.workspace_id, "workspace": place.workspace, "kind": one.kind,
        "title": one.title, "product": one.product.code if one.product else None, "severity": one.severity,
        "status": one.status, "stage": standing.stage, "ball": standing.ball,
        "partner_id": partner, "partner": houses.get(partner, ""), "desk_id": at, "desk": houses.get(at, ""),
        "assigned_to_id": one.assigned_to_id, "assigned_to": people.get(one.assigned_to_id or 0),
        "is_outside_hours": came_in is not None and came_in.is_outside_hours,
        "opened_at": one.opened_at, "changed_at": one.changed_at, "resolved_at": one.resolved_at,
        "closed_at": one.closed_at,
    }  # fmt: skip


@router.get("/helpdesk/requests/{id}", auth=READ, response=answers(DeskRequest, 404), operation_id="get_desk_request")
def get_desk_request(request: HttpRequest, id: Path[Id]) -> Any:  # noqa: A002 - the parameter's name
    """With all that the desk has found out. The customer is told that somebody looked, as on the page."""
    inside = at_desk(working(request), number_of(id))
    with scope(inside):
        one = get_request(inside, id)
        came_in, reach = intake.find_intake(inside, one), intake.find_reach(inside, one)
        checks, entries = gates.list_checks(inside, one), gates.read_evidence(inside, one).entries
        handovers, incident = intake.list_handovers(inside, one), gates.find_following(inside, one)
        names = _names(inside, one, [*checks, *entries, *handovers])
        told, standings = _lines([one]), read_standings([one])
    if one.pk not in told:
        raise Request.DoesNotExist
    tell_look(inside, one)
    return DeskRequest(
        **told[one.pk], description=one.description, impact=one.impact, primary_contact_id=one.primary_contact_id,
        primary_contact=names.get(one.primary_contact_id or 0), rights=standings[one.pk].facts.rights,
        incident=shown_incident(incident), came_in=_came_in(came_in, reach) if came_in else None,
        health_checks=[_looked(each, names) for each in checks], diagnosis=[_noted(each, names) for each in entries],
        handovers=[_handover(each, names) for each in handovers],
    )  # fmt: skip


def _names(inside: Access, one: Request, acts: Collection[Any]) -> dict[int, str]:
    people = {one.primary_contact_id, *(each.by_id for each in acts)}
    return names_at_desk(people) | names_of(inside, people)


def _came_in(one: Intake, reach: str) -> CameIn:
    return CameIn(
        channel=Channel(one.channel), mode=Mode(one.mode), reach=reach, plan_version=one.plan_number,
        is_charged=one.price in CHARGED, amount=one.amount, currency=one.currency, accepted_at=one.accepted_at,
    )  # fmt: skip


def _looked(one: HealthCheck, names: dict[int, str]) -> Looked:
    return Looked(
        id=one.pk, at=one.at, by_id=one.by_id, by=names.get(one.by_id or 0), result=Result(one.result),
        product=one.product.code if one.product else None, event_id=one.event_id,
        despite=Despite(one.despite) if one.despite else None,
    )  # fmt: skip


def _noted(one: Entry, names: dict[int, str]) -> Noted:
    return Noted(
        id=one.pk, at=one.at, by_id=one.by_id, by=names.get(one.by_id or 0), hypothesis=one.hypothesis, step=one.step,
        result=one.result, task=one.task.code if one.task else None,
    )  # fmt: skip


def _handover(one: Handover, names: dict[int, str]) -> GivenBack:
    return GivenBack(
        at=one.at, was_id=one.was_id, becomes_id=one.becomes_id, by_id=one.by_id, by=names.get(one.by_id or 0),
        reason=one.reason,
    )  # fmt: skip


@router.get(
    "/helpdesk/requests/{id}/messages",
    auth=READ,
    response=answers(Messages, 404),
    operation_id="list_desk_messages",
)
def list_desk_messages(request: HttpRequest, id: Path[Id], paging: PagingQuery) -> Any:  # noqa: A002
    """What the customer and the desk say to each other, in the order in which it came to the hub."""
    inside = at_desk(working(request), number_of(id))
    with scope(inside):
        one = get_request(inside, id)
        found = list_messages(inside, id, after=paging.after, limit=paging.limit + 1)
        rows, following, cursor = page(request, paging, found, lambda each: each.pk)
        people = {each.author_id for each in rows}
        names = names_at_desk(people) | names_of(inside, people)
    tell_look(inside, one)
    items: list[Message] = [shown_message(each, names) for each in rows]
    return Messages(items=items, next=following, cursor=cursor)


class GoingOn(BaseModel):
    """What service health says of a product now."""

    id: int
    kind: EventKind
    title: str
    status: EventStatus
    occurred_at: datetime | None


class Health(BaseModel):
    items: list[GoingOn]


class HealthFilter(BaseModel):
    product: Code | None = Field(None, description="Code; the request's own where it is left out.")


@router.get("/helpdesk/requests/{id}/health", auth=READ, response=answers(Health, 404), operation_id="read_desk_health")
def read_desk_health(request: HttpRequest, id: Path[Id], wanted: Query[HealthFilter]) -> Any:  # noqa: A002
    """What goes on, among which a health check says what fits."""
    inside = at_desk(working(request), number_of(id))
    with scope(inside):
        products = {one.code: one.pk for one in list_products()}
        own = get_request(inside, id).product_id
        return going_on(gates.list_going_on(inside, products.get(wanted.product, 0) if wanted.product else own))


def going_on(events: Sequence[HealthEvent]) -> Health:
    return Health(
        items=[
            GoingOn(id=one.pk, kind=EventKind(one.kind), title=one.title, status=EventStatus(one.status),
                    occurred_at=one.occurred_at)
            for one in events
        ]
    )  # fmt: skip


class BaselineItemOut(BaseModel):
    """What a partner solves by itself."""

    id: int
    code: str
    title: str = Field(description="In the language of Accept-Language, or in English.")
    text: str
    product: str | None = Field(description="Code; null: of every product.")


class Baseline(BaseModel):
    items: list[BaselineItemOut]


@router.get("/helpdesk/baseline", auth=READ, response=answers(Baseline), operation_id="read_baseline")
def read_baseline(request: HttpRequest, wanted: Query[HealthFilter]) -> Any:
    """Among which one is chosen when a request is resolved."""
    with scope(working(request)):
        products = {one.code: one.pk for one in list_products()}
        found = list_items(products.get(wanted.product, 0) if wanted.product else None)
    return Baseline(
        items=[
            BaselineItemOut(id=one.pk, code=one.code, title=one.title, text=one.text,
                            product=one.product.code if one.product else None)
            for one in found
        ]
    )  # fmt: skip


class ServedCustomer(BaseModel):
    """A customer that one's partner sells to."""

    id: int
    code: str
    name: str


class ServedCustomers(BaseModel):
    items: list[ServedCustomer]
    is_cut: bool = Field(description="There are more: search for a part of the name.")


class ServedFilter(BaseModel):
    text: str = Field("", max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$", description="A part of a name or code.")


class NamedPlace(BaseModel):
    id: int
    name: str


class NamedContact(BaseModel):
    """Somebody who may have asked."""

    id: int
    name: str
    workspaces: list[int] = Field(description="In which; none: in all of them.")


class ServedDetail(ServedCustomer):
    workspaces: list[NamedPlace]
    contacts: list[NamedContact] = Field(description="Its administrators and support contacts.")
    products: list[str] = Field(description="Codes, of what the partner sold to it.")
    plan_version: int | None = Field(description="Of the plan in force: to be sent as accepted_plan once agreed.")
    is_charged: bool


@router.get("/helpdesk/customers", auth=READ, response=answers(ServedCustomers), operation_id="list_served_customers")
def list_served_customers(request: HttpRequest, wanted: Query[ServedFilter]) -> Any:
    """For whom one writes requests down, by name; 200 of them at most."""
    with scope(working(request)):
        found = intake.list_served(wanted.text)
    most = intake.CUSTOMERS_MAX
    items = [ServedCustomer(id=one.customer_id, code=one.code, name=one.name) for one in found[:most]]
    return ServedCustomers(items=items, is_cut=len(found) > most)


@router.get(
    "/helpdesk/customers/{id}", auth=READ, response=answers(ServedDetail, 404), operation_id="get_served_customer"
)
def get_served_customer(request: HttpRequest, id: Path[Id]) -> Any:  # noqa: A002
    """What a request for it may name."""
    access = working(request)
    with scope(access):
        one = intake.get_served(id)
        places, contacts = intake.list_served_places(id), intake.list_contacts(id)
        products, cost = taking.products_sold(access, id), intake.read_own_terms(access).cost
    return ServedDetail(
        id=one.customer_id, code=one.code, name=one.name,
        workspaces=[NamedPlace(id=place, name=name) for place, name in places],
        contacts=[NamedContact(id=each.person_id, name=each.name, workspaces=sorted(each.workspaces))
                  for each in contacts[: intake.CONTACTS_MAX]],
        products=[each.code for each in products], plan_version=cost.number if cost else None,
        is_charged=cost is not None and cost.is_charged,
    )  # fmt: skip


# What is done


class NewDeskRequest(BaseModel):
    """What somebody of a customer said, by telephone for example."""

    model_config = ConfigDict(extra="forbid", strict=True)

    customer_id: Id
    workspace_id: Id
    contact_id: Id | None = Field(None, description="Whoever asked; the customer's administrators see it else.")
    channel: str = Field(max_length=10, description="phone, mail or other.")
    kind: str = Field(max_length=20, description="problem or advice.")
    title: str = Field(max_length=TITLE_MAX)
    description: str = Field(max_length=TEXT_MAX, description="Markdown.")
    severity: str = Field("C", max_length=1, description="A, B or C.")
    impact: str = Field("", max_length=IMPACT_MAX, description="On the business; A and B need it.")
    product: str | None = Field(None, max_length=60, description="Code, of what the partner sold to it.")
    reach: str = Field("", max_length=REACH_MAX, description="How to reach whoever asked.")
    accepted_plan: Id | None = Field(
        None, description="The version whose price the customer agreed to; else it is asked on the request's page."
    )


class WrittenDown(BaseModel):
    id: int
    number: str
    status: Literal["new"]


class Done(BaseModel):
    """The request as it is then."""

    id: int
    number: str
    status: Status
    version: int


class Made(BaseModel):
    id: int


class CheckedHealth(Done):
    result: Result


@router.post(
    "/helpdesk/requests", auth=WRITE, response=answers(WrittenDown, 404, 409, 415), operation_id="write_request_down"
)
def write_request_down(request: HttpRequest, body: NewDeskRequest, key: IdempotencyKey = None) -> Any:
    """For a customer that one's partner sells to. It is the customer's, and who wrote it down stands with it."""
    return response_of(commands.write_down(working(request), body.model_dump(), request_of(request, key)))


class Assignment(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    person_id: Id | None = Field(description="Somebody at the desk; null: nobody.")
    version: int = Field(ge=0, description=_VERSION)


class Taken(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    version: int = Field(ge=0, description=_VERSION)


@router.post(
    "/helpdesk/requests/{id}/take", auth=WRITE, response=answers(Done, 404, 409, 415), operation_id="take_desk_request"
)
def take_desk_request(request: HttpRequest, id: Path[Id], body: Taken, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """It is the token's person's from now on."""
    access = working(request)
    return response_of(commands.assign(access, id, access.person_id, body.version, request_of(request, key)))


@router.post(
    "/helpdesk/requests/{id}/assignment",
    auth=WRITE,
    response=answers(Done, 404, 409, 415),
    operation_id="assign_desk_request",
)
def assign_desk_request(request: HttpRequest, id: Path[Id], body: Assignment, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """To a colleague, or to nobody."""
    return response_of(commands.assign(working(request), id, body.person_id, body.version, request_of(request, key)))


class NewStatus(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    status: str = Field(max_length=12, description="in_progress, waiting, resolved, closed, reopened, …")
    version: int = Field(ge=0, description=_VERSION)


@router.post(
    "/helpdesk/requests/{id}/status",
    auth=WRITE,
    response=answers(Done, 404, 409, 415),
    operation_id="change_desk_status",
)
def change_desk_status(request: HttpRequest, id: Path[Id], body: NewStatus, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """By the transitions of the page; where it has none, the answer is 409."""
    return response_of(
        commands.change_status(working(request), id, body.status, body.version, request_of(request, key))
    )


class NewDeskMessage(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    body: str = Field(min_length=1, max_length=TEXT_MAX, description="Markdown.")


@router.post(
    "/helpdesk/requests/{id}/messages",
    auth=WRITE,
    response=answers(Made, 404, 409, 415),
    operation_id="write_desk_message",
)
def write_desk_message(request: HttpRequest, id: Path[Id], body: NewDeskMessage, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """To the customer: everybody who sees the request reads it."""
    return response_of(commands.write_message(working(request), id, body.body, request_of(request, key)))


class NewCheck(BaseModel):
    """What somebody saw in service health."""

    model_config = ConfigDict(extra="forbid", strict=True)

    product: str | None = Field(None, max_length=60, description="Code; the request's own where it is left out.")
    event_id: Id | None = Field(None, description="What fits, of what goes on.")
    then: Literal["follow", "needs_help", "differs"] | None = Field(
        None, description="With an event: follow it, or why the request goes on all the same."
    )
    nothing_fits: bool = Field(False, description="Said where something goes on and nothing of it fits.")


@router.post(
    "/helpdesk/requests/{id}/health-checks",
    auth=WRITE,
    response=answers(CheckedHealth, 404, 409, 415),
    operation_id="check_desk_health",
)
def check_desk_health(request: HttpRequest, id: Path[Id], body: NewCheck, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """Kept with its time, whatever it finds. Nothing is escalated without one."""
    return response_of(commands.check_health(working(request), id, body.model_dump(), request_of(request, key)))


class Leaving(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: Left = Field(description="While it goes on, the first two; once it is over, whether the trouble is gone.")


@router.post(
    "/helpdesk/requests/{id}/leave-incident",
    auth=WRITE,
    response=answers(Done, 404, 409, 415),
    operation_id="leave_desk_incident",
)
def leave_desk_incident(request: HttpRequest, id: Path[Id], body: Leaving, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """The request follows its incident no longer."""
    return response_of(commands.leave_incident(working(request), id, body.why, request_of(request, key)))


class NewEntry(BaseModel):
    """Any one of the three is enough."""

    model_config = ConfigDict(extra="forbid", strict=True)

    hypothesis: str = Field("", max_length=ENTRY_MAX)
    step: str = Field("", max_length=ENTRY_MAX)
    result: str = Field("", max_length=ENTRY_MAX)


@router.post(
    "/helpdesk/requests/{id}/diagnosis",
    auth=WRITE,
    response=answers(Made, 404, 409, 415),
    operation_id="add_desk_diagnosis",
)
def add_desk_diagnosis(request: HttpRequest, id: Path[Id], body: NewEntry, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """For the desk alone. It is not changed afterwards."""
    return response_of(commands.add_entry(working(request), id, body.model_dump(), request_of(request, key)))


class RightsNeeded(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    is_needed: bool = Field(description="False: the work needs none any more.")


@router.post(
    "/helpdesk/requests/{id}/rights", auth=WRITE, response=answers(Done, 404, 409, 415), operation_id="need_desk_rights"
)
def need_desk_rights(request: HttpRequest, id: Path[Id], body: RightsNeeded, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """The work needs rights inside the customer: the request waits until somebody at the desk holds one."""
    sent = request_of(request, key)
    return response_of(commands.need_rights(working(request), id, sent, is_needed=body.is_needed))


class NewConsentRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    body: str = Field(min_length=1, max_length=RESOLUTION_MAX, description="The customer reads it as a message.")


@router.post(
    "/helpdesk/requests/{id}/consent-request",
    auth=WRITE,
    response=answers(Done, 404, 409, 415),
    operation_id="ask_desk_consent",
)
def ask_desk_consent(request: HttpRequest, id: Path[Id], body: NewConsentRequest, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """Ask the customer to let the partner into this request. Only whoever decides there can do that."""
    return response_of(commands.ask_consent(working(request), id, body.body, request_of(request, key)))


class NewResolution(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    item_id: Id = Field(description="Of the baseline.")
    text: str = Field(max_length=RESOLUTION_MAX, description="What the customer reads of how it was resolved.")
    version: int = Field(ge=0, description=_VERSION)


@router.post(
    "/helpdesk/requests/{id}/resolution",
    auth=WRITE,
    response=answers(Done, 404, 409, 415),
    operation_id="resolve_desk_request",
)
def resolve_desk_request(request: HttpRequest, id: Path[Id], body: NewResolution, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """Within the baseline."""
    said = (body.item_id, body.text, body.version)
    return response_of(commands.resolve(working(request), id, *said, request_of(request, key)))


class NewHandover(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    reason: str = Field(max_length=REASON_MAX, description="The partner reads it, the customer does not.")
    version: int = Field(ge=0, description=_VERSION)


@router.post(
    "/helpdesk/requests/{id}/give-back",
    auth=WRITE,
    response=answers(Made, 404, 409, 415),
    operation_id="give_desk_request_back",
)
def give_desk_request_back(request: HttpRequest, id: Path[Id], body: NewHandover, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """By a supplier, to the partner whose customer it is. It is not seen any more afterwards."""
    return response_of(commands.give_back(working(request), id, body.reason, body.version, request_of(request, key)))
