"""What several origins say together, and who pays: pure rules."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallyhub.agreements.rules import Scope, ServiceKind
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Invalid
from tallyhub.learning.rules import (
    DAYS_AHEAD_MAX,
    Progress,
    Said,
    Standing,
    Unbooked,
    check_due,
    day_of,
    fold,
    is_overdue,
    pay,
    standing_of,
)
from tallyhub.ledger.offers import Offer

UNHURRIED = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
DAY = date(2026, 3, 2)
days = st.none() | st.integers(0, 30).map(lambda n: DAY + timedelta(days=n))
said = st.builds(Said, days, days, days, st.integers(0, 100))


def test_a_touch_alone_starts_nothing() -> None:
    assert fold([Said(None, DAY)]) == Progress()
    assert fold([]) == Progress()
    later = DAY + timedelta(days=3)
    assert fold([Said(None, later), Said(DAY, DAY)]) == Progress(DAY, later, None, 0)
    assert fold([Said(None, DAY), Said(later, later)]) == Progress(later, later, None, 0)


def test_whoever_came_forward_in_it_has_started_it() -> None:
    assert fold([Said(None, DAY, None, 40)]) == Progress(DAY, DAY, None, 40)
    assert fold([Said(None, None, None, 40)]) == Progress()  # on no day


def test_it_is_completed_as_soon_as_one_says_so() -> None:
    later = DAY + timedelta(days=3)
    assert fold([Said(DAY, later, later), Said(DAY, DAY, DAY)]) == Progress(DAY, later, DAY, 100)


def test_what_was_completed_before_it_was_started_began_then() -> None:
    later = DAY + timedelta(days=3)
    assert fold([Said(later, later), Said(None, DAY, DAY, 100)]) == Progress(DAY, later, DAY, 100)


def test_the_same_origin_only_adds() -> None:
    later = DAY + timedelta(days=3)
    assert Said(DAY, DAY, DAY, 60).and_then(Said(later, later, later, 20)) == Said(DAY, later, DAY, 60)
    assert Said(later, later, later, 20).and_then(Said(DAY, DAY, DAY, 60)) == Said(DAY, later, DAY, 60)


@UNHURRIED
@given(st.lists(said, max_size=5))
def test_neither_order_nor_repetition_changes_anything(every: list[Said]) -> None:
    assert fold(reversed(every)) == fold(every) == fold([*every, *every])


@UNHURRIED
@given(st.lists(said, max_size=5))
def test_the_days_are_in_order_and_what_is_completed_is_whole(every: list[Said]) -> None:
    found = fold(every)
    if found.started_on is None:
        assert found == Progress()
        return
    assert found.last_activity_on is not None
    assert found.started_on <= found.last_activity_on
    assert found.completed_on is None or (found.started_on <= found.completed_on and found.progress_pct == 100)


# How far somebody is, and what is due


def test_what_is_completed_is_neither_started_nor_overdue() -> None:
    earlier = DAY - timedelta(days=1)
    assert standing_of(DAY, DAY) is Standing.COMPLETED
    assert standing_of(DAY, None) is Standing.STARTED
    assert standing_of(None, None) is Standing.OPEN
    assert is_overdue(earlier, None, DAY)
    assert not is_overdue(DAY, None, DAY)  # its last day
    assert not is_overdue(earlier, DAY, DAY)  # late, and done
    assert not is_overdue(None, None, DAY)


def test_what_is_due_is_due_between_today_and_three_years() -> None:
    check_due(DAY, DAY)
    check_due(DAY + timedelta(days=DAYS_AHEAD_MAX), DAY)
    for wrong in (DAY - timedelta(days=1), DAY + timedelta(days=DAYS_AHEAD_MAX + 1)):
        with pytest.raises(Invalid):
            check_due(wrong, DAY)


# Who pays

WHERE = 7
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def offer(entitlement_id: int = 1, **over: Any) -> Offer:
    fields: dict[str, Any] = {
        "entitlement_id": entitlement_id, "package_id": 1, "agreement_id": 1, "kind": ServiceKind.EDUCATION,
        "unit": Unit.ACTIVITIES, "scope": Scope.ENTERPRISE, "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31), "zone": "UTC", "workspaces": frozenset({WHERE}),
    }  # fmt: skip
    return Offer(**fields | over)


def unbooked(*offers: Offer, day: date = DAY, now: datetime = NOON) -> Unbooked | None:
    return pay(offers, WHERE, day, None, now).unbooked


def test_why_nobody_pays() -> None:
    assert unbooked() is Unbooked.MISSING
    assert unbooked(offer()) is None
    assert unbooked(offer(workspaces=frozenset({8}))) is Unbooked.UNMAPPED
    assert unbooked(offer(ends_on=date(2026, 3, 1))) is Unbooked.EXPIRED
    assert unbooked(offer(starts_on=date(2026, 3, 3))) is Unbooked.MISSING
    ended, elsewhere = offer(ends_on=date(2026, 3, 1)), offer(2, workspaces=frozenset({8}))
    assert unbooked(ended, elsewhere) is Unbooked.UNMAPPED


def test_a_day_is_that_of_whoever_pays_for_it() -> None:
    """Fourteen hours ahead of UTC noon is another day; a day that a file says is converted by no clock."""
    assert unbooked(offer(zone="Pacific/Kiritimati", ends_on=DAY)) is None
    assert unbooked(offer(zone="Pacific/Kiritimati", starts_on=DAY + timedelta(days=1))) is Unbooked.MISSING


def test_a_day_that_has_not_begun_where_it_is_paid_waits() -> None:
    tomorrow = DAY + timedelta(days=1)
    assert unbooked(offer(), day=tomorrow) is Unbooked.NOT_YET
    assert unbooked(offer(zone="Pacific/Kiritimati"), day=tomorrow) is None
    assert unbooked(offer(zone="America/Los_Angeles"), now=NOON - timedelta(hours=6)) is Unbooked.NOT_YET


def test_an_addon_for_the_product_pays_before_the_base() -> None:
    addon = offer(2, scope=Scope.ADDON, products=frozenset({5}))
    assert pay([offer(), addon], WHERE, DAY, 5, NOON).choice.winner == 2
    assert pay([offer(), addon], WHERE, DAY, 6, NOON).choice.winner == 1


def test_an_instant_is_a_day_of_whoever_pays_else_the_customers() -> None:
    night = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert day_of([offer(zone="America/Los_Angeles")], WHERE, night, None, "Europe/Berlin") == DAY
    assert day_of([], WHERE, night, None, "Europe/Berlin") == DAY + timedelta(days=1)
    addon = offer(2, scope=Scope.ADDON, products=frozenset({5}), zone="Europe/Berlin")
    assert day_of([offer(), addon], WHERE, night, 5, "UTC") == DAY + timedelta(days=1)
