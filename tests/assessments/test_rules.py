"""The quality index and what changed from run to run: what always holds."""

from hypothesis import given
from hypothesis import strategies as st

from tallyhub.activity.rules import count_gauge
from tallyhub.agreements.rules import ServiceKind
from tallyhub.assessments.rules import Outcome, changes, quality_index
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.figures import Balance

outcomes = st.dictionaries(st.sampled_from("ABCDEFG"), st.sampled_from([str(one) for one in Outcome]))


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_index_is_whole_and_a_hundred_only_where_all_passed(passed: int, failed: int) -> None:
    index = quality_index(passed, passed + failed)
    if passed + failed == 0:
        assert index is None
    else:
        assert index is not None
        assert (index == 100) is (failed == 0)
        assert index <= passed / (passed + failed) * 100 < index + 1


@given(outcomes, outcomes)
def test_every_finding_is_new_or_still_open_and_every_former_one_solved_open_or_unknown(
    before: dict[str, str], after: dict[str, str]
) -> None:
    was = {check for check, outcome in before.items() if outcome == "failed"}
    now = {check for check, outcome in after.items() if outcome == "failed"}
    found = changes(before, after)
    assert found.new | found.still == now
    assert found.still | found.solved | found.unknown == was
    parts = (found.new, found.still, found.solved, found.unknown)
    assert sum(map(len, parts)) == len(was | now)
    assert all(after.get(check) in ("passed", "not_applicable") for check in found.solved)


@given(outcomes)
def test_a_first_run_has_nothing_new_and_the_same_again_changes_nothing(results: dict[str, str]) -> None:
    assert not changes(None, results).new
    again = changes(results, results)
    assert not again.new | again.solved


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 12))
def test_places_are_taken_before_anything_is_over(left: int, booked: int, over: int, counted: int) -> None:
    one = Balance(ServiceKind.ASSESSMENTS, Unit.SETUPS, False, booked, booked, left=left, over=over, quantity=left)
    found = count_gauge(one, counted, counted)
    assert found.used == booked + counted
    assert found.left >= 0
    assert (left - found.left) + (found.over - over) == counted
    assert found.over == over or found.left == 0
