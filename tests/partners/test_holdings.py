"""When something is used up, and in which order subscriptions stand. Pure."""

from datetime import date
from typing import Any

import pytest

from tallyhub.agreements.rules import ServiceKind, State
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.figures import Balance
from tallyhub.partners.holdings.rules import Line, Subscription, runs_out_on, soonest_first

TODAY = date(2026, 11, 21)


def subscription(**over: Any) -> Subscription:
    said: dict[str, Any] = {
        "customer_id": 1, "agreement_id": 1, "number": "A", "agreement": "A", "seller_id": 1, "package_id": 1,
        "package": "P", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31), "today": TODAY,
        "state": State.ACTIVE, "follower": "", "products": (),
    }  # fmt: skip
    return Subscription(**said | over)


def line(recent: int, *, left: int = 60, unit: Unit = Unit.MINUTES, **over: Any) -> Line:
    balance = Balance(
        ServiceKind.ADVISORY, unit, over.pop("is_as_needed", False), 0, 0, left=left, quantity=600, **over
    )
    return Line(1, 1, "x", ServiceKind.ADVISORY, unit, balance, recent)


@pytest.mark.parametrize(
    ("one", "day"),
    [
        (line(180), date(2026, 12, 21)),  # 2 a day
        (line(90), None),  # 60 days, which is beyond the end
        (line(0), None),
        (line(-30), None),  # more was taken back than used
        (line(180, left=0), None),
        (line(180, is_as_needed=True), None),
        (line(180, unit=Unit.PEOPLE), None),  # places are taken, not used up
        (Line(1, 1, "x", ServiceKind.BENEFIT, Unit.CASES, None), None),
    ],
)
def test_it_is_used_up_at_the_pace_of_90_days_or_lasts(one: Line, day: date | None) -> None:  # R5.9
    assert runs_out_on(one, subscription()) == day


def test_the_pace_of_what_has_just_begun_is_that_of_its_own_days() -> None:
    assert runs_out_on(line(20), subscription(starts_on=date(2026, 11, 12))) == date(2026, 12, 21)  # 2 a day
    assert runs_out_on(line(60), subscription(starts_on=date(2026, 11, 12))) == date(2026, 12, 1)  # 6 a day


def test_what_ends_first_stands_first_then_what_begins_later_then_what_is_over() -> None:
    found = [
        subscription(package_id=1, state=State.EXPIRED, ends_on=date(2025, 1, 1)),
        subscription(package_id=2, state=State.EXPIRED, ends_on=date(2026, 1, 1)),
        subscription(package_id=3, state=State.FUTURE, ends_on=date(2026, 12, 1)),
        subscription(package_id=4, ends_on=date(2028, 1, 1)),
        subscription(package_id=5, state=State.EXPIRING, ends_on=date(2026, 12, 24)),
    ]
    assert [one.package_id for one in soonest_first(found)] == [5, 4, 3, 2, 1]
