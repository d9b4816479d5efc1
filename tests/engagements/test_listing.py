"""The rows behind proactive services and credits: they add up, page by page, and a page reads what it shows."""

import json
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from tallyhub.engagements import listing
from tallyhub.engagements.deliveries import commands as deliveries
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.listing import Row, RowFilter
from tallyhub.engagements.planning import commands as planning
from tallyhub.kernel.grid import PAGE_ROWS, Key, Place
from tallyhub.kernel.scope import scope
from tallyhub.ledger.models import EntitlementTotal
from tests.engagements.making import as_, finish, get, log, make_offering, plan, planned, proactive, request
from tests.ledger.test_reversals import reverse
from tests.make import book
from tests.world import TODAY

FILL = """
WITH made AS (
    INSERT INTO engagements_engagement (id, customer_id, workspace_id, number, title, state, requested_at, wish,
        planned_minutes, entitlement_id, choice, reason, late_charge, listed_on, source, external_id, changed_at,
        serial, version)
    SELECT 900000000 + n, %(customer)s, %(workspace)s, 'F-' || n, 'Filled', CASE WHEN n %% 10 = 0 THEN 'planned'
        ELSE 'delivered' END, now(), '', 480, %(entitlement)s, '{}', '', 0,
        CASE WHEN n %% 10 = 0 THEN date '2026-10-01' - n %% 300 END, '', '', now(), 0, 1
    FROM generate_series(1, %(n)s) n RETURNING id, number, state
), entries AS (
    INSERT INTO ledger_entry (customer_id, workspace_id, entitlement_id, occurred_on, real_amount,
        multiplier_numerator, multiplier_denominator, rounding_step, charged, source, external_id, reason,
        ledger_version, recorded_at)
    SELECT %(customer)s, %(workspace)s, %(entitlement)s, date '2026-10-01' - (id %% 300)::int, 480, 1, 1, 1, 480,
        'engagements', number || ':1', '', 1, now() FROM made WHERE state = 'delivered' ORDER BY id
    RETURNING id, external_id
), held AS (
    INSERT INTO ledger_hold (customer_id, workspace_id, entitlement_id, day, amount, source, held_for, external_id,
        ledger_version, recorded_at)
    SELECT %(customer)s, %(workspace)s, %(entitlement)s, '2026-10-01', 480, 'engagements', number, number || ':1', 1,
        now() FROM made WHERE state = 'planned'
), logged AS (
    INSERT INTO engagements_engagementdelivery (customer_id, workspace_id, engagement_id, day, minutes, note,
        logged_at, reason, unbooked, acceptance, due_on, dispute, answer, source, external_id, version)
    SELECT %(customer)s, %(workspace)s, id, date '2026-10-01', 480, '', now(), '', '', 'accepted', '2026-10-15', '',
        '', '', '', 1 FROM made WHERE state = 'delivered' RETURNING id, engagement_id
) INSERT INTO engagements_engagementbooking (customer_id, workspace_id, engagement_id, delivery_id, entitlement_id,
    entry_id)
SELECT %(customer)s, %(workspace)s, m.id, l.id, %(entitlement)s, e.id
FROM made m JOIN entries e ON e.external_id = m.number || ':1' JOIN logged l ON l.engagement_id = m.id
"""


def fill(owner: Any, world: SimpleNamespace, entitlement: Any, n: int) -> None:
    """So many engagements of one delivery each, every tenth only planned."""
    owner.execute(
        FILL,
        {"customer": world.cedar.pk, "workspace": world.north.pk, "entitlement": entitlement.pk, "n": n},
    )
    for table in ("engagements_engagement", "engagements_engagementdelivery", "engagements_engagementbooking",
                  "ledger_entry", "ledger_hold"):  # fmt: skip
        owner.execute(f"ANALYZE {table}")


def wanted(world: SimpleNamespace, *entitlements: Any, **over: Any) -> RowFilter:
    return RowFilter(tuple(one.pk for one in entitlements), (world.north.pk, world.south.pk), **over)


def every(world: SimpleNamespace, rows: RowFilter) -> list[Row]:
    with scope(as_(world, "admin")):
        return [row for batch in listing.stream(rows) for row in batch]


def used(entitlement: Any) -> int:
    return EntitlementTotal.objects.using("owner").get(entitlement=entitlement).charged


@pytest.fixture
def lived(world: SimpleNamespace) -> SimpleNamespace:
    """Hours with everything that can happen to them."""
    world.pays = proactive(world, bought=400 * 60)
    world.done = planned(world)
    first = log(world, world.done, 8, day=TODAY - timedelta(days=3))
    log(world, world.done, 4)
    deliveries.correct_delivery(as_(world, "csam"), first.pk, Worked(first.day, 7 * 60), "Seven", version=1)
    finish(world, world.done)
    world.going = planned(world)
    log(world, world.going, 2)
    world.gone = planned(world)
    planning.cancel(as_(world, "csam"), world.gone, "No", version=get(world.gone).version, charge=0)
    book(world.pays, world.north, 90, date(2026, 9, 1), external_id="imported")
    wrong = book(world.pays, world.south, 30, date(2026, 9, 2), external_id="wrong")
    reverse(world, wrong)
    return world


