"""The engine: examples that read like an agreement, then properties against an independent model."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyhub.ledger.engine import (
    Allotment,
    Balance,
    Daily,
    Expiring,
    Segment,
    balance,
    correctable,
    expiring,
    segment_on,
    timeline,
)
from tallyhub.ledger.rules import AllotmentKind
from tests.ledger.model import model

JAN_1, MAR_31, DEC_31 = date(2025, 1, 1), date(2025, 3, 31), date(2025, 12, 31)
JUN_1, JUL_1 = date(2025, 6, 1), date(2025, 7, 1)
DAY = timedelta(days=1)
HOUR = 60
KIND = AllotmentKind


def bought(serial: int, amount: int, starts_on=JAN_1, ends_on=DEC_31, priority=0) -> Allotment:
    return Allotment(serial, KIND.PURCHASE, amount, starts_on, ends_on, priority)


def adjusted(serial: int, amount: int, starts_on=JAN_1, ends_on=DEC_31, priority=0) -> Allotment:
    return Allotment(serial, KIND.ADJUSTMENT, amount, starts_on, ends_on, priority)


def terminated(serial: int, last_day: date) -> Allotment:
    return Allotment(serial, KIND.TERMINATION, 0, last_day, last_day)


def used_by(it: Balance) -> dict[int, int]:
    return {share.allotment_id: share.used for share in it.paid}


# What the agreement says


def test_what_expired_is_gone_although_it_paid_the_early_use():
    allotments = [bought(1, 10 * HOUR, ends_on=MAR_31), bought(2, 100 * HOUR)]
    it = balance(allotments, [(date(2025, 2, 10), 4 * HOUR)], date(2025, 4, 1))
    assert (it.left, it.expired, it.used, it.over) == (100 * HOUR, 6 * HOUR, 4 * HOUR, 0)
    assert (it.bought, it.quantity) == (110 * HOUR, 100 * HOUR)
    assert used_by(it) == {1: 4 * HOUR, 2: 0}


def test_first_and_last_day_are_inclusive():
    one = bought(1, 10, starts_on=JUN_1, ends_on=JUL_1)
    uses = [(JUN_1 - DAY, 1), (JUN_1, 1), (JUL_1, 1), (JUL_1 + DAY, 1)]
    it = balance([one], uses, DEC_31)
    assert (it.over, used_by(it)) == (2, {1: 2})
    assert balance([one], [], JUN_1 - DAY).left == 0
    assert balance([one], [], JUN_1 - DAY).upcoming == 10
    assert balance([one], [], JUN_1).left == 10
    assert balance([one], [], JUL_1).left == 10
    assert (balance([one], [], JUL_1 + DAY).left, balance([one], [], JUL_1 + DAY).expired) == (0, 10)


def test_leap_day_is_a_day_like_any_other():
    one = bought(1, 5, starts_on=date(2024, 2, 29), ends_on=date(2024, 2, 29))
    uses = [(date(2024, 2, 28), 1), (date(2024, 2, 29), 1), (date(2024, 3, 1), 1)]
    assert used_by(balance([one], uses, date(2024, 3, 1))) == {1: 1}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (bought(9, 5, priority=1), bought(1, 5, ends_on=MAR_31, priority=2)),
        (bought(9, 5, ends_on=MAR_31), bought(1, 5, starts_on=JAN_1 - DAY)),
        (bought(9, 5, starts_on=JAN_1), bought(1, 5, starts_on=JAN_1 + DAY)),
        (bought(1, 5), bought(9, 5)),
    ],
    ids=["priority", "earliest end", "age", "id"],
)
def test_burn_order(first, second):
    it = balance([second, first], [(JAN_1 + DAY, 6)], MAR_31)
    assert used_by(it) == {first.id: 5, second.id: 1}


def test_over_use_is_covered_by_a_top_up_dated_back_and_not_by_a_later_one():
    uses = [(date(2025, 5, 1), 12)]
    late = Allotment(2, KIND.TOP_UP, 5, JUN_1, DEC_31)
    it = balance([bought(1, 10), late], uses, JUN_1)
    assert (it.over, it.left) == (2, 5)
    it = balance([bought(1, 10), replace(late, starts_on=date(2025, 5, 1))], uses, JUN_1)
    assert (it.over, it.left) == (0, 3)


def test_use_in_a_gap_between_allotments_is_over():
    parts = [bought(1, 10, ends_on=MAR_31), bought(2, 10, starts_on=JUN_1)]
    it = balance(parts, [(MAR_31 + DAY, 3)], JUN_1)
    assert (it.over, it.left, it.expired) == (3, 10, 10)


def test_a_late_entry_is_paid_as_if_it_had_come_in_time():
    parts = [bought(1, 10, ends_on=MAR_31), bought(2, 10)]
    before = balance(parts, [(JUN_1, 2)], JUL_1)
    after = balance(parts, [(JUN_1, 2), (MAR_31, 4)], JUL_1)
    assert (before.left, before.expired) == (8, 10)
    assert (after.left, after.expired) == (8, 6)


def test_a_carry_over_pays_once_the_old_year_has_ended():
    parts = [bought(1, 10, ends_on=MAR_31), Allotment(2, KIND.CARRY_OVER, 4, MAR_31 + DAY, JUN_1)]
    it = balance(parts, [(MAR_31, 6), (MAR_31 + DAY, 1)], JUN_1)
    assert (used_by(it), it.left, it.expired) == ({1: 6, 2: 1}, 3, 4)


def test_termination_ends_everything_after_its_day_and_leaves_the_past_alone():
    uses = [(MAR_31, 3), (JUN_1, 2), (JUN_1 + DAY, 1)]
    parts = [bought(1, 10), bought(2, 20, starts_on=JUL_1), terminated(3, JUN_1)]
    on_the_day = balance(parts, uses, JUN_1)
    assert (on_the_day.left, on_the_day.expired, on_the_day.upcoming, on_the_day.next_end) == (5, 0, 0, JUN_1)
    later = balance(parts, uses, DEC_31)
    assert (later.left, later.expired, later.over, later.bought) == (0, 5, 1, 10)
    assert [share.allotment_id for share in later.paid] == [1]  # the second never began


def test_termination_does_not_reorder_what_was_paid_before_it():
    parts = [bought(1, 10, starts_on=JAN_1), bought(2, 10, starts_on=JAN_1 + DAY, ends_on=JUN_1)]
    uses = [(JAN_1 + DAY, 4)]
    assert used_by(balance(parts, uses, MAR_31)) == {1: 0, 2: 4}
    assert used_by(balance([*parts, terminated(3, MAR_31)], uses, MAR_31)) == {1: 0, 2: 4}


def test_what_is_recorded_after_a_termination_stands():
    parts = [bought(1, 10), terminated(2, MAR_31), bought(3, 7)]
    assert balance(parts, [], JUN_1).left == 7


def test_an_earlier_termination_wins_over_a_later_one():
    parts = [bought(1, 10), terminated(2, MAR_31), terminated(3, JUN_1)]
    assert balance(parts, [], MAR_31 + DAY).expired == 10


def test_a_negative_adjustment_corrects_what_was_bought_also_for_the_past():
    it = balance([bought(1, 10), adjusted(2, -3, starts_on=JUN_1)], [(MAR_31, 9)], MAR_31)
    assert (it.bought, it.left, it.over) == (7, 0, 2)


@pytest.mark.parametrize(
    ("adjustment", "remaining"),
    [
        (adjusted(9, -5), [10, 10, 5, 10]),  # its own last day and priority
        (adjusted(9, -5, priority=1), [10, 10, 10, 5]),
        (adjusted(9, -12), [10, 8, 0, 10]),  # then the burn order: priority, end, age, id
        (adjusted(9, -12, ends_on=JUL_1), [10, 0, 8, 10]),
        (adjusted(9, -32), [0, 0, 0, 8]),
        (adjusted(9, -12, starts_on=JUL_1), [10, 10, 0, 8]),  # in force on its first day
        (adjusted(9, -22, starts_on=JUL_1), [10, 10, 0, 0]),  # and never more than they gave
    ],
)
def test_what_a_negative_adjustment_takes_back_from(adjustment, remaining):
    parts = [bought(1, 10, ends_on=JUN_1, priority=1), bought(2, 10, ends_on=MAR_31)]
    parts += [bought(3, 10), bought(4, 10, priority=1)]
    assert [share.bought for share in balance([*parts, adjustment], [], JUL_1).paid] == remaining


def test_adjustments_take_back_in_the_order_of_recording():
    parts = [bought(1, 5, ends_on=MAR_31), bought(2, 5), adjusted(3, -5), adjusted(4, -5, starts_on=JUN_1)]
    assert balance(parts, [], JAN_1).left == balance(parts[::-1], [], JAN_1).left == 5


def test_a_negative_adjustment_reaches_only_what_was_recorded_before_it():
    assert balance([adjusted(1, -3), bought(2, 10)], [], JAN_1).left == 10
    assert balance([bought(1, 2), adjusted(2, -3)], [], JAN_1).left == 0


def test_correctable_is_what_an_adjustment_on_that_day_can_take_back():
    parts = [bought(1, 10, ends_on=MAR_31), bought(2, 5), adjusted(3, -1), terminated(4, JUN_1)]
    assert correctable(parts, MAR_31) == 14
    assert correctable(parts, JUN_1) == 4
    assert correctable(parts, JAN_1 - DAY) == 0


def test_a_positive_adjustment_gives():
    assert balance([adjusted(1, 4)], [(JAN_1, 1)], JAN_1).left == 3


def test_reversals_that_outweigh_a_day_never_create_balance():
    it = balance([bought(1, 10)], [(MAR_31, 2), (JUN_1, 3), (JUN_1, -8)], JUL_1)
    assert (it.left, it.used, it.over) == (8, 2, 0)


def test_as_needed_has_a_use_and_no_balance():
    it = balance(None, [(MAR_31, 5)], JUN_1)
    assert (it.used, it.quantity, it.next_end) == (5, None, None)
    assert (it.bought, it.left, it.expired, it.over, it.upcoming) == (0, 0, 0, 0, 0)
    assert balance([], [(MAR_31, 5)], JUN_1).over == 5  # nothing bought yet is something else


def test_use_after_today_does_not_count_yet():
    it = balance([bought(1, 10)], [(MAR_31, 1), (JUN_1, 2)], JUN_1 - DAY)
    assert (it.used, it.left) == (1, 9)


# What a snapshot stores


def test_timeline_has_a_segment_per_day_that_changes_something():
    parts = [bought(1, 10, ends_on=MAR_31), bought(2, 100), bought(3, 7, starts_on=JUN_1, ends_on=DEC_31)]
    segments = timeline(parts, [(date(2025, 2, 10), 4)], date(2025, 2, 11))
    figures = [(s.from_day, s.left, s.expired, s.upcoming, s.next_end, s.ends_next_amount) for s in segments]
    assert figures == [
        (date(2025, 2, 11), 106, 0, 7, MAR_31, 6),
        (date(2025, 4, 1), 100, 6, 7, DEC_31, 100),
        (JUN_1, 107, 6, 0, DEC_31, 107),
        (date(2026, 1, 1), 0, 113, 0, None, 0),
    ]


def test_segment_on_a_day_is_the_latest_that_has_begun():
    segments = timeline([bought(1, 10, ends_on=MAR_31)], [], JAN_1)
    assert segment_on(segments, JAN_1).left == 10
    assert segment_on(segments, MAR_31).left == 10
    assert segment_on(segments, MAR_31 + DAY).left == 0
    assert segment_on(segments, date(2040, 1, 1)).expired == 10
    with pytest.raises(LookupError):
        segment_on(segments, JAN_1 - DAY)


def test_an_allotment_may_end_on_the_last_day_of_the_calendar():
    assert [s.left for s in timeline([bought(1, 10, ends_on=date.max)], [], JAN_1 - DAY)] == [0, 10]


def test_expiring_names_what_ends_next_and_only_if_it_is_near():
    parts = [bought(1, 10, ends_on=MAR_31), bought(2, 5, ends_on=MAR_31), bought(3, 100)]
    it = balance(parts, [(JAN_1, 12)], JAN_1)
    assert expiring(it, MAR_31 - 30 * DAY, within_days=30) == Expiring(3, MAR_31)
    assert expiring(it, MAR_31 - 31 * DAY, within_days=30) is None
    assert expiring(balance(parts, [(JAN_1, 15)], JAN_1), JAN_1, within_days=400) == Expiring(100, DEC_31)
    assert expiring(balance([], [], JAN_1), JAN_1, within_days=400) is None


# Properties, over a window that holds a leap day and every kind of allotment

FIRST = date(2024, 2, 20)
days = st.integers(0, 24).map(lambda offset: FIRST + offset * DAY)
dailies = st.lists(st.tuples(days, st.integers(-3, 6)), max_size=12)


@st.composite
def allotment_lists(draw: st.DrawFn) -> list[Allotment]:
    drawn = []
    last_days = draw(st.lists(days, min_size=1, max_size=3))  # few, so that some share theirs
    for serial in range(1, draw(st.integers(0, 7)) + 1):
        kind = draw(st.sampled_from(KIND))
        start, end, amount = draw(days), draw(st.sampled_from(last_days)), draw(st.integers(1, 8))
        if kind is KIND.ADJUSTMENT:
            amount *= draw(st.sampled_from([1, -1, -1]))
        if kind is KIND.TERMINATION:
            amount, end = 0, start
        drawn.append(Allotment(serial, kind, amount, start, max(start, end), draw(st.integers(0, 1))))
    return drawn


def as_model(it: Balance, allotments: list[Allotment]) -> dict[str, object]:
    """The balance in the model's form: an allotment without a share has no fate."""
    fates = {share.allotment_id: (share.used, share.left, share.expired) for share in it.paid}
    figures = {each.name: getattr(it, each.name) for each in fields(Segment) if each.name != "from_day"}
    return figures | {"paid": {one.id: fates.get(one.id, (0, 0, 0)) for one in allotments}}


