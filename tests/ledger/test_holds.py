"""What is planned is held: beside the balance, never below nothing, and given back once."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count as counting
from typing import Any

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.ledger import doctor, queries, steps
from tallyhub.ledger.holds import NewHold
from tallyhub.ledger.models import EntitlementTotal, Hold
from tallyhub.ledger.steps import Posted
from tests.ledger.test_concurrency import race, together
from tests.ledger.test_posting import as_of, post, use, version
from tests.make import days, make_entitlement, make_package
from tests.world import NOW, TODAY

__all__ = ["race"]  # a fixture


def planned(world: Any, amount: int = 960, **over: Any) -> NewHold:
    """Sixteen hours of advice for cedar's north."""
    fields = {
        "customer_id": world.cedar.pk,
        "workspace_id": world.north.pk,
        "entitlement_id": world.cedar_advisory.pk,
        "unit": Unit.MINUTES,
        "day": TODAY,
        "amount": amount,
        "source": "plan",
        "held_for": "P-1",
        "external_id": f"P-1:{amount}",
    }
    return NewHold(**fields | over)


def hold(world: Any, *holds: NewHold) -> int:
    access = Access.of_system([world.cedar.pk])
    with scope(access, writing=True):
        return steps.hold(access, holds)


def held(entitlement: Any) -> int:
    found = EntitlementTotal.objects.using("owner").filter(entitlement=entitlement).values_list("held", flat=True)
    return found.first() or 0


# What a hold does, and what it leaves alone


def test_a_hold_changes_no_balance_and_is_told_beside_it(world, owner):  # R1.14
    before = as_of(world, version(owner, world.cedar))
    assert hold(world, planned(world)) == 1
    assert (as_of(world, version(owner, world.cedar)), held(world.cedar_advisory)) == (before, 960)
    assert list(doctor.find_differences()) == []


def test_what_is_used_is_given_back_in_the_same_version(world, owner):
    hold(world, planned(world))
    then = version(owner, world.cedar)
    access = Access.of_system([world.cedar.pk])
    with scope(access, writing=True):
        entry = use(world, real_amount=720, occurred_on=TODAY)
        assert steps.post(access, [entry], holds=[planned(world, -960)]) == Posted(1, 0)
    assert (version(owner, world.cedar), held(world.cedar_advisory)) == (then + 1, 0)
    assert list(Hold.objects.using("owner").order_by("pk").values_list("ledger_version", flat=True)) == [then, then + 1]
    assert list(doctor.find_differences()) == []


def test_what_a_version_held_it_says_again(world, owner):
    hold(world, planned(world))
    then = version(owner, world.cedar)
    hold(world, planned(world, -240))
    with scope(Access.of_system([world.cedar.pk])):
        asked = [(then - 1, TODAY), (then, TODAY), (then + 1, TODAY), (then + 1, TODAY - timedelta(days=1))]
        found = [queries.held_as_of([world.cedar_advisory.pk], *one)[world.cedar_advisory.pk] for one in asked]
    assert found == [0, 960, 720, 0]


def test_whoever_reads_one_workspace_learns_what_the_agreement_holds_and_no_row_of_another(world, owner):
    hold(world, planned(world, workspace_id=world.south.pk))
    access = Access(person_id=world.reader.pk, customer_id=world.cedar.pk, workspaces=(world.north.pk,))
    with scope(access):
        one = world.cedar_advisory.pk
        assert queries.held_as_of([one], version(owner, world.cedar), TODAY) == {one: 960}
        assert Hold.objects.count() == 0
        assert queries.held_for(access, "plan", ["P-1"]) == {}
    with scope(Access(person_id=world.stranger.pk, customer_id=world.birch.pk, in_whole=True)):
        assert queries.held_as_of([one], version(owner, world.cedar), TODAY) == {one: 0}


def test_the_same_hold_again_is_ignored_and_another_content_refused(world, owner):
    hold(world, planned(world))
    then = version(owner, world.cedar)
    assert hold(world, planned(world)) == 0
    assert version(owner, world.cedar) == then
    for over in ({"amount": 900}, {"held_for": "P-2"}, {"workspace_id": world.south.pk}, {"day": date(2026, 5, 1)}):
        with pytest.raises(Conflict, match="content_differs"):
            hold(world, replace(planned(world), **over))
    with pytest.raises(Invalid, match="duplicate_in_batch"):
        hold(world, planned(world, 5), planned(world, 5))


# What is refused


def test_more_than_is_held_for_a_matter_is_never_given_back(world):
    hold(world, planned(world), planned(world, 100, held_for="P-2"))
    with pytest.raises(Conflict, match="released_too_much"):
        hold(world, planned(world, -961))
    with pytest.raises(Conflict, match="released_too_much"):
        hold(world, planned(world, -960), planned(world, -1))
    assert hold(world, planned(world, -960)) == 1
    assert held(world.cedar_advisory) == 100


