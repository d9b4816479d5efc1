"""Bought is always used and left, and what is held is what is planned and not used yet: against a small model (R1.14).

The model knows nothing of entries, holds or states of the hub: hours by engagement, and who pays for them.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallyhub.accounts.tokens import TokenScope
from tallyhub.engagements.deliveries import commands
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.models import EngagementDelivery
from tallyhub.engagements.planning import commands as planning
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.scope import scope
from tallyhub.ledger import doctor
from tallyhub.ledger import queries as ledger
from tests.engagements.making import HOURS, as_, finish, get, log, plan, proactive, request, used_and_held
from tests.engagements.test_imports import Bringing, delivered
from tests.integrations.api.program import Program, make_token
from tests.world import TODAY

BOUGHT = 60
DONE = {"delivered", "accepted", "cancelled"}


@dataclass
class Order:
    """An engagement, as somebody with a sheet of paper would keep it: hours."""

    number: str
    payer: int
    planned: int
    delivered: dict[int, int] = field(default_factory=dict)  # hours by delivery
    state: str = "planned"

    @property
    def used(self) -> int:
        return sum(self.delivered.values())

    @property
    def held(self) -> int:
        return 0 if self.state in DONE else max(self.planned - self.used, 0)


def standing(number: str) -> dict[int, int]:
    rows = EngagementDelivery.objects.using("owner").filter(engagement__number=number, removed_at=None)
    return {one.pk: one.minutes // HOURS for one in rows.order_by("pk")}


_rows = count(1)  # another delivery each time: the same name again would correct it
MOVES = ("plan", "log", "program", "file", "correct", "remove", "finish", "cancel", "accept", "dispute")
moves = st.lists(
    st.tuples(st.sampled_from(MOVES), st.integers(0, 1), st.integers(0, 1), st.integers(1, 12)), max_size=14
)


def test_whatever_is_done_bought_is_used_and_left(world, tmp_path):
    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(moves)
    def live(steps: list[tuple[str, int, int, int]]) -> None:
        payers = [proactive(world, bought=BOUGHT * HOURS) for _ in "ab"]
        orders = [Order(_planned(world, payers[n], 8), n, 8) for n in range(2)]
        for step in steps:
            what, which, payer, hours = step
            order = orders[which]
            _do(world, tmp_path, payers, order, what, payer, hours)
            for n, pays in enumerate(payers):
                mine = [one for one in orders if one.payer == n]
                used, held = sum(one.used for one in mine), sum(one.held for one in mine)
                assert used_and_held(pays) == (used * HOURS, held * HOURS), (step, steps)
                balance = _balance(world, pays)
                assert balance.left == max(BOUGHT - used, 0) * HOURS
                assert balance.bought == BOUGHT * HOURS == balance.left + balance.used - balance.over
        assert list(doctor.find_differences()) == []

    live()


def _planned(world: Any, pays: Any, hours: int) -> str:
    number = request(world)
    plan(world, number, hours, entitlement_id=pays.pk)
    return number


def _balance(world: Any, pays: Any) -> Any:
    with scope(Access.of_system([world.cedar.pk])):
        return ledger.balances({pays.pk: TODAY})[pays.pk]


def _do(world: Any, folder: Any, payers: list[Any], order: Order, what: str, payer: int, hours: int) -> None:
    """Do it in the hub; what the hub took is written down in the model, by the rules of a person."""
    try:
        if what == "plan":
            plan(world, order.number, hours, entitlement_id=payers[payer].pk)
            assert order.state not in DONE
            order.planned, order.payer = hours, payer
        elif what in ("log", "program", "file"):
            _deliver(world, folder, order, what, hours)
        elif what in ("finish", "cancel"):
            _end(world, order, what)
        elif last := max(order.delivered, default=None):
            _look(world, order, what, last, hours)
    except HubError:
        return


def _deliver(world: Any, folder: Any, order: Order, what: str, hours: int) -> None:
    if not _log(world, folder, order, what, hours):
        return
    (fresh,) = standing(order.number).keys() - order.delivered.keys()
    order.delivered[fresh] = hours
    if order.state in DONE:
        assert what == "file"
    else:
        order.state = "in_delivery"


def _end(world: Any, order: Order, what: str) -> None:
    if what == "finish":
        finish(world, order.number)
        order.state = "delivered"
    else:
        planning.cancel(as_(world, "csam"), order.number, "No", version=get(order.number).version, charge=0)
        assert not order.delivered
        order.state = "cancelled"


def _look(world: Any, order: Order, what: str, last: int, hours: int) -> None:
    """At the newest delivery: by the account team, which corrects it, or by the customer, who judges it."""
    version = EngagementDelivery.objects.using("owner").get(pk=last).version
    if what == "accept":
        commands.accept_delivery(as_(world, "admin"), last, version=version)
    elif what == "dispute":
        commands.dispute_delivery(as_(world, "member"), last, "No", version=version)
    else:
        worked = Worked(TODAY - timedelta(days=hours), hours * HOURS, confirmed=True) if what == "correct" else None
        made = commands.correct_delivery(as_(world, "csam"), last, worked, "So it was", version=version)
        del order.delivered[last]
        if made:
            order.delivered[made.pk] = hours
        elif not order.delivered and order.state == "in_delivery":
            order.state = "planned"


def _log(world: Any, folder: Any, order: Order, what: str, hours: int) -> bool:
    """Whether the hub took it: by the page, by a program, or from a file."""
    if what == "log":
        log(world, order.number, hours, day=TODAY - timedelta(days=hours))
        return True
    if what == "program":
        calls = Program(make_token(world.engineer, world.cedar, TokenScope.WRITE_SERVICES))
        body = {"delivered_on": "2026-11-02", "minutes": hours * HOURS, "confirmed": True}
        return calls.post(f"/engagements/{get(order.number).pk}/deliveries", body).status_code == 200
    one = get(order.number)
    if not one.external_id:
        type(one).objects.using("owner").filter(pk=one.pk).update(external_id=f"E-{one.pk}", source="planner")
    row = delivered(f"D-{next(_rows)}", engagement=f"E-{one.pk}", hours=str(hours), confirmed="yes",
                    delivered_on=date(2026, 10, hours).isoformat())  # fmt: skip
    return not Bringing(folder)("engagement_deliveries", row).problems
