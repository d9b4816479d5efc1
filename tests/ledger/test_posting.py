"""The one way in: what is booked, what is refused, and that nothing else gets in or out."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection

from tallyhub.agreements.models import Entitlement
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import scope
from tallyhub.ledger import queries, steps
from tallyhub.ledger.models import Allotment, DailyTotal, EntitlementDay, EntitlementTotal, Entry, WorkspaceTotal
from tallyhub.ledger.steps import ContentDiffers, NewEntry, Posted
from tests.make import allot, book, make_entitlement, make_organization, make_workspace
from tests.world import NOW, TODAY

DAY = date(2026, 7, 1)


def use(world, **over):
    """An hour and a half of advice for cedar's north."""
    fields = {
        "customer_id": world.cedar.pk,
        "workspace_id": world.north.pk,
        "entitlement_id": world.cedar_advisory.pk,
        "unit": Unit.MINUTES,
        "occurred_on": DAY,
        "real_amount": 90,
        "source": "desk",
        "external_id": "D-1",
    }
    return NewEntry(**fields | over)


def post(world, *entries):
    access = Access.of_system([world.cedar.pk])
    with scope(access, writing=True):
        return steps.post(access, entries)


def version(owner, customer):
    found = owner.execute("SELECT version FROM ledger_customerledger WHERE customer_id = %s", [customer.pk]).fetchone()
    return found[0] if found else 0


def count(owner, table):
    return owner.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


# What is booked


def test_an_entry_keeps_what_was_real_and_what_was_charged(world):
    over = {"multiplier": Fraction(3, 2), "rounding_step": 30, "person_id": world.member.pk, "title": "Tuning"}
    assert post(world, use(world, **over)) == Posted(1, 0)
    entry = Entry.objects.using("owner").select_related("detail").get(external_id="D-1")
    assert (entry.real_amount, entry.charged) == (90, 150)
    assert (entry.multiplier_numerator, entry.multiplier_denominator, entry.rounding_step) == (3, 2, 30)
    assert (entry.occurred_on, entry.recorded_at, entry.recorded_by_id) == (DAY, NOW, None)
    assert (entry.person_id, entry.detail.title) == (world.member.pk, "Tuning")


def test_all_four_totals_are_touched_at_once(world):
    before = {name: sums(name, world) for name in TOTALS}
    post(world, use(world), use(world, external_id="D-2", workspace_id=world.south.pk, real_amount=10))
    moved = {name: (sums(name, world)[0] - before[name][0], sums(name, world)[1] - before[name][1]) for name in TOTALS}
    assert moved == dict.fromkeys(TOTALS, (100, 2))


TOTALS = {"workspace": WorkspaceTotal, "day": DailyTotal, "entitlement": EntitlementTotal, "whole day": EntitlementDay}


def sums(name, world):
    rows = TOTALS[name].objects.using("owner").filter(entitlement_id=world.cedar_advisory.pk)
    return sum(row.charged for row in rows), sum(row.entries for row in rows)


def test_each_booking_gets_the_next_version_and_the_instant_it_was_made_at(world, owner):
    first = version(owner, world.cedar)
    post(world, use(world))
    with clock.frozen(NOW + timedelta(hours=1)):
        post(world, use(world, external_id="D-2"), use(world, external_id="D-3"))
    versions = (
        Entry.objects.using("owner").filter(source="desk").order_by("pk").values_list("ledger_version", flat=True)
    )
    assert list(versions) == [first + 1, first + 2, first + 2]
    with scope(Access.of_system([world.cedar.pk])):
        assert queries.version_at(world.cedar.pk, NOW) == first + 1
        assert queries.version_at(world.cedar.pk, NOW + timedelta(minutes=59)) == first + 1
        assert queries.version_at(world.cedar.pk, NOW + timedelta(hours=1)) == first + 2
        assert queries.version_at(world.cedar.pk, NOW - timedelta(days=9)) == 0


