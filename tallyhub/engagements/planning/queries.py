"""What planning must know."""

from datetime import date
from zoneinfo import ZoneInfo

from tallyhub.agreements.models import Package
from tallyhub.engagements import queries
from tallyhub.engagements.models import Engagement
from tallyhub.engagements.rules import State, charge_for_cancelling, free_until
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit

FOUND_MAX = 200  # engagements on the list


def charge_now(access: Access, engagement: Engagement) -> tuple[int, date]:
    """What cancelling costs today, in the smallest steps of whatever pays, and which day it is there."""
    zone = queries.zone_of(access, engagement)
    today = clock.today(zone)
    paying = queries.get_paying(access, engagement)
    if paying is None or engagement.state not in (State.PLANNED, State.SCHEDULED):
        return 0, today
    package: Package = paying.package
    starts_on = engagement.starts_at
    charge = charge_for_cancelling(
        queries.planned_amount(engagement, Unit(paying.service.unit)),
        package.late_cancel_days,
        package.late_cancel_percent,
        starts_on.astimezone(ZoneInfo(zone)).date() if starts_on else None,
        today,
    )
    return charge, today


def free_until_of(access: Access, engagement: Engagement, package: Package | None) -> date | None:
    """The last day on which cancelling costs nothing, by the rule of what pays; None where there is none."""
    if package is None or package.late_cancel_days is None or engagement.starts_at is None:
        return None
    starts_on = engagement.starts_at.astimezone(ZoneInfo(queries.zone_of(access, engagement))).date()
    return free_until(package.late_cancel_days, starts_on)


def list_engagements(access: Access, *, state: str = "", workspace_id: int | None = None) -> list[Engagement]:
    """The newest first."""
    rows = Engagement.objects.visible_to(access).select_related("workspace", "offering")
    if state:
        rows = rows.filter(state=state)
    if workspace_id is not None:
        rows = rows.filter(workspace_id=workspace_id)
    return list(rows.order_by("-requested_at", "-pk")[: FOUND_MAX + 1])
