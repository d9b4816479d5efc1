"""What programs read, in the order in which it came to the hub: pages by the id after which they begin."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Exists, Sum

from tallyhub.engagements.models import Engagement, EngagementBooking, EngagementDelivery, Offering, Slot
from tallyhub.engagements.rules import SOURCE
from tallyhub.kernel.access import Access
from tallyhub.ledger import queries as ledger
from tallyhub.ledger.models import Hold
from tallyhub.ledger.queries import reversals_of


def list_offerings(wanted: Mapping[str, Any], *, after: int, limit: int) -> list[Offering]:
    """Those too that are offered no more. ``wanted``: columns and what they hold."""
    rows = Offering.objects.filter(**wanted, pk__gt=after).select_related("product")
    return list(rows.order_by("pk")[:limit])


def list_engagements(access: Access, wanted: Mapping[str, Any], *, after: int, limit: int) -> list[Engagement]:
    rows = Engagement.objects.visible_to(access).filter(**wanted, pk__gt=after)
    return list(rows.select_related("workspace", "offering", "entitlement__service").order_by("pk")[:limit])


def get_engagement(access: Access, engagement_id: int) -> Engagement:
    """Raises DoesNotExist for one that is hidden or absent."""
    rows = Engagement.objects.visible_to(access).select_related("workspace", "offering", "entitlement__service")
    found: Engagement = rows.get(pk=engagement_id)
    return found


def used_by(access: Access, engagements: Collection[int]) -> dict[int, int]:
    """What each of them drew and is not taken back, in the smallest steps of what pays."""
    rows = EngagementBooking.objects.visible_to(access).filter(engagement_id__in=engagements)
    standing = rows.exclude(Exists(reversals_of("entry_id"))).values("engagement_id")
    return {one["engagement_id"]: one["used"] for one in standing.annotate(used=Sum("entry__charged"))}


def list_deliveries(access: Access, wanted: Mapping[str, Any], *, after: int, limit: int) -> list[EngagementDelivery]:
    """Those too that were corrected, each with the one that it stands in place of."""
    rows = EngagementDelivery.objects.visible_to(access).filter(**wanted, pk__gt=after)
    return list(rows.select_related("engagement").order_by("pk")[:limit])


def list_days(access: Access, wanted: Mapping[str, Any], *, after: int, limit: int) -> list[Slot]:
    rows = Slot.objects.visible_to(access).filter(**wanted, pk__gt=after)
    return list(rows.select_related("engagement").order_by("pk")[:limit])


def list_holds(access: Access, wanted: Mapping[str, Any], *, after: int, limit: int) -> list[Hold]:
    """What was held for engagements, and given back: of those that one sees."""
    numbers = Engagement.objects.visible_to(access).values("number")
    return ledger.list_holds(access, SOURCE, numbers, wanted, after=after, limit=limit)


def ids_of(access: Access, numbers: Collection[str]) -> dict[str, int]:
    """By number, of those that one sees."""
    rows = Engagement.objects.visible_to(access).filter(number__in=numbers)
    return dict(rows.values_list("number", "pk"))
