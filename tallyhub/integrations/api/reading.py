"""What a token may read. The figures are those of the pages, from the same statement.

Names are those of the import formats (docs/import.md). Every number is whole, in the unit's smallest step; ``amount``
alone is text, written as in a file, so that what was read can be posted.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest
from ninja import Field, Path, Query, Router
from pydantic import BaseModel

from tallyhub.accounts.tokens import TokenScope
from tallyhub.activity import feed, tiles
from tallyhub.activity.people import count_people
from tallyhub.activity.queries import AgreementLines, Line, PackageLines, list_agreements
from tallyhub.integrations.api.paging import Code, Id, Paged, Paging, PagingQuery, page
from tallyhub.integrations.api.problems import Problem
from tallyhub.integrations.api.tokens import Token, reading
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.scope import scope
from tallyhub.ledger import queries as ledger
from tallyhub.ledger.figures import Balance as Figures
from tallyhub.organizations import queries as organizations

router = Router()
AGREEMENTS = Token(TokenScope.READ_AGREEMENTS)
ENTRIES = Token(TokenScope.READ_ENTRIES)
_ALWAYS = (400, 401, 403, 405, 411, 413, 422, 429, 500, 503)


def answers(schema: type[BaseModel], *more: int) -> dict[Any, Any]:
    """The good answer, and problem details for everything else."""
    return {200: schema, **dict.fromkeys(sorted({*_ALWAYS, *more}), Problem)}


def refusals(*more: int) -> dict[Any, Any]:
    """Of what is never done here: there is no good answer."""
    return dict.fromkeys(sorted({*_ALWAYS, *more}), Problem)


class Workspace(BaseModel):
    id: int
    code: str
    name: str
    is_default: bool


class Workspaces(Paged):
    items: list[Workspace]


@router.get("/workspaces", auth=AGREEMENTS, response=answers(Workspaces), operation_id="list_workspaces")
def list_workspaces(request: HttpRequest, paging: PagingQuery) -> Any:
    """Workspaces whose activity the token may read."""
    access = reading(request)
    with scope(access):
        found = list(organizations.list_workspaces(access, after=paging.after)[: paging.limit + 1])
    rows, following, cursor = page(request, paging, found, lambda one: one.pk)
    items = [Workspace(id=one.pk, code=one.code, name=one.name, is_default=one.is_default) for one in rows]
    return Workspaces(items=items, next=following, cursor=cursor)


class Agreement(BaseModel):
    id: int
    number: str
    name: str
    plan: str
    seller_name: str
    zone: str = Field(description="IANA zone whose midnight begins and ends its days.")
    starts_on: date
    ends_on: date = Field(description="The last day in force.")
    state: str


class Agreements(Paged):
    items: list[Agreement]


def _agreement(one: AgreementLines) -> Agreement:
    return Agreement(
        id=one.id, number=one.number, name=one.name, plan=one.plan, seller_name=one.seller, zone=one.zone,
        starts_on=one.starts_on, ends_on=one.ends_on, state=one.state,
    )  # fmt: skip


class AgreementFilter(BaseModel):
    number: Code | None = None


@router.get("/agreements", auth=AGREEMENTS, response=answers(Agreements), operation_id="list_agreements")
def list_all_agreements(request: HttpRequest, paging: PagingQuery, wanted: Query[AgreementFilter]) -> Any:
    """Agreements with a package that reaches one of the token's workspaces."""
    found = [one for one in _read(request) if wanted.number in (None, one.number)]
    rows, following, cursor = page(request, paging, _after(paging, found), lambda one: one.id)
    return Agreements(items=[_agreement(one) for one in rows], next=following, cursor=cursor)


@router.get("/agreements/{id}", auth=AGREEMENTS, response=answers(Agreement, 404), operation_id="get_agreement")
def get_agreement(request: HttpRequest, id: Path[Id]) -> Any:  # noqa: A002 - the parameter's name
    return _agreement(_one(one for one in _read(request) if one.id == id))


class Package(BaseModel):
    id: int
    agreement: str
    code: str
    name: str
    scope: str
    starts_on: date
    ends_on: date = Field(description="The last day in force.")
    state: str
    is_mapped: bool = Field(description="Whether it reaches one of the token's workspaces.")


class Packages(Paged):
    items: list[Package]


def _package(agreement: AgreementLines, one: PackageLines) -> Package:
    return Package(
        id=one.id, agreement=agreement.number, code=one.code, name=one.name, scope=one.scope,
        starts_on=one.starts_on, ends_on=one.ends_on, state=one.state, is_mapped=one.is_mapped,
    )  # fmt: skip


class PackageFilter(BaseModel):
    agreement: Code | None = Field(None, description="Number of an agreement.")


