"""Setting the terms of support. What is booked keeps what it was booked by; what comes later counts by the new ones."""

from collections.abc import Collection

from tallyhub.agreements.models import Coverage, Entitlement, Package, Product, ResponseGoal, TimeRule, WorkCalendar
from tallyhub.agreements.queries import lock_agreement
from tallyhub.journal.steps import record
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import command
from tallyhub.office.terms import queries
from tallyhub.office.terms.queries import Stored
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
    _cover(stored, terms)
    for entitlement_id, cap in terms.caps.items():
        Entitlement.objects.visible_to(access).filter(pk=entitlement_id).update(request_cap=cap)
    of = {"customer_id": agreement.customer_id, "agreement_id": agreement.pk}
    ResponseGoal.objects.visible_to(access).filter(agreement_id=agreement.pk).delete()
    ResponseGoal.objects.bulk_create(
        ResponseGoal(**of, severity=one.severity, minutes=one.minutes, calendar_id=one.calendar_id)
        for one in terms.goals
    )
    TimeRule.objects.visible_to(access).filter(agreement_id=agreement.pk).delete()
    TimeRule.objects.bulk_create(
        TimeRule(**of, calendar_id=one, numerator=by.numerator, denominator=by.denominator)
        for one, by in terms.multipliers.items()
    )
    record(access, "office.support_terms_changed", agreement.pk)


def _check(stored: Stored, terms: Terms) -> None:
    """A form field may name nothing of another customer's, nor of another agreement's."""
    packages = {one.pk for one in stored.packages}
    entitlements = {line.pk for one in stored.packages for line in one.entitlements.all()}
    calendars = {one.pk for one in stored.calendars}
    named = {one.calendar_id for one in terms.goals if one.calendar_id is not None} | terms.multipliers.keys()
    _require(Package, terms.every_product | terms.products.keys(), packages)
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


def _cover(stored: Stored, terms: Terms) -> None:
    wanted = {(package, product) for package, products in terms.products.items() for product in products}
    for package, product in sorted(stored.coverage - wanted):
        Coverage.objects.filter(package_id=package, product_id=product).delete()
    Coverage.objects.bulk_create(
        Coverage(customer_id=stored.agreement.customer_id, package_id=package, product_id=product)
        for package, product in sorted(wanted - stored.coverage)
    )
    for one in stored.packages:
        covers = one.pk in terms.every_product
        if one.covers_every_product is not covers:
            one.covers_every_product = covers
            one.save(update_fields=["covers_every_product"])


@command
def save_calendar(access: Access, calendar_id: int | None, said: CalendarTerms) -> int:
    """A new one without an id. Raises Conflict for a name that another one has."""
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)
    (customer_id,) = access.customers
    one = (
        queries.get_calendar(access, calendar_id) if calendar_id is not None else WorkCalendar(customer_id=customer_id)
    )
    if any(each.name == said.name and each.pk != one.pk for each in queries.list_calendars(access)):
        raise Conflict("calendar_name_taken")
    one.name, one.zone, one.week, one.holidays = said.name, said.zone, said.week, said.holidays
    one.save()
    record(access, "office.support_terms_changed", None)
    return int(one.pk)
