"""Asking, for whoever asks: a person on a page, or a program. It demands an open transaction."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction

from tallyhub.agreements.queries import list_products
from tallyhub.journal.rules import ASKED_OF
from tallyhub.journal.steps import record
from tallyhub.kernel import cells, clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.names import read_name
from tallyhub.kernel.scope import require_transaction
from tallyhub.organizations.queries import get_customer
from tallyhub.organizations.rules import Kind
from tallyhub.partners.card.queries import read_supported
from tallyhub.partners.holdings.queries import list_held
from tallyhub.partners.holdings.rules import Line, Subscription
from tallyhub.partners.models import SubscriptionWish
from tallyhub.partners.subscriptions import queries, rules
from tallyhub.partners.subscriptions.rules import OPEN_MAX, Typed, WishKind, may_ask


def ask(access: Access, typed: Typed) -> SubscriptionWish:
    """As ``commands.ask``."""
    require_transaction()
    if not may_ask(access):
        raise Forbidden(Right.ADMINISTER)
    said = _read(typed)
    today = clock.today(get_customer(access).zone)
    supported = read_supported(access)
    if said.kind is WishKind.BUY:
        rules.check_typed(said, today=today, in_force=None)
        if said.product is not None and said.product not in {one.pk for one in list_products() if one.is_offered}:
            raise Invalid("product_unknown")
        seller = rules.choose_seller(queries.sellers_offered(supported, said.product), said.to)
    else:
        held, line = _held(access, said)
        said = replace(said, unit=line.unit if line else None, amount=said.amount if line else None)
        rules.check_typed(said, today=today, in_force=in_force(line))
        seller = held.seller_id
    if queries.count_open(access) >= OPEN_MAX:
        raise Conflict("wishes_many", open_max=OPEN_MAX)
    made = _keep(access, said, seller, queries.asked_instead(supported, seller))
    record(access, "partners.wish_asked", made.pk, **about(made))
    return made


def _read(typed: Typed) -> Typed:
    """Its texts as they are kept. Raises Invalid."""
    what = read_name(typed.what, length_max=rules.WHAT_MAX)
    return replace(typed, what=what, reason=cells.lines(rules.REASON_MAX)(typed.reason))


def _held(access: Access, typed: Typed) -> tuple[Subscription, Line | None]:
    """What it is about. Raises DoesNotExist for what is not held, Conflict for what is over."""
    held = next((one for one in list_held(access) if one.package_id == typed.package), None)
    if held is None:
        raise ObjectDoesNotExist
    if held.is_over:
        raise Conflict("subscription_over")
    if typed.entitlement is None:
        return held, None
    for line in held.lines:
        if line.entitlement_id == typed.entitlement and line.balance is not None:
            return held, line
    raise ObjectDoesNotExist


def in_force(line: Line | None) -> int | None:
    if line is None or line.balance is None or line.balance.is_as_needed:
        return None
    return line.balance.quantity or line.balance.upcoming


def _keep(access: Access, said: Typed, seller: int, organization: int) -> SubscriptionWish:
    """Asked twice is once: the database lets no second one in, even where two ask at the same time."""
    wish = wish_of(access, said)
    wish.organization_id, wish.seller_id = organization, seller
    try:
        with transaction.atomic():  # a refused insert would spoil the command
            wish.save()
    except IntegrityError:
        if queries.find_open(access, wish):
            raise Conflict("wish_open") from None
        raise
    return wish


def about(wish: SubscriptionWish) -> dict[str, Any]:
    """For the journal. What is asked of a partner no staff of others read there."""
    details: dict[str, Any] = {"what": wish.kind, "partner": wish.organization_id}
    is_partners = wish.organization.kind == Kind.PARTNER
    return details | ({ASKED_OF: wish.organization_id} if is_partners else {})


def wish_of(access: Access, said: Typed) -> SubscriptionWish:
    """As it is kept, but for whom it goes to."""
    is_new = said.kind is WishKind.BUY
    amount = said.amount if said.kind in rules.HAS_AMOUNT else None
    return SubscriptionWish(
        customer_id=access.customers[0],
        kind=said.kind,
        package_id=None if is_new else said.package,
        entitlement_id=None if is_new else said.entitlement,
        product_id=said.product if is_new else None,
        what=said.what if is_new else "",
        amount=amount,
        unit=said.unit if amount is not None and said.unit else "",
        wanted_from=said.wanted_from,
        reason=said.reason,
        asked_at=clock.now(),
        asked_by_id=access.person_id,
    )
