"""Reads that several rooms need."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, Q, QuerySet

from tallyhub.accounts.queries import list_active
from tallyhub.agreements.models import Entitlement
from tallyhub.agreements.queries import find_agreement_of, list_entitlements
from tallyhub.engagements.models import Engagement, EngagementBooking, EngagementChange, EngagementDelivery, Slot
from tallyhub.engagements.rules import KINDS, OPEN, PAYING_UNITS, TO_ACCEPT, Acceptance, Delivered, Left, Paying, State
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger import queries as ledger
from tallyhub.ledger.offers import Offer, choose, list_offers
from tallyhub.ledger.queries import reversals_of
from tallyhub.ledger.rules import Choice
from tallyhub.organizations.queries import list_holders
from tallyhub.organizations.rules import Role

JUDGES = (Role.CUSTOMER_ADMINISTRATOR, Role.WORKSPACE_ADMINISTRATOR)
UPCOMING_MAX = 200  # slots that the page lists


def get_engagement(access: Access, number: str) -> Engagement:
    """With offering and workspace. Raises DoesNotExist for one that is hidden or absent."""
    rows = Engagement.objects.visible_to(access).select_related("offering__product", "workspace")
    found: Engagement = rows.get(number=number)
    return found


def find_delivery(access: Access, delivery_id: int) -> EngagementDelivery | None:
    """One that stands, with its engagement."""
    rows = EngagementDelivery.objects.visible_to(access).select_related("engagement")
    found: EngagementDelivery | None = rows.filter(pk=delivery_id, removed_at=None).first()
    return found


def get_by_id(access: Access, engagement_id: int) -> Engagement:
    """As ``get_engagement``, for whoever has its id."""
    found: Engagement = Engagement.objects.visible_to(access).select_related("workspace").get(pk=engagement_id)
    return found


def get_standing(access: Access, delivery_id: int) -> EngagementDelivery:
    """The delivery with its engagement, or what stands in its place. Raises DoesNotExist where nothing does."""
    rows = EngagementDelivery.objects.visible_to(access).select_related("engagement")
    found: EngagementDelivery = rows.get(Q(pk=delivery_id) | Q(corrects_id=delivery_id), removed_at=None)
    return found


def list_concerned(access: Access, engagement_id: int) -> list[int]:
    """The requester; where there is none any more, the administrators of its workspace."""
    engagement = get_by_id(access, engagement_id)
    if engagement.requested_by_id and list_active([engagement.requested_by_id]):
        return [engagement.requested_by_id]
    return list_holders(access, engagement.workspace_id, JUDGES)


def list_deliveries(access: Access, engagement: Engagement, *, removed: bool = False) -> list[EngagementDelivery]:
    """Those that stand, by day; ``removed``: those that were taken away as well."""
    rows = EngagementDelivery.objects.visible_to(access).filter(engagement=engagement).order_by("day", "pk")
    return list(rows if removed else rows.filter(removed_at=None))


def list_changes(access: Access, engagement: Engagement) -> list[EngagementChange]:
    return list(EngagementChange.objects.visible_to(access).filter(engagement=engagement).order_by("at", "pk"))


def list_slots(access: Access, engagement: Engagement) -> list[Slot]:
    return list(Slot.objects.visible_to(access).filter(engagement=engagement).order_by("starts_at", "pk"))


def list_bookings(access: Access, engagement: Engagement) -> list[EngagementBooking]:
    """All that it ever booked, each with its entry; ``is_taken_back`` by whomever."""
    rows = EngagementBooking.objects.visible_to(access).filter(engagement=engagement).select_related("entry")
    return list(rows.annotate(is_taken_back=Exists(reversals_of("entry_id"))).order_by("pk"))


def drawn_of(access: Access, engagement: Engagement, offer: Offer) -> int:
    """What the engagement has drawn of an entitlement and not given back."""
    rows = [one for one in list_bookings(access, engagement) if not one.is_taken_back]  # type: ignore[attr-defined]
    return sum(one.entry.charged for one in rows if one.entitlement_id == offer.entitlement_id)


def give_up(entries: Collection[int]) -> None:
    """What the engagement itself takes back."""
    EngagementBooking.objects.filter(entry_id__in=entries).update(is_given_up=True)


def list_engineers(access: Access, workspace_id: int) -> list[int]:
    """Who can be scheduled there."""
    return list_holders(access, workspace_id, [Role.ENGINEER])


def standing(deliveries: Sequence[EngagementDelivery]) -> list[Delivered]:
    return [Delivered(one.pk, one.day, one.minutes) for one in deliveries if one.removed_at is None]


# Which entitlement pays


def list_paying() -> list[Offer]:
    """Entitlements that may pay for an engagement, whether or not they fit. Needs a scope."""
    return [one for one in list_offers(KINDS) if one.unit in PAYING_UNITS]


def offers_for(offers: Sequence[Offer], engagement: Engagement) -> list[Offer]:
    """Those that can be chosen: not over, mapped to the workspace, and for credits only what has a rate."""
    now = clock.now()
    return [
        one
        for one in offers
        if engagement.workspace_id in one.workspaces
        and not one.has_ended(now)
        and (one.unit is not Unit.CREDITS or engagement.credit_rate)
    ]


def choose_paying(offers: Sequence[Offer], engagement: Engagement, *, named: int | None) -> Choice:
    """Of those that fit on the first wanted or scheduled day, else today; what begins later can be planned today."""
    fitting = offers_for(offers, engagement)
    product = engagement.offering.product_id if engagement.offering else None
    now = clock.now()
    started = [one for one in fitting if one.is_in_force(now)] or fitting
    among = fitting if named is not None else started
    timeless = [replace(one, starts_on=date.min, zone="UTC") for one in among]
    return choose(timeless, engagement.workspace_id, now, product_id=product, named=named)


def paying_of(offer: Offer | None, workspace_id: int) -> Paying | None:
    if offer is None:
        return None
    return Paying(
        offer.entitlement_id,
        offer.unit,
        offer.starts_on,
        offer.ends_on,
        workspace_id in offer.workspaces,
        offer.rounding_step,
    )


def planned_amount(engagement: Engagement, unit: Unit) -> int:
    """What is planned, in the unit of whatever pays."""
    if unit is Unit.CREDITS:
        return engagement.credit_rate or 0
    return engagement.planned_minutes or 0


def zone_of(access: Access, engagement: Engagement) -> str:
    """Whose days are meant: of the agreement that pays, else of the customer."""
    agreement = find_agreement_of(access, engagement.entitlement_id)
    return agreement.zone if agreement else engagement.customer.zone


def get_paying(access: Access, engagement: Engagement) -> Entitlement | None:
    """The chosen entitlement with service and package, where it reaches the reader."""
    return (
        next(iter(list_entitlements(access, [engagement.entitlement_id])), None) if engagement.entitlement_id else None
    )


def free_of(entitlement_id: int, zone: str, own_held: int = 0) -> int | None:
    """What is left and held for nothing else; None where no quantity was agreed."""
    left = ledger.balances({entitlement_id: clock.today(zone)})[entitlement_id].left
    return None if left is None else left - max(ledger.held_of(entitlement_id) - own_held, 0)


def left_of_each(offers: Sequence[Offer]) -> dict[int, Left]:
    """By entitlement; three statements for any number of them."""
    balances = ledger.balances({one.entitlement_id: clock.today(one.zone) for one in offers})
    held = ledger.held_of_each(balances)
    return {each: Left(one.left, one.quantity or 0, one.upcoming, held.get(each, 0)) for each, one in balances.items()}


def held_for(access: Access, number: str) -> dict[int, int]:
    """What is held for an engagement, by entitlement."""
    found = ledger.held_for(access, "engagements", [number])
    return {entitlement_id: held for (_number, entitlement_id), held in found.items()}


# Engineers' hours


@dataclass(frozen=True, slots=True)
class Busy:
    slot_id: int
    engagement_id: int
    customer_id: int
    starts_at: datetime
    ends_at: datetime
    is_whole_day: bool


def list_busy(engineer_id: int, starts_at: datetime, ends_at: datetime, *, but: int | None = None) -> list[Busy]:
    """What an engineer has to do between two instants, at whichever customer; ``but`` for one engagement. For staff."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM engagements_busy(%s, %s, %s)", [engineer_id, starts_at, ends_at])
        found = [Busy(*row) for row in cursor.fetchall()]
    return [one for one in found if one.engagement_id != but]


