"""Writing the terms of support. Each step demands an open transaction; whoever calls it has checked what it names."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from tallyhub.agreements.models import Agreement, Coverage, Entitlement, ResponseGoal, TimeRule, WorkCalendar
from tallyhub.agreements.rules import Severity
from tallyhub.agreements.terms import queries
from tallyhub.agreements.terms.queries import Stored
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import require_transaction


def set_goals(access: Access, agreement: Agreement, goals: Iterable[tuple[Severity, int, int | None]]) -> None:
    """In place of those before: severity, minutes until the first answer, calendar (None: around the clock)."""
    require_transaction()
    ResponseGoal.objects.visible_to(access).filter(agreement_id=agreement.pk).delete()
    ResponseGoal.objects.bulk_create(
        ResponseGoal(
            customer_id=agreement.customer_id,
            agreement_id=agreement.pk,
            severity=severity,
            minutes=minutes,
            calendar_id=calendar_id,
        )
        for severity, minutes, calendar_id in goals
    )


def set_multipliers(access: Access, agreement: Agreement, multipliers: Mapping[int, Fraction]) -> None:
    """In place of those before, by calendar."""
    require_transaction()
    TimeRule.objects.visible_to(access).filter(agreement_id=agreement.pk).delete()
    TimeRule.objects.bulk_create(
        TimeRule(
            customer_id=agreement.customer_id,
            agreement_id=agreement.pk,
            calendar_id=calendar_id,
            numerator=by.numerator,
            denominator=by.denominator,
        )
        for calendar_id, by in multipliers.items()
    )


def set_caps(access: Access, caps: Mapping[int, int | None]) -> None:
    """Minutes that one advisory request may draw, by entitlement."""
    require_transaction()
    for entitlement_id, cap in caps.items():
        Entitlement.objects.visible_to(access).filter(pk=entitlement_id).update(request_cap=cap)


def set_late_cancel(stored: Stored, wanted: Mapping[int, tuple[int | None, int | None]]) -> None:
    """What cancelling a planned service late costs, by package: whole days before it begins, and the share in per cent;
    None and None for nothing.
    """
    require_transaction()
    for one in stored.packages:
        days, percent = wanted.get(one.pk, (one.late_cancel_days, one.late_cancel_percent))
        if (days, percent) != (one.late_cancel_days, one.late_cancel_percent):
            one.late_cancel_days, one.late_cancel_percent = days, percent
            one.save(update_fields=["late_cancel_days", "late_cancel_percent"])


def set_coverage(stored: Stored, wanted: set[tuple[int, int]], every_product: set[int]) -> None:
    """Which (package, product) are covered, and the packages that cover every product."""
    require_transaction()
    for package, product in sorted(stored.coverage - wanted):
        Coverage.objects.filter(package_id=package, product_id=product).delete()
    Coverage.objects.bulk_create(
        Coverage(customer_id=stored.agreement.customer_id, package_id=package, product_id=product)
        for package, product in sorted(wanted - stored.coverage)
    )
    for one in stored.packages:
        covers = one.pk in every_product
        if one.covers_every_product is not covers:
            one.covers_every_product = covers
            one.save(update_fields=["covers_every_product"])


def save_calendar(
    access: Access, calendar: WorkCalendar, *, name: str, zone: str, week: list[list[list[int]]], holidays: list[date]
) -> None:
    """Raises Conflict for a name that another one has."""
    require_transaction()
    if any(each.name == name and each.pk != calendar.pk for each in queries.list_calendars(access)):
        raise Conflict("calendar_name_taken")
    calendar.name, calendar.zone, calendar.week, calendar.holidays = name, zone, week, holidays
    calendar.save()
