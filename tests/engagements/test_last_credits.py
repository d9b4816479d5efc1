"""Two at once for the last credits (R2.5)."""

from typing import Any

from tallyhub.engagements.deliveries import commands
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.ledger import doctor, queries
from tests.engagements.making import as_, finish, get, log, make_offering, plan, request, used_and_held
from tests.ledger.test_concurrency import together
from tests.make import make_entitlement, make_package
from tests.world import TODAY


def credits_(world: Any, bought: int) -> Any:
    package = make_package(world.agreement, world.north, scope="addon")
    return make_entitlement(package, world.credits, bought=bought)


def order(world: Any) -> str:
    return request(world, offering=make_offering(credit_rate=300))


def test_of_two_that_plan_the_last_credits_at_once_one_is_asked(world):
    pays = credits_(world, 500)
    numbers = [order(world) for _ in "ab"]
    done = together(*[lambda n=n: plan(world, n, 8, entitlement_id=pays.pk, confirmed=False) for n in numbers])
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Engagement"]
    assert used_and_held(pays) == (0, 300)


def test_two_that_spend_the_last_credits_at_once_are_both_recorded_and_one_is_over(world):
    pays = credits_(world, 500)
    numbers = [order(world) for _ in "ab"]
    for number in numbers:
        plan(world, number, 8, entitlement_id=pays.pk)
        log(world, number, 8)
    done = together(*[lambda n=n: finish(world, n) for n in numbers])
    assert [type(one).__name__ for one in done] == ["Engagement", "Engagement"]
    assert used_and_held(pays) == (600, 0)
    with scope(Access.of_system([world.cedar.pk])):
        balance = queries.balances({pays.pk: TODAY})[pays.pk]
    assert (balance.left, balance.over, balance.bought) == (0, 100, 500)
    assert list(doctor.find_differences()) == []


def test_finishing_twice_at_once_spends_the_rate_once(world):
    pays = credits_(world, 500)
    number = order(world)
    plan(world, number, 8, entitlement_id=pays.pk)
    log(world, number, 8)
    version = get(number).version
    done = together(*[lambda: commands.finish(as_(world, "engineer"), number, version=version)] * 3)
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Conflict", "Engagement"]
    assert used_and_held(pays) == (300, 0)
