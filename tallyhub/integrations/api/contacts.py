"""Support contacts for programs: who is named, who was named when, and how many on a day. As on the page (R2.3)."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router
from pydantic import BaseModel

from tallyhub.accounts.tokens import TokenScope
from tallyhub.activity.queries import AgreementLines, list_agreements
from tallyhub.agreements.rules import ServiceKind
from tallyhub.integrations.api.paging import Code, Paged, PagingQuery, page
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.tokens import Token, reading
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.organizations import queries as organizations
from tallyhub.people.naming import queries
from tallyhub.people.naming.queries import Known, Row
from tallyhub.people.naming.rules import Agreement, Wanted

router = Router()
ENTRIES = Token(TokenScope.READ_ENTRIES)


class Contact(BaseModel):
    """One time that somebody was a support contact in a workspace, or was asked in as one."""

    id: int
    agreements: list[str] = Field(description="Numbers of the agreements that count it.")
    workspace: str | None = Field(description="Null: in all workspaces.")
    workspace_id: int | None
    name: str = Field(description="Empty for somebody whom the customer no longer knows.")
    email: str
    is_registered: bool = Field(description="False while their invitation is not accepted.")
    named_at: datetime
    named_by: str = Field(description="Empty where nobody did it but the hub.")
    registered_at: datetime | None
    ended_at: datetime | None = Field(description="May be to come, where a directory's group gives the role.")
    ended_by: str


class Contacts(Paged):
    items: list[Contact]


class ContactFilter(BaseModel):
    agreement: Code | None = Field(None, description="Number of an agreement.")
    on: date | None = Field(None, description="Who was named when this day ended, in the agreement's zone.")
    named_from: date | None = Field(None, description="First day of a period; says nothing beside a day.")
    named_to: date | None = Field(None, description="Its last day.")


@router.get("/support-contacts", auth=ENTRIES, response=answers(Contacts), operation_id="list_support_contacts")
def list_support_contacts(request: HttpRequest, paging: PagingQuery, wanted: Query[ContactFilter]) -> Any:
    """Who was named when, in the workspaces that the token's holder administers; everybody else is refused."""
    access = reading(request)
    if not access.has_anywhere(Right.ADMINISTER):
        access.require(Right.ADMINISTER)
    with scope(access):
        asked = Wanted(
            _counting(access, wanted.agreement),
            access.workspaces_with(Right.ADMINISTER),
            wanted.on,
            None if wanted.on else wanted.named_from,
            None if wanted.on else wanted.named_to,
        )
        found = queries.list_rows(access, asked, at_most=paging.limit + 1, after=paging.after)
        known = queries.learn(access, found)
        places = {one.pk: one.code for one in organizations.list_workspaces(access)}
    rows, following, cursor = page(request, paging, found, lambda one: one.id)
    return Contacts(items=[_contact(one, known, places) for one in rows], next=following, cursor=cursor)


def _counting(access: Access, number: str | None) -> tuple[Agreement, ...]:
    """The agreements that count support contacts."""
    return tuple(
        Agreement(one.id, one.number, one.zone)
        for one in list_agreements(access, access.workspaces)
        if number in (None, one.number) and _counts(one)
    )


def _counts(agreement: AgreementLines) -> bool:
    return any(line.kind is ServiceKind.CONTACTS for package in agreement.mapped for line in package.lines)


def _contact(row: Row, known: dict[int, Known], places: dict[int, str]) -> Contact:
    nobody = Known("", "")
    them = Known(row.asked_name, row.asked_email) if row.asked_email else known.get(row.person_id, nobody)
    return Contact(
        id=row.id, agreements=row.agreements, workspace=places.get(row.workspace_id or 0),
        workspace_id=row.workspace_id, name=them.name, email=them.email,
        is_registered=row.registered_at is not None and row.registered_at <= clock.now(), named_at=row.named_at,
        named_by=known.get(row.named_by_id or 0, nobody).name, registered_at=row.registered_at,
        ended_at=row.ended_at, ended_by=known.get(row.ended_by_id or 0, nobody).name,
    )  # fmt: skip


class Count(BaseModel):
    agreement: str
    day: date
    named: int = Field(description="People, each once, over all workspaces of the agreement.")


class Counts(BaseModel):
    items: list[Count]


class CountFilter(BaseModel):
    agreement: Code | None = Field(None, description="Number of an agreement.")
    on: date | None = Field(None, description="Today where none is named.")


@router.get("/support-contacts/count", auth=ENTRIES, response=answers(Counts), operation_id="count_support_contacts")
def count_support_contacts(request: HttpRequest, wanted: Query[CountFilter]) -> Any:
    """How many people were named when a day ended in the agreement's zone, for whoever may open Customer activity."""
    access = reading(request)
    with scope(access):
        found = _counting(access, wanted.agreement)
        days = {one.id: wanted.on or clock.today(one.zone) for one in found}
        counted = queries.named_on(found, set(days.values())) if found else {}
    items = [Count(agreement=one.number, day=days[one.id], named=counted[days[one.id]][one.id]) for one in found]
    return Counts(items=items)
