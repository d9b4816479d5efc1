"""What goes wrong around a delivery: too much, too late, twice, two at once, and a process that dies."""

from datetime import date, timedelta

import pytest

from tallyhub.agreements.models import ResponseGoal, WorkCalendar
from tallyhub.engagements import jobs
from tallyhub.engagements.deliveries import commands
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.models import EngagementBooking, EngagementChange, EngagementDelivery
from tallyhub.engagements.planning import commands as planning
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.ledger import doctor
from tallyhub.ledger.models import Entry
from tests.engagements.making import (
    as_,
    finish,
    get,
    hours_of,
    log,
    make_offering,
    plan,
    planned,
    proactive,
    request,
    used_and_held,
)
from tests.engagements.test_pages import text
from tests.killing import kill_while_it_writes, run_to_its_end
from tests.ledger.test_concurrency import together
from tests.make import make_entitlement, make_package
from tests.world import TODAY


def end(owner, package, day):
    owner.execute("UPDATE agreements_package SET terminated_on = %s WHERE id = %s", [day, package.pk])


def row(delivery):
    return EngagementDelivery.objects.using("owner").get(pk=delivery.pk)


def standing():
    return EngagementDelivery.objects.using("owner").filter(removed_at=None)


# Too much


def test_more_than_was_planned_is_asked_about_in_the_form_and_then_shown(world, client):  # R1.14
    pays = proactive(world, bought=10 * 60)
    number = planned(world, 8)
    one = f"/services/engagements/{number}/"
    client.force_login(world.engineer)
    typed = {"version": get(number).version, "day": TODAY.isoformat(), "hours": "12", "note": "Longer"}
    answer = client.post(f"{one}log/", typed)
    assert answer.status_code == 409
    said = answer.content.decode()
    assert 'name="confirmed"' in said
    assert 'value="12"' in said
    assert (standing().count(), hours_of(pays)) == (0, (0, 8))
    assert client.post(f"{one}log/", typed | {"confirmed": "on"}).status_code == 302
    assert hours_of(pays) == (12, 0)
    assert "4 h more was delivered than was planned." in text(client, one)
    client.force_login(world.reader)
    assert "Over 2 h" in text(client, f"/customer-activity/entitlements/{pays.pk}/")


# Too late


@pytest.fixture
def expired(world, owner):
    """(number, credits that paid and have ended on the tenth, other credits that go on)."""
    addon = make_package(world.agreement, world.north, scope="addon", code="CREDITS-1")
    pays = make_entitlement(addon, world.credits, bought=1000)
    number = request(world, offering=make_offering(credit_rate=300))
    plan(world, number, 8, entitlement_id=pays.pk)
    end(owner, addon, date(2026, 11, 10))
    return number, pays, world.cedar_credits


def test_credits_that_expire_while_an_order_is_open_stay_held_and_it_is_said(world, client, expired):  # R2.5
    number, pays, other = expired
    assert used_and_held(pays) == (0, 300)
    client.force_login(world.member)
    said = text(client, f"/services/engagements/{number}/")
    assert "ended on Tuesday, 10 November 2026" in said or "10 November 2026" in said or "10 Nov 2026" in said
    assert "what is held of it has expired" in said
    assert used_and_held(other) == (250, 0)


def test_what_is_delivered_after_the_credits_expired_is_kept_and_booked_nowhere_else(world, client, expired):
    number, pays, other = expired
    delivery = log(world, number, 8, day=date(2026, 11, 12))
    finish(world, number)
    assert (used_and_held(pays), used_and_held(other)) == ((0, 0), (250, 0))
    assert (row(delivery).unbooked, row(delivery).minutes) == ("after_term", 480)
    client.force_login(world.member)
    assert "Not booked: the day lies after the term." in text(client, f"/services/engagements/{number}/")
    jobs.settle(0)
    assert (used_and_held(pays), used_and_held(other)) == ((0, 0), (250, 0))
    assert list(doctor.find_differences()) == []


def test_what_was_delivered_before_the_credits_expired_is_paid_by_them(world, expired):
    number, pays, _other = expired
    log(world, number, 8, day=date(2026, 11, 10))
    finish(world, number)
    assert used_and_held(pays) == (300, 0)


def test_an_order_whose_credits_expired_goes_on_with_others_once_somebody_plans_it_so(world, expired):
    number, pays, other = expired
    log(world, number, 4, day=date(2026, 11, 12))
    plan(world, number, 8, entitlement_id=other.pk)
    assert (used_and_held(pays), used_and_held(other)) == ((0, 0), (250, 300))
    finish(world, number)
    assert (used_and_held(pays), used_and_held(other)) == ((0, 0), (550, 0))
    assert not row(standing().get()).unbooked


# Judging


def test_a_dispute_is_corrected_by_reversal_and_looked_at_anew(world, client):
    pays = proactive(world)
    delivery = log(world, planned(world), 4)
    commands.dispute_delivery(as_(world, "member"), delivery.pk, "It was two", version=1)
    made = commands.correct_delivery(as_(world, "csam"), delivery.pk, Worked(TODAY, 120), "Two it is", version=2)
    entries = Entry.objects.using("owner").filter(source="engagements")
    assert sorted(entries.values_list("charged", "reason")) == [(-240, "corrected"), (120, ""), (240, "")]
    assert (hours_of(pays), row(made).acceptance) == ((2, 14), "open")
    client.force_login(world.member)
    stale = client.post(f"/services/deliveries/{delivery.pk}/accept/", {"version": 2})
    assert stale.status_code == 409
    assert "corrected" in stale.content.decode()
    assert client.post(f"/services/deliveries/{made.pk}/accept/", {"version": 1}).status_code == 302
    assert row(made).acceptance == "accepted"


