"""Reads of support plans."""

from collections.abc import Collection
from datetime import date

from tallyhub.kernel.access import Access
from tallyhub.partners.models import SupportPlan


def find_draft(access: Access) -> SupportPlan | None:
    """Of the organisation that is acted for."""
    return SupportPlan.objects.filter(organization_id=access.organization_id or 0, number=None).first()


def list_versions(access: Access, organization_id: int) -> list[SupportPlan]:
    """What is published, newest first."""
    found = SupportPlan.objects.visible_to(access).filter(organization_id=organization_id, number__isnull=False)
    return list(found.order_by("-number"))


def find_in_force(access: Access, organizations: dict[int, date]) -> dict[int, SupportPlan]:
    """By organisation, the version that holds on its day; one statement."""
    found = SupportPlan.objects.visible_to(access).filter(organization_id__in=organizations, number__isnull=False)
    plans: dict[int, SupportPlan] = {}
    for one in found.order_by("number"):
        if one.valid_from and one.valid_from <= organizations[one.organization_id]:
            plans[one.organization_id] = one
    return plans


def count_published(organizations: Collection[int]) -> int:
    return SupportPlan.objects.filter(organization_id__in=organizations, number__isnull=False).count()
