"""Which entitlements might pay for something, and which of them does (``rules.choose_entitlement``)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from tallyhub.agreements.rules import Scope, ServiceKind
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.rules import Candidate, Choice, choose_entitlement


@dataclass(frozen=True, slots=True)
class Offer:
    """An entitlement of the wanted kind, whether or not it fits."""

    entitlement_id: int
    package_id: int
    agreement_id: int
    kind: ServiceKind
    unit: Unit
    scope: Scope
    starts_on: date
    ends_on: date  # the last day in force of package and agreement
    zone: str
    workspaces: frozenset[int]  # that the package reaches
    products: frozenset[int] = frozenset()
    covers_every_product: bool = False
    rounding_step: int = 1
    request_cap: int | None = None

    def day_of(self, at: datetime) -> date:
        """In the agreement's zone."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def is_in_force(self, at: datetime) -> bool:
        return self.starts_on <= self.day_of(at) <= self.ends_on

    def has_ended(self, at: datetime) -> bool:
        return self.day_of(at) > self.ends_on


def list_offers(kinds: Collection[ServiceKind]) -> list[Offer]:
    """Of the customers worked inside, those too that reach no workspace of the reader. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_offers(%s)", [list(map(str, kinds))])
        return [read_offer(*row) for row in cursor.fetchall()]


def read_offer(*row: Any) -> Offer:
    """A row of ``ledger_offers``."""
    entitlement, package, agreement, kind, unit, scope, starts_on, ends_on, zone, places, products, every, step, cap = (
        row
    )
    return Offer(
        entitlement, package, agreement, ServiceKind(kind), Unit(unit), Scope(scope), starts_on, ends_on, zone,
        frozenset(places), frozenset(products), every, step, cap,
    )  # fmt: skip


def choose(
    offers: Iterable[Offer], workspace_id: int, at: datetime, *, product_id: int | None = None, named: int | None = None
) -> Choice:
    """Which of them pays for something that happened in a workspace at an instant.

    Only those that are in force then and reach the workspace may. ``named`` is the entitlement that the matter names;
    without it an add-on that covers the product comes before the base package. Support has products of its own to ask
    of the base package, too: ``support.placement.rules.place``.
    """
    fitting = [one for one in offers if one.is_in_force(at) and workspace_id in one.workspaces]
    return choose_entitlement([_candidate(one, product_id) for one in fitting], named, product_id)


def _candidate(offer: Offer, product_id: int | None) -> Candidate:
    covered = offer.products
    if offer.covers_every_product and product_id is not None:
        covered |= {product_id}
    return Candidate(offer.entitlement_id, offer.scope, offer.ends_on, covered)
