"""Reads of support plans."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.partners.models import PlanAcceptance, SupportPlan
from tallyhub.partners.plans.rules import in_force


def find_draft(access: Access) -> SupportPlan | None:
    """Of the organisation that is acted for."""
    return SupportPlan.objects.filter(organization_id=access.organization_id or 0, number=None).first()


def list_versions(access: Access, organization_id: int) -> list[SupportPlan]:
    """What is published, newest first."""
    found = SupportPlan.objects.visible_to(access).filter(organization_id=organization_id, number__isnull=False)
    return list(found.order_by("-number"))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a partner's plan stands: the version that holds, the newest one that the customer worked inside has accepted,
    and which of later ones holds next.
    """

    plan: SupportPlan | None = None
    coming: SupportPlan | None = None
    accepted: PlanAcceptance | None = None


def read_standing(access: Access, organizations: dict[int, date]) -> dict[int, Standing]:
    """By organisation, on its day. Two statements."""
    found = SupportPlan.objects.visible_to(access).filter(organization_id__in=organizations, number__isnull=False)
    accepted = newest_accepted(access, organizations, access.customers)
    plans: dict[int, SupportPlan] = {}
    coming: dict[int, SupportPlan] = {}
    for one in found.order_by("number"):
        of, day = one.organization_id, organizations[one.organization_id]
        if one.valid_from and one.valid_from <= day:
            plans[of] = one
            coming.pop(of, None)  # an earlier version that begins later never will
        elif (of not in accepted or (one.number or 0) > accepted[of].number) and _is_sooner(one, coming.get(of)):
            coming[of] = one
    return {one: Standing(plans.get(one), coming.get(one), accepted.get(one)) for one in organizations}


def _is_sooner(one: SupportPlan, other: SupportPlan | None) -> bool:
    """Of two that begin on one day the later version holds."""
    return other is None or (one.valid_from or date.max) <= (other.valid_from or date.max)


def newest_accepted(
    access: Access, organizations: Collection[int], customers: Collection[int]
) -> dict[int, PlanAcceptance]:
    """By partner, what these customers have accepted last."""
    rows = PlanAcceptance.objects.visible_to(access).filter(organization_id__in=organizations)
    return {one.organization_id: one for one in rows.filter(customer_id__in=customers).order_by("number")}


def list_accepted(access: Access, organization_id: int, customers: Collection[int]) -> dict[int, PlanAcceptance]:
    """By number, what these customers have accepted of one partner's plan."""
    rows = PlanAcceptance.objects.visible_to(access).filter(organization_id=organization_id)
    return {one.number: one for one in rows.filter(customer_id__in=customers)}


def choose(found: Sequence[SupportPlan], zone: str) -> SupportPlan | None:
    """Of all versions, newest first: the one in force, or else the first one to come."""
    today = clock.today(zone)
    current = in_force([(one.number or 0, one.valid_from or today) for one in found], today)
    return next((one for one in found if one.number == current), found[-1] if found else None)


def is_open(number: int, found: Sequence[SupportPlan], zone: str) -> bool:
    """Whether a version can still be accepted: it is in force, or to come."""
    chosen = choose(found, zone)
    return chosen is not None and number >= (chosen.number or 0)


def list_asked(resale_id: int) -> tuple[bool, list[SupportPlan]]:
    """Whether the partner that sent a link has a support profile, and its published versions, newest first: for whoever
    decides for a customer, before they accept it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT partners_asked_profile(%s)", [resale_id])
        has_profile = bool(cursor.fetchone()[0])
    return has_profile, list(SupportPlan.objects.raw("SELECT * FROM partners_asked_plans(%s)", [resale_id]))


def count_published(organizations: Collection[int]) -> int:
    return SupportPlan.objects.filter(organization_id__in=organizations, number__isnull=False).count()