# What home and other pages ask


def waiting(access: Access) -> QuerySet[EngagementDelivery]:
    """Deliveries that this person can accept or dispute; nobody of staff can."""
    rows = EngagementDelivery.objects.visible_to(access).filter(removed_at=None, acceptance__in=sorted(TO_ACCEPT))
    if access.is_staff or access.person_id is None:
        return rows.none()
    mine = Q(engagement__requested_by_id=access.person_id) | Q(
        workspace_id__in=access.workspaces_with(Right.ADMINISTER)
    )
    return rows.filter(mine)


def list_waiting(access: Access, at_most: int) -> tuple[list[EngagementDelivery], int]:
    """Those due first, each with its engagement; and how many there are beside them."""
    rows = waiting(access)
    found = list(rows.select_related("engagement").order_by("due_on", "pk")[:at_most])
    return found, rows.count() - len(found)


def upcoming(access: Access) -> QuerySet[Slot]:
    """What is scheduled from now on: for engineers their own days."""
    rows = Slot.objects.visible_to(access).filter(ends_at__gte=clock.now(), engagement__state__in=sorted(OPEN))
    if access.is_staff and not access.has_anywhere(Right.PLAN_SERVICES):
        rows = rows.filter(engineer_id=access.person_id)
    return rows


def list_upcoming(access: Access) -> list[Slot]:
    """The next first, each with its engagement."""
    rows = upcoming(access).select_related("engagement__workspace").order_by("starts_at", "pk")
    return list(rows[:UPCOMING_MAX])


