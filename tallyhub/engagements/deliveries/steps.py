"""Logging, accepting and disputing, for whoever has opened a transaction: a command, or a program's call."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from tallyhub.engagements import queries
from tallyhub.engagements import steps as engagements
from tallyhub.engagements.models import Engagement, EngagementDelivery
from tallyhub.engagements.rules import (
    AGREED,
    DELIVERABLE,
    NOTE_MAX,
    Acceptance,
    State,
    check_in,
    check_minutes,
    total_minutes,
)
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.texts import read_text


@dataclass(frozen=True, slots=True)
class Worked:
    """What an engineer says. ``confirmed``: that it is more than was planned is right.

    ``external_id`` names it in the system that it comes from, so that it comes once.
    """

    day: date
    minutes: int
    note: str = ""
    confirmed: bool = False
    source: str = ""
    external_id: str = ""


def log_delivery(access: Access, number: str, worked: Worked, *, version: int | None = None) -> int:
    """Its real minutes are what counts (R1.14). Returns its id; the same again, by source and external id, is known.

    Raises Conflict for more than was planned that nobody confirmed. More than was bought is recorded: it is over.
    """
    engagement = engagements.lock_engagement(access, number, version)
    access.require(Right.DELIVER_SERVICES, workspace_id=engagement.workspace_id)
    if worked.external_id and (known := _known(access, engagement, worked)):
        return known
    check_in(State(engagement.state), DELIVERABLE)
    today = check(access, engagement, worked)
    done = total_minutes(queries.standing(queries.list_deliveries(access, engagement)))
    check_beyond(engagement, done + worked.minutes, confirmed=worked.confirmed)
    delivery = add_delivery(access, engagement, worked, today)
    if engagement.state != State.IN_DELIVERY:
        engagements.move(access, engagement, State.IN_DELIVERY)
    engagements.tell(access, engagement, "delivery_logged", delivery=delivery.pk, minutes=worked.minutes)
    engagements.keep(engagement)
    engagements.settle(access, engagement, "edited")
    return delivery.pk


def finish(access: Access, number: str, *, version: int) -> Engagement:
    """All is delivered: what is still held is given back, and credits are spent."""
    engagement = engagements.lock_engagement(access, number, version)
    access.require(Right.DELIVER_SERVICES, workspace_id=engagement.workspace_id)
    engagements.move(access, engagement, State.DELIVERED)
    accept_engagement(access, engagement, queries.list_deliveries(access, engagement))
    engagements.keep(engagement)
    engagements.settle(access, engagement, "delivered")
    return engagement


def accept_delivery(access: Access, delivery_id: int, *, version: int) -> EngagementDelivery:
    """By the requester or an administrator, as they saw it; Conflict where it was corrected or judged meanwhile."""
    engagement, delivery = _lock_to_judge(access, delivery_id, version)
    if delivery.acceptance == Acceptance.DISPUTED:
        raise Conflict("delivery_disputed_already")
    judge(access, engagement, delivery, Acceptance.ACCEPTED)
    return delivery


def dispute_delivery(access: Access, delivery_id: int, text: str, *, version: int) -> EngagementDelivery:
    """With what is wrong; the account team answers or corrects."""
    engagement, delivery = _lock_to_judge(access, delivery_id, version)
    said = read_text(text, length_max=NOTE_MAX)
    if not said:
        raise Invalid("dispute_missing")
    delivery.dispute = said
    judge(access, engagement, delivery, Acceptance.DISPUTED)
    return delivery


def may_judge(access: Access, engagement: Engagement) -> bool:
    """The requester, and whoever administers the workspace; never staff."""
    if access.is_staff or access.person_id is None:
        return False
    is_own = engagement.requested_by_id == access.person_id
    return is_own or access.has(Right.ADMINISTER, workspace_id=engagement.workspace_id)


def _known(access: Access, engagement: Engagement, worked: Worked) -> int | None:
    """Also what was corrected here: it came once."""
    rows = EngagementDelivery.objects.visible_to(access).filter(source=worked.source, external_id=worked.external_id)
    found = rows.first()
    if found is None:
        return None
    if (found.engagement_id, found.day, found.minutes) != (engagement.pk, worked.day, worked.minutes):
        raise Conflict("content_differs", external_ids=worked.external_id)
    return int(found.pk)


def check(access: Access, engagement: Engagement, worked: Worked) -> date:
    """Today, in the agreement's zone. Raises Invalid for a day that has not come, or more than a day of work."""
    today = clock.today(queries.zone_of(access, engagement))
    check_minutes(worked.minutes)
    if worked.day > today:
        raise Invalid("in_future", occurred_on=worked.day, today=today)
    read_text(worked.note, length_max=NOTE_MAX)
    return today


