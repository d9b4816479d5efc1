"""Dedicated support engineers: the days that are booked, what overlaps, how much can be booked, what is coming."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tallyhub.accounts.sessions import CUSTOMER_KEY
from tallyhub.engagements.models import Engagement, Slot
from tallyhub.engagements.planning import commands as planning
from tallyhub.engagements.planning.commands import Plan
from tallyhub.engagements.queries import list_upcoming
from tallyhub.kernel import clock
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.organizations.sign_on import act_for
from tests.engagements.making import as_, finish, get, hours_of, log, make_offering, plan, read, request
from tests.engagements.test_pages import text
from tests.make import grant, make_entitlement, make_package, make_service
from tests.world import TODAY


@pytest.fixture
def days(world):
    """(entitlement of dedicated engineering with 24 h, the number of an engagement planned with all of it)."""
    addon = make_package(world.agreement, world.north, scope="addon", code="DSE")
    pays = make_entitlement(addon, make_service("dse", "minutes"), bought=24 * 60)
    number = request(world, offering=make_offering(kind="dse", category="other", credit_rate=None))
    plan(world, number, 24, entitlement_id=pays.pk)
    return pays, number


def at(day, hour):
    return datetime.combine(TODAY + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=hour)


def book(world, number, day, hours=(7, 15), who="csam", **over):
    fields = {"engineer_id": world.engineer.pk, "starts_at": at(day, hours[0]), "ends_at": at(day, hours[1]),
              "is_whole_day": False}  # fmt: skip
    return planning.book_day(as_(world, who), number, **fields | over, version=get(number).version)


def slots(number):
    return Slot.objects.using("owner").filter(engagement__number=number).order_by("starts_at")


def test_days_are_booked_one_by_one_and_the_engagement_spans_them(world, days):
    _pays, number = days
    book(world, number, 9)
    book(world, number, 3, is_whole_day=True, hours=(0, 24))
    book(world, number, 5, hours=(8, 12))
    assert [one.starts_at.date() - TODAY for one in slots(number)] == [timedelta(days=n) for n in (3, 5, 9)]
    assert (get(number).starts_at, get(number).ends_at, get(number).state) == (at(3, 0), at(9, 15), "scheduled")
    planning.free_day(as_(world, "csam"), number, slots(number).first().pk, version=get(number).version)
    assert (slots(number).count(), get(number).starts_at) == (2, at(5, 8))
    with pytest.raises(Engagement.DoesNotExist):
        planning.free_day(as_(world, "csam"), number, 10**9, version=get(number).version)


def test_a_day_is_not_booked_twice_but_the_next_hour_may_be(world, days):
    _pays, number = days
    book(world, number, 3, hours=(8, 12))
    for hours in ((8, 12), (11, 13), (7, 9), (9, 10), (0, 24)):
        with pytest.raises(Conflict, match="day_booked_already"):
            book(world, number, 3, hours=hours)
    book(world, number, 3, hours=(12, 16))
    assert slots(number).count() == 2


def test_what_overlaps_at_another_customer_is_asked_about_and_tells_no_name(world, days, client):
    _pays, number = days
    grant(world.engineer, "engineer", world.birch)
    grant(world.csam, "csam", world.birch)
    package = make_package(world.birch_agreement, world.birch_main, code="DSE-B")
    make_entitlement(package, make_service("dse", "minutes"), bought=6000)
    theirs = act_for(world.csam.pk, world.birch.pk).access
    other = planning.request_service(
        theirs, world.birch_main.pk, make_offering(kind="dse", credit_rate=None).code, planning.Wish()
    )
    planning.plan(theirs, other, Plan(480, confirmed=True), version=1)
    planning.book_day(
        theirs, other, engineer_id=world.engineer.pk, starts_at=at(3, 7), ends_at=at(3, 15), is_whole_day=False,
        version=2,
    )  # fmt: skip
    with pytest.raises(Conflict, match="engineer_busy"):
        book(world, number, 3)
    client.force_login(world.csam)
    session = client.session
    session[CUSTOMER_KEY] = world.cedar.pk
    session.save()
    typed = {"version": get(number).version, "engineer": world.engineer.pk, "starts_on": at(3, 0).date().isoformat(),
             "starts": "09:00", "ends": "10:00", "dse": "1"}  # fmt: skip
    answer = client.post(f"/services/engagements/{number}/schedule/", typed)
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "another customer" in said
    assert other not in said
    book(world, number, 3, confirmed=True)
    assert slots(number).count() == 1


def test_booked_days_are_those_of_people_who_work_there(world, days):
    _pays, number = days
    for who in (world.member.pk, world.stranger.pk, 10**9):
        with pytest.raises(Invalid, match="engineer_unknown"):
            book(world, number, 3, engineer_id=who)
    for who in ("member", "admin", "reader", "engineer"):
        with pytest.raises(Forbidden):
            book(world, number, 3, who=who)
    with pytest.raises(Invalid, match="slot_reversed"):
        book(world, number, 3, hours=(15, 7))


def test_more_hours_than_the_package_has_are_planned_only_once_it_was_confirmed(world, days):
    pays, number = days
    assert hours_of(pays) == (0, 24)
    other = request(world, offering=make_offering(kind="dse", credit_rate=None))
    with pytest.raises(Conflict, match="plan_beyond_left"):
        plan(world, other, 1, entitlement_id=pays.pk, confirmed=False)
    plan(world, number, 16, entitlement_id=pays.pk, confirmed=False)
    plan(world, other, 8, entitlement_id=pays.pk, confirmed=False)
    assert hours_of(pays) == (0, 24)


def test_each_delivered_day_is_booked_and_the_rest_is_given_back(world, days):
    pays, number = days
    for day in (9, 3):
        book(world, number, day)
    log(world, number, 8, day=TODAY - timedelta(days=1))
    log(world, number, 8)
    assert hours_of(pays) == (16, 8)
    finish(world, number)
    assert hours_of(pays) == (16, 0)


def test_what_is_coming_is_in_order_and_gone_when_it_is_over(world, days, client):
    _pays, number = days
    for day in (9, 3):
        book(world, number, day)
    for who in ("member", "reader", "csam", "engineer"):
        assert [one.starts_at for one in read(world, who, list_upcoming)] == [at(3, 7), at(9, 7)]
    with clock.frozen(at(4, 0)):
        assert [one.starts_at for one in read(world, "engineer", list_upcoming)] == [at(9, 7)]
    client.force_login(world.member)
    assert "Thursday" in text(client, "/services/upcoming/") or "2026" in text(client, "/services/upcoming/")
    finish_day = date(2026, 11, 20)
    log(world, number, 8, day=finish_day)
    finish(world, number)
    assert read(world, "engineer", list_upcoming) == []