@router.get("/packages", auth=AGREEMENTS, response=answers(Packages), operation_id="list_packages")
def list_packages(request: HttpRequest, paging: PagingQuery, wanted: Query[PackageFilter]) -> Any:
    found = [
        _package(agreement, one)
        for agreement in _read(request)
        if wanted.agreement in (None, agreement.number)
        for one in agreement.packages
    ]
    rows, following, cursor = page(request, paging, _after(paging, found), lambda one: one.id)
    return Packages(items=list(rows), next=following, cursor=cursor)


class Balance(BaseModel):
    """In the unit's smallest step. Bought = left + expired + used - over; where nothing was agreed by quantity these,
    but for what was used, are null. An additional benefit has no balance at all: the whole is null."""

    bought: int | None
    used: int = Field(description="In the whole agreement.")
    used_here: int = Field(description="In the token's workspaces.")
    left: int | None
    expired: int | None
    over: int | None = Field(description="Used, but bought by nobody.")
    upcoming: int | None = Field(description="Bought, but not begun; no part of left.")
    held: int = Field(0, description="Planned and not delivered yet; no part of any other figure.")
    ends_next: int | None = Field(description="What of left ends first …")
    ends_next_on: date | None = Field(description="… and the last day on which it can be used.")
    text: str = Field(description="What the page says, in the language of Accept-Language.")


class Entitlement(BaseModel):
    id: int
    agreement: str
    package: str
    package_id: int
    code: str
    service: str
    title: str
    kind: str
    unit: Unit
    is_as_needed: bool
    rounding_step: int
    state: str = Field(description="Of its package.")
    balance: Balance | None = Field(
        description="Null for an additional benefit (kind benefit), which has no quantity and is not counted."
    )


class Entitlements(Paged):
    items: list[Entitlement]


class EntitlementFilter(BaseModel):
    agreement: Code | None = Field(None, description="Number of an agreement.")
    package: Code | None = Field(None, description="Code of a package.")


Member = tuple[AgreementLines, PackageLines, Line]


@router.get("/entitlements", auth=AGREEMENTS, response=answers(Entitlements), operation_id="list_entitlements")
def list_entitlements(request: HttpRequest, paging: PagingQuery, wanted: Query[EntitlementFilter]) -> Any:
    """Entitlements, each with its balance of today."""
    found = [
        (agreement, package, line)
        for agreement, package, line in _members(request)
        if wanted.agreement in (None, agreement.number) and wanted.package in (None, package.code)
    ]
    rows, following, cursor = page(request, paging, _after(paging, found, _id_of_member), _id_of_member)
    return Entitlements(items=[_entitlement(*one) for one in rows], next=following, cursor=cursor)


@router.get("/entitlements/{id}", auth=AGREEMENTS, response=answers(Entitlement, 404), operation_id="get_entitlement")
def get_entitlement(request: HttpRequest, id: Path[Id]) -> Any:  # noqa: A002
    return _entitlement(*_one(one for one in _members(request) if one[2].id == id))


def _members(request: HttpRequest) -> Iterator[Member]:
    for agreement in _read(request):
        for package in agreement.packages:
            for line in package.lines:
                yield agreement, package, line


def _id_of_member(one: Member) -> int:
    return one[2].id


def _entitlement(agreement: AgreementLines, package: PackageLines, line: Line) -> Entitlement:
    return Entitlement(
        id=line.id, agreement=agreement.number, package=package.code, package_id=package.id, code=line.code,
        service=line.service, title=line.title, kind=line.kind, unit=line.unit, is_as_needed=line.is_as_needed,
        rounding_step=line.rounding_step, state=package.state, balance=_balance(line.balance) if line.balance else None,
    )  # fmt: skip


def _balance(one: Figures) -> Balance:
    counted = {
        "bought": one.bought, "left": one.left, "expired": one.expired, "over": one.over, "upcoming": one.upcoming,
        "ends_next": one.ends_next, "ends_next_on": one.next_end,
    }  # fmt: skip
    said: dict[str, Any] = dict.fromkeys(counted) if one.is_as_needed else counted
    return Balance(used=one.used, used_here=one.used_here, held=one.held, text=tiles.words(one).headline, **said)


class Allotment(BaseModel):
    id: int
    agreement: str
    package: str
    entitlement: str
    entitlement_id: int
    kind: str
    amount: str = Field(description="As a file writes it.")
    unit: Unit
    steps: int = Field(description="The amount in the unit's smallest step.")
    starts_on: date
    ends_on: date
    priority: int = Field(description="Lower burns first.")
    source: str
    external_id: str


class Allotments(Paged):
    items: list[Allotment]


class AllotmentFilter(BaseModel):
    entitlement_id: Id | None = None


@router.get("/allotments", auth=AGREEMENTS, response=answers(Allotments), operation_id="list_allotments")
def list_allotments(request: HttpRequest, paging: PagingQuery, wanted: Query[AllotmentFilter]) -> Any:
    """What was bought, in the order of recording."""
    access = reading(request)
    with scope(access):
        rows_of = ledger.list_allotments(access, entitlement_id=wanted.entitlement_id, after=paging.after)
        found = list(rows_of[: paging.limit + 1])
    rows, following, cursor = page(request, paging, found, lambda one: one.pk)
    return Allotments(items=[_allotment(one) for one in rows], next=following, cursor=cursor)


