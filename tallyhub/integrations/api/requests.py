"""Support requests: whatever the token's person sees of them on the pages (R1.5), and nothing that is the staff's own.

Notes have no address here. The time worked is for staff, each with a token of their own.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from django.http import HttpRequest
from ninja import Field, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from tallyhub.accounts.tokens import TokenScope
from tallyhub.helpdesk.gates.queries import find_following
from tallyhub.integrations.api import request_commands as commands
from tallyhub.integrations.api.paging import Code, Id, Paged, Paging, PagingQuery, page
from tallyhub.integrations.api.partner_requests import (
    AskedPartner,
    FollowedIncident,
    read_partners,
    shown_incident,
)
from tallyhub.integrations.api.posting import IdempotencyKey, request_of, response_of
from tallyhub.integrations.api.posting import router as router  # one for all: an address has one entry
from tallyhub.integrations.api.problems import PartnerContact, problem
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.tokens import Token, holder_of
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.organizations.queries import names_of
from tallyhub.partners.card.page import contacts_for
from tallyhub.support.intake import queries
from tallyhub.support.intake.queries import RequestFilter
from tallyhub.support.queries import names_at_desk
from tallyhub.support.requests.commands import note_refusal
from tallyhub.support.requests.rules import HeldThroughPartner
from tallyhub.support.rules import TEXT_MAX, TITLE_MAX, Kind, RequestClass, Severity, Status
from tallyhub.support.time import queries as time
from tallyhub.support.time.rules import NOTE_MAX

READ = Token(TokenScope.READ_REQUESTS)
WRITE = Token(TokenScope.WRITE_REQUESTS)
T = TypeVar("T")
Instant = Annotated[AwareDatetime, Field(description="With its offset: 2026-11-30T14:30:00+01:00.")]


class RequestLine(BaseModel):
    """A support request as it stands in a list."""

    id: int
    number: str = Field(description="What people read out; of digits.")
    workspace: str
    workspace_id: int
    kind: Kind
    request_class: RequestClass = Field(description="Empty: standard.")
    title: str
    product: str | None = Field(description="Code.")
    severity: Severity
    status: Status
    primary_contact_id: int | None
    primary_contact: str | None = Field(
        description="A name; null where nobody is named, or nobody knows them any more."
    )
    assigned_to_id: int | None
    assigned_to: str | None
    opened_at: datetime
    changed_at: datetime = Field(description="The last message or change.")
    resolved_at: datetime | None
    closed_at: datetime | None
    source: str
    external_id: str = Field(description="What its source calls it; may be empty.")
    partner: AskedPartner | None = Field(description="Null: the provider is asked.")


class RequestDetail(RequestLine):
    description: str = Field(description="Markdown, as written.")
    impact: str
    agreement: str | None = Field(description="Number, where one is named.")
    package: str | None = Field(description="Code, where one is named.")
    merged_into_id: int | None
    incident: FollowedIncident | None = Field(description="Which it follows, of what is asked of a partner.")


class Requests(Paged):
    items: list[RequestLine]


class RequestFilters(BaseModel):
    number: Code | None = None
    workspace_id: Id | None = None
    kind: Kind | None = None
    severity: Severity | None = None
    status: Status | None = None
    source: Code | None = None
    external_id: Code | None = None
    opened_from: Instant | None = None
    opened_before: Instant | None = None
    changed_from: Instant | None = None


class Message(BaseModel):
    id: int
    author_id: int | None
    author: str | None
    is_by_staff: bool
    body: str = Field(description="Markdown, as written: escape it before you show it.")
    at: datetime
    source: str
    external_id: str


class Messages(Paged):
    items: list[Message]


class Change(BaseModel):
    """A line of the timeline. ``was`` and ``becomes`` are codes, where it is about a status, severity or class."""

    id: int
    kind: str
    at: datetime
    actor_id: int | None = Field(description="Null: the hub itself.")
    actor: str | None
    was: str | None
    becomes: str | None


class Changes(Paged):
    items: list[Change]


@router.get("/requests", auth=READ, response=answers(Requests), operation_id="list_requests")
def list_requests(request: HttpRequest, paging: PagingQuery, wanted: Query[RequestFilters]) -> Any:
    """Support requests that the token may see, in the order in which they came to the hub."""
    access = _acting(request)
    asked = RequestFilter(**wanted.model_dump())
    with scope(access):
        found = queries.list_requests(access, asked, after=paging.after, limit=paging.limit + 1)
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
        names, partners = _names(access, _people(rows), rows), read_partners(rows)
    _tell_look(access)
    items = [RequestLine(**_line(one, names, partners)) for one in rows]
    return Requests(items=items, next=following, cursor=cursor)


@router.get("/requests/{id}", auth=READ, response=answers(RequestDetail, 404), operation_id="get_request")
def get_request(request: HttpRequest, id: Path[Id]) -> Any:  # noqa: A002
    access = _acting(request)
    with scope(access):
        one = queries.get_request(access, id)
        names, partners = _names(access, _people([one]), [one]), read_partners([one])
        incident = find_following(access, one) if one.partner_id else None
    _tell_look(access, one)
    return RequestDetail(
        **_line(one, names, partners),
        description=one.description,
        impact=one.impact,
        agreement=one.agreement.number if one.agreement else None,
        package=one.package.code if one.package else None,
        merged_into_id=one.merged_into_id,
        incident=shown_incident(incident),
    )


@router.get("/requests/{id}/messages", auth=READ, response=answers(Messages, 404), operation_id="list_request_messages")
def list_request_messages(request: HttpRequest, id: Path[Id], paging: PagingQuery) -> Any:  # noqa: A002
    """What customer and staff say to each other, in the order in which it came to the hub."""
    rows, names, more = _of_request(request, id, paging, queries.list_messages, lambda one: one.author_id)
    return Messages(items=[shown_message(one, names) for one in rows], **more)


@router.get("/requests/{id}/changes", auth=READ, response=answers(Changes, 404), operation_id="list_request_changes")
def list_request_changes(request: HttpRequest, id: Path[Id], paging: PagingQuery) -> Any:  # noqa: A002
    """The timeline, in the order in which it came to the hub; ``at`` is when it happened."""
    rows, names, more = _of_request(request, id, paging, queries.list_changes, lambda one: one.actor_id)
    return Changes(items=[_change(one, names) for one in rows], **more)


class NewRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    workspace: str = Field(max_length=80, description="Code.")
    kind: str = Field(max_length=20, description="problem or advice.")
    title: str = Field(max_length=TITLE_MAX)
    description: str = Field(max_length=TEXT_MAX, description="Markdown.")
    severity: str = Field("C", max_length=1, description="A, B or C.")
    impact: str | None = Field(None, max_length=2_000, description="On the business; A and B need it.")
    product: str | None = Field(None, max_length=60, description="Code, of what the workspace's packages cover.")
    primary_contact: str | None = Field(
        None,
        max_length=254,
        description="A member of the workspace, by address, or by the customer's key for who has the customer in "
        "whole; the token's own person where it is left out. A customer's own token names a support contact.",
    )
    source: str | None = Field(None, max_length=40, description='The system; "api" where it is left out.')
    external_id: str | None = Field(
        None,
        max_length=120,
        description="Names the request in its system, so that it is opened once. For who sees every request of the "
        "customer.",
    )


class OpenedRequest(BaseModel):
    id: int
    number: str
    status: Literal["new", "known"] = Field(description="Known: was opened before, with the same content.")


class NewMessage(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    body: str = Field(min_length=1, max_length=TEXT_MAX, description="Markdown.")


class WrittenMessage(BaseModel):
    id: int


class WorkedTime(BaseModel):
    """Time worked, as it really was. What it counts for is in the entries that it made."""

    id: int
    engineer_id: int | None
    engineer: str | None
    starts_at: datetime
    minutes: int
    what: str
    note: str = Field(description="Among staff.")
    is_goodwill: bool
    unbooked: str = Field(description="A code that says why it is kept unbooked; empty where it is booked.")
    at: datetime = Field(description="Logged.")
    source: str
    external_id: str


class WorkedTimes(Paged):
    items: list[WorkedTime]


class NewTime(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    starts_at: str = Field(max_length=60, description="With its offset: 2026-11-30T14:30:00+01:00.")
    minutes: int = Field(description="Real ones, of one day at most.")
    what: str = Field(max_length=20, description="remote, call, research, onsite or other.")
    note: str | None = Field(None, max_length=NOTE_MAX, description="For colleagues; the customer does not see it.")
    is_goodwill: bool = Field(False, description="Recorded and shown, not charged.")
    source: str | None = Field(None, max_length=40, description='The system; "api" where it is left out.')
    external_id: str | None = Field(
        None,
        max_length=120,
        description="Names the time in its system, so that it is logged once. For who works in the whole customer.",
    )


class LoggedTime(BaseModel):
    id: int
    status: Literal["new", "known"] = Field(description="Known: was logged before, with the same content.")


@router.get("/requests/{id}/time", auth=READ, response=answers(WorkedTimes, 404), operation_id="list_request_time")
def list_request_time(request: HttpRequest, id: Path[Id], paging: PagingQuery) -> Any:  # noqa: A002
    """The time that was worked on a request, for staff. What was taken away again is not among it."""
    rows, names, more = _of_request(
        request, id, paging, time.list_page, lambda one: one.engineer_id, right=Right.READ_WORK
    )
    return WorkedTimes(items=[_time(one, names) for one in rows], **more)


@router.post(
    "/requests/{id}/time",
    auth=WRITE,
    response=answers(LoggedTime, 404, 409, 415),
    operation_id="log_request_time",
)
def log_request_time(
    request: HttpRequest,
    id: Path[Id],  # noqa: A002
    body: NewTime,
    key: IdempotencyKey = None,
) -> Any:
    """Log time that the token's own person worked. It is booked by the rules of the page, at once."""
    said = body.model_dump(exclude_none=True)
    minutes, is_goodwill = said.pop("minutes"), said.pop("is_goodwill")
    sent = request_of(request, key)
    return response_of(commands.log_time(_acting(request), id, said, minutes, sent, is_goodwill=is_goodwill))


