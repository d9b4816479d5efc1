"""Whatever is spoilt behind the ledger's back, the doctor finds it, and nothing else."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import AMOUNT_MAX, MULTIPLIER_DENOMINATOR_MAX, MULTIPLIER_MAX, ROUNDING_STEP_MAX, charge
from tallyhub.ledger import commands, doctor
from tallyhub.ledger.models import Entry
from tests.ledger.test_reversals import booked, reverse


@pytest.fixture
def ledger(world):
    """With a reversal and with snapshots."""
    reverse(world, booked(world))
    commands.refresh_snapshots(Access.of_system([world.cedar.pk]))
    return world


def test_nothing_differs_in_what_only_the_ledger_wrote(ledger):
    assert list(doctor.find_differences()) == []
    assert doctor.count_checked() == {"customers": 2, "entries": 19, "totals": 51, "snapshots": 5}


SPOILT = [
    ("UPDATE ledger_workspacetotal SET charged = charged + 1 WHERE id = 1", {"workspace total"}),
    ("UPDATE ledger_workspacetotal SET entries = entries + 1 WHERE id = 1", {"workspace total"}),
    ("DELETE FROM ledger_workspacetotal WHERE id = 1", {"workspace total"}),
    ("UPDATE ledger_dailytotal SET charged = charged + 1 WHERE id = 1", {"daily total"}),
    ("DELETE FROM ledger_dailytotal WHERE id = 1", {"daily total"}),
    ("UPDATE ledger_dailytotal SET charged = -1 WHERE id = 1", {"daily total", "net negative day"}),
    ("UPDATE ledger_entitlementtotal SET charged = charged - 1 WHERE charged > 1", {"entitlement total"}),
    ("UPDATE ledger_entitlementtotal SET version = version + 1 WHERE id = 1", {"version of a total"}),
    ("DELETE FROM ledger_entitlementtotal WHERE entries = 0", {"version of a total"}),
    ("UPDATE ledger_entitlementday SET day = '2026-01-31' WHERE id = 1", {"entitlement day"}),
    ("UPDATE ledger_entry SET person_id = 1000000 WHERE reverses_id IS NOT NULL", {"reversal"}),
    ("UPDATE ledger_entry SET rounding_step = 25 WHERE charged = 90", {"charge"}),
    ("DELETE FROM ledger_ledgerversion WHERE version = 2", {"ledger version", "version of a row"}),
    ("UPDATE ledger_customerledger SET version = version + 1", {"ledger version"}),
    ("DELETE FROM ledger_customerledger WHERE version > 9", {"ledger version"}),
    ("UPDATE ledger_ledgerversion SET at = '2020-01-01' WHERE version = 2", {"instant of a version"}),
    ("UPDATE ledger_entry SET ledger_version = 99 WHERE id = 1", {"version of a row", "version of a total"}),
    ("UPDATE ledger_allotment SET ledger_version = 99 WHERE id = 1", {"version of a row", "version of a total"}),
    ("UPDATE ledger_snapshot SET segments = jsonb_set(segments, '{0,left}', '1')", {"snapshot"}),
    ("UPDATE ledger_snapshot SET segments = segments - 0", {"snapshot"}),
]


@pytest.mark.parametrize(("spoil", "checks"), SPOILT, ids=[statement for statement, _ in SPOILT])
def test_what_is_spoilt_is_found(ledger, owner, spoil, checks):
    assert owner.execute(spoil).rowcount > 0
    found = list(doctor.find_differences())
    assert {one.check for one in found} == checks
    assert all(str(one) and one.customer_id in (ledger.cedar.pk, ledger.birch.pk) for one in found)


def test_an_old_snapshot_may_say_what_it_likes(ledger, owner):
    owner.execute("UPDATE ledger_snapshot SET segments = '[]', version = version - 1")
    assert list(doctor.find_differences()) == []


def test_entries_that_were_taken_away_are_missed_in_every_total(ledger, owner):
    entry = Entry.objects.using("owner").get(customer=ledger.birch)
    owner.execute("DELETE FROM ledger_entrydetail WHERE entry_id = %s", [entry.pk])
    owner.execute("DELETE FROM ledger_entry WHERE id = %s", [entry.pk])
    found = [one for one in doctor.find_differences() if one.check != "version of a total"]
    assert [one.check for one in found] == ["workspace total", "daily total", "entitlement total", "entitlement day"]
    assert {(one.stored, one.expected) for one in found} == {("60 in 1", None)}
    assert f"workspace {ledger.birch_main.pk}, day {date(2026, 5, 6)}" in found[1].about


CHARGE = "SELECT expected FROM (SELECT " + doctor._CHARGED.partition("SELECT *, ")[2].partition(" FROM ledger_entry")[0]
multipliers = st.fractions(0, MULTIPLIER_MAX, max_denominator=MULTIPLIER_DENOMINATOR_MAX)
reals = st.one_of(st.integers(1, 500), st.integers(1, AMOUNT_MAX)).flatmap(lambda n: st.sampled_from([n, -n]))


def test_the_doctors_charge_is_the_rules_charge(empty, owner):
    """Two formulas on purpose, held together here."""
    statement = f"""{CHARGE} FROM (SELECT %s::bigint AS real_amount, %s::smallint AS multiplier_numerator,
        %s::smallint AS multiplier_denominator, %s::int AS rounding_step) e) f"""

    @settings(max_examples=300, deadline=None)
    @given(reals, multipliers, st.integers(1, ROUNDING_STEP_MAX))
    def agree(real: int, multiplier: Fraction, step: int) -> None:
        (found,) = owner.execute(statement, [real, multiplier.numerator, multiplier.denominator, step]).fetchone()
        assert found == charge(real, multiplier=multiplier, rounding_step=step)

    agree()
