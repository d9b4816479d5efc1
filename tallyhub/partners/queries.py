"""Reads about partners that several rooms need."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from tallyhub.agreements.queries import list_channels
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.queries import list_sellers
from tallyhub.organizations.rules import Kind
from tallyhub.partners.models import Delegation, Resale
from tallyhub.partners.rules import ANSWER_WITHIN, PartyType, State

_KNOWN = "SELECT * FROM partners_known(%s) k WHERE {where} ORDER BY k.name, k.customer_id {limit}"


@dataclass(frozen=True, slots=True)
class About:
    """What anybody may know of a partner. One that the provider said nothing of yet sells directly."""

    type: PartyType = PartyType.DIRECT_BILL
    market: str = ""
    suspended_at: datetime | None = None


def find_parties(organizations: Iterable[int]) -> dict[int, About]:
    """By organisation, each of those asked for."""
    wanted = sorted(set(organizations))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM partners_parties(%s::bigint[])", [wanted])
        said = {one: About(PartyType(kind), market, suspended) for one, kind, market, suspended in cursor.fetchall()}
    return {one: said.get(one, About()) for one in wanted}


def get_party(organization_id: int) -> About:
    return find_parties([organization_id])[organization_id]


def names_of_organizations(organizations: Iterable[int]) -> dict[int, str]:
    """Of providers and partners, whose names are no secret."""
    wanted = set(organizations)
    return {one.pk: one.name for one in list_sellers() if one.pk in wanted}


@dataclass(frozen=True, slots=True)
class Known:
    """A customer of the partner that is acted for. ``is_mine``: the person holds a right there now."""

    customer_id: int
    code: str
    name: str
    zone: str
    market: str
    since: datetime | None  # it sells to it
    resale_id: int | None
    is_sold: bool  # an agreement in force is the partner's
    is_current: bool
    active: int
    pending: int
    ends_at: datetime | None  # the first of the active delegations
    is_mine: bool

    @property
    def may_be_asked(self) -> bool:
        """Of whom the partner may want something: a wish that waits is no relation, least of all another's for it."""
        return self.since is not None or self.is_sold or self.active > 0


def list_known(where: str, values: Collection[Any], at_most: int) -> list[Known]:
    """``where``: SQL of ours about ``k``, with its values."""
    sql = _KNOWN.format(where=where, limit="LIMIT %s")
    with connection.cursor() as cursor:
        cursor.execute(sql, [clock.now(), *values, at_most])
        return [Known(*row) for row in cursor.fetchall()]


def get_known(customer_id: int) -> Known:
    """One that the partner is, or was, related to. Raises DoesNotExist for any other."""
    found = list_known("k.customer_id = %s", [customer_id], 1)
    if not found:
        raise ObjectDoesNotExist
    return found[0]


def get_delegation(access: Access, delegation_id: int) -> Delegation:
    return Delegation.objects.visible_to(access).get(pk=delegation_id)


def lock_delegation(access: Access, delegation_id: int) -> Delegation:
    """Locked, so that whoever comes second sees what the first one did."""
    return Delegation.objects.visible_to(access).select_for_update(no_key=True, of=("self",)).get(pk=delegation_id)


def get_proposed(access: Access, delegation_id: int) -> Delegation:
    """One that one's own organisation asked for, for a reseller."""
    return Delegation.objects.proposed_by(access).get(pk=delegation_id)


def lock_proposed(access: Access, delegation_id: int) -> Delegation:
    return Delegation.objects.proposed_by(access).select_for_update(no_key=True, of=("self",)).get(pk=delegation_id)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a mail is for, and as whose: the customer's, or the partner's."""

    person_id: int
    customer_id: int | None
    organization_id: int | None


def list_recipients(organization_id: int | None, customer_id: int | None) -> list[Recipient]:
    """Admin agents of the partner and administrators of the customer, as far as the scope acts for them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM partners_recipients(%s, %s, %s)", [organization_id, customer_id, clock.now()])
        return [Recipient(*row) for row in cursor.fetchall()]


def list_related(access: Access) -> set[int]:
    """Ids of the partners of the customer that is worked inside, for whoever decides there."""
    now = clock.now()
    sellers = {one.seller_id for one in list_channels() if one.customer_id in access.customers}
    partners = {one.pk for one in list_sellers() if one.kind == Kind.PARTNER and one.pk in sellers}
    resales = Resale.objects.visible_to(access).filter(customer_id__in=access.customers, ended_at=None)
    delegations = Delegation.objects.visible_to(access).filter(customer_id__in=access.customers)
    running = delegations.filter(state=State.ACTIVE, ends_at__gt=now)
    asked = delegations.filter(state=State.PENDING, requested_at__gt=now - ANSWER_WITHIN)
    for rows in (resales, running, asked):
        partners |= set(rows.values_list("organization_id", flat=True))
    return partners
