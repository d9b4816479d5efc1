"""Recording what was bought."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import scope
from tallyhub.ledger import commands, queries, steps
from tallyhub.ledger.models import Allotment, Snapshot
from tallyhub.ledger.steps import ContentDiffers, Posted
from tests.make import book, make_entitlement
from tests.world import TODAY

START, END = date(2026, 1, 1), date(2026, 12, 31)


def bought(entitlement, amount=60, name="B-1", **over):
    fields = {"customer_id": entitlement.customer_id, "entitlement_id": entitlement.pk, "kind": "purchase"}
    days = {"starts_on": START, "ends_on": END, "priority": 0}
    return fields | days | {"amount": amount, "source": "sales", "external_id": name} | over


def taken(entitlement, amount, name="T-1", **over):
    return bought(entitlement, -amount, name, kind="adjustment", **over)


def allot(world, *rows):
    access = Access.of_system([world.cedar.pk])
    with scope(access, writing=True):
        return steps.allot(access, rows)


@pytest.fixture
def entitlement(world):
    """Counted, and nothing bought yet."""
    return make_entitlement(world.base, world.advisory, is_as_needed=False)


def left(entitlement, day=TODAY):
    with scope(Access.of_system([entitlement.customer_id])):
        return queries.replay([entitlement.pk], {entitlement.pk: day})[entitlement.pk][0].left


@pytest.mark.parametrize(
    "forbidden", [(), ("nestloop", "hashjoin"), ("nestloop", "mergejoin"), ("hashjoin", "mergejoin")]
)
def test_ids_ascend_in_the_order_of_the_input_however_it_is_planned(world, entitlement, forbidden):
    """The engine takes them for the order of recording: what comes after a termination stands."""
    both = Access.of_system([world.cedar.pk, world.birch.pk])
    names = [f"B-{n}" for n in range(60, 0, -1)]
    rows = [bought(one, 1, name) for name in names for one in (world.birch_advisory, entitlement)]
    with scope(both, writing=True), connection.cursor() as cursor:
        for join in forbidden:
            cursor.execute(f"SET LOCAL enable_{join} = off")
        steps.allot(both, rows)
    recorded = Allotment.objects.using("owner").filter(source="sales").order_by("pk")
    assert [(one.entitlement_id, one.external_id) for one in recorded] == [
        (row["entitlement_id"], row["external_id"]) for row in rows
    ]


def test_the_same_again_is_known_with_or_without_a_priority(world, entitlement):
    without = bought(entitlement)
    del without["priority"]
    assert allot(world, without) == Posted(1, 0)
    assert allot(world, without) == Posted(0, 1)
    assert allot(world, bought(entitlement), bought(entitlement, name="B-2")) == Posted(1, 1)


def test_the_same_id_with_other_content_is_refused(world, entitlement):
    allot(world, bought(entitlement))
    for over in ({"amount": 61}, {"kind": "top_up"}, {"ends_on": END - timedelta(days=1)}, {"priority": 1}):
        with pytest.raises(ContentDiffers):
            allot(world, bought(entitlement, name="B-2"), bought(entitlement) | over)
        assert Allotment.objects.using("owner").filter(entitlement=entitlement).count() == 1, over


def test_twice_in_one_batch_is_refused(world, entitlement):
    with pytest.raises(Invalid, match="duplicate_in_batch"):
        allot(world, bought(entitlement), bought(entitlement))


def test_an_adjustment_takes_back_at_most_what_is_recorded_and_what_comes_before_it(world, entitlement):
    allot(world, bought(entitlement, 60))
    with pytest.raises(Invalid) as refused:
        allot(world, taken(entitlement, 61))
    assert refused.value.params == {"amount": -61, "correctable": 60}
    with pytest.raises(Invalid, match="adjustment_too_large"):  # the purchase comes too late
        allot(world, taken(entitlement, 61), bought(entitlement, 10, "B-2"))
    assert allot(world, bought(entitlement, 10, "B-2"), taken(entitlement, 61)) == Posted(2, 0)
    with pytest.raises(Invalid, match="adjustment_too_large"):  # two that fit alone
        allot(world, taken(entitlement, 5, "T-2"), taken(entitlement, 5, "T-3"))
    assert left(entitlement) == 9


def test_an_adjustment_that_is_known_is_not_checked_again(world, entitlement):
    rows = [bought(entitlement, 60), taken(entitlement, 60)]
    allot(world, *rows)
    assert allot(world, *rows) == Posted(0, 2)


def test_an_adjustment_reaches_only_what_is_in_force_on_its_first_day(world, entitlement):
    allot(world, bought(entitlement, 60, ends_on=date(2026, 3, 31)))
    with pytest.raises(Invalid, match="adjustment_too_large"):
        allot(world, taken(entitlement, 1, starts_on=date(2026, 4, 1)))


def test_no_quantity_is_sold_where_none_was_agreed(world):  # R1.12
    with pytest.raises(Invalid, match="allotment_as_needed"):
        allot(world, bought(world.cedar_reactive))
    with pytest.raises(Invalid, match="benefit_not_counted"):
        allot(world, bought(world.cedar_benefit))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"ends_on": START - timedelta(days=1)}, "allotment_ends_before_start"),
    ({"ends_on": date.max}, "allotment_without_end"),
    ({"amount": 0}, "allotment_amount"),
    ({"external_id": ""}, "name_missing"),
    ({"source": ""}, "name_missing"),
    ({"amount": 10**9 + 1}, "amount_too_large"),
]


def test_an_allotment_that_means_nothing_is_refused(world, entitlement):
    for row, code in REFUSED:
        with pytest.raises(Invalid, match=code):
            allot(world, bought(entitlement) | row)


TERMS = ["[2026-01-01,)", "(,2026-01-01]", "empty", "[2026-01-01,9999-12-31]"]
DATED = ["ledger_allotment", "agreements_agreement", "agreements_package"]
AMOUNTS = ["amount = 0", "amount = -1", "kind = 'termination'", "kind = 'termination', amount = -1"]


def test_the_database_itself_refuses_a_term_without_days_that_can_be_read(world, owner):
    for table, term in ((table, term) for table in DATED for term in TERMS):
        with pytest.raises(psycopg.errors.CheckViolation, match=f"{table.partition('_')[2]}_term_in_calendar"):
            owner.execute(f"UPDATE {table} SET term = %s", [term])


def test_the_database_itself_refuses_what_means_nothing(world, owner):
    for change in AMOUNTS:
        with pytest.raises(psycopg.errors.CheckViolation, match="allotment_amount_fits"):
            owner.execute(f"UPDATE ledger_allotment SET {change}")
    for change in ("source = ''", "external_id = ''"):
        with pytest.raises(psycopg.errors.CheckViolation, match="allotment_named"):
            owner.execute(f"UPDATE ledger_allotment SET {change}")
    for step in (0, 10_001):
        with pytest.raises(psycopg.errors.CheckViolation, match=r"entitlement_step_bounded|rounding_step_check"):
            owner.execute("UPDATE agreements_entitlement SET rounding_step = %s", [step])


# Snapshots


def refresh(world):
    return commands.refresh_snapshots(Access.of_system([world.cedar.pk]))


def test_an_as_needed_entitlement_has_a_use_and_never_a_snapshot(world, owner):
    book(world.cedar_reactive, world.north, 1, TODAY)
    assert refresh(world) > 0
    assert refresh(world) == 0
    assert not Snapshot.objects.using("owner").filter(entitlement=world.cedar_reactive).exists()
    with scope(Access()):
        assert queries.customers_with_stale_snapshots() == [world.birch.pk]
    with scope(Access.of_system([world.cedar.pk])):
        (segment,) = queries.replay([world.cedar_reactive.pk], {world.cedar_reactive.pk: TODAY})[
            world.cedar_reactive.pk
        ]
    assert (segment.quantity, segment.used, segment.left, segment.over) == (None, 12, 0, 0)


def test_a_snapshot_is_stale_after_an_entry_and_after_an_allotment(world, entitlement):
    allot(world, bought(entitlement))
    refresh(world)
    with scope(Access.of_system([world.cedar.pk])):
        assert queries.stale_snapshots() == []
    book(entitlement, world.north, 5, TODAY)
    with scope(Access.of_system([world.cedar.pk])):
        assert [one.entitlement_id for one in queries.stale_snapshots()] == [entitlement.pk]
    assert refresh(world) == 1
    allot(world, bought(entitlement, 10, "B-2"))
    assert refresh(world) == 1
    stored = Snapshot.objects.using("owner").get(entitlement=entitlement)
    assert queries.read_segments(stored.segments)[0].left == 65
