"""What several origins say together: the order changes nothing, and a touch starts nothing."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tallyhub.learning.rules import Progress, Said, fold

DAY = date(2026, 3, 2)
days = st.none() | st.integers(0, 30).map(lambda n: DAY + timedelta(days=n))
said = st.builds(Said, days, days, days, st.integers(0, 100))


def test_a_touch_alone_starts_nothing() -> None:
    assert fold([Said(None, DAY)]) == Progress()
    assert fold([]) == Progress()
    later = DAY + timedelta(days=3)
    assert fold([Said(None, later), Said(DAY, DAY)]) == Progress(DAY, later, None, 0)
    assert fold([Said(None, DAY), Said(later, later)]) == Progress(later, later, None, 0)


@given(st.lists(said, max_size=5))
def test_neither_order_nor_repetition_changes_anything(every: list[Said]) -> None:
    assert fold(reversed(every)) == fold(every) == fold([*every, *every])


@given(st.lists(said, max_size=5))
def test_the_days_are_in_order_and_what_is_completed_is_whole(every: list[Said]) -> None:
    found = fold(every)
    if found.started_on is None:
        assert found == Progress()
        return
    assert found.last_activity_on is not None
    assert found.started_on <= found.last_activity_on
    assert found.completed_on is None or (found.started_on <= found.completed_on and found.progress_pct == 100)
