"""Changes of an approved agreement. Each raises the customer's version first and books last, as imports do."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from tallyhub.agreements import queries as agreements
from tallyhub.agreements import steps
from tallyhub.agreements.fields import NAME, required
from tallyhub.agreements.models import Agreement, Package
from tallyhub.agreements.rules import Days
from tallyhub.journal.steps import record
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.ledger import steps as ledger
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.office.agreements.commands import entitlement_row, purchase_rows
from tallyhub.office.agreements.content import EntitlementPart
from tallyhub.office.amendments import plans
from tallyhub.office.amendments.plans import Reason
from tallyhub.organizations.steps import touch_customer


def _begin(access: Access) -> None:
    """The right, and the customer's turn: two amendments never run side by side."""
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)


@command
def allot(
    access: Access,
    entitlement_id: int,
    *,
    kind: AllotmentKind,
    amount: int,
    days: Days,
    nonce: str,
    reason: Reason | None,
) -> Agreement:
    """A top-up, a carry-over or an adjustment; the last one says why. Sent twice, it is recorded once."""
    _begin(access)
    plan = plans.plan_allotment(access, entitlement_id, kind=kind, amount=amount, days=days, nonce=nonce)
    details: dict[str, Any] = {"what": kind.value, "amount": amount}
    if kind is AllotmentKind.ADJUSTMENT:
        if reason is None:
            raise Invalid("reason_missing")
        details["reason"] = reason.value
    if ledger.are_recorded(plan.rows):
        return plan.agreement
    record(access, "office.allotment_added", entitlement_id, **details)
    ledger.allot(access, plan.rows)
    return plan.agreement


@command
def extend(
    access: Access, agreement_id: int, *, ends_on: date, packages: Collection[int], amounts: Mapping[int, int]
) -> None:
    """A later last day of the agreement, of packages, or of both; the days before stay as they were agreed."""
    _begin(access)
    plan = plans.plan_extension(access, agreement_id, ends_on=ends_on, packages=packages, amounts=amounts)
    for place, one in enumerate(plan.terms):
        told: dict[str, Any] = {"was": one.days.ends_on.isoformat(), "ends_on": ends_on.isoformat()}
        told["allotments"] = 0 if place else len(plan.rows)
        record(access, "office.term_extended", one.pk, what=_what(one), **told)
        steps.extend(one, ends_on)
    steps.settle_account_policy(access, access.customers)
    if plan.rows:
        ledger.allot(access, plan.rows)


@command
def end_early(
    access: Access, agreement_id: int, *, last_day: date, package_id: int | None = None, later_meant: int = 0
) -> None:
    """The agreement or one package ends on an earlier day; what is left then expires with it.

    It cannot be undone. Raises Conflict where more entries lie after that day than ``later_meant``: they would be over.
    """
    _begin(access)
    plan = plans.plan_end(access, agreement_id, last_day, package_id)
    if plan.later > later_meant:
        raise Conflict("entries_after_end", entries=plan.later)
    for one in plan.terms:
        record(
            access,
            "office.ended_early",
            one.pk,
            what=_what(one),
            ends_on=last_day.isoformat(),
            allotments=len(plan.rows),
        )
        steps.terminate(one, last_day)
    steps.settle_account_policy(access, access.customers)
    if plan.rows:
        ledger.allot(access, plan.rows)


@command
def add_entitlement(access: Access, package_id: int, part: EntitlementPart) -> Agreement:
    """One more line of a package."""
    _begin(access)
    package, planned, reader = plans.plan_entitlement(access, package_id, part)
    if planned is None or reader.problems:
        raise Invalid("draft_incomplete", problems=len(reader.problems))
    (added,) = steps.add_entitlements([entitlement_row(package.customer_id, package_id, planned)]).rows
    rows = purchase_rows(added, planned)
    details: dict[str, Any] = {"what": "entitlement", "package": package_id, "allotments": len(rows)}
    record(access, "office.entitlement_added", added.pk, **details)
    if rows:
        ledger.allot(access, rows)
    return package.agreement


@command
def rename_agreement(access: Access, agreement_id: int, name: str) -> None:
    """A text only: statements that were made keep what they say."""
    _begin(access)
    _rename(access, agreements.lock_agreement(access, agreement_id), name)


@command
def rename_package(access: Access, package_id: int, name: str) -> Package:
    _begin(access)
    package = agreements.get_package(access, package_id)
    _rename(access, package, name)
    return package


def _rename(access: Access, one: Agreement | Package, name: str) -> None:
    steps.rename(one, required(NAME, name))
    record(access, "office.renamed", one.pk, what=_what(one))


def _what(one: Agreement | Package) -> str:
    return "agreement" if isinstance(one, Agreement) else "package"