def requested(access: Access) -> QuerySet[Engagement]:
    """What waits for a plan: for whoever plans."""
    places = access.workspaces_with(Right.PLAN_SERVICES)
    return Engagement.objects.visible_to(access).filter(workspace_id__in=places, state=State.REQUESTED)


def disputed(access: Access) -> QuerySet[EngagementDelivery]:
    """What waits for an answer: for whoever plans."""
    places = access.workspaces_with(Right.PLAN_SERVICES)
    rows = EngagementDelivery.objects.visible_to(access)
    return rows.filter(workspace_id__in=places, removed_at=None, acceptance=Acceptance.DISPUTED)


def list_disputed(access: Access) -> list[EngagementDelivery]:
    """The oldest first, each with its engagement."""
    return list(disputed(access).select_related("engagement").order_by("judged_at", "pk")[:UPCOMING_MAX])


def customers_to_settle(today: date) -> list[int]:
    """Of all customers: a definer function that tells ids only, because a job begins without knowing any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(engagements_customers_to_settle(%s)) ORDER BY 1", [today])
        return [row[0] for row in cursor.fetchall()]


def customers_of(person_id: int) -> list[int]:
    """The customers in which the person requested, delivered or judged anything, whatever the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT engagements_customers_of(%s)", [person_id])
        return [row[0] for row in cursor.fetchall()]


def titles_of(access: Access, engagements: Collection[int]) -> dict[int, tuple[str, str]]:
    """(number, title) by id, of those that one sees."""
    rows: Any = Engagement.objects.visible_to(access).filter(pk__in=engagements)
    return {one: (number, title) for one, number, title in rows.values_list("pk", "number", "title")}


def number_of_delivery(access: Access, delivery_id: int) -> str:
    """Of its engagement; of one that was corrected, too. Raises DoesNotExist."""
    rows = EngagementDelivery.objects.visible_to(access).filter(pk=delivery_id)
    return str(rows.values_list("engagement__number", flat=True).get())