def test_a_hold_that_must_not_be_is_refused_and_writes_nothing(world, owner):
    ended = make_package(world.agreement, world.north, term=days(date(2026, 1, 1), date(2026, 6, 30)))
    over = make_entitlement(ended, world.advisory, bought=60)
    later = make_package(world.agreement, world.north, term=days(date(2026, 12, 1), date(2026, 12, 31)))
    coming = make_entitlement(later, world.advisory, bought=60)
    then = version(owner, world.cedar)
    refused = {
        "amount_zero": {"amount": 0},
        "amount_too_large": {"amount": 10**9},
        "unit_mismatch": {"unit": Unit.CREDITS},
        "in_future": {"day": TODAY + timedelta(days=1)},
        "after_term": {"entitlement_id": over.pk},
        "benefit_not_counted": {"entitlement_id": world.cedar_benefit.pk, "unit": Unit.CASES},
        "workspace_not_mapped": {
            "entitlement_id": world.cedar_credits.pk,
            "unit": Unit.CREDITS,
            "workspace_id": world.south.pk,
        },
        "name_missing": {"held_for": ""},
    }
    for code, change in refused.items():
        with pytest.raises(Invalid, match=code):
            hold(world, replace(planned(world), **change))
    assert version(owner, world.cedar) == then
    assert hold(world, planned(world, entitlement_id=coming.pk)) == 1  # what begins later can be planned already


def test_what_is_held_in_an_ended_package_can_be_given_back_by_somebody(world, owner):
    hold(world, planned(world, day=date(2026, 3, 1)))
    term = days(date(2026, 1, 1), date(2026, 6, 30))
    owner.execute("UPDATE agreements_package SET term = %s WHERE id = %s", [str(term), world.base.pk])
    assert held(world.cedar_advisory) == 960  # expiry moves nothing
    assert hold(world, planned(world, -960)) == 1


def test_the_role_that_serves_adds_holds_and_changes_none(world):
    hold(world, planned(world))
    for statement in ("UPDATE ledger_hold SET amount = 1", "DELETE FROM ledger_hold"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            scope(Access.of_system([world.cedar.pk]), writing=True),
        ):
            connection.cursor().execute(statement)


SPOILT = [
    ("UPDATE ledger_entitlementtotal SET held = held + 1 WHERE held > 0", {"held"}),
    ("UPDATE ledger_hold SET amount = amount + 1 WHERE amount > 0", {"held"}),
    ("UPDATE ledger_hold SET amount = amount - 1 WHERE amount < 0", {"held", "held below zero"}),
    ("UPDATE ledger_hold SET ledger_version = 99 WHERE amount < 0", {"version of a row", "version of a total"}),
]


@pytest.mark.parametrize(("spoil", "checks"), SPOILT, ids=[statement for statement, _ in SPOILT])
def test_a_hold_that_was_spoilt_is_found(world, owner, spoil, checks):
    hold(world, planned(world), planned(world, 100, held_for="P-2"))
    hold(world, planned(world, -960))
    assert owner.execute(spoil).rowcount > 0
    assert {one.check for one in doctor.find_differences()} == checks


# Several at once, and whatever happens


def test_two_that_give_back_the_same_at_once_give_it_back_once(world, race):
    hold(world, planned(world))
    race(2)
    back = [
        lambda: hold(world, planned(world, -960, external_id="a")),
        lambda: hold(world, planned(world, -960, external_id="b")),
    ]
    assert sorted(type(one).__name__ for one in together(*back)) == ["Conflict", "int"]
    assert held(world.cedar_advisory) == 0


def test_nothing_is_ever_held_below_nothing_whatever_is_held_and_given_back(world):
    serial = counting(1)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.tuples(st.sampled_from(["A", "B"]), st.integers(-40, 40).filter(bool)), max_size=12))
    def live(moves: list[tuple[str, int]]) -> None:
        entitlement = make_entitlement(world.base, world.advisory, bought=60)
        model = {"A": 0, "B": 0}
        for matter, amount in moves:
            name = {"held_for": f"{matter}{entitlement.pk}", "external_id": f"{next(serial)}"}
            one = planned(world, amount, entitlement_id=entitlement.pk, **name)
            try:
                hold(world, one)
            except Conflict:
                assert model[matter] + amount < 0
            else:
                model[matter] += amount
                assert model[matter] >= 0
            assert held(entitlement) == sum(model.values())
        assert list(doctor.find_differences()) == []

    live()


def test_an_entry_alone_leaves_what_is_held(world):
    hold(world, planned(world))
    post(world, use(world, occurred_on=NOW.date()))
    assert held(world.cedar_advisory) == 960
