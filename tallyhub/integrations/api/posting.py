"""Booking entries and taking them back."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Header, Path
from pydantic import BaseModel, ConfigDict

from tallyhub.accounts.tokens import TokenScope
from tallyhub.integrations.api import commands
from tallyhub.integrations.api.commands import ROWS_MAX
from tallyhub.integrations.api.paging import Id
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.reading import router as router  # one for all: an address has one entry
from tallyhub.integrations.api.tokens import Token, holder_of
from tallyhub.journal.steps import Answer, Request

WRITE = Token(TokenScope.WRITE_ENTRIES)
_KEY = r"^[\x21-\x7e]{1,255}$"
IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", pattern=_KEY, description="The same key with the same request acts once."),
]


class NewEntry(BaseModel):
    """A row of consumption, with the columns of the import."""

    model_config = ConfigDict(extra="forbid", strict=True)

    agreement: str = Field(max_length=60, description="Number.")
    package: str = Field(max_length=60, description="Code.")
    entitlement: str = Field(max_length=60, description="Code.")
    workspace: str = Field(max_length=80, description="Code.")
    occurred_on: str | None = Field(None, max_length=10, description="The day in the agreement's zone: 2026-11-30.")
    occurred_at: str | None = Field(None, max_length=60, description="Instead of it, an instant with its offset.")
    amount: str | int = Field(description='In whole units: "1.5" credits, "90" minutes, "1:30" hours. Never a float.')
    unit: str = Field(max_length=20, description="The entitlement's, or hours for minutes.")
    multiplier: str | int | None = Field(None, description='"3/2" or "1.5"; 0 is goodwill.')
    external_id: str = Field(min_length=1, max_length=120, description="Names the fact in its system.")
    source: str | None = Field(None, max_length=40, description='The system; "api" where it is left out.')
    person: str | None = Field(None, max_length=200, description="Who used it, by the customer's key.")
    title: str | None = Field(None, max_length=300)


class NewEntries(BaseModel):
    model_config = ConfigDict(extra="forbid")

    entries: list[NewEntry] = Field(min_length=1, max_length=ROWS_MAX)


class PostedEntry(BaseModel):
    id: int
    source: str
    external_id: str
    status: Literal["new", "known"] = Field(description="Known: was there already, with the same content.")


class PostedEntries(BaseModel):
    entries: list[PostedEntry] = Field(description="In the order of the request.")
    new: int
    known: int


class Reversal(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    reason: str = Field(min_length=1, max_length=40, pattern="^[a-z0-9_]+$", description="A code: booked_twice.")


@router.post("/entries", auth=WRITE, response=answers(PostedEntries, 409, 415), operation_id="post_entries")
def post_entries(request: HttpRequest, body: NewEntries, key: IdempotencyKey = None) -> Any:
    """Book one entry or up to 1,000, all or nothing.

    The same source and external id with the same content again is known, and changes nothing; with other content it
    is refused. Over-use is recorded, not refused.
    """
    rows = [_cells(one) for one in body.model_dump(exclude_none=True)["entries"]]
    return response_of(commands.post_entries(holder_of(request).access, rows, request_of(request, key)))


@router.post(
    "/entries/{id}/reversal",
    auth=WRITE,
    response=answers(PostedEntries, 404, 409, 415),
    operation_id="reverse_entry",
)
def reverse_entry(request: HttpRequest, id: Path[Id], body: Reversal, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """Take an entry back by one that mirrors it. What was meant is posted anew, under another external id."""
    answer = commands.reverse_entry(holder_of(request).access, id, body.reason, request_of(request, key))
    return response_of(answer)


def _cells(row: Mapping[str, str | int]) -> dict[str, str]:
    """As cells of a file: what is left out says nothing."""
    return {name: str(value) for name, value in row.items()}


def request_of(request: HttpRequest, key: str | None) -> Request:
    """By which it is known if it comes again."""
    fingerprint = sha256(b"\n".join([str(request.method).encode(), request.path.encode(), request.body])).digest()
    return Request(holder_of(request).token_id, key or "", fingerprint)


def response_of(answer: Answer) -> HttpResponse:
    """The bytes that were kept, so that a repetition gets the same ones."""
    headers = {"Idempotency-Replayed": "true"} if answer.is_replayed else {}
    return HttpResponse(answer.body, status=answer.status, content_type="application/json", headers=headers)