@router.post("/requests", auth=WRITE, response=answers(OpenedRequest, 409, 415), operation_id="open_request")
def open_request(request: HttpRequest, body: NewRequest, key: IdempotencyKey = None) -> Any:
    """Open a support request, by the rules of the page: for support contacts of the workspace.

    What the customer holds through a partner is the partner's: the answer is 403 and says how to reach it.
    """
    typed = {name: str(value) for name, value in body.model_dump(exclude_none=True).items()}
    access = _acting(request)
    try:
        return response_of(commands.open_request(access, typed, request_of(request, key)))
    except HeldThroughPartner as error:
        note_refusal(access, error.product)
        with scope(access):
            found = contacts_for(access, error.product)
        return problem(403, error, partners=[PartnerContact(**one) for one in found])


@router.post(
    "/requests/{id}/messages",
    auth=WRITE,
    response=answers(WrittenMessage, 404, 409, 415),
    operation_id="write_request_message",
)
def write_request_message(
    request: HttpRequest,
    id: Path[Id],  # noqa: A002
    body: NewMessage,
    key: IdempotencyKey = None,
) -> Any:
    """Write a message in a request that the token may see. Everybody who sees it reads the message."""
    return response_of(commands.write_message(_acting(request), id, body.body, request_of(request, key)))


