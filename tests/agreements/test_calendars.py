"""Hours of work and when something is due (R4.3)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyhub.agreements.calendars import AROUND_THE_CLOCK, Calendar, check_week, due, worked

NINE_TO_FIVE = ((9 * 60, 17 * 60),)
OFFICE = Calendar("Europe/Berlin", (NINE_TO_FIVE,) * 5 + ((), ()), frozenset({date(2026, 12, 25)}))
NIGHT = Calendar("Europe/Berlin", (((0, 6 * 60), (22 * 60, 1440)),) * 7)


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "minutes", "expected"),
    [
        ("2026-11-23 09:00", 240, "2026-11-23 13:00"),  # a Monday, 10:00 in Berlin
        ("2026-11-23 15:00", 240, "2026-11-24 11:00"),  # an hour today, three tomorrow
        ("2026-11-23 03:00", 60, "2026-11-23 09:00"),  # before work begins
        ("2026-11-20 15:30", 60, "2026-11-23 08:30"),  # over a weekend
        ("2026-12-24 15:30", 60, "2026-12-28 08:30"),  # over a holiday and a weekend
        ("2026-11-23 08:00", 480, "2026-11-23 16:00"),  # to the very end of the day, not to the next morning
    ],
)
def test_time_runs_in_hours_of_work_only(opened: str, minutes: int, expected: str) -> None:  # R4.3
    assert due(OFFICE, at(opened), minutes) == at(expected)


def test_around_the_clock_time_runs_always() -> None:
    assert due(AROUND_THE_CLOCK, at("2026-12-25 23:30"), 60) == at("2026-12-26 00:30")


def test_a_night_of_a_clock_change_has_its_real_length() -> None:
    """In Berlin the clock goes forward on 29 March 2026 and back on 25 October: 00:00 to 06:00 is 5 or 7 hours."""
    midnight = at("2026-03-28 23:00")
    assert worked(NIGHT, midnight, midnight + timedelta(hours=12)) == timedelta(hours=5)
    midnight = at("2026-10-24 22:00")
    assert worked(NIGHT, midnight, midnight + timedelta(hours=12)) == timedelta(hours=7)
    assert due(NIGHT, midnight, 7 * 60) == at("2026-10-25 05:00")


def test_the_clock_stands_still_in_a_pause() -> None:  # R4.3
    opened = at("2026-11-23 09:00")
    pause = (at("2026-11-23 10:00"), at("2026-11-24 10:00"))
    assert due(OFFICE, opened, 120, [pause]) == at("2026-11-24 11:00")
    for_good = (at("2026-11-23 10:00"), datetime.max.replace(tzinfo=UTC))
    assert due(OFFICE, opened, 120, [for_good]) is None


def test_without_any_hours_nothing_is_ever_due() -> None:
    assert due(Calendar("UTC", ((),) * 7), at("2026-11-23 09:00"), 1) is None


INSTANTS = st.datetimes(
    at("2026-01-01").replace(tzinfo=None), at("2027-12-31").replace(tzinfo=None), timezones=st.just(UTC)
)
HOURS = st.lists(st.integers(0, 1440), min_size=0, max_size=4, unique=True).map(
    lambda edges: tuple(zip(*[iter(sorted(edges))] * 2, strict=False))
)
CALENDARS = st.builds(
    Calendar,
    st.sampled_from(["Europe/Berlin", "Pacific/Kiritimati", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    st.tuples(*[HOURS] * 7),
    st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5),
)


@given(CALENDARS, INSTANTS, st.integers(1, 3_000), st.lists(INSTANTS, max_size=6, unique=True))
def test_between_start_and_due_lies_just_that_much_work_outside_the_pauses(
    calendar: Calendar, start: datetime, minutes: int, edges: list[datetime]
) -> None:
    ordered = sorted(edges)
    pauses = [(one, other) for one, other in zip(ordered[::2], ordered[1::2], strict=False)]
    found = due(calendar, start, minutes, pauses)
    if found is None:
        assert not any(calendar.week)
        return
    paused = sum(
        (
            worked(calendar, max(one, start), min(other, found))
            for one, other in pauses
            if other > start and one < found
        ),
        timedelta(0),
    )
    assert worked(calendar, start, found) - paused == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "week", [[[]] * 6, [[[60, 60]], *[[]] * 6], [[[60, 30]], *[[]] * 6], [[[0, 90], [60, 120]], *[[]] * 6],
             [[[0, 1441]], *[[]] * 6], [[[-1, 60]], *[[]] * 6]],
)  # fmt: skip
def test_a_week_out_of_order_is_none(week: list[list[list[int]]]) -> None:
    assert not check_week(week)
    assert check_week([[[0, 60], [60, 1440]], *[[]] * 6])
