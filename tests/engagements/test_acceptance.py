"""The customer accepts or disputes each delivery; after ten days of work it counts as accepted."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallyhub.engagements.deliveries import commands
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.models import EngagementBooking, EngagementDelivery
from tallyhub.engagements.planning import commands as planning
from tallyhub.engagements.queries import list_upcoming as upcoming
from tallyhub.engagements.queries import waiting as to_accept
from tallyhub.engagements.rules import day_of_work_after
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.ledger import doctor
from tallyhub.ledger.models import Entry
from tests.engagements.making import (
    as_,
    finish,
    get,
    hours_of,
    log,
    plan,
    planned,
    proactive,
    read,
    request,
    schedule,
)
from tests.ledger.test_concurrency import together
from tests.world import NOW, TODAY


def waiting(access):
    return list(to_accept(access))


def row(delivery):
    return EngagementDelivery.objects.using("owner").get(pk=delivery.pk)


@pytest.fixture
def delivered(world):
    """(entitlement, number, delivery of four hours), not finished."""
    pays = proactive(world)
    number = planned(world)
    return pays, number, log(world, number, 4)


def test_what_is_accepted_in_full_is_accepted_as_a_whole(world, delivered):
    _pays, number, delivery = delivered
    assert [one.pk for one in read(world, "member", waiting)] == [delivery.pk]
    assert [one.pk for one in read(world, "admin", waiting)] == [delivery.pk]
    assert read(world, "reader", waiting) == read(world, "csam", waiting) == []
    commands.accept_delivery(as_(world, "member"), delivery.pk, version=delivery.version)
    assert (row(delivery).acceptance, get(number).state) == ("accepted", "in_delivery")
    finish(world, number)
    assert (get(number).state, read(world, "member", waiting)) == ("accepted", [])


def test_only_the_requester_and_administrators_judge(world, delivered):
    delivery = delivered[2]
    for who in ("reader", "csam", "engineer", "coordinator"):
        for act in (commands.accept_delivery, lambda *a, **k: commands.dispute_delivery(*a, "x", **k)):
            with pytest.raises(Forbidden):
                act(as_(world, who), delivery.pk, version=delivery.version)
    commands.accept_delivery(as_(world, "north_admin"), delivery.pk, version=delivery.version)
    with pytest.raises(Conflict, match="delivery_changed"):
        commands.dispute_delivery(as_(world, "member"), delivery.pk, "x", version=delivery.version)


def test_after_ten_days_of_work_it_counts_as_accepted(world, delivered):
    delivery = row(delivered[2])
    assert delivery.due_on == date(2026, 12, 4)  # logged on a Saturday
    hub = Access.of_system([world.cedar.pk])
    with clock.frozen(datetime(2026, 12, 4, 22, tzinfo=NOW.tzinfo)):
        assert commands.accept_by_time(hub, date(2026, 12, 6)) == 0
    with clock.frozen(datetime(2026, 12, 4, 23, 30, tzinfo=NOW.tzinfo)):  # the fifth has begun in Berlin
        assert commands.accept_by_time(hub, date(2026, 12, 6)) == 1
        assert commands.accept_by_time(hub, date(2026, 12, 6)) == 0
    assert (row(delivery).acceptance, row(delivery).judged_by_id) == ("by_time", None)


def test_a_dispute_is_answered_and_looked_at_again(world, delivered):
    delivery = delivered[2]
    member, csam = as_(world, "member"), as_(world, "csam")
    with pytest.raises(Invalid, match="dispute_missing"):
        commands.dispute_delivery(member, delivery.pk, " ", version=1)
    with pytest.raises(Conflict, match="delivery_not_disputed"):
        commands.answer_dispute(csam, delivery.pk, "It was", version=1)
    commands.dispute_delivery(member, delivery.pk, "It was three hours", version=1)
    with clock.frozen(datetime(2027, 3, 1, 12, tzinfo=NOW.tzinfo)):
        assert commands.accept_by_time(Access.of_system([world.cedar.pk]), date(2027, 3, 2)) == 0
    with pytest.raises(Forbidden):
        commands.answer_dispute(member, delivery.pk, "It was", version=2)
    commands.answer_dispute(csam, delivery.pk, "It was four, see the report", version=2)
    assert (row(delivery).acceptance, row(delivery).answer) == ("answered", "It was four, see the report")
    commands.accept_delivery(member, delivery.pk, version=3)
    assert row(delivery).acceptance == "accepted"


def test_a_correction_reverses_and_books_anew_and_an_older_acceptance_is_refused(world, delivered):
    pays, number, delivery = delivered
    worked = Worked(TODAY, 3 * 60)
    made = commands.correct_delivery(as_(world, "csam"), delivery.pk, worked, "It was three", version=1)
    assert hours_of(pays) == (3, 13)
    assert sorted(Entry.objects.using("owner").filter(source="engagements").values_list("charged", "reason")) == [
        (-240, "corrected"), (180, ""), (240, ""),
    ]  # fmt: skip
    with pytest.raises(Conflict, match="delivery_changed"):
        commands.accept_delivery(as_(world, "member"), delivery.pk, version=1)
    commands.accept_delivery(as_(world, "member"), made.pk, version=1)
    finish(world, number)
    assert get(number).state == "accepted"
    again = commands.correct_delivery(as_(world, "csam"), made.pk, Worked(TODAY, 120), "Two", version=2)
    assert (get(number).state, row(again).acceptance, hours_of(pays)) == ("delivered", "open", (2, 0))
    assert list(doctor.find_differences()) == []


def test_what_did_not_take_place_is_taken_back(world, delivered):
    pays, _number, delivery = delivered
    with pytest.raises(Forbidden):
        commands.correct_delivery(as_(world, "engineer"), delivery.pk, None, "Never", version=1)
    with pytest.raises(Invalid, match="engagement_reason_missing"):
        commands.correct_delivery(as_(world, "csam"), delivery.pk, None, "", version=1)
    commands.correct_delivery(as_(world, "csam"), delivery.pk, None, "Never", version=1)
    assert hours_of(pays) == (0, 16)


def test_the_same_delivery_of_another_system_comes_once(world, delivered):
    pays, number, _delivery = delivered
    named = {"source": "planner", "external_id": "D-1"}
    first = log(world, number, 2, **named)
    assert log(world, number, 2, **named).pk == first.pk
    with pytest.raises(Conflict, match="content_differs"):
        log(world, number, 3, **named)
    assert hours_of(pays) == (6, 10)


def test_two_who_finish_and_correct_at_once_leave_nothing_held(world, delivered):
    pays, number, delivery = delivered
    version = get(number).version
    done = together(
        lambda: commands.finish(as_(world, "engineer"), number, version=version),
        lambda: commands.correct_delivery(as_(world, "csam"), delivery.pk, Worked(TODAY, 60), "One", version=1),
    )
    refused = [one for one in done if isinstance(one, Exception)]
    assert all(isinstance(one, Conflict) for one in refused)
    if get(number).state == "delivered":
        assert hours_of(pays)[1] == 0
    assert list(doctor.find_differences()) == []


def test_two_that_accept_and_dispute_at_once_one_is_told(world, delivered):
    delivery = delivered[2]
    done = together(
        lambda: commands.accept_delivery(as_(world, "admin"), delivery.pk, version=1),
        lambda: commands.dispute_delivery(as_(world, "member"), delivery.pk, "No", version=1),
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "EngagementDelivery"]


def test_what_is_coming_is_told_to_the_customer_and_to_its_engineer(world):
    proactive(world)
    number = planned(world)
    schedule(world, number)
    for who in ("member", "admin", "reader", "csam", "engineer"):
        assert [one.engagement.number for one in read(world, who, upcoming)] == [number]
    assert read(world, "stranger", upcoming) == []
    other = planned(world)
    with pytest.raises(Conflict, match="engineer_busy"):
        schedule(world, other)
    schedule(world, other, confirmed=True)
    schedule(world, other, in_days=31)
    assert len(read(world, "engineer", upcoming)) == 2


@pytest.mark.parametrize(
    ("logged", "weekdays", "holidays", "due"),
    [
        (date(2026, 11, 20), range(5), (), date(2026, 12, 4)),
        (date(2026, 11, 21), range(5), (), date(2026, 12, 4)),
        (date(2026, 11, 20), range(5), (date(2026, 11, 23),), date(2026, 12, 7)),
        (date(2026, 11, 20), range(7), (), date(2026, 11, 30)),
        (date(2026, 11, 20), (), (), date(2026, 11, 30)),
    ],
)
def test_ten_days_of_work(logged, weekdays, holidays, due):
    assert day_of_work_after(logged, 10, frozenset(weekdays), frozenset(holidays)) == due


def test_whatever_is_done_used_is_what_stands_and_nothing_is_held_beyond(world):
    """Random steps: holds are never negative, used is the sum of the deliveries that stand, over holds nothing."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.tuples(st.sampled_from(["plan", "log", "correct", "remove", "finish", "cancel"]),
                              st.integers(1, 20)), max_size=8))  # fmt: skip
    def live(moves):
        pays = proactive(world)
        number = request(world)
        plan(world, number, 8, entitlement_id=pays.pk)
        hours, csam = 8, as_(world, "csam")
        for what, amount in moves:
            standing = EngagementDelivery.objects.using("owner").filter(engagement__number=number, removed_at=None)
            last = standing.order_by("-pk").first()
            try:
                if what == "plan":
                    plan(world, number, amount, entitlement_id=pays.pk)
                    hours = amount
                elif what == "log":
                    log(world, number, amount, day=TODAY - timedelta(days=amount))
                elif what in ("correct", "remove") and last:
                    worked = Worked(last.day, amount * 60, confirmed=True) if what == "correct" else None
                    commands.correct_delivery(csam, last.pk, worked, "So it was", version=last.version)
                elif what == "finish":
                    finish(world, number)
                elif what == "cancel":
                    planning.cancel(csam, number, "No", version=get(number).version, charge=0)
            except Conflict:
                pass
            used = sum(standing.all().values_list("minutes", flat=True)) / 60
            open_ = get(number).state in ("planned", "scheduled", "in_delivery")
            assert hours_of(pays) == (used, max(hours - used, 0) if open_ else 0)
        assert list(doctor.find_differences()) == []
        booked = EngagementBooking.objects.using("owner").filter(engagement__number=number)
        assert all(one.entry.source == "engagements" for one in booked.select_related("entry"))

    live()
