"""What the customer has, through whom; and what it asks for. Nothing of it is changed here (R5.8)."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router
from pydantic import BaseModel, ConfigDict

from tallyhub.accounts.tokens import TokenScope
from tallyhub.agreements.queries import list_products
from tallyhub.integrations.api import wish_commands as commands
from tallyhub.integrations.api.paging import Id, Paged, PagingQuery, page
from tallyhub.integrations.api.posting import IdempotencyKey, request_of, response_of
from tallyhub.integrations.api.problems import PartnerContact, problem
from tallyhub.integrations.api.reading import answers, refusals
from tallyhub.integrations.api.tokens import Token, holder_of, reading
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import AMOUNT_MAX, Unit
from tallyhub.kernel.errors import Forbidden, HubError
from tallyhub.kernel.scope import scope
from tallyhub.organizations import rules as organizations
from tallyhub.organizations.queries import list_sellers
from tallyhub.partners.card.page import contacts_of
from tallyhub.partners.card.queries import read_supported
from tallyhub.partners.holdings.queries import list_held
from tallyhub.partners.holdings.rules import Line, Subscription
from tallyhub.partners.subscriptions import commands as wishes
from tallyhub.partners.subscriptions import queries
from tallyhub.partners.subscriptions.commands import Change
from tallyhub.partners.subscriptions.queries import Wished, WishFilter
from tallyhub.partners.subscriptions.rules import NUMBER_MAX, REASON_MAX, WHAT_MAX, WishKind, WishState, may_ask

router = Router()
READ = Token(TokenScope.READ_AGREEMENTS)
WRITE = Token(TokenScope.WRITE_WISHES)
_STEPS = "In the unit's smallest step: minutes, cases, hundredths of a credit."
Amount = Annotated[int, Field(ge=0, le=AMOUNT_MAX, description=_STEPS)]


class SubscriptionLine(BaseModel):
    """One service of a subscription. What is not counted has neither quantity nor a rest."""

    entitlement_id: int
    service: str = Field(description="In the language of Accept-Language, or in English.")
    unit: Unit
    quantity: int | None = Field(description=f"In force today. {_STEPS} Null: as needed, or included.")
    left: int | None = Field(description="Null also for people and set-ups, which are counted elsewhere.")


class SubscriptionOut(BaseModel):
    """A package of an agreement."""

    id: int = Field(description="Of the package.")
    package: str
    agreement: str = Field(description="Number.")
    agreement_id: int
    seller: str = Field(description="Code of whoever sold it.")
    seller_name: str
    is_direct: bool = Field(description="Bought from the provider itself.")
    products: list[str] | None = Field(description="Codes; null: every product.")
    starts_on: date
    ends_on: date = Field(description="The last day in force.")
    state: str
    follower: str | None = Field(description="Number of the agreement that continues it.")
    lines: list[SubscriptionLine]


class Subscriptions(Paged):
    items: list[SubscriptionOut]


@router.get("/subscriptions", auth=READ, response=answers(Subscriptions), operation_id="list_subscriptions")
def list_subscriptions(request: HttpRequest, paging: PagingQuery) -> Any:
    """What the customer has and had, as far as the token reads it, in the order of the ids."""
    access = reading(request)
    with scope(access):
        held = sorted((one for one in list_held(access) if one.package_id > paging.after), key=_id_of)
        sellers = {one.pk: one for one in list_sellers()}
        codes = {one.pk: one.code for one in list_products()}
    rows, following, cursor = page(request, paging, held[: paging.limit + 1], _id_of)
    return Subscriptions(
        items=[_subscription(one, sellers[one.seller_id], codes) for one in rows], next=following, cursor=cursor
    )


def _id_of(one: Subscription) -> int:
    return one.package_id


def _subscription(one: Subscription, seller: Any, codes: dict[int, str]) -> SubscriptionOut:
    return SubscriptionOut(
        id=one.package_id, package=one.package, agreement=one.number, agreement_id=one.agreement_id,
        seller=seller.code, seller_name=seller.name, is_direct=seller.kind == organizations.Kind.PROVIDER,
        products=None if one.products is None else sorted(codes[each] for each in one.products),
        starts_on=one.starts_on, ends_on=one.ends_on, state=one.state, follower=one.follower or None,
        lines=[_line(each) for each in one.lines],
    )  # fmt: skip


def _line(one: Line) -> SubscriptionLine:
    balance = one.balance if one.balance and not one.balance.is_as_needed else None
    return SubscriptionLine(
        entitlement_id=one.entitlement_id,
        service=one.name,
        unit=one.unit,
        quantity=balance.quantity if balance else None,
        left=balance.left if balance and not one.is_gauge else None,
    )


class ChangedSubscription(BaseModel):
    """What a program would have it be. None of it happens here."""

    model_config = ConfigDict(extra="forbid", strict=True)

    entitlement_id: Id | None = Field(None, description="Of which line the quantity is; needed where several have one.")
    quantity: Amount | None = Field(None, description=f"The whole that is wanted. {_STEPS}")
    cancel: bool = False
    reason: str = Field("", max_length=REASON_MAX)


@router.patch("/subscriptions/{id}", auth=READ, response=refusals(404, 415), operation_id="change_subscription")
def change_subscription(request: HttpRequest, id: Path[Id], body: ChangedSubscription) -> Any:  # noqa: A002
    """Always 403: a subscription is changed by whoever sold it, and the answer says how to reach them.

    Where the body names a quantity or cancels, and the token may ask for wishes, the wish is there afterwards;
    ``wish_id`` names it. Without, POST /wishes says the same.
    """
    access, scopes = reading(request), holder_of(request).scopes
    change = Change(id, body.entitlement_id, body.quantity, body.cancel, body.reason)
    wish_id = wishes.attempt_change(access, change, may_wish=TokenScope.WRITE_WISHES in scopes)
    with scope(access):
        seller = next(one.seller_id for one in list_held(access) if one.package_id == id)
        contacts = contacts_of(read_supported(access), seller)
    found = [PartnerContact(**one) for one in contacts]
    return problem(403, HubError("subscription_partners"), partners=found, wish_id=wish_id)


class WishOut(BaseModel):
    """What was asked for, and what became of it."""

    id: int
    kind: WishKind
    state: WishState
    asked_of: str = Field(description="Name of the partner or of the provider.")
    subscription_id: int | None
    entitlement_id: int | None
    product: str | None = Field(description="Name; of something new.")
    what: str
    amount: int | None = Field(description=f"So many more or fewer. {_STEPS}")
    unit: Unit | None
    wanted_from: date | None
    reason: str
    asked_at: datetime
    answered_at: datetime | None
    answer: str = Field(description="Why it was declined.")
    ended_at: datetime | None
    note: str
    number: str = Field(description="Of the agreement that followed, as whoever did it wrote it.")


class Wishes(Paged):
    items: list[WishOut]


class WishQuery(BaseModel):
    state: WishState | None = None
    kind: WishKind | None = None


@router.get("/wishes", auth=READ, response=answers(Wishes), operation_id="list_wishes")
def list_wishes(request: HttpRequest, paging: PagingQuery, wanted: Query[WishQuery]) -> Any:
    """For tokens of administrators of the whole customer, and for the customer's own."""
    access = _asking(request)
    asked = WishFilter(state=wanted.state, is_open=None, kind=wanted.kind)
    with scope(access):
        found = queries.list_after(access, asked, after=paging.after, limit=paging.limit + 1)
    rows, following, cursor = page(request, paging, found, lambda one: one.wish.pk)
    return Wishes(items=[_wish(one) for one in rows], next=following, cursor=cursor)