@settings(max_examples=400, deadline=None)
@given(allotment_lists(), dailies, days)
def test_engine_equals_the_independent_model(allotments: list[Allotment], daily: list[Daily], today: date):
    assert as_model(balance(allotments, daily, today), allotments) == model(allotments, daily, today)


@settings(max_examples=200, deadline=None)
@given(allotment_lists(), dailies, days)
def test_timeline_says_on_every_later_day_what_a_replay_would_say(allotments, daily, from_day):
    segments = timeline(allotments, daily, from_day)
    for offset in range(40):
        day = from_day + offset * DAY
        replayed = balance(allotments, daily, day)
        assert replace(segment_on(segments, day), from_day=day) == without_shares(replayed)


def without_shares(it: Balance) -> Segment:
    return Segment(**{each.name: getattr(it, each.name) for each in fields(Segment)})


@settings(max_examples=200, deadline=None)
@given(allotment_lists(), dailies, days)
def test_what_was_bought_is_left_expired_or_paid(allotments, daily, today):
    it = balance(allotments, daily, today)
    paid = sum(share.used for share in it.paid)
    assert it.bought == it.left + it.expired + paid
    assert it.used == paid + it.over
    assert min(it.left, it.expired, it.over, it.used, it.upcoming, paid) >= 0
    assert all(share.bought == share.used + share.left + share.expired for share in it.paid)


