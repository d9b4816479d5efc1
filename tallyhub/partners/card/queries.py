"""Who supports what the customer holds: the purchase channel of the agreements, and who stands in for a partner."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from tallyhub.agreements.models import Product
from tallyhub.agreements.queries import list_channels, list_products
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import Organization
from tallyhub.organizations.queries import list_sellers
from tallyhub.organizations.rules import Kind
from tallyhub.partners.card.rules import Responsible, Standing, responsible
from tallyhub.partners.models import SupportProfile
from tallyhub.partners.plans.queries import Standing as PlanStanding
from tallyhub.partners.plans.queries import read_standing
from tallyhub.partners.profiles.queries import find_profiles


@dataclass(frozen=True, slots=True)
class Supported:
    """All that a customer holds, and who supports it. Read once for a page."""

    products: tuple[Product, ...]  # held today, by name
    direct: frozenset[int]  # those that the provider sold
    sellers: dict[int, tuple[int, ...]]  # product: the partners that sold it
    partners: tuple[int, ...]  # of all agreements in force, also of those without a product
    standing: dict[int, Standing]
    organizations: dict[int, Organization]  # partners, those who stand in, and the provider
    provider_id: int | None
    profiles: dict[int, SupportProfile]
    plans: dict[int, PlanStanding]

    def cards_of(self, partner_id: int) -> list[Responsible]:
        return responsible(partner_id, self.standing, self.profiles, self.provider_id)

    def products_of(self, partner_id: int) -> list[Product]:
        return [one for one in self.products if partner_id in self.sellers.get(one.pk, ())]


def read_supported(access: Access) -> Supported:
    """Of the customer worked inside. Seven statements."""
    channels = list_channels(access.customers) if access.customers else []
    standing = _standing()
    held = {one.product_id for one in channels}
    products = sorted((one for one in list_products() if one.pk in held), key=lambda one: (one.name.casefold(), one.pk))
    sellers: dict[int, tuple[int, ...]] = {}
    for one in channels:
        if one.is_partner:
            sellers[one.product_id] = (*sellers.get(one.product_id, ()), one.seller_id)
    named = standing.keys() | {one.stand_in_id for one in standing.values() if one.stand_in_id}
    organizations = _organizations(named)
    provider = next((key for key, one in sorted(organizations.items()) if one.kind == Kind.PROVIDER), None)
    sellers_of_any = [key for key, one in standing.items() if one.has_sold]
    days = {key: clock.today(one.zone) for key, one in organizations.items()}
    return Supported(
        products=tuple(products),
        direct=frozenset(one.product_id for one in channels if not one.is_partner),
        sellers=sellers,
        partners=tuple(sorted(sellers_of_any, key=lambda one: (organizations[one].name.casefold(), one))),
        standing=standing,
        organizations=organizations,
        provider_id=provider,
        profiles=find_profiles(access, organizations),
        plans=read_standing(access, days),
    )


def _standing() -> dict[int, Standing]:
    """Of the partners of the customers worked inside; the database looks it up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM partners_standing(%s)", [clock.now()])
        return {partner: Standing(*stands) for partner, *stands in cursor.fetchall()}


def _organizations(wanted: Collection[int | None]) -> dict[int, Organization]:
    """These, and the provider."""
    return {one.pk: one for one in list_sellers() if one.kind == Kind.PROVIDER or one.pk in wanted}
