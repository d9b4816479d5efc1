"""Reads about wishes. Both sides read the same rows, each its own, with names that the database gives to readers."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import get_language

from tallyhub.kernel.access import Access
from tallyhub.organizations.queries import list_customers_held, list_served
from tallyhub.organizations.rules import Kind
from tallyhub.partners.card.queries import Supported
from tallyhub.partners.models import SubscriptionWish
from tallyhub.partners.queries import list_known
from tallyhub.partners.subscriptions.rules import OPEN, WishKind, WishState, may_ask

PAGE_ROWS = 50
SHOWN_MAX = 100  # of a customer's own, on the page of its subscriptions: the newest


@dataclass(frozen=True, slots=True)
class Wished:
    """A wish with the names of what it is about. Empty: there is none, or they are erased, or not for this reader."""

    wish: SubscriptionWish
    code: str
    customer: str
    zone: str
    organization: str
    organization_kind: str
    seller: str
    package: str
    agreement: str
    service: str
    product: str
    asked_by: str
    answered_by: str
    ended_by: str
    owner: str

    @property
    def is_providers(self) -> bool:
        return self.organization_kind == Kind.PROVIDER


@dataclass(frozen=True, slots=True)
class WishFilter:
    """``is_open``: None: whatever its state."""

    state: WishState | None = None
    is_open: bool | None = True
    kind: WishKind | None = None
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class WishesPage:
    rows: list[Wished]
    next_after: int | None


def list_own(access: Access) -> list[Wished]:
    """Of the customer worked inside, for whoever may wish: the newest first. Two statements, none for others."""
    if not may_ask(access):
        return []
    found = SubscriptionWish.objects.visible_to(access).filter(customer_id__in=access.customers)
    return with_names(found.order_by("-pk")[:SHOWN_MAX])


def list_asked(access: Access, wanted: WishFilter, after: int | None) -> WishesPage:
    """What customers ask the partner, or the provider's account team, a page at a time: the newest first."""
    rows = with_names(_filtered(to_answer(access), wanted, after).order_by("-pk")[: PAGE_ROWS + 1])
    return WishesPage(rows[:PAGE_ROWS], rows[PAGE_ROWS - 1].wish.pk if len(rows) > PAGE_ROWS else None)


def find_customer(access: Access, code: str) -> int | None:
    """One that the partner knows, or whose account team the reader is in, by its code."""
    known = list_known("lower(k.code) = lower(%s)", [code], 1)
    if known:
        return known[0].customer_id
    held = list_customers_held(access).filter(code__iexact=code, pk__in=list_served())
    return held.values_list("pk", flat=True).first()


def to_answer(access: Access) -> "QuerySet[SubscriptionWish]":
    """Those that the reader answers, and none that they asked."""
    mine = SubscriptionWish.objects.visible_to(access)
    if may_ask(access):
        mine = mine.exclude(customer_id__in=access.customers)
    return mine


def _filtered(
    found: "QuerySet[SubscriptionWish]", wanted: WishFilter, after: int | None
) -> "QuerySet[SubscriptionWish]":
    if wanted.state is not None:
        found = found.filter(state=wanted.state)
    elif wanted.is_open is not None:
        found = found.filter(state__in=OPEN) if wanted.is_open else found.exclude(state__in=OPEN)
    if wanted.kind is not None:
        found = found.filter(kind=wanted.kind)
    if wanted.customer_id is not None:
        found = found.filter(customer_id=wanted.customer_id)
    return found.filter(pk__lt=after) if after is not None else found


def get_wished(access: Access, wish_id: int) -> Wished:
    """Raises DoesNotExist for one that is not there or not the reader's."""
    return with_names([SubscriptionWish.objects.visible_to(access).get(pk=wish_id)])[0]


def get_wish(access: Access, wish_id: int) -> SubscriptionWish:
    return SubscriptionWish.objects.visible_to(access).get(pk=wish_id)


def lock_wish(access: Access, wish_id: int) -> SubscriptionWish:
    """Locked, so that whoever comes second sees what the first one did."""
    found = SubscriptionWish.objects.visible_to(access).select_for_update(no_key=True, of=("self",))
    return found.get(pk=wish_id)


def find_open(access: Access, wish: SubscriptionWish) -> SubscriptionWish | None:
    """The one that stands in the way of another of the same kind about the same."""
    same = {
        "kind": wish.kind,
        "package_id": wish.package_id,
        "entitlement_id": wish.entitlement_id,
        "product_id": wish.product_id,
        "what": wish.what,
        "customer_id": wish.customer_id,
    }
    return SubscriptionWish.objects.visible_to(access).filter(state__in=OPEN, **same).first()


def count_open(access: Access) -> int:
    own = SubscriptionWish.objects.visible_to(access).filter(customer_id__in=access.customers, state__in=OPEN)
    return own.count()


def list_after(access: Access, wanted: WishFilter, *, after: int, limit: int) -> list[Wished]:
    """Of the customer worked inside, in the order of their ids, for programs."""
    own = SubscriptionWish.objects.visible_to(access).filter(customer_id__in=access.customers, pk__gt=after)
    return with_names(_filtered(own, wanted, None).order_by("pk")[:limit])


def with_names(rows: Iterable[SubscriptionWish]) -> list[Wished]:
    found = list(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM partners_wish_names(%s::bigint[])", [[one.pk for one in found]])
        names = {row[0]: _names(row[1:]) for row in cursor.fetchall()}
    return [Wished(one, *names[one.pk]) for one in found if one.pk in names]


_IN_LANGUAGES = (8, 9)  # service and product


def _names(row: tuple[str | None, ...]) -> list[str]:
    return [_in_language(one) if place in _IN_LANGUAGES else one or "" for place, one in enumerate(row)]


def _in_language(texts: str | None) -> str:
    """In the reader's language, or else in English."""
    if not texts:
        return ""
    named = json.loads(texts)
    return str(named.get(get_language() or "en") or named["en"])


def sellers_offered(supported: Supported, product: int | None) -> list[int]:
    """Who may be asked for something new: whoever sold what is held of the product decides (edge case 30); of what is
    not held, any partner that sells to the customer, and the provider.
    """
    provider = [supported.provider_id] if supported.provider_id is not None else []
    held = [*supported.sellers.get(product, ()), *(provider if product in supported.direct else [])] if product else []
    if held:
        return held
    named = supported.organizations
    return [*sorted(supported.standing, key=lambda one: (named[one].name.casefold(), one)), *provider]


def asked_instead(supported: Supported, seller_id: int) -> int:
    """Who is asked for what a seller sold: itself, or whoever stands in for one that is suspended (S003-53)."""
    if seller_id == supported.provider_id:
        return seller_id
    return supported.cards_of(seller_id)[0].organization_id