def test_ten_days_of_work_are_counted_by_the_calendar_of_the_agreement(world):
    proactive(world)
    number = planned(world)
    assert row(log(world, number, 1)).due_on == date(2026, 12, 4)
    calendar = WorkCalendar.objects.using("owner").create(
        customer=world.cedar, name="Plant", zone="Europe/Berlin", holidays=["2026-11-26"],
        week=[[[480, 960]]] * 3 + [[]] * 4,
    )  # fmt: skip
    ResponseGoal.objects.using("owner").create(
        customer=world.cedar, agreement=world.agreement, severity="A", minutes=60, calendar=calendar
    )
    assert row(log(world, number, 1)).due_on == date(2026, 12, 14)  # Monday to Wednesday alone
    WorkCalendar.objects.using("owner").filter(pk=calendar.pk).update(holidays=["2026-11-25", "2026-12-07"])
    assert row(log(world, number, 1)).due_on == date(2026, 12, 16)


# Twice, and two at once


def test_a_form_that_is_sent_twice_counts_once(world, client):
    pays = proactive(world)
    number = planned(world)
    one = f"/services/engagements/{number}/"
    client.force_login(world.engineer)
    typed = {"version": get(number).version, "day": TODAY.isoformat(), "hours": "4"}
    assert [client.post(f"{one}log/", typed).status_code for _ in "ab"] == [302, 409]
    assert hours_of(pays) == (4, 12)
    done = {"version": get(number).version}
    assert [client.post(f"{one}finish/", done).status_code for _ in "ab"] == [302, 409]
    delivery = standing().get()
    client.force_login(world.member)
    accept = f"/services/deliveries/{delivery.pk}/accept/"
    assert [client.post(accept, {"version": 1}).status_code for _ in "ab"] == [302, 409]
    told = EngagementChange.objects.using("owner").filter(engagement__number=number, kind="delivery_accepted")
    assert told.count() == 1


def test_two_that_log_at_once_from_the_same_form_one_is_told(world):
    pays = proactive(world)
    number = planned(world)
    version = get(number).version
    done = together(
        *[lambda: commands.log_delivery(as_(world, "engineer"), number, Worked(TODAY, 240), version=version)] * 2
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "int"]
    assert hours_of(pays) == (4, 12)


def test_two_engagements_that_plan_the_last_hours_at_once_one_is_asked(world):
    pays = proactive(world, bought=20 * 60)
    first, second = request(world), request(world)
    done = together(
        lambda: plan(world, first, 16, confirmed=False),
        lambda: plan(world, second, 16, confirmed=False),
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Engagement"]
    assert hours_of(pays) == (0, 16)
    assert list(doctor.find_differences()) == []


def test_cancelling_and_logging_at_once_leave_no_hold_and_no_lost_hour(world):
    pays = proactive(world)
    number = planned(world)
    version = get(number).version
    together(
        lambda: planning.cancel(as_(world, "member"), number, "No", version=version, charge=0),
        lambda: commands.log_delivery(as_(world, "engineer"), number, Worked(TODAY, 240), version=version),
    )
    assert hours_of(pays) == ((0, 0) if get(number).state == "cancelled" else (4, 12))
    assert list(doctor.find_differences()) == []


# A process that dies

JOB = "import django; django.setup(); from tallyhub.engagements import jobs; jobs.settle(0)"


def test_a_worker_killed_in_the_middle_of_accepting_leaves_all_or_nothing_and_is_done_again(world, owner):
    proactive(world)
    made = [log(world, planned(world), hours) for hours in (1, 2, 3)]
    owner.execute("UPDATE engagements_engagementdelivery SET due_on = '2026-11-01'")
    kill_while_it_writes(owner, JOB, [], "engagements_engagementchange")
    assert {row(one).acceptance for one in made} == {"open"}
    told = EngagementChange.objects.using("owner").filter(kind="delivery_by_time")
    assert not told.exists()
    run_to_its_end(JOB, [])
    run_to_its_end(JOB, [])
    assert {row(one).acceptance for one in made} == {"by_time"}
    assert told.count() == len(made)


def test_a_worker_killed_while_it_books_what_was_unbooked_books_it_once(world, owner):
    pays = proactive(world)
    number = planned(world)
    end(owner, world.base, date(2026, 11, 10))
    log(world, number, 4, day=date(2026, 11, 12))
    end(owner, world.base, None)
    kill_while_it_writes(owner, JOB, [], "ledger_entry")
    assert hours_of(pays) == (0, 16)
    run_to_its_end(JOB, [])
    run_to_its_end(JOB, [])
    assert hours_of(pays) == (4, 12)
    assert EngagementBooking.objects.using("owner").count() == 1
    assert list(doctor.find_differences()) == []


def test_a_day_far_in_the_past_and_one_to_come_are_told_apart(world):
    number = request(world)
    proactive(world)
    plan(world, number)
    assert log(world, number, 1, day=date(2019, 1, 1)).unbooked == "before_term"
    with pytest.raises(Exception, match="in_future"):
        log(world, number, 1, day=TODAY + timedelta(days=1))


def test_the_job_passes_over_a_customer_without_anything_to_do(world):
    assert commands.accept_by_time(Access.of_system([world.birch.pk]), TODAY) == 0
    assert commands.book_unbooked(Access.of_system([world.birch.pk])) == 0
    with pytest.raises(Conflict, match="engagement_over"):
        log(world, request(world), 1)
