"""The terms of support as they are."""

from collections import defaultdict
from dataclasses import dataclass

from tallyhub.agreements import queries as agreements
from tallyhub.agreements.models import Agreement, Coverage, Package, Product, ResponseGoal, TimeRule, WorkCalendar
from tallyhub.kernel.access import Access


@dataclass(frozen=True, slots=True)
class Stored:
    """The terms of one agreement."""

    agreement: Agreement
    packages: list[Package]  # each with its entitlements and their services
    products: list[Product]
    coverage: set[tuple[int, int]]  # (package, product)
    calendars: list[WorkCalendar]
    goals: list[ResponseGoal]
    rules: list[TimeRule]


def read_terms(access: Access, agreement_id: int) -> Stored:
    """Raises DoesNotExist. The same number of statements for any agreement."""
    coverage = Coverage.objects.visible_to(access).filter(package__agreement_id=agreement_id)
    return Stored(
        agreements.get_agreement(access, agreement_id),
        agreements.list_packages(access, agreement_id),
        list(Product.objects.order_by("code")),
        set(coverage.values_list("package_id", "product_id")),
        list_calendars(access),
        list(ResponseGoal.objects.visible_to(access).filter(agreement_id=agreement_id)),
        list(TimeRule.objects.visible_to(access).filter(agreement_id=agreement_id)),
    )


def list_time_rules(access: Access) -> dict[int, list[TimeRule]]:
    """By agreement, each with its calendar."""
    found: dict[int, list[TimeRule]] = defaultdict(list)
    for one in TimeRule.objects.visible_to(access).select_related("calendar").order_by("pk"):
        found[one.agreement_id].append(one)
    return found


def list_calendars(access: Access) -> list[WorkCalendar]:
    return list(WorkCalendar.objects.visible_to(access).order_by("name", "pk"))


def get_calendar(access: Access, calendar_id: int) -> WorkCalendar:
    found: WorkCalendar = WorkCalendar.objects.visible_to(access).get(pk=calendar_id)
    return found


def find_calendar(access: Access, agreement_id: int) -> WorkCalendar | None:
    """The hours of work of an agreement: of its response goals, else of its multipliers; the oldest of several."""
    of_goals = ResponseGoal.objects.filter(agreement_id=agreement_id, calendar__isnull=False).values("calendar_id")
    of_rules = TimeRule.objects.filter(agreement_id=agreement_id).values("calendar_id")
    calendars = WorkCalendar.objects.visible_to(access).order_by("pk")
    return calendars.filter(pk__in=of_goals).first() or calendars.filter(pk__in=of_rules).first()
