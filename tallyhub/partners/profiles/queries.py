"""Reads of support profiles."""

from collections.abc import Collection

from tallyhub.kernel.access import Access
from tallyhub.organizations.queries import list_colleagues
from tallyhub.partners.models import ProfileChange, SupportProfile

CHANGES_SHOWN = 20


def find_profile(organization_id: int) -> SupportProfile | None:
    """One's own, or that of a partner of the customer worked inside, as the database shows it."""
    return SupportProfile.objects.filter(organization_id=organization_id).first()


def find_profiles(access: Access, organizations: Collection[int]) -> dict[int, SupportProfile]:
    """By organisation, of those that the asker may read."""
    found = SupportProfile.objects.visible_to(access).filter(organization_id__in=organizations)
    return {one.organization_id: one for one in found}


def list_changes(access: Access) -> tuple[list[ProfileChange], dict[int, str]]:
    """The newest of one's own organisation, and the names of its people who made them."""
    found = list(ProfileChange.objects.visible_to(access).order_by("-changed_at", "-pk")[:CHANGES_SHOWN])
    return found, {one.person_id: one.person.name for one in list_colleagues(access)}