def test_what_a_version_said_is_said_again_after_later_entries(world, owner):
    """A statement is made again to the digit: a late entry, a reversal and a top-up dated back change no older one."""
    entry = post(world, use(world)) and Entry.objects.using("owner").get(external_id="D-1")
    then = version(owner, world.cedar)
    said = as_of(world, then)
    assert (said.left, said.used, said.bought) == (1200 - 540, 90 + 360 + 90, 1200)
    post(world, use(world, external_id="late", occurred_on=date(2026, 1, 2)))
    with scope(Access.of_system([world.cedar.pk]), writing=True):
        steps.reverse(Access.of_system([world.cedar.pk]), [entry.pk], "wrong")
    allot(world.cedar_advisory, 100, date(2026, 1, 1), date(2026, 12, 31))
    assert as_of(world, then) == said
    later = [as_of(world, then + n).left for n in (1, 2, 3)]
    assert later == [said.left - 90, said.left, said.left + 100]


def as_of(world, version):
    with scope(Access.of_system([world.cedar.pk])):
        return queries.balance_as_of(world.cedar_advisory.pk, version, TODAY)


def test_over_use_is_booked(world):
    assert post(world, use(world, real_amount=100_000)) == Posted(1, 0)


# The same again


def test_the_same_again_is_ignored_and_reported(world, owner):
    post(world, use(world, title="Tuning"))
    before = (version(owner, world.cedar), count(owner, "ledger_ledgerversion"))
    assert post(world, use(world, title="Tuning")) == Posted(0, 1)
    assert (version(owner, world.cedar), count(owner, "ledger_ledgerversion")) == before
    assert post(world, use(world, title="Tuning"), use(world, external_id="D-2")) == Posted(1, 1)
    assert sum(1 for _ in Entry.objects.using("owner").filter(source="desk")) == 2


OTHER_CONTENT: list[dict[str, Any]] = [
    {"real_amount": 91},
    {"occurred_on": DAY - timedelta(days=1)},
    {"multiplier": Fraction(2)},
    {"multiplier": Fraction(1, 2), "real_amount": 180},
    {"rounding_step": 60},
    {"rounding_step": 45},  # the same charge, by other terms
    {"person_id": 1},
    {"title": "Other words"},
]


def test_the_same_id_with_other_content_is_refused_and_changes_nothing(world, owner):
    post(world, use(world))
    before = (version(owner, world.cedar), count(owner, "ledger_entry"))
    for over in OTHER_CONTENT:
        with pytest.raises(ContentDiffers) as refused:
            post(world, use(world, external_id="D-2"), use(world, **over))
        assert refused.value.params == {"external_ids": "D-1"}, over
        assert (version(owner, world.cedar), count(owner, "ledger_entry")) == before, over


def test_moved_to_another_workspace_or_entitlement_is_other_content(world):
    post(world, use(world))
    twin = make_entitlement(world.base, world.advisory, bought=60)
    for over in ({"workspace_id": world.south.pk}, {"entitlement_id": twin.pk}):
        with pytest.raises(ContentDiffers):
            post(world, use(world, **over))


def test_an_id_belongs_to_its_customer_and_its_source(world):
    post(world, use(world))
    assert post(world, use(world, source="phone", real_amount=5)) == Posted(1, 0)
    access = Access.of_system([world.birch.pk])
    fields = {"customer_id": world.birch.pk, "workspace_id": world.birch_main.pk}
    with scope(access, writing=True):
        birch = use(world, entitlement_id=world.birch_advisory.pk, real_amount=7, **fields)
        assert steps.post(access, [birch]) == Posted(1, 0)


def test_twice_in_one_batch_is_refused_even_with_the_same_content(world, owner):
    before = count(owner, "ledger_entry")
    with pytest.raises(Invalid, match="duplicate_in_batch"):
        post(world, use(world), use(world, external_id="D-2"), use(world))
    assert count(owner, "ledger_entry") == before