def _allotment(one: Any) -> Allotment:
    package, unit = one.entitlement.package, Unit(one.entitlement.service.unit)
    return Allotment(
        id=one.pk, agreement=package.agreement.number, package=package.code, entitlement=one.entitlement.code,
        entitlement_id=one.entitlement_id, kind=one.kind, amount=written(one.amount, unit), unit=unit,
        steps=one.amount, starts_on=one.starts_on, ends_on=one.ends_on, priority=one.priority, source=one.source,
        external_id=one.external_id,
    )  # fmt: skip


class Entry(BaseModel):
    id: int
    agreement: str
    package: str
    entitlement: str
    entitlement_id: int
    workspace: str
    workspace_id: int
    occurred_on: date = Field(description="A day in the agreement's zone.")
    amount: str = Field(description="As a file writes it: before multiplier and rounding.")
    unit: Unit
    multiplier: str
    real: int = Field(description="The amount in the unit's smallest step.")
    charged: int = Field(description="What the balance pays, in the unit's smallest step.")
    source: str
    external_id: str
    title: str
    reverses_id: int | None = Field(description="The entry that this one takes back.")
    reversed_by_id: int | None
    reason: str = Field(description="Why it takes back; a code.")


class Entries(Paged):
    items: list[Entry]


class EntryFilter(BaseModel):
    entitlement_id: Id | None = None
    workspace_id: Id | None = None
    occurred_from: date | None = Field(None, description="First day.")
    occurred_to: date | None = Field(None, description="Last day.")
    source: Code | None = None
    external_id: Code | None = None


@router.get("/entries", auth=ENTRIES, response=answers(Entries), operation_id="list_entries")
def list_entries(request: HttpRequest, paging: PagingQuery, wanted: Query[EntryFilter]) -> Any:
    """Rows of consumption in the order of recording: what is added comes after the last cursor, whatever its day.

    Rows of support requests are for administrators of their workspace, named people's learning for learning managers,
    as on the pages.
    """
    asked = feed.FeedFilter(
        entitlement_id=wanted.entitlement_id, workspace_id=wanted.workspace_id, first_day=wanted.occurred_from,
        last_day=wanted.occurred_to, source=wanted.source, external_id=wanted.external_id, after=paging.after,
    )  # fmt: skip
    found = _rows(request, asked, paging.limit + 1)
    rows, following, cursor = page(request, paging, found, lambda one: one.id)
    return Entries(items=[_entry(one) for one in rows], next=following, cursor=cursor)


@router.get("/entries/{id}", auth=ENTRIES, response=answers(Entry, 404), operation_id="get_entry")
def get_entry(request: HttpRequest, id: Path[Id]) -> Any:  # noqa: A002
    return _entry(_one(_rows(request, feed.FeedFilter(entry_id=id), 1)))


def _rows(request: HttpRequest, wanted: feed.FeedFilter, limit: int) -> list[feed.FeedRow]:
    access = reading(request)
    with scope(access):
        return feed.list_rows(access, wanted, limit=limit)


def _entry(row: feed.FeedRow) -> Entry:
    unit = Unit(row.unit)
    return Entry(
        id=row.id, agreement=row.agreement, package=row.package, entitlement=row.entitlement,
        entitlement_id=row.entitlement_id, workspace=row.workspace, workspace_id=row.workspace_id,
        occurred_on=row.occurred_on, amount=written(row.real, unit), unit=unit,
        multiplier=str(Fraction(row.multiplier_numerator, row.multiplier_denominator)), real=row.real,
        charged=row.charged, source=row.source, external_id=row.external_id, title=row.title,
        reverses_id=row.reverses_id, reversed_by_id=row.reversed_by_id, reason=row.reason,
    )  # fmt: skip


def written(steps: int, unit: Unit) -> str:
    """An amount as the import reads it: credits with two decimals, everything else whole."""
    if unit is not Unit.CREDITS:
        return str(steps)
    whole, rest = divmod(abs(steps), 100)
    return f"{'-' if steps < 0 else ''}{whole}.{rest:02}"


def _read(request: HttpRequest) -> list[AgreementLines]:
    access = reading(request)
    with scope(access):
        return count_people(list_agreements(access, access.workspaces), access.workspaces)


def _after(paging: Paging, found: Iterable[Any], id_of: Any = lambda one: one.id) -> Sequence[Any]:
    """A customer has hundreds of these at most, and one statement reads them all: cut here, not in SQL."""
    return sorted((one for one in found if id_of(one) > paging.after), key=id_of)[: paging.limit + 1]


def _one(found: Iterable[Any]) -> Any:
    for one in found:
        return one
    raise ObjectDoesNotExist
