"""What an amendment would change, and what could be carried over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tallyhub.agreements import queries as agreements
from tallyhub.agreements.models import Entitlement
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.ledger import queries as ledger
from tallyhub.ledger import steps
from tallyhub.ledger.engine import Balance
from tallyhub.office.amendments.plans import Plan, days_in_force

_LISTED_MAX = 6


@dataclass(frozen=True, slots=True)
class Preview:
    """The balances as of a day, as they stand and as they will."""

    day: date
    before: Mapping[int, Balance]
    after: Mapping[int, Balance]


def preview(plan: Plan) -> list[Preview]:
    """By the engine. What reaches into the past is shown as of today, too: all that was booked since counts anew.

    Raises what the ledger would refuse.
    """
    steps.judge_allotments(plan.rows)
    today = clock.today(plan.agreement.zone)
    shown = [plan.shown_on, today] if plan.shown_on < today else [plan.shown_on]
    return [_preview(plan, day) for day in shown]


def _preview(plan: Plan, day: date) -> Preview:
    days = dict.fromkeys((one.pk for one in plan.lines), day)
    return Preview(day, ledger.balances(days), ledger.balances(days, plan.rows))


@dataclass(frozen=True, slots=True)
class Remainder:
    """What an allotment leaves unused: it has expired, or is left and ends on that day."""

    number: str  # of the agreement
    amount: int
    ends_on: date  # of the allotment, its package or its agreement, whichever ends first
    has_expired: bool

    def is_over_before(self, day: date) -> bool:
        """What is in force on that day still would be counted twice if it were given again."""
        return self.has_expired or self.ends_on < day


def list_remainders(access: Access, entitlement: Entitlement) -> list[Remainder]:
    """Of the entitlement itself, and of the one under the same codes in the agreement that this one follows.

    What ended last comes first.
    """
    found = [entitlement]
    agreement = entitlement.package.agreement
    if agreement.follows_id:
        before = agreements.list_packages(access, agreement.follows_id)
        same = (one for one in before if one.code == entitlement.package.code)
        found += [each for one in same for each in one.entitlements.all() if each.code == entitlement.code]
    packages = {one.pk: agreements.get_entitlement(access, one.pk).package for one in found}
    days = {pk: clock.today(one.agreement.zone) for pk, one in packages.items()}
    balances = ledger.balances(days)
    ends = {
        one.pk: min(one.ends_on, days_in_force(package).ends_on)
        for pk, package in packages.items()
        for one in ledger.list_allotments(access, entitlement_id=pk)
    }
    remainders = [
        Remainder(
            packages[pk].agreement.number, share.expired or share.left, ends[share.allotment_id], share.expired > 0
        )
        for pk, balance in balances.items()
        for share in balance.paid
        if share.expired or share.left
    ]
    return sorted(remainders, key=lambda one: (not one.has_expired, -one.ends_on.toordinal()))[:_LISTED_MAX]
