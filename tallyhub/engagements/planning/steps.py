"""Requesting, planning and scheduling, for whoever has opened a transaction: a command, or a program's call."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tallyhub.engagements import queries
from tallyhub.engagements import steps as engagements
from tallyhub.engagements.catalogue.queries import get_offering
from tallyhub.engagements.models import Engagement
from tallyhub.engagements.rules import (
    NOTE_MAX,
    SCHEDULABLE,
    TITLE_MAX,
    State,
    check_in,
    check_planned,
    is_plannable,
)
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.names import read_name
from tallyhub.kernel.numbers import number_of
from tallyhub.kernel.texts import read_text
from tallyhub.organizations.queries import get_workspace


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody says when they request a service."""

    text: str = ""
    wanted_from: date | None = None
    wanted_until: date | None = None
    external_id: str = ""  # its name in the system it comes from, so that it comes once
    source: str = ""

    def check(self, today: date) -> None:
        read_text(self.text, length_max=NOTE_MAX)
        if self.wanted_from and self.wanted_from < today:
            raise Invalid("wanted_in_past")
        if self.wanted_from and self.wanted_until and self.wanted_until < self.wanted_from:
            raise Invalid("wanted_reversed")


@dataclass(frozen=True, slots=True)
class Plan:
    """``confirmed``: whoever plans has read how much more it is than is left."""

    minutes: int
    entitlement_id: int | None = None  # None: the one that fits best
    title: str = ""
    confirmed: bool = False


def may_request(access: Access, workspace_id: int) -> bool:
    """Everybody of the customer, where they are a member; of staff whoever plans."""
    if workspace_id not in access.workspaces:
        return False
    return not access.is_staff or access.has(Right.PLAN_SERVICES, workspace_id=workspace_id)


def request_service(access: Access, workspace_id: int, code: str, wish: Wish) -> str:
    """Returns the number. Its rate is frozen now. The same again, by source and external id, is the one there is.

    Raises DoesNotExist for a workspace that one is not in and for an offering that is not offered.
    """
    workspace = get_workspace(access, workspace_id)
    if not may_request(access, workspace_id):
        raise Forbidden(Right.PLAN_SERVICES)
    if workspace.archived_at is not None:
        raise Conflict("workspace_archived_order")
    offering = get_offering(code)
    wish.check(clock.today("UTC"))
    if wish.external_id and (known := _known(access, wish)):
        return known.number
    serial = engagements.next_serial()
    engagement = Engagement(
        id=serial,
        customer_id=workspace.customer_id,
        workspace_id=workspace.pk,
        number=number_of(serial),
        offering=offering,
        title=offering.names["en"][:TITLE_MAX],
        requested_by_id=access.person_id,
        requested_at=clock.now(),
        wish=read_text(wish.text, length_max=NOTE_MAX),
        wanted_from=wish.wanted_from,
        wanted_until=wish.wanted_until,
        planned_minutes=offering.planned_minutes,
        credit_rate=offering.credit_rate,
        rate_version=offering.rate_version if offering.credit_rate else None,
        source=wish.source,
        external_id=wish.external_id,
        changed_at=clock.now(),
    )
    engagement.save(force_insert=True)
    engagements.tell(access, engagement, "requested")
    return engagement.number


def _known(access: Access, wish: Wish) -> Engagement | None:
    return Engagement.objects.visible_to(access).filter(source=wish.source, external_id=wish.external_id).first()