def test_a_failure_after_the_booking_leaves_the_id_free(world):
    access = Access.of_system([world.cedar.pk])

    def fail_after_booking():
        with scope(access, writing=True):
            steps.post(access, [use(world)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_booking()
    assert post(world, use(world, real_amount=30)) == Posted(1, 0)


# What is refused


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"unit": Unit.CASES}, "unit_mismatch"),
    ({"real_amount": 0}, "amount_zero"),
    ({"real_amount": -5}, "amount_negative"),
    ({"real_amount": 10**9 + 1}, "amount_too_large"),
    ({"multiplier": Fraction(11)}, "multiplier_out_of_bounds"),
    ({"rounding_step": 0}, "rounding_step_out_of_bounds"),
    ({"occurred_on": date(2025, 12, 31)}, "before_term"),
    ({"occurred_on": date(2027, 1, 1)}, "after_term"),
    ({"occurred_on": TODAY + timedelta(days=1)}, "in_future"),
    ({"reason": "Called by Ann"}, "reason_not_a_code"),
    ({"external_id": ""}, "name_missing"),
    ({"source": ""}, "name_missing"),
]


def test_what_must_not_be_booked_takes_the_whole_batch_with_it(world, owner):
    before = (version(owner, world.cedar), count(owner, "ledger_entry"))
    for over, code in REFUSED:
        with pytest.raises(Invalid) as refused:
            post(world, use(world, external_id="D-2"), use(world, **over))
        assert refused.value.code == code, over
        assert (version(owner, world.cedar), count(owner, "ledger_entry")) == before, over


def test_a_workspace_that_the_package_does_not_reach_uses_nothing_of_it(world):  # R3.7
    loose = {"entitlement_id": world.cedar_credits.pk, "unit": Unit.CREDITS}
    assert post(world, use(world, **loose)) == Posted(1, 0)
    with pytest.raises(Invalid) as refused:
        post(world, use(world, external_id="D-2", workspace_id=world.south.pk, **loose))
    assert (refused.value.code, refused.value.params) == ("workspace_not_mapped", {"external_ids": "D-2"})


def test_what_was_booked_stays_known_when_its_workspace_is_unmapped(world, owner):
    post(world, use(world))
    owner.execute("DELETE FROM agreements_mapping WHERE workspace_id = %s", [world.north.pk])
    assert post(world, use(world)) == Posted(0, 1)


def test_an_additional_benefit_is_not_counted(world):  # R1.12
    with pytest.raises(Invalid, match="benefit_not_counted"):
        post(world, use(world, entitlement_id=world.cedar_benefit.pk, unit=Unit.CASES))


def test_an_entitlement_outside_the_scope_is_unknown(world):
    with pytest.raises(Entitlement.DoesNotExist):
        post(world, use(world, entitlement_id=world.birch_advisory.pk))


def test_posting_demands_a_transaction(world):
    with pytest.raises(RuntimeError):
        steps.post(Access.of_system([world.cedar.pk]), [use(world)])


# Staged rows come the same way


STAGE = """
CREATE TEMPORARY TABLE staged_entry (line bigint, customer_id bigint, workspace_id bigint, entitlement_id bigint,
    occurred_on date, real_amount bigint, multiplier_numerator smallint, multiplier_denominator smallint,
    rounding_step int, charged bigint, source text, external_id text, person_id bigint, reverses_id bigint,
    reason text, title text) ON COMMIT DROP
"""


def post_staged(world, *entries, look=None):
    access = Access.of_system([world.cedar.pk])
    with scope(access, writing=True), connection.cursor() as cursor:
        cursor.execute(STAGE)
        for line, entry in enumerate(entries, start=2):
            row = steps._row(line, entry)
            names = ", ".join(row)
            cursor.execute(
                f"INSERT INTO staged_entry ({names}) VALUES ({', '.join(['%s'] * len(row))})", [*row.values()]
            )
        return look() if look else steps.post_staged(access)


def test_staged_rows_are_booked_and_known_like_others(world):
    two = (use(world, title="Tuning"), use(world, external_id="D-2"))
    assert post_staged(world, *two) == Posted(2, 0)
    assert post_staged(world, *two) == Posted(0, 2)
    assert post(world, two[0]) == Posted(0, 1)