def _asking(request: HttpRequest) -> Access:
    access = holder_of(request).access
    if not may_ask(access):
        raise Forbidden(Right.ADMINISTER)
    return access


_AS_IT_IS = ("what", "wanted_from", "reason", "asked_at", "answered_at", "answer", "ended_at", "note", "number")


def _wish(one: Wished) -> WishOut:
    wish = one.wish
    said: dict[str, Any] = {name: getattr(wish, name) for name in _AS_IT_IS}
    return WishOut(
        id=wish.pk, kind=WishKind(wish.kind), state=WishState(wish.state), asked_of=one.organization,
        subscription_id=wish.package_id, entitlement_id=wish.entitlement_id, product=one.product or None,
        amount=wish.amount, unit=Unit(wish.unit) if wish.unit else None, **said,
    )  # fmt: skip


class NewWish(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    kind: str = Field(max_length=10, description="buy, add, reduce or cancel.")
    subscription_id: Id | None = Field(None, description="What it is about; none for something new.")
    entitlement_id: Id | None = Field(None, description="Of which line it should be more or less.")
    product: str | None = Field(None, max_length=60, description="Code; of something new.")
    what: str = Field("", max_length=WHAT_MAX, description="In words, where no product says it.")
    amount: Amount | None = None
    unit: str | None = Field(None, max_length=20, description="Of something new; else that of the line.")
    wanted_from: str | None = Field(None, max_length=10)
    reason: str = Field("", max_length=REASON_MAX)
    to: str | None = Field(
        None, max_length=NUMBER_MAX, description="Code of whom to ask for something new, where several may be meant."
    )


class AskedWish(BaseModel):
    id: int
    state: WishState


@router.post("/wishes", auth=WRITE, response=answers(AskedWish, 404, 409, 415), operation_id="ask_wish")
def ask_wish(request: HttpRequest, body: NewWish, key: IdempotencyKey = None) -> Any:
    """Ask whoever sold it, by the rules of the page. GET /wishes says what became of it."""
    said = body.model_dump(exclude_none=True)
    return response_of(commands.ask(_asking(request), said, request_of(request, key)))