def check_beyond(engagement: Engagement, minutes: int, *, confirmed: bool) -> None:
    planned = engagement.planned_minutes or 0
    if minutes > planned and not confirmed:
        beyond = minutes - planned
        raise Conflict("delivery_beyond_planned", beyond=f"{beyond // 60}:{beyond % 60:02}")


def add_delivery(
    access: Access, engagement: Engagement, worked: Worked, today: date, *, corrects: EngagementDelivery | None = None
) -> EngagementDelivery:
    delivery = EngagementDelivery(
        customer_id=engagement.customer_id,
        workspace_id=engagement.workspace_id,
        engagement=engagement,
        day=worked.day,
        minutes=worked.minutes,
        note=read_text(worked.note, length_max=NOTE_MAX),
        engineer_id=corrects.engineer_id if corrects else access.person_id,
        logged_at=clock.now(),
        corrects=corrects,
        due_on=engagements.due_on(access, engagement, today),
        source=worked.source,
        external_id=worked.external_id,
    )
    try:
        with transaction.atomic():
            delivery.save()
    except IntegrityError as error:  # logged for another engagement at the same time
        raise Conflict("content_differs", external_ids=worked.external_id) from error
    return delivery


def lock_delivery(access: Access, delivery_id: int, version: int) -> tuple[Engagement, EngagementDelivery]:
    """Both, the engagement locked first. Raises Conflict where the delivery is not what was seen any more."""
    rows = EngagementDelivery.objects.visible_to(access).filter(pk=delivery_id)
    number = rows.values_list("engagement__number", flat=True).get()
    engagement = engagements.lock_engagement(access, number)
    delivery: EngagementDelivery = EngagementDelivery.objects.visible_to(access).get(pk=delivery_id)
    if delivery.version != version or delivery.removed_at is not None:
        raise Conflict("delivery_changed")
    return engagement, delivery


def _lock_to_judge(access: Access, delivery_id: int, version: int) -> tuple[Engagement, EngagementDelivery]:
    engagement, delivery = lock_delivery(access, delivery_id, version)
    if not may_judge(access, engagement):
        raise Forbidden(Right.ADMINISTER)
    if delivery.acceptance in AGREED:
        raise Conflict("delivery_accepted_already")
    return engagement, delivery


def judge(access: Access, engagement: Engagement, delivery: EngagementDelivery, becomes: Acceptance) -> None:
    delivery.acceptance = becomes
    delivery.judged_at, delivery.judged_by_id = clock.now(), access.person_id
    delivery.version += 1
    delivery.save()
    engagements.tell(access, engagement, f"delivery_{becomes}", delivery=delivery.pk)
    accept_engagement(access, engagement, queries.list_deliveries(access, engagement))
    engagements.keep(engagement)


def accept_engagement(access: Access, engagement: Engagement, deliveries: list[EngagementDelivery]) -> None:
    """All is delivered and all of it agreed to: so is the whole."""
    if engagement.state == State.DELIVERED and deliveries and all(one.acceptance in AGREED for one in deliveries):
        engagements.move(access, engagement, State.ACCEPTED)