def test_the_rows_add_up_to_the_total_and_each_delivery_is_one(lived):  # R1.13, R1.14
    found = every(lived, wanted(lived, lived.pays))
    assert sum(row.charged for row in found) == used(lived.pays) == (7 + 4 + 2) * 60 + 90
    told = [(row.reference, row.delivered_minutes, row.charged, row.held, row.is_open) for row in found]
    assert [row for row in told if row[0] == lived.done] == [
        (lived.done, 420, 420, 0, False), (lived.done, 240, 240, 0, False),
    ]  # fmt: skip
    assert {row for row in told if row[0] == lived.going} == {
        (lived.going, 120, 120, 0, False), (lived.going, None, 0, 14 * 60, True),
    }  # fmt: skip
    assert [row[2:] for row in told if row[0] == lived.gone] == [(0, 0, True)]
    assert [(row.charged, row.is_reversal, row.is_reversed) for row in found if not row.has_engagement] == [
        (90, False, False), (30, False, True), (-30, True, False),
    ]  # fmt: skip


@pytest.mark.parametrize("sort", list(listing.SORTS))
@pytest.mark.parametrize("is_descending", [True, False])
def test_every_row_is_reached_forwards_and_backwards_in_both_orders(world, owner, sort, is_descending):
    pays = proactive(world)
    fill(owner, world, pays, 620)  # more than a page of them open
    for n in range(20):
        book(pays, world.south, 10 * n + 1, date(2026, 3, 1) + timedelta(days=9 * n), external_id=f"bare-{n}")
    rows = wanted(world, pays)
    with scope(as_(world, "admin")):
        there = sorted((getattr(row, sort), row.id) for batch in listing.stream(rows) for row in batch)
        assert listing.count(rows) == len(there) == 640
        assert listing.count(rows, exact_max=100) == 101
        for backwards in (False, True):
            seen, key = [], None
            while len(seen) <= len(there):  # a place that does not move on would go round for ever
                page = listing.list_page(rows, Place(sort, is_descending, key, backwards))
                seen += [(getattr(row, sort), row.id) for row in page[:PAGE_ROWS]]
                if len(page) <= PAGE_ROWS:
                    break
                key = Key(str(seen[-1][0]), seen[-1][1])
            assert seen == (there[::-1] if is_descending is not backwards else there)


def test_days_and_references_narrow_the_rows(lived):
    assert {row.reference for row in every(lived, wanted(lived, lived.pays, reference=lived.done))} == {lived.done}
    assert [row.charged for row in every(lived, wanted(lived, lived.pays, reference="imported"))] == [90]
    days = {"first_day": date(2026, 9, 1), "last_day": date(2026, 9, 2)}
    assert [row.charged for row in every(lived, wanted(lived, lived.pays, **days))] == [90, 30, -30]


def test_of_credits_each_day_tells_what_was_used_by_its_end(world):  # R2.5
    credit = world.cedar_credits
    number = request(world, offering=make_offering(credit_rate=300))
    plan(world, number, 8, entitlement_id=credit.pk)
    log(world, number, 4)
    finish(world, number)
    rows = wanted(world, credit)
    with scope(as_(world, "admin")):
        used_by = listing.used_by_day(rows)
        assert used_by(credit.pk, date(2026, 1, 1)) == 0
        assert used_by(credit.pk, TODAY) == used(credit) == 550
    found = every(world, rows)
    assert [(row.charged, row.rate, row.delivered_minutes) for row in found if row.reference == number] == [
        (300, 300, 240)
    ]


def rows_read(world: SimpleNamespace, do: Any) -> int:
    """How many rows the statements of ``do`` read from tables and indexes, as the database counts them."""
    read = 0

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal read
        if "ledger_entry" in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql, params)
                plan = cursor.fetchone()[0]
                read += _scanned((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])
        return execute(sql, params, many, context)

    with scope(as_(world, "admin")), connection.execute_wrapper(explain):
        do()
    return read


def _scanned(node: dict[str, Any]) -> int:
    below = sum(_scanned(one) for one in node.get("Plans", ()))
    if "Relation Name" not in node:
        return below
    filtered = node.get("Rows Removed by Filter", 0)
    return below + int((node["Actual Rows"] + filtered) * node["Actual Loops"])


@pytest.mark.parametrize("sort", list(listing.SORTS))
def test_a_page_reads_what_it_shows_however_many_there_are(world, owner, sort):  # ADR 0010
    pays = proactive(world)
    fill(owner, world, pays, 20_000)
    rows = wanted(world, pays)
    middle = Key("2026-03-01" if sort == "occurred_on" else "480", -listing.ENTRIES_BELOW // 2)
    for place in (Place(sort), Place(sort, False), Place(sort, True, None, True), Place(sort, True, middle)):
        assert rows_read(world, lambda place=place: listing.list_page(rows, place)) < 40 * PAGE_ROWS
    assert rows_read(world, lambda: listing.count(rows, exact_max=100)) < 1_000


def test_the_drill_down_asks_a_fixed_number_of_statements(world, client, statements):
    proactive(world)
    for pays, address in ((proactive(world), ""), (world.cedar_credits, "rows/")):
        client.force_login(world.admin)
        planned(world, entitlement_id=pays.pk)
        page = f"/customer-activity/entitlements/{pays.pk}/{address}"
        client.get(page)
        with statements() as few:
            client.get(page)
        for _ in range(3):
            number = request(world)
            plan(world, number, 8, entitlement_id=pays.pk)
            log(world, number, 4)
            finish(world, number)
        with statements() as many:
            client.get(page)
        assert len(many) == len(few)


def test_no_two_rows_have_one_place(lived):
    places = [row.id for row in every(lived, wanted(lived, lived.pays))]
    assert all(one != other for one, other in pairwise(sorted(places)))
