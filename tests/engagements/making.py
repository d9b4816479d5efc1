"""What tests of engagements need: an offering, an entitlement that pays, and an engagement at any state."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

from tallyhub.engagements.deliveries import commands as deliveries
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.models import Engagement, EngagementDelivery, Offering
from tallyhub.engagements.planning import commands as planning
from tallyhub.engagements.planning.commands import Plan, Wish
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.ledger.models import EntitlementTotal
from tallyhub.organizations.sign_on import act_for
from tests.make import make_entitlement, make_service
from tests.world import TODAY

_serial = count(1)
HOURS = 60


def as_(world: SimpleNamespace, name: str) -> Access:
    """What a member of the cast may do inside cedar; the stranger inside birch."""
    customer = world.birch if name == "stranger" else world.cedar
    return act_for(getattr(world, name).pk, customer.pk).access


def make_offering(**over: Any) -> Offering:
    n = next(_serial)
    fields = {
        "code": f"OFFER-{n}", "kind": "workshop", "category": "maintain", "names": {"en": f"Health check {n}"},
        "planned_minutes": 16 * HOURS, "credit_rate": 400, "data_sheet": "# What you get\n\nA *report*.",
    }  # fmt: skip
    return Offering.objects.using("owner").create(**fields | over)


def proactive(world: SimpleNamespace, bought: int = 40 * HOURS, **over: Any) -> Any:
    """Hours of proactive services in cedar's base package."""
    service = make_service("proactive", "minutes", names={"en": "Proactive services"})
    return make_entitlement(world.base, service, bought=bought, **over)


def request(world: SimpleNamespace, who: str = "member", offering: Offering | None = None, **wish: Any) -> str:
    code = (offering or make_offering()).code
    return planning.request_service(as_(world, who), world.north.pk, code, Wish(**wish))


def get(number: str) -> Engagement:
    return Engagement.objects.using("owner").get(number=number)


def plan(world: SimpleNamespace, number: str, hours: int = 16, who: str = "csam", **over: Any) -> Engagement:
    wanted = Plan(hours * HOURS, **{"confirmed": True} | over)
    return planning.plan(as_(world, who), number, wanted, version=get(number).version)


def schedule(world: SimpleNamespace, number: str, in_days: int = 30, who: str = "csam", **over: Any) -> Engagement:
    starts = datetime.combine(TODAY + timedelta(days=in_days), datetime.min.time(), UTC) + timedelta(hours=8)
    fields = {"engineer_id": world.engineer.pk, "starts_at": starts, "ends_at": starts + timedelta(hours=8)}
    return planning.schedule(as_(world, who), number, **fields | over, version=get(number).version)


def log(
    world: SimpleNamespace, number: str, hours: float, day: date = TODAY, who: str = "engineer", **over: Any
) -> EngagementDelivery:
    worked = Worked(day, int(hours * HOURS), **{"confirmed": True} | over)
    pk = deliveries.log_delivery(as_(world, who), number, worked)
    return EngagementDelivery.objects.using("owner").get(pk=pk)


def finish(world: SimpleNamespace, number: str, who: str = "engineer") -> Engagement:
    return deliveries.finish(as_(world, who), number, version=get(number).version)


def planned(world: SimpleNamespace, hours: int = 16, **over: Any) -> str:
    number = request(world)
    plan(world, number, hours, **over)
    return number


def used_and_held(entitlement: Any) -> tuple[int, int]:
    """In whole hours, or whole credits' hundredths where it is not of hours."""
    found = EntitlementTotal.objects.using("owner").filter(entitlement=entitlement).values_list("charged", "held")
    return found.first() or (0, 0)


def hours_of(entitlement: Any) -> tuple[float, float]:
    used, held = used_and_held(entitlement)
    return used / HOURS, held / HOURS


def read(world: SimpleNamespace, who: str, function: Any, *args: Any) -> Any:
    access = as_(world, who)
    with scope(access):
        return function(access, *args)