def test_staged_rows_are_refused_like_others_and_named_by_line(world):
    post(world, use(world))
    other = use(world, real_amount=1)
    loose = use(world, external_id="D-2", workspace_id=world.south.pk, entitlement_id=world.cedar_credits.pk)
    assert post_staged(world, other, loose, look=steps.differing_staged) == [(2, "D-1")]
    assert post_staged(world, other, loose, look=steps.refused_staged) == [(3, "D-2", "workspace_not_mapped")]
    with pytest.raises(ContentDiffers):
        post_staged(world, other)
    with pytest.raises(Invalid, match="workspace_not_mapped"):
        post_staged(world, loose)


# Nothing else gets in or out


APPEND_ONLY = ["ledger_entry", "ledger_allotment", "ledger_ledgerversion", "journal_event"]
VERBS = ["UPDATE {} SET customer_id = customer_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]


def test_the_apps_role_can_add_to_the_ledger_and_nothing_else(world):
    for statement in (verb.format(table) for verb in VERBS for table in APPEND_ONLY):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            scope(Access.of_system([world.cedar.pk]), writing=True),
        ):
            connection.cursor().execute(statement)


def test_no_row_points_across_customers(world, owner):
    """Foreign keys ignore row-level security; the composite ones do not let a scope of two customers mix them."""
    both = Access.of_system([world.cedar.pk, world.birch.pk])
    for over in (
        {"workspace_id": world.birch_main.pk},
        {"entitlement_id": world.birch_advisory.pk, "workspace_id": world.birch_main.pk},
        {"customer_id": world.birch.pk},
    ):
        before = count(owner, "ledger_entry")
        with pytest.raises((DatabaseError, Invalid)), scope(both, writing=True):
            steps.post(both, [use(world, **over)])
        assert count(owner, "ledger_entry") == before


MEANINGLESS = [
    ("real_amount = 0", "entry_amount_not_zero"),
    ("real_amount = -1, charged = -1", "entry_negative_only_in_reversal"),
    ("charged = -1", "entry_negative_only_in_reversal"),
    ("reason = 'Ann said so'", "entry_reason_is_code"),
    ("reverses_id = id", "entry_negative_only_in_reversal"),
    ("source = ''", "entry_named"),
    ("external_id = ''", "entry_named"),
    ("rounding_step = 10001", "entry_charge_parts"),
    ("multiplier_denominator = 0", "entry_charge_parts"),
    ("multiplier_numerator = 11", "entry_charge_parts"),
]


def test_the_database_itself_refuses_an_entry_that_means_nothing(world, owner):
    for change, constraint in MEANINGLESS:
        with pytest.raises(psycopg.errors.CheckViolation, match=constraint):
            owner.execute(f"UPDATE ledger_entry SET {change}")


def test_what_is_left_is_for_whoever_reads_a_mapped_workspace_and_rows_are_for_their_own(world):  # R1.5, R3.4, R3.8
    """With the Python wall off: a workspace administrator reads the whole balance and not the other's rows."""
    book(world.cedar_advisory, world.south, 30, DAY)
    north = Access(person_id=world.north_admin.pk, customer_id=world.cedar.pk, workspaces=(world.north.pk,))
    with scope(north):
        assert EntitlementTotal.objects.get(entitlement=world.cedar_advisory).charged == 480
        assert sum(row.charged for row in EntitlementDay.objects.filter(entitlement=world.cedar_advisory)) == 480
        assert Allotment.objects.get(entitlement=world.cedar_advisory).amount == 1200
        assert WorkspaceTotal.objects.get(entitlement=world.cedar_advisory).charged == 90
        assert {row.workspace_id for row in DailyTotal.objects.all()} == {world.north.pk}
        assert {row.workspace_id for row in Entry.objects.all()} == {world.north.pk}
    south = replace(north, workspaces=(world.south.pk,))
    with scope(south):
        assert not EntitlementTotal.objects.filter(entitlement=world.cedar_credits).exists()  # north's alone
        assert not Allotment.objects.filter(entitlement=world.cedar_credits).exists()


def test_a_new_customer_begins_at_version_one(world, owner):
    customer = make_organization("dogwood")
    make_workspace(customer, "main")
    assert version(owner, customer) == 0
    access = Access.of_system([customer.pk])
    with scope(access, writing=True):
        steps._raise_versions([customer.pk])
    assert version(owner, customer) == 1
