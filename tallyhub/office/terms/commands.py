"""Setting the terms of support. What is booked keeps what it was booked by; what comes later counts by the new ones."""

from collections.abc import Collection

from tallyhub.agreements.models import Entitlement, Package, Product, WorkCalendar
from tallyhub.agreements.queries import lock_agreement
from tallyhub.agreements.terms import queries, steps
from tallyhub.agreements.terms.queries import Stored
from tallyhub.journal.steps import record
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import command
from tallyhub.office.terms.rules import CalendarTerms, Terms
from tallyhub.organizations.steps import touch_customer


@command
def change_terms(access: Access, agreement_id: int, terms: Terms) -> None:
    """All of an agreement's terms at once. Raises DoesNotExist for anything in them that is not this customer's."""
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)
    agreement = lock_agreement(access, agreement_id)
    stored = queries.read_terms(access, agreement_id)
    _check(stored, terms)
    covered = {(package, product) for package, products in terms.products.items() for product in products}
    steps.set_coverage(stored, covered, terms.every_product)
    steps.set_caps(access, terms.caps)
    steps.set_goals(access, agreement, [(one.severity, one.minutes, one.calendar_id) for one in terms.goals])
    steps.set_multipliers(access, agreement, terms.multipliers)
    steps.set_late_cancel(
        stored, {one: (late.days, late.percent) if late else (None, None) for one, late in terms.late.items()}
    )
    record(access, "office.support_terms_changed", agreement.pk)


def _check(stored: Stored, terms: Terms) -> None:
    """A form field may name nothing of another customer's, nor of another agreement's."""
    packages = {one.pk for one in stored.packages}
    entitlements = {line.pk for one in stored.packages for line in one.entitlements.all()}
    calendars = {one.pk for one in stored.calendars}
    named = {one.calendar_id for one in terms.goals if one.calendar_id is not None} | terms.multipliers.keys()
    _require(Package, terms.every_product | terms.products.keys() | terms.late.keys(), packages)
    _require(Product, {one for several in terms.products.values() for one in several}, _ids(stored.products))
    _require(Entitlement, terms.caps.keys(), entitlements)
    _require(WorkCalendar, named, calendars)


def _ids(rows: Collection[Product]) -> set[int]:
    return {one.pk for one in rows}


def _require(
    model: type[Package | Product | Entitlement | WorkCalendar], asked: Collection[int], there: set[int]
) -> None:
    if not set(asked) <= there:
        raise model.DoesNotExist


@command
def save_calendar(access: Access, calendar_id: int | None, said: CalendarTerms) -> int:
    """A new one without an id. Raises Conflict for a name that another one has."""
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)
    (customer_id,) = access.customers
    one = WorkCalendar(customer_id=customer_id)
    if calendar_id is not None:
        one = queries.get_calendar(access, calendar_id)
    steps.save_calendar(access, one, name=said.name, zone=said.zone, week=said.week, holidays=said.holidays)
    record(access, "office.support_terms_changed", None)
    return int(one.pk)
