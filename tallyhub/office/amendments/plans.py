"""What an amendment will write, worked out the same way for its preview and for its command.

Each plan raises Invalid or Conflict for what must not be; what only the ledger can tell it tells when it is asked.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from tallyhub.agreements import queries as agreements
from tallyhub.agreements.models import Agreement, Entitlement, Package, Term
from tallyhub.agreements.rules import Days, check_days
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.ledger import queries as ledger
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.office.agreements.check import PlannedEntitlement, Reader, check_entitlement
from tallyhub.office.agreements.commands import SOURCE, check_goes_on
from tallyhub.office.agreements.content import EntitlementPart

KINDS = (AllotmentKind.TOP_UP, AllotmentKind.CARRY_OVER, AllotmentKind.ADJUSTMENT)  # of one entitlement, one at a time
_NONCE = re.compile(r"[0-9a-f]{32}")  # made with the form, so that what is sent twice is recorded once


class Reason(StrEnum):
    """Why something is taken back or given outside a purchase. A code: texts could never be erased."""

    MISTAKE = "mistake"
    EXCHANGE = "exchange"
    GOODWILL = "goodwill"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class Plan:
    """``rows`` are allotments, as ``ledger.steps.allot`` takes them. ``shown_on``: the day a preview is about."""

    agreement: Agreement
    shown_on: date
    rows: list[dict[str, Any]] = field(default_factory=list)
    terms: list[Agreement | Package] = field(default_factory=list)  # whose last day changes
    lines: list[Entitlement] = field(default_factory=list)  # whose balances are shown, each with service and package
    later: int = 0  # entries, reversals included, that lie after an earlier end


def days_in_force(package: Package) -> Days:
    """As agreed, or until it or its agreement ended early."""
    return Days(package.starts_on, min(package.ends_on, package.agreement.ends_on))


def plan_allotment(
    access: Access, entitlement_id: int, *, kind: AllotmentKind, amount: int, days: Days, nonce: str
) -> Plan:
    """Something on top, carried over, or corrected: inside the days of the package."""
    if kind not in KINDS or not _NONCE.fullmatch(nonce):
        raise Invalid("form_outdated")
    entitlement = agreements.get_entitlement(access, entitlement_id)
    check_days(days, inside=days_in_force(entitlement.package))
    row = _row(entitlement, kind, amount, days, f"amendment-{nonce}")
    agreement = entitlement.package.agreement
    return Plan(agreement, clock.today(agreement.zone), [row], lines=[entitlement])


def plan_extension(
    access: Access, agreement_id: int, *, ends_on: date, packages: Collection[int], amounts: Mapping[int, int]
) -> Plan:
    """A later last day, and what is bought for the days that come in addition. Never an earlier one."""
    agreement = agreements.get_agreement(access, agreement_id)
    check_goes_on(agreement)
    plan = Plan(agreement, agreement.days.ends_on + timedelta(days=1))
    if ends_on > agreement.days.ends_on:
        check_days(Days(agreement.starts_on, ends_on))
        plan.terms.append(agreement)
    found = {one.pk: one for one in agreements.list_packages(access, agreement_id)}
    for chosen in (_among(one, found) for one in packages):
        _check_later(chosen, ends_on)
        plan.terms.append(chosen)
        for entitlement in chosen.entitlements.all():
            entitlement.package = chosen
            if entitlement.pk in amounts:
                added = Days(chosen.days.ends_on + timedelta(days=1), ends_on)
                name = f"extension-{entitlement.pk}-{ends_on.isoformat()}"
                plan.rows.append(_row(entitlement, AllotmentKind.PURCHASE, amounts[entitlement.pk], added, name))
                plan.lines.append(entitlement)
    if not plan.terms:
        raise Invalid("ends_no_later", ends_on=agreement.days.ends_on)
    if len(plan.rows) != len(amounts):
        raise Invalid("amount_without_package")
    return plan


def _among(package_id: int, found: Mapping[int, Package]) -> Package:
    if package_id not in found:
        raise Package.DoesNotExist
    return found[package_id]


def _check_later(package: Package, ends_on: date) -> None:
    if package.terminated_on is not None:
        raise Conflict("ended_early", ends_on=package.terminated_on)
    if ends_on <= package.days.ends_on:
        raise Invalid("ends_no_later", ends_on=package.days.ends_on)


def plan_end(access: Access, agreement_id: int, last_day: date, package_id: int | None = None) -> Plan:
    """An earlier last day, of the agreement or of one package; balances end with it by terminations."""
    agreement = agreements.get_agreement(access, agreement_id)
    packages = agreements.list_packages(access, agreement_id)
    ended: Agreement | Package = agreement
    if package_id is not None:
        ended = _among(package_id, {one.pk: one for one in packages})
        packages = [ended]
    _check_earlier(ended, agreement, last_day)
    shortened = [one for one in packages if days_in_force(one).ends_on > last_day]
    lines = [each.pk for one in shortened for each in one.entitlements.all()]
    plan = Plan(
        agreement, last_day + timedelta(days=1), terms=[ended], later=ledger.count_entries_after(lines, last_day)
    )
    for package in shortened:
        for entitlement in package.entitlements.all():
            entitlement.package = package
            if not entitlement.is_as_needed and not entitlement.service.is_benefit:
                name = f"end-{entitlement.pk}-{last_day.isoformat()}"
                day = Days(last_day, last_day)
                plan.rows.append(_row(entitlement, AllotmentKind.TERMINATION, 0, day, name))
                plan.lines.append(entitlement)
    return plan


def _check_earlier(ended: Term, agreement: Agreement, last_day: date) -> None:
    check_days(ended.days, terminated_on=last_day)
    present = min(ended.ends_on, agreement.ends_on)
    if last_day >= present:
        raise Invalid("ends_no_earlier", ends_on=present)


def plan_entitlement(
    access: Access, package_id: int, part: EntitlementPart
) -> "tuple[Package, PlannedEntitlement | None, Reader]":
    """One more line of a package; the reader holds what is wrong with it."""
    package = agreements.get_package(access, package_id)
    check_goes_on(package.agreement)
    if package.terminated_on is not None:
        raise Conflict("ended_early", ends_on=package.terminated_on)
    services = {one.code: one for one in agreements.list_services()}
    reader = Reader("entitlement")
    planned = check_entitlement(reader, "", part, services, days_in_force(package))
    if part.code in agreements.entitlement_codes(access, package_id):
        reader.refuse("code", Invalid("code_twice"))
    return package, planned, reader


def _row(entitlement: Entitlement, kind: AllotmentKind, amount: int, days: Days, external_id: str) -> dict[str, Any]:
    return {
        "customer_id": entitlement.customer_id,
        "entitlement_id": entitlement.pk,
        "kind": kind,
        "amount": amount,
        "starts_on": days.starts_on,
        "ends_on": days.ends_on,
        "priority": 0,
        "source": SOURCE,
        "external_id": external_id,
    }


def touched(rows: Sequence[dict[str, Any]]) -> set[int]:
    return {row["entitlement_id"] for row in rows}