def _acting(request: HttpRequest) -> Access:
    """A person's token sees what its person sees. A customer's own is given nothing, so it must see everything."""
    access = holder_of(request).access
    if access.person_id is None:
        access.require(Right.VIEW_ALL_REQUESTS)
    return access


def _of_request(
    request: HttpRequest,
    request_id: int,
    paging: Paging,
    rows_of: Callable[..., Sequence[T]],
    person_of: Callable[[T], int | None],
    *,
    right: Right | None = None,
) -> tuple[Sequence[T], dict[int, str], dict[str, str | None]]:
    """A page of what hangs on a request: rows, names of their people, and where it goes on. Raises Forbidden without
    ``right`` for one that is seen, and DoesNotExist for any other.
    """
    access = _acting(request)
    with scope(access):
        one = queries.get_request(access, request_id)
        if right:
            access.require(right, workspace_id=one.workspace_id)
        found = rows_of(access, one.pk, after=paging.after, limit=paging.limit + 1)
        rows, following, cursor = page(request, paging, found, lambda row: row.pk)  # type: ignore[attr-defined]
        names = _names(access, list(map(person_of, rows)), [one])
    _tell_look(access, one)
    return rows, names, {"next": following, "cursor": cursor}


def _tell_look(access: Access, one: Any = None) -> None:
    """Of staff (R7.3), in a transaction of its own: the other one only reads."""
    if access.is_staff:
        commands.note_look(access, one)