@settings(max_examples=100, deadline=None)
@given(allotment_lists(), dailies, days, st.randoms(use_true_random=False))
def test_order_of_the_input_changes_nothing(allotments, daily, today, random):
    expected = balance(allotments, daily, today)
    random.shuffle(allotments)
    random.shuffle(daily)
    assert balance(allotments, daily, today) == expected


@settings(max_examples=100, deadline=None)
@given(allotment_lists(), dailies, days, st.integers(-5, 5))
def test_splitting_a_days_total_changes_nothing(allotments, daily, today, part):
    split = [piece for day, charged in daily for piece in ((day, part), (day, charged - part))]
    assert balance(allotments, split, today) == balance(allotments, daily, today)


@settings(max_examples=100, deadline=None)
@given(allotment_lists(), dailies, days, days, st.integers(1, 9))
def test_an_entry_and_its_reversal_leave_no_trace(allotments, daily, today, day, charged):
    reversed_again = [*daily, (day, charged), (day, -charged)]
    assert balance(allotments, reversed_again, today) == balance(allotments, daily, today)


@settings(max_examples=100, deadline=None)
@given(allotment_lists(), dailies, days, days, st.integers(1, 9))
def test_use_never_changes_what_was_bought_nor_adds_to_what_is_left(allotments, daily, today, day, charged):
    before, after = balance(allotments, daily, today), balance(allotments, [*daily, (day, charged)], today)
    assert (after.bought, after.quantity, after.upcoming) == (before.bought, before.quantity, before.upcoming)
    assert after.left <= before.left
    assert after.over >= before.over


@settings(max_examples=100, deadline=None)
@given(allotment_lists(), dailies, days, days)
def test_a_termination_leaves_every_day_up_to_its_own_alone(allotments, daily, today, last_day):
    ended = [*allotments, terminated(99, last_day)]
    before, after = balance(allotments, daily, today), balance(ended, daily, today)
    if today <= last_day:
        assert after.paid == before.paid
        assert (after.left, after.used, after.over) == (before.left, before.used, before.over)
    else:
        assert (after.left, after.upcoming, after.quantity) == (0, 0, 0)
