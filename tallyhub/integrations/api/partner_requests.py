"""Requests to a partner, for programs of its customers: whom one asks at which price, asking, and how far it is.

The request itself is read where all of them are (``requests``).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router
from pydantic import BaseModel, ConfigDict

from tallyhub.accounts.tokens import TokenScope
from tallyhub.health.rules import EventStatus
from tallyhub.helpdesk.gates.queries import Following
from tallyhub.helpdesk.gates.rules import Ball, Stage
from tallyhub.helpdesk.intake import queries
from tallyhub.helpdesk.intake.asking import require_own
from tallyhub.helpdesk.intake.queries import Terms
from tallyhub.helpdesk.intake.rules import REACH_MAX, choose_sellers
from tallyhub.helpdesk.stages import read_standings
from tallyhub.integrations.api import partner_request_commands as commands
from tallyhub.integrations.api.paging import Code, Id, Paged, PagingQuery, page
from tallyhub.integrations.api.posting import IdempotencyKey, request_of, response_of
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.tokens import Token, holder_of
from tallyhub.kernel import clock
from tallyhub.kernel.scope import scope
from tallyhub.partners.card.queries import Supported, read_supported
from tallyhub.partners.plans.rules import Price
from tallyhub.partners.queries import names_of_organizations
from tallyhub.support.models import Request
from tallyhub.support.requests.rules import IMPACT_MAX
from tallyhub.support.rules import TEXT_MAX, TITLE_MAX

READ = Token(TokenScope.READ_REQUESTS)
WRITE = Token(TokenScope.WRITE_REQUESTS)
router = Router()


class AskedPartner(BaseModel):
    """Of a request that is asked of a partner: who has it, and how far it is."""

    id: int
    name: str
    stage: Stage = Field(description="Follows from what was done; nobody sets it.")
    ball: Ball = Field(description="Who is to do the next thing.")


class FollowedIncident(BaseModel):
    """The incident that a request follows: it goes on when that is over."""

    since: datetime
    event_id: int | None = Field(description="Null, as the rest: an incident that is published for others alone.")
    title: str | None
    status: EventStatus | None
    ended_at: datetime | None


def read_partners(requests: Sequence[Request]) -> dict[int, AskedPartner]:
    """By request, of those that a partner is asked, in the scope of who sees them. Three statements, or none."""
    asked = [one for one in requests if one.partner_id is not None]
    if not asked:
        return {}
    standings, names = read_standings(asked), names_of_organizations({one.partner_id or 0 for one in asked})
    return {
        one.pk: AskedPartner(
            id=one.partner_id or 0,
            name=names.get(one.partner_id or 0, ""),
            stage=standings[one.pk].stage,
            ball=standings[one.pk].ball,
        )
        for one in asked
        if one.pk in standings
    }


def shown_incident(found: Following | None) -> FollowedIncident | None:
    if found is None:
        return None
    event = found.event
    return FollowedIncident(
        since=found.since,
        event_id=event.pk if event else None,
        title=event.title if event else None,
        status=EventStatus(event.status) if event else None,
        ended_at=event.ended_at if event else None,
    )


class PlanPrice(BaseModel):
    """What a request costs by the plan in force."""

    version: int = Field(description="To be sent back as accepted_plan, where it is charged.")
    name: str = Field(description="Of the plan.")
    price: Price
    is_charged: bool = Field(description="Then nothing is asked without accepted_plan.")
    amount: int | None = Field(description="In hundredths of the currency; null where nothing is charged.")
    currency: str
    note: str


class SupportPartner(BaseModel):
    """A partner that sold something to the customer, who answers for it now, and at which price."""

    id: int
    code: str = Field(description="To be named as partner, where two may be meant.")
    name: str
    answered_by: str = Field(description="Code of who is asked in its place; its own as a rule.")
    answered_by_name: str
    is_providers: bool = Field(description="The provider stands in: open a request of the ordinary kind.")
    products: list[str] = Field(description="Codes.")
    email: str
    telephone: str
    website: str
    is_open: bool | None = Field(description="Somebody is there now; null: no hours are said.")
    opens_at: datetime | None = Field(description="When they are back.")
    plan: PlanPrice | None = Field(description="Null: none is in force, and nothing is charged.")


class SupportPartners(Paged):
    items: list[SupportPartner]


class PartnerFilter(BaseModel):
    product: Code | None = Field(None, description="Code: those that sold it.")


@router.get("/support-partners", auth=READ, response=answers(SupportPartners), operation_id="list_support_partners")
def list_support_partners(request: HttpRequest, paging: PagingQuery, wanted: Query[PartnerFilter]) -> Any:
    """Whom the customer's people ask about what they hold through partners: what it costs, and when they are there.

    For people's own tokens, as POST /partner-requests.
    """
    access = holder_of(request).access
    require_own(access)
    with scope(access):
        supported = read_supported(access)
    sellers = sorted(one for one in _sellers(supported, wanted.product) if one > paging.after)
    rows, following, cursor = page(request, paging, sellers[: paging.limit + 1], lambda one: one)
    return SupportPartners(items=[_partner(supported, one) for one in rows], next=following, cursor=cursor)


def _sellers(supported: Supported, code: str | None) -> Sequence[int]:
    if code is None:
        return supported.partners
    product = next((one.pk for one in supported.products if one.code == code), None)
    return choose_sellers(product, None, supported.sellers, supported.partners) if product else ()


def _partner(supported: Supported, seller_id: int) -> SupportPartner:
    seller, addressee = supported.organizations[seller_id], queries.find_addressee(supported, seller_id)
    answering = supported.organizations[addressee.organization_id if addressee else supported.provider_id or seller_id]
    terms = queries.terms_for(supported, answering.pk)
    ways = {name: getattr(terms.profile, name, "") for name in ("email", "telephone", "website")}
    now = clock.now()
    is_open = terms.is_open(now) if terms.hours else None
    return SupportPartner(
        id=seller.pk, code=seller.code, name=seller.name, answered_by=answering.code, answered_by_name=answering.name,
        is_providers=addressee is None, products=[one.code for one in supported.products_of(seller_id)],
        is_open=is_open, opens_at=terms.hours.next_opening(now) if terms.hours and not is_open else None,
        plan=_price(terms) if addressee else None, **ways,
    )  # fmt: skip


def _price(terms: Terms) -> PlanPrice | None:
    cost = terms.cost
    if cost is None or terms.plan is None:
        return None
    return PlanPrice(
        version=cost.number, name=terms.plan.name, price=Price(cost.price), is_charged=cost.is_charged,
        amount=cost.amount or None, currency=cost.currency, note=terms.plan.price_note,
    )  # fmt: skip


class NewPartnerRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    workspace: str = Field(max_length=80, description="Code.")
    kind: str = Field(max_length=20, description="problem or advice.")
    title: str = Field(max_length=TITLE_MAX)
    description: str = Field(max_length=TEXT_MAX, description="Markdown.")
    severity: str = Field("C", max_length=1, description="A, B or C.")
    impact: str = Field("", max_length=IMPACT_MAX, description="On the business; A and B need it.")
    product: str | None = Field(None, max_length=60, description="Code; something else where it is left out.")
    partner: str | None = Field(None, max_length=80, description="Code, where two may be meant.")
    reach: str = Field("", max_length=REACH_MAX, description="How to reach whoever asks.")
    accepted_plan: Id | None = Field(None, description="The version whose price is accepted, where it is charged.")


class AskedRequest(BaseModel):
    id: int
    number: str
    status: Literal["new"]


@router.post("/partner-requests", auth=WRITE, response=answers(AskedRequest, 404, 409, 415), operation_id="ask_partner")
def ask_partner(request: HttpRequest, body: NewPartnerRequest, key: IdempotencyKey = None) -> Any:
    """Ask the partner that sold something, as the form does: for whoever belongs to the workspace, by a token of their
    own. A customer's own token is nobody whom the partner could answer.

    GET /support-partners says the price and the version to accept. What the provider itself sold is 409: that is
    POST /requests.
    """
    return response_of(commands.ask(holder_of(request).access, body.model_dump(), request_of(request, key)))