def _people(rows: Iterable[Any]) -> list[int | None]:
    return [person for one in rows for person in (one.primary_contact_id, one.assigned_to_id)]


def _names(access: Access, people: Collection[int | None], requests: Iterable[Any]) -> dict[int, str]:
    """Also of a partner's people, where one is asked."""
    at_desk = names_at_desk(people) if any(one.partner_id for one in requests) else {}
    return at_desk | names_of(access, people)


def _line(one: Any, names: dict[int, str], partners: dict[int, AskedPartner]) -> dict[str, Any]:
    return {
        "id": one.pk,
        "number": one.number,
        "workspace": one.workspace.code,
        "workspace_id": one.workspace_id,
        "kind": one.kind,
        "request_class": one.request_class,
        "title": one.title,
        "product": one.product.code if one.product else None,
        "severity": one.severity,
        "status": one.status,
        "primary_contact_id": one.primary_contact_id,
        "primary_contact": names.get(one.primary_contact_id),
        "assigned_to_id": one.assigned_to_id,
        "assigned_to": names.get(one.assigned_to_id),
        "opened_at": one.opened_at,
        "changed_at": one.changed_at,
        "resolved_at": one.resolved_at,
        "closed_at": one.closed_at,
        "source": one.source,
        "external_id": one.external_id,
        "partner": partners.get(one.pk),
    }


def shown_message(one: Any, names: dict[int, str]) -> Message:
    return Message(
        id=one.pk, author_id=one.author_id, author=names.get(one.author_id), is_by_staff=one.is_by_staff,
        body=one.body, at=one.at, source=one.source, external_id=one.external_id,
    )  # fmt: skip


def _time(one: Any, names: dict[int, str]) -> WorkedTime:
    return WorkedTime(
        id=one.pk, engineer_id=one.engineer_id, engineer=names.get(one.engineer_id), starts_at=one.starts_at,
        minutes=one.minutes, what=one.what, note=one.note, is_goodwill=one.is_goodwill, unbooked=one.unbooked,
        at=one.at, source=one.source, external_id=one.external_id,
    )  # fmt: skip


def _change(one: Any, names: dict[int, str]) -> Change:
    """Of its details only what every reader of the request may know."""
    was, becomes = one.details.get("was"), one.details.get("becomes")
    return Change(
        id=one.pk, kind=one.kind, at=one.at, actor_id=one.actor_id, actor=names.get(one.actor_id), was=was,
        becomes=becomes,
    )  # fmt: skip
