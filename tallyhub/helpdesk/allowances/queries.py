"""Reads about what partners may escalate, and how much of it they did."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection

from tallyhub.helpdesk.allowances.rules import Balance, Period, balance_of
from tallyhub.helpdesk.models import Allowance
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.queries import list_providers


@dataclass(frozen=True, slots=True)
class Agreed:
    """One allowance of a partner, with what was used of it."""

    id: int
    partner_id: int
    period: Period


def list_agreed(partners: Collection[int]) -> list[Agreed]:
    """Of these partners, as far as one acts for them or for their provider, the last to begin first. One statement.

    What is used: escalations that came to the provider through the partner, its resellers' included; not those that
    were withdrawn, nor what is beyond the five categories by agreement.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM helpdesk_allowances(%s::bigint[], %s)", [sorted(set(partners)), provider_zone()])
        return [Agreed(key, partner, Period(*period)) for key, partner, *period in cursor.fetchall()]


def read_balance(partner_id: int) -> Balance:
    """On the provider's day. Three statements."""
    return balance_of([one.period for one in list_agreed([partner_id])], today())


def today() -> date:
    return clock.today(provider_zone())


def get_allowance(access: Access, allowance_id: int) -> Allowance:
    found: Allowance = Allowance.objects.visible_to(access).select_for_update().get(pk=allowance_id)
    return found


def provider_zone() -> str:
    return next((one.zone for one in list_providers()), "UTC")