def plan(access: Access, number: str, wanted: Plan, *, version: int) -> Engagement:
    """What is planned is held of the chosen entitlement, from now on; planning anew moves it.

    Raises Invalid for an entitlement that does not fit, and Conflict for more than is left that nobody confirmed.
    """
    engagement = lock_to_plan(access, number, version)
    standing = queries.list_deliveries(access, engagement)
    if not is_plannable(State(engagement.state), is_unbooked=any(one.unbooked for one in standing)):
        raise Conflict("engagement_over", state=engagement.state)
    check_planned(wanted.minutes)
    offers = queries.list_paying()
    choice = queries.choose_paying(offers, engagement, named=wanted.entitlement_id)
    offer = next((one for one in offers if one.entitlement_id == choice.winner), None)
    if offer is None:
        raise Invalid("engagement_without_payer")
    engagement.planned_minutes = wanted.minutes
    engagement.entitlement_id = offer.entitlement_id
    engagement.choice = {
        "why": choice.reason or "",
        "losers": [[one.entitlement_id, one.reason] for one in choice.losers],
    }
    if wanted.title:
        engagement.title = read_name(wanted.title, length_max=TITLE_MAX)
    amount = max(queries.planned_amount(engagement, offer.unit) - queries.drawn_of(access, engagement, offer), 0)
    engagements.lock_planning(offer.entitlement_id)
    own = queries.held_for(access, engagement.number).get(offer.entitlement_id, 0)
    free = queries.free_of(offer.entitlement_id, offer.zone, own)
    if free is not None and amount > free and not wanted.confirmed:
        raise Conflict("plan_beyond_left", beyond=amount - free, unit=offer.unit)
    details: dict[str, Any] = {"minutes": wanted.minutes, "entitlement": offer.entitlement_id}
    if engagement.state == State.REQUESTED:
        engagements.move(access, engagement, State.PLANNED, **details)
    else:
        engagements.tell(access, engagement, "replanned", **details)
    engagements.keep(engagement)
    engagements.settle(access, engagement, "replanned")
    return engagement


def schedule(
    access: Access,
    number: str,
    *,
    engineer_id: int,
    starts_at: datetime,
    ends_at: datetime,
    version: int,
    confirmed: bool = False,
) -> Engagement:
    """With an engineer and hours; again is rescheduling. ``confirmed``: a clash of the engineer's days was read."""
    engagement = lock_to_schedule(access, number, version)
    check_hours(starts_at, ends_at)
    check_engineer(access, engagement, engineer_id, starts_at, ends_at, confirmed=confirmed)
    engagement.engineer_id = engineer_id
    was_scheduled = engagement.state == State.SCHEDULED or engagement.starts_at is not None
    engagements.replace_slots(engagement, [(starts_at, ends_at, False)])
    tell_scheduled(access, engagement, again=was_scheduled)
    engagements.keep(engagement)
    return engagement


def lock_to_plan(access: Access, number: str, version: int) -> Engagement:
    engagement = engagements.lock_engagement(access, number, version)
    access.require(Right.PLAN_SERVICES, workspace_id=engagement.workspace_id)
    return engagement


def lock_to_schedule(access: Access, number: str, version: int) -> Engagement:
    engagement = lock_to_plan(access, number, version)
    check_in(State(engagement.state), SCHEDULABLE)
    return engagement


def check_hours(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid("slot_reversed")
    if (ends_at - starts_at).days > 366:
        raise Invalid("slot_too_long")


def check_engineer(
    access: Access, engagement: Engagement, engineer_id: int, starts_at: datetime, ends_at: datetime, *, confirmed: bool
) -> None:
    if engineer_id not in queries.list_engineers(access, engagement.workspace_id):
        raise Invalid("engineer_unknown")
    if not confirmed and queries.list_busy(engineer_id, starts_at, ends_at, but=engagement.pk):
        raise Conflict("engineer_busy")


def tell_scheduled(access: Access, engagement: Engagement, *, again: bool) -> None:
    details: dict[str, Any] = {
        "engineer": engagement.engineer_id,
        "starts": engagement.starts_at.isoformat() if engagement.starts_at else "",
        "ends": engagement.ends_at.isoformat() if engagement.ends_at else "",
    }
    if engagement.state == State.PLANNED:
        engagements.move(access, engagement, State.SCHEDULED, **details)
    else:
        engagements.tell(access, engagement, "rescheduled" if again else "scheduled", **details)
