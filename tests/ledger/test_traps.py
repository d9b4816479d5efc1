"""How balances went wrong elsewhere: one row per known trap, with the test that would find it here.

The threads and commits are those of other public projects. A row is answered by a test of this file, by one that
stands elsewhere (named as file and test), or by the reason why it cannot happen.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.utils import timezone

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit, charge
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.grid import Key, Place
from tallyhub.kernel.scope import scope
from tallyhub.ledger import doctor, entries, queries, steps
from tallyhub.ledger.engine import Allotment, Balance, balance
from tallyhub.ledger.models import DailyTotal, EntitlementTotal, Entry, WorkspaceTotal
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.ledger.steps import ContentDiffers, NewEntry, Posted
from tests.make import allot, book, make_agreement, make_entitlement, make_package
from tests.world import NOW, TODAY

DAY = timedelta(days=1)
JAN_1, DEC_31 = date(2026, 1, 1), date(2026, 12, 31)
NEXT = date(2027, 1, 1)


def bought(serial: int, amount: int, starts_on: date = JAN_1, ends_on: date = DEC_31) -> Allotment:
    return Allotment(serial, AllotmentKind.PURCHASE, amount, starts_on, ends_on)


def use(world: SimpleNamespace, name: str, **over: Any) -> NewEntry:
    fields: dict[str, Any] = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk, "unit": Unit.MINUTES}
    fields |= {"entitlement_id": world.cedar_advisory.pk, "occurred_on": date(2026, 7, 1), "real_amount": 20}
    return NewEntry(**fields | {"source": "trap", "external_id": name} | over)


def post(world: SimpleNamespace, *batch: NewEntry) -> Posted:
    access = Access.of_system([world.cedar.pk])
    with scope(access, writing=True):
        return steps.post(access, batch)


def reverse(world: SimpleNamespace, name: str) -> None:
    access = Access.of_system([world.cedar.pk])
    with scope(access, writing=True):
        steps.reverse(access, [Entry.objects.get(external_id=name).pk], "wrong")


def figures(world: SimpleNamespace, entitlement: Any = None, day: date = TODAY) -> Balance:
    """As of the last version, on a day."""
    with scope(Access.of_system([world.cedar.pk])):
        version = queries.version_at(world.cedar.pk, NOW + 99 * DAY)
        return queries.balance_as_of((entitlement or world.cedar_advisory).pk, version, day)


# Period edges


def test_years_that_meet_count_each_day_once() -> None:
    years = [bought(1, 10), bought(2, 20, NEXT, date(2027, 12, 31))]
    uses = [(DEC_31, 3), (NEXT, 4)]
    last, first = balance(years, uses, DEC_31), balance(years, uses, NEXT)
    assert (last.left, last.quantity, last.upcoming, last.used) == (7, 10, 20, 3)
    assert (first.left, first.quantity, first.expired, first.used, first.over) == (16, 20, 7, 7, 0)


def test_months_from_the_31st_are_what_was_recorded() -> None:
    """Nothing recurs by itself, so no anchor day spills into the next month."""
    starts = [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]
    months = [bought(n, 5, day, until - DAY) for n, (day, until) in enumerate(pairwise(starts), 1)]
    for day in (starts[0] + n * DAY for n in range((starts[-1] - starts[0]).days)):
        it = balance(months, [(day, 5)], day)
        assert (it.quantity, it.left, it.over) == (5, 0, 0), day


def test_a_month_without_use_keeps_its_carry_over() -> None:
    """What moves on is a decision and a row of its own, so a silent month cannot lose it, and chains do not stop."""
    march = bought(1, 10, date(2026, 3, 1), date(2026, 3, 31))
    carried = [
        Allotment(2, AllotmentKind.CARRY_OVER, 10, date(2026, 4, 1), date(2026, 4, 30)),
        Allotment(3, AllotmentKind.CARRY_OVER, 10, date(2026, 5, 1), date(2026, 5, 31)),
    ]
    assert [balance([march, *carried], [], date(2026, month, 15)).left for month in (3, 4, 5)] == [10, 10, 10]


def test_what_carries_over_is_gone_after_its_own_last_day() -> None:
    rows = [bought(1, 10), Allotment(2, AllotmentKind.CARRY_OVER, 4, NEXT, date(2027, 1, 31))]
    assert balance(rows, [], date(2027, 1, 31)).left == 4
    assert balance(rows, [], date(2027, 2, 1)).left == 0


# Days and zones


ZONES = {  # zone, instant, the day it is there
    "the east": ("Pacific/Kiritimati", datetime(2026, 12, 30, 10, 0, tzinfo=UTC), DEC_31),
    "the east, one minute earlier": ("Pacific/Kiritimati", datetime(2026, 12, 30, 9, 59, tzinfo=UTC), DEC_31 - DAY),
    "the west": ("Pacific/Pago_Pago", datetime(2027, 1, 1, 10, 59, tzinfo=UTC), DEC_31),
    "the west, one minute later": ("Pacific/Pago_Pago", datetime(2027, 1, 1, 11, 0, tzinfo=UTC), NEXT),
}


def at_the_end_of_the_world(world: SimpleNamespace, zone: str) -> Any:
    agreement = make_agreement(world.cedar, world.provider, zone=zone)
    return make_entitlement(make_package(agreement, world.north), world.advisory, bought=60)


def test_the_last_day_ends_at_midnight_of_the_agreements_zone(world: SimpleNamespace) -> None:
    """Wherever the server, its database and its worker are."""
    for name, (zone, instant, day) in ZONES.items():
        entitlement = at_the_end_of_the_world(world, zone)
        with clock.frozen(instant), timezone.override(ZoneInfo("America/New_York")):
            assert clock.today(zone) == day, name
            posted = use(world, name, entitlement_id=entitlement.pk, occurred_on=min(day, DEC_31), real_amount=1)
            assert post(world, posted) == Posted(1, 0), name
            with pytest.raises(Invalid, match="after_term" if day >= DEC_31 else "in_future"):
                post(world, use(world, f"{name} +1", entitlement_id=entitlement.pk, occurred_on=day + DAY))


def test_a_day_is_stored_and_read_as_the_day_it_is(world: SimpleNamespace, owner: Any) -> None:
    """Not as an instant that a zone could move."""
    with timezone.override(ZoneInfo("Pacific/Kiritimati")):
        post(world, use(world, "east", occurred_on=JAN_1))
    with timezone.override(ZoneInfo("Pacific/Pago_Pago")), scope(Access.of_system([world.cedar.pk])):
        assert Entry.objects.get(external_id="east").occurred_on == JAN_1
        assert queries.allotments_of([world.cedar_advisory.pk])[world.cedar_advisory.pk][0].ends_on == DEC_31
    owner.execute("SET TIME ZONE 'Pacific/Kiritimati'")
    kinds = "SELECT DISTINCT pg_typeof(occurred_on)::text FROM ledger_entry"
    assert owner.execute(kinds).fetchall() == [("date",)]


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),  # a day of 23 hours
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),  # a day of 25 hours
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_a_day_with_a_clock_change_is_one_day(instant: datetime, day: date) -> None:
    with clock.frozen(instant):
        assert clock.today("Europe/Berlin") == day


# Races, retries, order


def test_a_sum_is_added_to_and_never_replaced(world: SimpleNamespace) -> None:
    """Two bookings that read the same total both count: the database adds, nobody writes what they had read."""
    with scope(Access.of_system([world.cedar.pk])):
        stale = EntitlementTotal.objects.get(entitlement=world.cedar_advisory).charged
    post(world, use(world, "a"))
    post(world, use(world, "b"))
    with scope(Access.of_system([world.cedar.pk])):
        assert EntitlementTotal.objects.get(entitlement=world.cedar_advisory).charged == stale + 40


def test_two_rows_of_one_customer_in_a_batch_are_both_charged(world: SimpleNamespace) -> None:
    before = figures(world).used
    assert post(world, use(world, "a"), use(world, "b")) == Posted(2, 0)
    assert figures(world).used == before + 40


def test_a_fact_without_a_name_is_refused(world: SimpleNamespace) -> None:
    with pytest.raises(Invalid, match="name_missing"):
        post(world, use(world, ""))


def test_the_database_itself_tells_facts_apart(world: SimpleNamespace, owner: Any) -> None:
    columns = "customer_id, workspace_id, entitlement_id, occurred_on, real_amount, charged, source, external_id"
    more = "multiplier_numerator, multiplier_denominator, rounding_step, reason, ledger_version, recorded_at"
    again = f"INSERT INTO ledger_entry ({columns}, {more}) SELECT {columns}, {more} FROM ledger_entry LIMIT 1"
    with pytest.raises(psycopg.errors.UniqueViolation, match="entry_once"):
        owner.execute(again)


def test_rows_of_one_day_are_each_shown_once_on_the_way_through_the_pages(world: SimpleNamespace) -> None:
    post(world, *[use(world, f"{n:03}", occurred_on=date(2026, 7, 1 + n // 60)) for n in range(140)])
    wanted = entries.EntryFilter((world.cedar_advisory.pk,), (world.north.pk, world.south.pk))
    seen: list[int] = []
    with scope(Access.of_system([world.cedar.pk])):
        key = None
        while page := entries.list_page(wanted, Place("occurred_on", is_descending=True, key=key)):
            page = page[: entries.PAGE_ROWS]
            seen += [row.id for row in page]
            key = Key(page[-1].occurred_on.isoformat(), page[-1].id)
    assert len(seen) == len(set(seen)) == 142


# Corrections


def test_what_is_taken_back_is_taken_back_whole(world: SimpleNamespace) -> None:
    before = figures(world)
    post(world, use(world, "a"))
    reverse(world, "a")
    assert figures(world) == before


def test_twenty_minutes_that_were_thirty_are_thirty(world: SimpleNamespace) -> None:
    before = figures(world).used
    post(world, use(world, "a", real_amount=20))
    with pytest.raises(ContentDiffers):
        post(world, use(world, "a", real_amount=30))
    reverse(world, "a")
    post(world, use(world, "a corrected", real_amount=30))
    assert figures(world).used == before + 30


@pytest.mark.parametrize("change", ["quantity", "day", "service", "workspace", "agreement"])
def test_a_correction_leaves_as_much_as_if_it_had_been_right_at_once(world: SimpleNamespace, change: str) -> None:
    over = {
        "quantity": {"real_amount": 45},
        "day": {"occurred_on": date(2026, 8, 1)},
        "service": {"entitlement_id": world.cedar_education.pk, "unit": Unit.ACTIVITIES},
        "workspace": {"workspace_id": world.south.pk},
        "agreement": {"entitlement_id": world.old_advisory.pk, "occurred_on": date(2025, 7, 1)},
    }[change]
    both = (world.cedar_advisory, world.cedar_education, world.old_advisory)
    before = [figures(world, one) for one in both]
    post(world, use(world, "a"))
    reverse(world, "a")
    assert [figures(world, one) for one in both] == before
    post(world, use(world, "b", **over))
    moved = [now.used - then.used for now, then in zip([figures(world, one) for one in both], before, strict=True)]
    amount = over.get("real_amount", 20)
    assert moved == {"service": [0, 20, 0], "agreement": [0, 0, 20]}.get(change, [amount, 0, 0])
    assert list(doctor.find_differences()) == []


def test_extending_attributes_again_and_moves_no_row(world: SimpleNamespace) -> None:
    """Use that was over is paid by a top-up dated back; the entries stay where and how they were booked."""
    post(world, use(world, "a", real_amount=2000))
    over, rows = figures(world).over, list(Entry.objects.using("owner").order_by("pk").values())
    assert over == 2000 + 450 - 1200
    allot(world.cedar_advisory, over + 5, JAN_1, DEC_31)
    it = figures(world)
    assert (it.over, it.left, it.used) == (0, 5, 2450)
    assert list(Entry.objects.using("owner").order_by("pk").values()) == rows


def test_unmapping_a_workspace_rewrites_no_history(world: SimpleNamespace, owner: Any) -> None:
    before = figures(world)
    owner.execute("DELETE FROM agreements_mapping WHERE workspace_id = %s", [world.south.pk])
    assert figures(world) == before
    assert list(doctor.find_differences()) == []


def test_an_agreement_is_not_deleted_from_under_its_entries(world: SimpleNamespace, owner: Any) -> None:
    for table, key in (
        ("agreements_entitlement", world.cedar_advisory.pk),
        ("organizations_workspace", world.north.pk),
    ):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            owner.execute(f"DELETE FROM {table} WHERE id = %s", [key])


# One formula, whole numbers


def test_every_figure_is_the_sum_of_its_parts(world: SimpleNamespace) -> None:
    post(world, use(world, "a", workspace_id=world.south.pk), use(world, "b", occurred_on=JAN_1))
    for entitlement in (world.cedar_advisory, world.cedar_reactive, world.cedar_credits, world.old_advisory):
        mine = {"entitlement": entitlement}
        rows = sum(Entry.objects.using("owner").filter(**mine).values_list("charged", flat=True))
        assert rows == sum(WorkspaceTotal.objects.using("owner").filter(**mine).values_list("charged", flat=True))
        assert rows == sum(DailyTotal.objects.using("owner").filter(**mine).values_list("charged", flat=True))
        it = figures(world, entitlement)
        assert rows == it.used
        assert it.used == sum(share.used for share in it.paid) + it.over or entitlement == world.cedar_reactive
        assert not (it.over and it.left)  # here all was bought for the same days


def test_a_package_of_hours_is_not_taken_whole_by_each_hour(world: SimpleNamespace) -> None:
    """The unit belongs to the service; an amount is whole steps of it and nothing is multiplied by what was bought."""
    before = figures(world).used
    post(world, use(world, "an hour", real_amount=60))
    assert figures(world).used == before + 60
    with pytest.raises(Invalid, match="unit_mismatch"):
        post(world, use(world, "a case", unit=Unit.CASES, real_amount=1))


def test_amounts_beyond_what_a_float_can_hold_are_exact() -> None:
    huge = 2**53 + 1
    it = balance([bought(1, 3 * huge)], [(JAN_1, huge), (JAN_1 + DAY, 1)], DEC_31)
    assert (it.used, it.left) == (huge + 1, 2 * huge - 1)


def test_a_third_rounds_up_once_and_back_exactly() -> None:
    third = steps.Fraction(1, 3)
    assert [charge(n, multiplier=third, rounding_step=1) for n in (1, 2, 3, 4, -1, -4)] == [1, 1, 1, 2, -1, -2]


# Expiry


def test_time_after_the_last_day_is_not_booked_for_a_request_that_is_still_open(world: SimpleNamespace) -> None:
    with pytest.raises(Invalid, match="after_term"):
        post(world, use(world, "a", entitlement_id=world.old_advisory.pk, occurred_on=JAN_1))


def test_expiry_writes_nothing(world: SimpleNamespace, owner: Any) -> None:
    versions = owner.execute("SELECT customer_id, version FROM ledger_customerledger").fetchall()
    before, after = figures(world, day=DEC_31), figures(world, day=NEXT)
    assert (before.left, before.expired, after.left, after.expired) == (750, 0, 0, 750)
    assert owner.execute("SELECT customer_id, version FROM ledger_customerledger").fetchall() == versions


def test_a_late_entry_into_a_closed_year_turns_expired_into_paid(world: SimpleNamespace) -> None:
    before = figures(world, world.old_advisory)
    post(world, use(world, "late", entitlement_id=world.old_advisory.pk, occurred_on=date(2025, 12, 31)))
    after = figures(world, world.old_advisory)
    assert (before.expired - after.expired, after.used - before.used, after.over) == (20, 20, 0)


def test_yesterdays_balance_stays_as_it_was_after_todays_writes(world: SimpleNamespace) -> None:
    yesterday = figures(world, day=TODAY - DAY)
    post(world, use(world, "today", occurred_on=TODAY))
    book(world.cedar_advisory, world.south, 5, TODAY)
    assert figures(world, day=TODAY - DAY) == yesterday


def test_refreshing_what_was_bought_resets_no_meter(world: SimpleNamespace) -> None:
    before = figures(world)
    access = Access.of_system([world.cedar.pk])
    row = {"customer_id": world.cedar.pk, "entitlement_id": world.cedar_advisory.pk, "kind": "purchase", "amount": 10}
    row |= {"starts_on": JAN_1, "ends_on": DEC_31, "source": "sales", "external_id": "B-1"}
    for expected in (Posted(1, 0), Posted(0, 1)):
        with scope(access, writing=True):
            assert steps.allot(access, [row]) == expected
    it = figures(world)
    assert (it.used, it.left, it.bought) == (before.used, before.left + 10, before.bought + 10)


# The table: what happened elsewhere, and what answers it

Answer = Callable[..., Any] | str
TRAPS: list[tuple[str, str, list[Answer]]] = [
    # Bugs that were shipped
    (
        "openmeter#1408, #4252, #4278, #1071",
        "a grant exactly at the edge of a period counted twice or not at all",
        [test_years_that_meet_count_each_day_once, "test_engine.test_first_and_last_day_are_inclusive"],
    ),
    (
        "autumn#2115, #1822; chmonitor#2514; relaticle#437",
        "an anchor on day 31 spilled over; carried time expired early; month and anniversary mixed",
        [
            test_months_from_the_31st_are_what_was_recorded,
            test_what_carries_over_is_gone_after_its_own_last_day,
            "not applicable because nothing recurs: each period is an allotment with days of its own",
        ],
    ),
    (
        "alga, findOrCreateCurrentBucketUsageRecord",
        "a month without use lost what it should carry over",
        [test_a_month_without_use_keeps_its_carry_over],
    ),
    (
        "killbill#1856, #1918",
        "the end of a day was taken in UTC: a period billed twice, the last day dropped",
        [test_the_last_day_ends_at_midnight_of_the_agreements_zone],
    ),
    (
        "alga c9508471ab, 910072876f, faea52c8e7, 3dd94ec4b0",
        "a day read as an instant in UTC; the worker's zone decided what today is",
        [
            test_a_day_is_stored_and_read_as_the_day_it_is,
            test_the_last_day_ends_at_midnight_of_the_agreements_zone,
        ],
    ),
    (
        "microsoft/vscode#264320; kirodotdev/Kiro#7005; IEX-API#922",
        "people judge an end by their own midnight",
        [
            "activity.test_customer_activity.test_a_package_runs_to_the_end_of_its_last_day_in_its_own_zone",
        ],
    ),
    (
        "alga 9fef403fed",
        "two credits read the same headroom and both took it",
        [
            "test_concurrency.test_two_adjustments_at_once_do_not_take_back_the_same",
            "test_concurrency.test_two_writers_on_the_last_minutes_are_both_booked_and_one_is_over",
        ],
    ),
    (
        "alga 288883d976, 039e517afe, e31fccaa71",
        "expiring or voiding against allocating, in two orders of locks",
        [
            test_expiry_writes_nothing,
            "test_concurrency.test_writers_of_two_customers_in_any_order_never_wait_for_each_other_in_a_ring",
            "test_concurrency.test_an_entry_reversed_at_once_is_reversed_once",
        ],
    ),
    (
        "openmeter#3997, #4999",
        "a balance computed before a change, its snapshot stored after it",
        [
            "test_concurrency.test_a_booking_while_a_snapshot_is_made_leaves_it_stale_and_never_wrong",
            "test_concurrency.test_a_booking_after_the_facts_were_read_leaves_the_snapshot_stale",
        ],
    ),
    (
        "alga, updateBucketUsageMinutes",
        "a counter was read, added to and written back without a lock",
        [test_a_sum_is_added_to_and_never_replaced, "test_concurrency.test_a_reader_never_sees_a_gap_while_many_write"],
    ),
    (
        "lago-api#4987, #5070; polar#13369",
        "loops of retries; a watermark read before the lock",
        ["test_concurrency.test_who_comes_second_waits_so_that_versions_become_visible_in_order"],
    ),
    (
        "autumn#1838",
        "a key was claimed, the write failed, every retry was refused",
        ["test_posting.test_a_failure_after_the_booking_leaves_the_id_free"],
    ),
    (
        "autumn#2552",
        "items of one batch shared a key and were charged once",
        [
            test_two_rows_of_one_customer_in_a_batch_are_both_charged,
            "test_posting.test_twice_in_one_batch_is_refused_even_with_the_same_content",
        ],
    ),
    (
        "autumn#2892, #1981",
        "the key was lost on the way: silently no protection",
        [test_a_fact_without_a_name_is_refused],
    ),
    (
        "OpenMeter's documentation",
        "protection against repeats is off by default, or only inside one process",
        [test_the_database_itself_tells_facts_apart],
    ),
    (
        "polar#12759, #13473",
        "pages without a tie-breaker skipped or repeated rows of the same time",
        [test_rows_of_one_day_are_each_shown_once_on_the_way_through_the_pages],
    ),
    (
        "zammad#2620, #926",
        "what was deleted kept its time",
        [test_what_is_taken_back_is_taken_back_whole, "support.test_booking.test_removing_gives_back"],
    ),
    (
        "zammad#4201, #4923",
        "merging left the time behind",
        [
            test_a_correction_leaves_as_much_as_if_it_had_been_right_at_once,
            "support.test_booking.test_merging_takes_all_time_along_and_gives_the_case_back",
        ],
    ),
    (
        "otobo#3592",
        "20 minutes and a change to 30 made 50",
        [
            test_twenty_minutes_that_were_thirty_are_thirty,
            "support.test_booking.test_editing_takes_back_what_was_booked_and_books_anew",
        ],
    ),
    (
        "bileto#504; zammad#4662",
        "extending did not attribute again; another organisation rewrote history",
        [
            test_extending_attributes_again_and_moves_no_row,
            test_unmapping_a_workspace_rewrites_no_history,
            test_an_agreement_is_not_deleted_from_under_its_entries,
        ],
    ),
    (
        "polar#13475, #13655, #11853",
        "voiding did not give back; refreshing a benefit reset its meter",
        [test_what_is_taken_back_is_taken_back_whole, test_refreshing_what_was_bought_resets_no_meter],
    ),
    (
        "alga 1bb39522b5",
        "a report and a portal used two formulas",
        [test_every_figure_is_the_sum_of_its_parts, "test_engine.test_engine_equals_the_independent_model"],
    ),
    (
        "odoo#33183, #83241, #99444, #184915, #145795, #284750",
        "six repairs of remaining hours",
        [
            "test_properties.test_entries_totals_doctor_and_model_agree_whatever_happens",
            "test_doctor.test_what_is_spoilt_is_found",
        ],
    ),
    (
        "zammad#4782; openmeter#2383, #4846",
        "a total that is not its parts; use and balance read at different moments",
        [
            test_every_figure_is_the_sum_of_its_parts,
            "test_engine.test_what_was_bought_is_left_expired_or_paid",
            "test_concurrency.test_the_doctor_reads_one_instant_while_others_write",
        ],
    ),
    ("odoo#72958", "each hour took a whole pack", [test_a_package_of_hours_is_not_taken_whole_by_each_hour]),
    (
        "lago-api#5121, 97675e80a; alga 6104b4434a",
        "cents drifted between two ways to add",
        [test_a_third_rounds_up_once_and_back_exactly, "test_doctor.test_the_doctors_charge_is_the_rules_charge"],
    ),
    ("openmeter, a FIXME", "floats were rounded", [test_amounts_beyond_what_a_float_can_hold_are_exact]),
    (
        "alga#3021",
        "a look-up without an order took an arbitrary row",
        ["test_rules.test_which_entitlement_pays_whatever_the_order_of_the_candidates"],
    ),
    (
        "alga 2ab6a39ba0",
        "a pool for everything swallowed what others should pay",
        [
            "test_rules.test_which_entitlement_pays_whatever_the_order_of_the_candidates",
            "test_posting.test_a_workspace_that_the_package_does_not_reach_uses_nothing_of_it",
        ],
    ),
    (
        "alga 8f5d127c50, 5bb35d5c22",
        "duplicates that disagree were merged while upgrading",
        [
            "test_posting.test_the_same_id_with_other_content_is_refused_and_changes_nothing",
            "not applicable because no release moves data yet; the first migration that does has a test",
        ],
    ),
    # What to test besides
    ("31 January and monthly", "", [test_months_from_the_31st_are_what_was_recorded]),
    ("leap day", "", ["test_engine.test_leap_day_is_a_day_like_any_other"]),
    ("clock changes both ways", "", [test_a_day_with_a_clock_change_is_one_day]),
    ("UTC+14 and UTC-11, the server elsewhere", "", [test_the_last_day_ends_at_midnight_of_the_agreements_zone]),
    (
        "exactly at start, end and reset",
        "",
        ["test_engine.test_first_and_last_day_are_inclusive", test_years_that_meet_count_each_day_once],
    ),
    ("late event into a closed period", "", [test_a_late_entry_into_a_closed_year_turns_expired_into_paid]),
    (
        "two writers on the last minute",
        "",
        ["test_concurrency.test_two_writers_on_the_last_minutes_are_both_booked_and_one_is_over"],
    ),
    ("same key twice", "", ["test_posting.test_the_same_again_is_ignored_and_reported"]),
    ("same key in parallel", "", ["test_concurrency.test_the_same_fact_sent_at_once_is_booked_once"]),
    ("same key after a failure", "", ["test_posting.test_a_failure_after_the_booking_leaves_the_id_free"]),
    ("batch with a repeated customer", "", [test_two_rows_of_one_customer_in_a_batch_are_both_charged]),
    (
        "edit of quantity, day, service, workspace, agreement",
        "",
        [
            test_a_correction_leaves_as_much_as_if_it_had_been_right_at_once,
            "support.test_booking.test_moving_takes_the_time_along",
            "support.test_time_properties.test_the_ledger_says_what_was_worked_whatever_happens",
        ],
    ),
    ("merge", "", ["support.test_booking.test_merging_takes_all_time_along_and_gives_the_case_back"]),
    ("delete", "", ["test_posting.test_the_apps_role_can_add_to_the_ledger_and_nothing_else"]),
    (
        "void",
        "",
        ["test_allotting.test_an_adjustment_takes_back_at_most_what_is_recorded_and_what_comes_before_it"],
    ),
    (
        "expired with an open request",
        "",
        [
            test_time_after_the_last_day_is_not_booked_for_a_request_that_is_still_open,
            "support.test_booking.test_time_after_the_term_is_kept_and_booked_when_an_agreement_follows",
        ],
    ),
    ("extend after exhaustion", "", [test_extending_attributes_again_and_moves_no_row]),
    (
        "sum of parts = total on every page, API and export",
        "",
        [
            test_every_figure_is_the_sum_of_its_parts,
            "activity.test_drilldown.test_the_grid_shows_every_row_behind_the_number",
            "activity.test_drilldown.test_csv_adds_up_to_the_total",
            "not applicable because there is no API yet",
        ],
    ),
    (
        "balance as of yesterday, stable after today's writes",
        "",
        [
            test_yesterdays_balance_stays_as_it_was_after_todays_writes,
            "test_posting.test_what_a_version_said_is_said_again_after_later_entries",
        ],
    ),
]


@pytest.mark.parametrize(("source", "happened", "answers"), TRAPS, ids=[row[0] for row in TRAPS])
def test_every_trap_has_an_answer(source: str, happened: str, answers: list[Answer]) -> None:
    """A test that is there, or a reason, which is printed."""
    assert answers
    for answer in answers:
        if not isinstance(answer, str):
            assert answer.__name__.startswith("test_")
        elif answer.startswith("not applicable because "):
            print(f"{source}: {happened}: {answer}")  # noqa: T201
        else:
            module, _, name = answer.rpartition(".")
            module = module if "." in module else f"ledger.{module}"
            assert callable(getattr(import_module(f"tests.{module}"), name)), answer


def test_the_table_is_whole() -> None:
    """30 bugs of others, and 19 cases to test besides."""
    assert len(TRAPS) == len({source for source, *_ in TRAPS}) == 49
