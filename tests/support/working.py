"""Engineers who log time, for the tests of what becomes of it."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from tallyhub.agreements.models import TimeRule, WorkCalendar
from tallyhub.kernel.access import Access
from tallyhub.ledger.models import Entry
from tallyhub.organizations import sign_on
from tallyhub.support.models import Request, Work
from tallyhub.support.time import commands
from tallyhub.support.time.rules import What
from tallyhub.support.time.steps import Worked

OFFICE_HOURS = [[[480, 1080]]] * 5 + [[], []]  # 8 to 18, Monday to Friday


def inside(person: Any, customer: Any) -> Access:
    return sign_on.act_for(person.pk, customer.pk).access


def at(text: str) -> datetime:
    """In UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def worked(starts_at: str = "2026-11-20T09:00", minutes: int = 30, **over: Any) -> Worked:
    return Worked(**{"starts_at": at(starts_at), "minutes": minutes, "what": What.REMOTE} | over)


def log(
    world: SimpleNamespace, request: Request, starts_at: str = "2026-11-20T09:00", minutes: int = 30, **over: Any
) -> int:
    return commands.log_work(inside(world.engineer, world.cedar), request.number, worked(starts_at, minutes, **over))


def edit(world: SimpleNamespace, work_id: int, *said: Any, **over: Any) -> None:
    commands.edit_work(inside(world.engineer, world.cedar), work_id, worked(*said, **over), serial=of(work_id).serial)


def move(world: SimpleNamespace, work_id: int, into: Request) -> None:
    access = inside(world.engineer, world.cedar)
    commands.move_work(access, work_id, into.number, serial=of(work_id).serial)


def remove(world: SimpleNamespace, work_id: int) -> None:
    commands.remove_work(inside(world.engineer, world.cedar), work_id, serial=of(work_id).serial)


def of(work_id: int) -> Work:
    return Work.objects.using("owner").get(pk=work_id)


def booked(entitlement: Any) -> list[tuple[date, int, int]]:
    """(day, real, charged) of what support booked and nobody took back."""
    entries = Entry.objects.using("owner").filter(
        entitlement=entitlement, source="support", reverses=None, reversal=None
    )
    return [(one.occurred_on, one.real_amount, one.charged) for one in entries.order_by("pk")]


def make_rule(agreement: Any, numerator: int, denominator: int = 1, **over: Any) -> TimeRule:
    """Time outside office hours counts for more."""
    of = {"customer_id": agreement.customer_id}
    fields = {"name": f"Hours {numerator}/{denominator}", "zone": "Europe/Berlin", "week": OFFICE_HOURS, "holidays": []}
    calendar = WorkCalendar.objects.using("owner").create(**of | fields | over)
    return TimeRule.objects.using("owner").create(
        **of, agreement=agreement, calendar=calendar, numerator=numerator, denominator=denominator
    )
