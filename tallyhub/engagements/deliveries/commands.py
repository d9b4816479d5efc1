"""Logging what was delivered, finishing, correcting it; and what the customer says of it."""

from contextlib import suppress
from datetime import date, timedelta

from django.db import transaction

from tallyhub.engagements import queries
from tallyhub.engagements import steps as engagements
from tallyhub.engagements.deliveries import steps
from tallyhub.engagements.deliveries.steps import Worked as Worked
from tallyhub.engagements.deliveries.steps import may_judge as may_judge
from tallyhub.engagements.models import Engagement, EngagementDelivery
from tallyhub.engagements.rules import (
    CORRECTABLE,
    NOTE_MAX,
    TO_ACCEPT,
    Acceptance,
    State,
    check_in,
    total_minutes,
)
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.scope import command
from tallyhub.kernel.texts import read_text

REMINDED_BEFORE = timedelta(days=3)  # the last day: so a weekend does not swallow it


@command
def log_delivery(access: Access, number: str, worked: Worked, *, version: int | None = None) -> int:
    """Its real minutes are what counts (R1.14). Returns its id; the same again, by source and external id, is known.

    Raises Conflict for more than was planned that nobody confirmed. More than was bought is recorded: it is over.
    """
    return steps.log_delivery(access, number, worked, version=version)


@command
def finish(access: Access, number: str, *, version: int) -> Engagement:
    """All is delivered: what is still held is given back, and credits are spent."""
    return steps.finish(access, number, version=version)


@command
def correct_delivery(
    access: Access, delivery_id: int, worked: Worked | None, reason: str, *, version: int
) -> EngagementDelivery | None:
    """By whoever plans, with a reason: the entry is reversed, and what is right is booked anew and accepted anew.

    ``worked`` None: it did not take place at all.
    """
    engagement, delivery = steps.lock_delivery(access, delivery_id, version)
    access.require(Right.PLAN_SERVICES, workspace_id=engagement.workspace_id)
    check_in(State(engagement.state), CORRECTABLE)
    said = read_text(reason, length_max=NOTE_MAX)
    if not said:
        raise Invalid("engagement_reason_missing")
    today = steps.check(access, engagement, worked) if worked else None
    others = [one for one in queries.list_deliveries(access, engagement) if one.pk != delivery.pk]
    if worked:
        total = total_minutes(queries.standing(others)) + worked.minutes
        steps.check_beyond(engagement, total, confirmed=worked.confirmed or worked.minutes <= delivery.minutes)
    delivery.removed_at, delivery.reason, delivery.unbooked = clock.now(), said, ""
    delivery.version += 1
    delivery.save()
    made = steps.add_delivery(access, engagement, worked, today, corrects=delivery) if worked and today else None
    if engagement.state == State.ACCEPTED and made:
        engagements.move(access, engagement, State.DELIVERED)
    engagements.tell(
        access,
        engagement,
        "delivery_corrected",
        delivery=delivery.pk,
        was=delivery.minutes,
        minutes=worked.minutes if worked else 0,
    )
    if made is None and engagement.state == State.DELIVERED:
        steps.accept_engagement(access, engagement, others)
    if made is None and engagement.state == State.IN_DELIVERY and not others:
        engagement.state = State.SCHEDULED if engagement.starts_at else State.PLANNED  # nothing has begun
    engagements.keep(engagement)
    engagements.settle(access, engagement, "corrected")
    return made


@command
def accept_delivery(access: Access, delivery_id: int, *, version: int) -> EngagementDelivery:
    """By the requester or an administrator, as they saw it; Conflict where it was corrected or judged meanwhile."""
    return steps.accept_delivery(access, delivery_id, version=version)


@command
def dispute_delivery(access: Access, delivery_id: int, text: str, *, version: int) -> EngagementDelivery:
    """With what is wrong; the account team answers or corrects."""
    return steps.dispute_delivery(access, delivery_id, text, version=version)


@command
def answer_dispute(access: Access, delivery_id: int, text: str, *, version: int) -> EngagementDelivery:
    """By whoever plans: it stays as it is, and the customer has ten days more to look at it."""
    engagement, delivery = steps.lock_delivery(access, delivery_id, version)
    access.require(Right.PLAN_SERVICES, workspace_id=engagement.workspace_id)
    if delivery.acceptance != Acceptance.DISPUTED:
        raise Conflict("delivery_not_disputed")
    said = read_text(text, length_max=NOTE_MAX)
    if not said:
        raise Invalid("answer_missing")
    delivery.answer = said
    today = clock.today(queries.zone_of(access, engagement))
    delivery.due_on = engagements.due_on(access, engagement, today)
    steps.judge(access, engagement, delivery, Acceptance.ANSWERED)
    return delivery


@command
def accept_by_time(access: Access, today_of: date) -> int:
    """By the hub: what nobody said anything about until its last day counts as accepted. Returns how many."""
    late = EngagementDelivery.objects.visible_to(access).filter(
        removed_at=None, acceptance__in=sorted(TO_ACCEPT), due_on__lt=today_of
    )
    numbers = late.order_by("engagement_id", "pk").values_list("pk", "engagement__number")
    count = 0
    for delivery_id, number in list(numbers):
        engagement = engagements.lock_engagement(access, number)
        delivery = queries.find_delivery(access, delivery_id)  # None: corrected while its lock was waited for
        if delivery is None:
            continue
        if delivery.due_on < clock.today(queries.zone_of(access, engagement)) and delivery.acceptance in TO_ACCEPT:
            steps.judge(access, engagement, delivery, Acceptance.BY_TIME)
            count += 1
    return count


@command
def remind(access: Access, today_of: date) -> int:
    """By the hub: of what counts as accepted soon, once for each last day. Returns how many."""
    soon = EngagementDelivery.objects.visible_to(access).filter(
        removed_at=None, acceptance__in=sorted(TO_ACCEPT), due_on__gte=today_of, due_on__lte=today_of + REMINDED_BEFORE
    )
    count = 0
    for delivery_id, number in list(soon.order_by("engagement_id", "pk").values_list("pk", "engagement__number")):
        engagement = engagements.lock_engagement(access, number)
        delivery = queries.find_delivery(access, delivery_id)
        if delivery is None:
            continue
        about = {"delivery": delivery.pk, "due": delivery.due_on.isoformat()}
        told = [one.details for one in queries.list_changes(access, engagement) if one.kind == "delivery_reminded"]
        if delivery.acceptance in TO_ACCEPT and about not in told:
            engagements.tell(access, engagement, "delivery_reminded", **about)
            count += 1
    return count


@command
def book_unbooked(access: Access) -> int:
    """The hub itself: what something pays by now. Returns how many engagements were looked at."""
    rows = EngagementDelivery.objects.visible_to(access).filter(removed_at=None).exclude(unbooked="")
    numbers = sorted(set(rows.values_list("engagement__number", flat=True)))
    for number in numbers:
        # Another system has booked something else for it, or the workspace is archived: that is for people to settle,
        # and keeps nobody else waiting.
        with suppress(HubError), transaction.atomic():
            engagements.settle(access, engagements.lock_engagement(access, number), "edited")
    return len(numbers)
