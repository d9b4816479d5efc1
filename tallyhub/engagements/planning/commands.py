"""From a request to the day it takes place."""

from datetime import datetime

from tallyhub.engagements import queries
from tallyhub.engagements import steps as engagements
from tallyhub.engagements.models import Engagement
from tallyhub.engagements.planning import steps
from tallyhub.engagements.planning.queries import charge_now
from tallyhub.engagements.planning.steps import Plan as Plan
from tallyhub.engagements.planning.steps import Wish as Wish
from tallyhub.engagements.planning.steps import may_request as may_request
from tallyhub.engagements.rules import (
    NOTE_MAX,
    State,
)
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import command
from tallyhub.kernel.texts import read_text


@command
def request_service(access: Access, workspace_id: int, code: str, wish: Wish) -> str:
    """Returns the number. Its rate is frozen now. The same again, by source and external id, is the one there is.

    Raises DoesNotExist for a workspace that one is not in and for an offering that is not offered.
    """
    return steps.request_service(access, workspace_id, code, wish)


@command
def plan(access: Access, number: str, wanted: Plan, *, version: int) -> Engagement:
    """What is planned is held of the chosen entitlement, from now on; planning anew moves it.

    Raises Invalid for an entitlement that does not fit, and Conflict for more than is left that nobody confirmed.
    """
    return steps.plan(access, number, wanted, version=version)


@command
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
    return steps.schedule(
        access,
        number,
        engineer_id=engineer_id,
        starts_at=starts_at,
        ends_at=ends_at,
        version=version,
        confirmed=confirmed,
    )


@command
def book_day(
    access: Access,
    number: str,
    *,
    engineer_id: int,
    starts_at: datetime,
    ends_at: datetime,
    is_whole_day: bool,
    version: int,
    confirmed: bool = False,
) -> Engagement:
    """One more day, or part of a day, of a dedicated engineer."""
    engagement = steps.lock_to_schedule(access, number, version)
    steps.check_hours(starts_at, ends_at)
    steps.check_engineer(access, engagement, engineer_id, starts_at, ends_at, confirmed=confirmed)
    own = queries.list_slots(access, engagement)
    if any(one.starts_at < ends_at and starts_at < one.ends_at for one in own):
        raise Conflict("day_booked_already")
    engagement.engineer_id = engineer_id
    engagements.add_slot(engagement, starts_at, ends_at, is_whole_day=is_whole_day)
    engagements.span(engagement)
    steps.tell_scheduled(access, engagement, again=bool(own))
    engagements.keep(engagement)
    return engagement


@command
def free_day(access: Access, number: str, slot_id: int, *, version: int) -> Engagement:
    """A booked day is given back. Raises DoesNotExist for one that is not there."""
    engagement = steps.lock_to_schedule(access, number, version)
    gone = next((one for one in queries.list_slots(access, engagement) if one.pk == slot_id), None)
    if gone is None:
        raise Engagement.DoesNotExist
    gone.delete()
    engagements.span(engagement)
    engagements.tell(access, engagement, "day_freed", starts=gone.starts_at.isoformat())
    engagements.keep(engagement)
    return engagement


@command
def decline(access: Access, number: str, reason: str, *, version: int) -> Engagement:
    """By whoever plans, with a reason that the requester reads."""
    engagement = steps.lock_to_plan(access, number, version)
    engagement.reason = _reason(reason)
    engagements.move(access, engagement, State.DECLINED)
    engagements.keep(engagement)
    engagements.settle(access, engagement, "declined")
    return engagement


@command
def cancel(access: Access, number: str, reason: str, *, version: int, charge: int) -> Engagement:
    """By the requester, an administrator or whoever plans. ``charge`` is what was said that it costs; Conflict where
    it costs something else by now.
    """
    engagement = engagements.lock_engagement(access, number, version)
    if not may_cancel(access, engagement):
        raise Forbidden(Right.PLAN_SERVICES)
    said, day = charge_now(access, engagement)
    if said != charge:
        raise Conflict("cancel_charge_changed")
    engagement.reason = _reason(reason)
    engagements.move(access, engagement, State.CANCELLED, charge=said)
    if said:
        engagement.late_on, engagement.late_charge = day, said
    engagements.replace_slots(engagement, [])
    engagements.keep(engagement)
    engagements.settle(access, engagement, "cancelled")
    return engagement


def may_cancel(access: Access, engagement: Engagement) -> bool:
    if access.has(Right.PLAN_SERVICES, workspace_id=engagement.workspace_id):
        return True
    is_own = engagement.requested_by_id == access.person_id and access.person_id is not None
    return not access.is_staff and (is_own or access.has(Right.ADMINISTER, workspace_id=engagement.workspace_id))


def _reason(text: str) -> str:
    reason = read_text(text, length_max=NOTE_MAX)
    if not reason:
        raise Invalid("engagement_reason_missing")
    return reason
