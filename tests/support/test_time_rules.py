"""What time counts for: cut by wall clock, rounded once, capped per request. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyhub.agreements.calendars import Calendar
from tallyhub.agreements.rules import Scope, ServiceKind
from tallyhub.kernel.amounts import Unit, charge
from tallyhub.kernel.errors import Invalid
from tallyhub.ledger.offers import Offer
from tallyhub.support.placement.rules import Placement, Wanted
from tallyhub.support.rules import Kind
from tallyhub.support.time.rules import (
    Part,
    Room,
    Rule,
    Span,
    instant_of,
    lines_of,
    plan,
    read_spans,
    split,
    write_spans,
)

BERLIN = "Europe/Berlin"
DAY = [[480, 1080]]
OFFICE = Calendar(BERLIN, [DAY] * 5 + [[], []])
HALF_AS_MUCH_MORE, DOUBLE = Rule(OFFICE, Fraction(3, 2)), Rule(Calendar(BERLIN, [[[360, 1320]]] * 7), Fraction(2))
ONE = Fraction(1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def parts(starts_at: str, minutes: int, *rules: Rule, zone: str = BERLIN) -> list[tuple[str, str, int]]:
    return [(str(one.day), str(one.multiplier), one.minutes) for one in split(utc(starts_at), minutes, zone, rules)]


# Cutting


@pytest.mark.parametrize(
    ("starts_at", "minutes", "expected"),
    [
        ("2026-11-20T09:00", 30, [("2026-11-20", "1", 30)]),
        ("2026-11-20T16:30", 60, [("2026-11-20", "1", 30), ("2026-11-20", "3/2", 30)]),  # 18:00
        ("2026-11-20T06:30", 60, [("2026-11-20", "3/2", 30), ("2026-11-20", "1", 30)]),  # 8:00
        ("2026-11-20T06:59", 602, [("2026-11-20", "3/2", 2), ("2026-11-20", "1", 600)]),  # both edges: one part
        ("2026-11-20T22:50", 20, [("2026-11-20", "3/2", 10), ("2026-11-21", "3/2", 10)]),  # midnight in Berlin
        ("2026-11-21T11:00", 30, [("2026-11-21", "3/2", 30)]),  # a Saturday
        # The clocks go back: 2:30 comes twice, and the day has 1500 minutes.
        ("2026-10-25T00:00", 120, [("2026-10-25", "3/2", 120)]),
        # They go forward: from 1:30 to 3:30 are 60 minutes.
        ("2026-03-29T00:30", 60, [("2026-03-29", "3/2", 60)]),
    ],
)
def test_an_interval_is_cut_where_day_or_multiplier_changes(
    starts_at: str, minutes: int, expected: list[tuple[str, str, int]]
) -> None:
    assert parts(starts_at, minutes, HALF_AS_MUCH_MORE) == expected


def test_holidays_are_out_of_hours_and_end_at_their_midnight() -> None:
    friday = Rule(Calendar(BERLIN, [[[0, 1440]]] * 7, frozenset({date(2026, 11, 20)})), Fraction(2))
    assert parts("2026-11-19T22:50", 20, friday) == [("2026-11-19", "1", 10), ("2026-11-20", "2", 10)]
    assert parts("2026-11-20T22:50", 20, friday) == [("2026-11-20", "2", 10), ("2026-11-21", "1", 10)]


def test_the_clock_of_the_calendar_decides_and_the_day_is_the_agreements() -> None:
    tokyo = Rule(Calendar("Asia/Tokyo", [DAY] * 5 + [[], []]), Fraction(2))  # 8 to 18 there: 23 to 9 in UTC
    assert parts("2026-11-20T08:30", 60, tokyo) == [("2026-11-20", "1", 30), ("2026-11-20", "2", 30)]
    assert parts("2026-11-20T09:30", 60, tokyo, zone="Pacific/Kiritimati") == [
        ("2026-11-20", "2", 30), ("2026-11-21", "2", 30),
    ]  # fmt: skip


def test_an_edge_between_the_two_times_of_a_repeated_hour_holds_both_times() -> None:
    """Work until 2:30. It is 2:00 to 2:30 twice on 25 October, with half an hour out of hours in between."""
    night = Rule(Calendar(BERLIN, [[[0, 150]]] * 7), Fraction(2))
    assert parts("2026-10-25T00:00", 120, night) == [("2026-10-25", "1", 60), ("2026-10-25", "2", 60)]
    assert parts("2026-03-29T00:30", 60, night) == [("2026-03-29", "1", 30), ("2026-03-29", "2", 30)]  # 2:30 never came


def test_of_several_multipliers_the_highest_wins_and_they_are_never_multiplied() -> None:
    for rules in ((HALF_AS_MUCH_MORE, DOUBLE), (DOUBLE, HALF_AS_MUCH_MORE)):
        assert parts("2026-11-20T20:50", 20, *rules) == [("2026-11-20", "3/2", 10), ("2026-11-20", "2", 10)]


@given(st.integers(0, 60 * 24 * 400), st.integers(1, 1440))
@settings(deadline=None, max_examples=60)
def test_every_minute_is_in_one_part(offset: int, minutes: int) -> None:
    starts_at = utc("2026-01-01T00:00") + timedelta(minutes=offset)
    found = split(starts_at, minutes, BERLIN, [HALF_AS_MUCH_MORE, DOUBLE])
    assert sum(one.minutes for one in found) == minutes
    assert len({(one.day, one.multiplier) for one in found}) == len(found)


# Rounding and caps


def offer(**over: Any) -> Offer:
    fields: dict[str, Any] = {"entitlement_id": 1, "package_id": 1, "agreement_id": 1, "kind": ServiceKind.ADVISORY}
    fields |= {"unit": Unit.MINUTES, "scope": Scope.ENTERPRISE, "zone": BERLIN, "covers_every_product": True}
    fields |= {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31), "workspaces": frozenset({7})}
    return Offer(**fields | over)


def lines(*of: tuple[int, str, int], goodwill: bool = False, **over: Any) -> list[tuple[int, int, int, str]]:
    """(day, real, charged, reason) of parts (day, multiplier, minutes)."""
    one = offer(**over)
    span = Span(0, 1, Placement(1), tuple(Part(date(2026, 11, day), Fraction(by), real) for day, by, real in of))
    found = lines_of([span], {1: one}, Room.of([one]), is_goodwill=goodwill)
    return [(line.day.day, line.real, line.charged, line.reason) for line in found]


@pytest.mark.parametrize(
    ("worked", "step", "expected"),
    [
        ([(20, "1", 22)], 15, [(20, 22, 30, "")]),
        ([(20, "3/2", 22)], 15, [(20, 22, 45, "")]),
        ([(20, "1", 10), (20, "3/2", 10)], 15, [(20, 10, 15, ""), (20, 10, 15, "")]),  # once per multiplier
        ([(20, "1", 8), (21, "1", 7)], 15, [(20, 8, 8, ""), (21, 7, 7, "")]),  # 15, not twice 15
        ([(20, "1", 70), (21, "1", 10)], 60, [(20, 70, 70, ""), (21, 10, 50, "")]),
        ([(20, "3/2", 51), (21, "3/2", 51)], 1, [(20, 50, 75, ""), (21, 52, 78, "")]),  # 153, not twice 77
        ([(20, "1", 1), (21, "1", 1380), (22, "1", 1)], 60, [(20, 1, 1, ""), (21, 1380, 1380, ""), (22, 1, 59, "")]),
        ([(20, "3/2", 1), (21, "3/2", 1)], 1, [(21, 2, 3, "")]),  # half a minute is booked on no day
    ],
)
def test_a_work_is_rounded_once_per_multiplier(worked: Any, step: int, expected: Any) -> None:
    assert lines(*worked, rounding_step=step) == expected


@pytest.mark.parametrize(
    ("worked", "cap", "expected"),
    [
        ([(20, "1", 30)], 30, [(20, 30, 30, "")]),
        ([(20, "1", 30)], 20, [(20, 20, 20, ""), (20, 10, 0, "beyond_cap")]),
        ([(20, "1", 30)], 0, [(20, 30, 0, "beyond_cap")]),
        ([(20, "2", 30)], 50, [(20, 25, 50, ""), (20, 5, 0, "beyond_cap")]),
        ([(20, "3/2", 30)], 40, [(20, 26, 40, ""), (20, 4, 0, "beyond_cap")]),
        ([(20, "1", 30), (21, "1", 30)], 40, [(20, 30, 30, ""), (21, 10, 10, ""), (21, 20, 0, "beyond_cap")]),
        ([(20, "1", 30), (20, "2", 30)], 40, [(20, 30, 30, ""), (20, 5, 10, ""), (20, 25, 0, "beyond_cap")]),
        ([(20, "2", 30)], 1, [(20, 30, 0, "beyond_cap")]),
    ],
)
def test_what_lies_beyond_the_cap_is_recorded_and_free(worked: Any, cap: int, expected: Any) -> None:
    assert lines(*worked, request_cap=cap) == expected


def test_goodwill_takes_nothing_of_the_cap() -> None:
    assert lines((20, "2", 30), (21, "1", 5), goodwill=True, request_cap=0) == [
        (20, 30, 0, "goodwill"), (21, 5, 0, "goodwill"),
    ]  # fmt: skip


def test_what_counts_cases_is_no_business_of_time() -> None:
    assert lines((20, "1", 30), unit=Unit.CASES) == []


MULTIPLIERS = st.sampled_from(["1", "5/4", "3/2", "11/10", "2"])


@given(
    st.lists(st.tuples(st.integers(20, 22), MULTIPLIERS, st.integers(1, 480)), min_size=1, max_size=6),
    st.sampled_from([1, 5, 6, 15, 60, 480]),
    st.none() | st.integers(0, 2000),
)
@settings(deadline=None)
def test_nothing_is_lost_and_the_cap_holds_whatever_was_worked(worked: Any, step: int, cap: int | None) -> None:
    found = lines(*worked, rounding_step=step, request_cap=cap)
    assert sum(real for _, real, _, _ in found) == sum(real for *_, real in worked)
    whole = sum(
        charge(sum(real for _, by, real in worked if by == each), multiplier=Fraction(each), rounding_step=step)
        for each in {by for _, by, _ in worked}
    )
    charged = sum(each for _, _, each, _ in found)
    assert charged == whole if cap is None or whole <= cap else charged <= cap
    assert charged > min(whole, cap) - 2 if cap is not None else True  # not even a minute less than there is room for


# Which entitlement pays which stretch


def test_at_midnight_of_its_zone_the_follow_up_agreement_pays() -> None:
    old = offer(ends_on=date(2026, 11, 20))
    new = offer(entitlement_id=2, agreement_id=2, starts_on=date(2026, 11, 21), zone="America/New_York")
    spans = plan(Wanted(7, Kind.ADVICE), utc("2026-11-20T22:50"), 400, [old, new], {})
    said = [(one.starts, one.minutes, one.placement.entitlement_id, one.placement.reason) for one in spans]
    assert said == [(0, 10, 1, None), (10, 360, None, "expired"), (370, 30, 2, None)]  # a night that nobody pays
    assert [one.parts and one.parts[0].day for one in spans] == [date(2026, 11, 20), (), date(2026, 11, 21)]
    assert list(read_spans(write_spans(spans))) == spans


def test_what_pays_already_goes_on_paying_and_the_rest_is_tried_anew() -> None:
    old = offer(ends_on=date(2026, 11, 20))
    before = plan(Wanted(7, Kind.ADVICE), utc("2026-11-20T22:50"), 20, [old], {})
    new = offer(entitlement_id=2, agreement_id=2)
    after = plan(Wanted(7, Kind.ADVICE), utc("2026-11-20T22:50"), 20, [old, new], {}, known=before)
    assert [(one.minutes, one.placement.entitlement_id) for one in after] == [(10, 1), (10, 2)]


# Times by the wall clock


def test_a_time_that_came_twice_is_asked_about() -> None:
    day, at = date(2026, 10, 25), time(2, 30)
    with pytest.raises(Invalid, match=r"time_twice.*02:30\+02:00.*02:30\+01:00"):
        instant_of(day, at, BERLIN)
    assert instant_of(day, at, BERLIN, second=False) == utc("2026-10-25T00:30")
    assert instant_of(day, at, BERLIN, second=True) == utc("2026-10-25T01:30")


def test_a_time_that_never_came_is_refused_with_both_choices() -> None:
    for second in (None, True, False):
        with pytest.raises(Invalid, match=r"time_never.*03:30\+02:00.*01:30\+01:00"):
            instant_of(date(2026, 3, 29), time(2, 30), BERLIN, second=second)
    assert instant_of(date(2026, 3, 29), time(3, 30), BERLIN) == utc("2026-03-29T01:30")
