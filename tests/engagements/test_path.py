"""From a request to its acceptance: what is planned is held, what is delivered counts (R1.14)."""

from datetime import date, timedelta

import pytest

from tallyhub.engagements.deliveries import commands as deliveries
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.planning import commands as planning
from tallyhub.engagements.planning.commands import Plan, Wish
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
    make_offering,
    plan,
    planned,
    proactive,
    request,
    schedule,
    used_and_held,
)  # fmt: skip
from tests.make import make_entitlement, make_package, make_service, make_workspace
from tests.world import TODAY


def test_planned_16_delivered_12_used_12_released_4(world):  # scenario 10, R1.14
    pays = proactive(world)
    number = request(world)
    assert (get(number).state, hours_of(pays)) == ("requested", (0, 0))
    plan(world, number, 16)
    assert (get(number).state, hours_of(pays)) == ("planned", (0, 16))
    schedule(world, number)
    assert (get(number).state, hours_of(pays)) == ("scheduled", (0, 16))
    log(world, number, 8)
    log(world, number, 4)
    assert (get(number).state, hours_of(pays)) == ("in_delivery", (12, 4))
    finish(world, number)
    assert (get(number).state, hours_of(pays)) == ("delivered", (12, 0))
    assert list(doctor.find_differences()) == []


def test_what_is_logged_and_given_back_share_a_version(world, owner):
    proactive(world)
    number = planned(world)
    log(world, number, 4)
    found = owner.execute(
        "SELECT e.ledger_version = h.ledger_version FROM ledger_entry e, ledger_hold h "
        "WHERE e.source = 'engagements' AND h.amount < 0"
    ).fetchall()
    assert found == [(True,)]


def test_more_than_planned_is_recorded_once_it_was_confirmed(world):
    pays = proactive(world, bought=10 * 60)
    number = planned(world, 8)
    with pytest.raises(Conflict, match="delivery_beyond_planned"):
        log(world, number, 9, confirmed=False)
    assert hours_of(pays) == (0, 8)
    log(world, number, 12)
    assert hours_of(pays) == (12, 0)  # two of them over


def test_more_than_is_left_is_planned_once_it_was_confirmed(world):
    pays = proactive(world, bought=20 * 60)
    planned(world, 16)
    number = request(world)
    with pytest.raises(Conflict, match="plan_beyond_left"):
        plan(world, number, 5, confirmed=False)
    plan(world, number, 4, confirmed=False)
    assert hours_of(pays) == (0, 20)
    with pytest.raises(Conflict, match="plan_beyond_left"):
        plan(world, number, 5, confirmed=False)
    plan(world, number, 5)
    assert hours_of(pays) == (0, 21)
    plan(world, number, 2, confirmed=False)
    assert hours_of(pays) == (0, 18)


def test_a_plan_with_another_entitlement_moves_what_is_held(world):
    first, second = proactive(world), proactive(world)
    number = planned(world, 16)
    assert (get(number).entitlement_id, hours_of(first)) == (first.pk, (0, 16))
    credit = [world.cedar_credits.pk, "other_product"]
    assert get(number).choice == {"why": "base", "losers": [credit, [second.pk, "higher_id"]]}
    plan(world, number, 10, entitlement_id=second.pk)
    assert (hours_of(first), hours_of(second)) == ((0, 0), (0, 10))
    assert get(number).choice == {"why": "named", "losers": [[credit[0], "not_named"], [first.pk, "not_named"]]}


def test_an_entitlement_that_does_not_fit_is_refused(world):
    proactive(world)
    ended = make_entitlement(world.old, make_service("proactive", "minutes"), bought=600)
    loose = make_entitlement(world.unmapped, make_service("proactive", "minutes"), bought=600)
    number = request(world)
    for other in (ended, loose, world.cedar_advisory, world.birch_advisory):
        with pytest.raises(Invalid, match="engagement_without_payer"):
            plan(world, number, 4, entitlement_id=other.pk)
    without_rate = request(world, offering=make_offering(credit_rate=None))
    with pytest.raises(Invalid, match="engagement_without_payer"):
        plan(world, without_rate, 4, entitlement_id=world.cedar_credits.pk)


# Credits


def test_credits_are_held_and_spent_at_the_rate_of_the_order(world):  # R2.5
    offering = make_offering(credit_rate=300)
    number = request(world, offering=offering)
    offering.credit_rate, offering.rate_version = 900, 2
    offering.save(using="owner")
    plan(world, number, 8, entitlement_id=world.cedar_credits.pk)
    assert used_and_held(world.cedar_credits) == (250, 300)
    log(world, number, 4)
    assert used_and_held(world.cedar_credits) == (250, 300)  # not spent before all is delivered
    log(world, number, 6, day=TODAY - timedelta(days=1))
    finish(world, number)
    assert used_and_held(world.cedar_credits) == (550, 0)
    assert Entry.objects.using("owner").get(source="engagements").occurred_on == TODAY


# Refusals


def test_who_may_do_what(world):
    proactive(world)
    number = planned(world)
    version = get(number).version
    for who in ("admin", "member", "engineer", "reader"):
        with pytest.raises(Forbidden):
            planning.plan(as_(world, who), number, Plan(60), version=version)
    for who in ("admin", "member", "reader"):
        with pytest.raises(Forbidden):
            deliveries.log_delivery(as_(world, who), number, Worked(TODAY, 60))
    for who in ("contact", "stranger", "newcomer"):  # requested nothing themselves, and read no activity
        with pytest.raises(Exception, match="matching query"):
            deliveries.log_delivery(as_(world, who), number, Worked(TODAY, 60))
    offering = make_offering()
    with pytest.raises(Forbidden):
        planning.request_service(as_(world, "engineer"), world.north.pk, offering.code, Wish())
    for place in (world.birch_main.pk, world.south.pk):
        with pytest.raises(Exception, match="matching query"):
            planning.request_service(as_(world, "member"), place, offering.code, Wish())


def test_a_form_that_is_old_changes_nothing(world):
    pays = proactive(world)
    number = planned(world)
    old = get(number).version
    plan(world, number, 10)
    with pytest.raises(Conflict, match="engagement_changed"):
        planning.plan(as_(world, "csam"), number, Plan(60), version=old)
    with pytest.raises(Conflict, match="engagement_changed"):
        planning.decline(as_(world, "csam"), number, "no", version=old)
    assert hours_of(pays) == (0, 10)


def test_steps_that_the_table_does_not_have_are_refused(world):
    proactive(world)
    number = request(world)
    with pytest.raises(Conflict, match="engagement_over"):
        schedule(world, number)
    with pytest.raises(Conflict, match="engagement_over"):
        log(world, number, 1)
    with pytest.raises(Conflict, match="engagement_transition"):
        finish(world, number)
    planning.decline(as_(world, "csam"), number, "Not now", version=get(number).version)
    with pytest.raises(Conflict, match="engagement_over"):
        plan(world, number)
    with pytest.raises(Conflict, match="engagement_transition"):
        planning.cancel(as_(world, "member"), number, "x", version=get(number).version, charge=0)


def test_bad_days_and_hours_are_refused(world):
    proactive(world)
    number = planned(world)
    with pytest.raises(Invalid, match="in_future"):
        log(world, number, 1, day=TODAY + timedelta(days=1))
    for hours in (0, 25):
        with pytest.raises(Invalid, match="delivery_minutes"):
            log(world, number, hours)
    with pytest.raises(Invalid, match="planned_minutes"):
        plan(world, number, 0)
    with pytest.raises(Invalid, match="wanted_reversed"):
        request(world, wanted_from=TODAY + timedelta(days=9), wanted_until=TODAY + timedelta(days=8))
    with pytest.raises(Invalid, match="wanted_in_past"):
        request(world, wanted_from=TODAY - timedelta(days=1))


# Ends of terms


def test_a_delivery_after_the_term_is_kept_unbooked_and_booked_once_something_pays(world, owner):
    pays = proactive(world)
    number = planned(world, 16)
    owner.execute("UPDATE agreements_package SET terminated_on = %s WHERE id = %s", [date(2026, 11, 10), world.base.pk])
    late = log(world, number, 4, day=date(2026, 11, 12))
    log(world, number, 2, day=date(2026, 11, 9))
    assert late.unbooked == "after_term"
    assert hours_of(pays) == (2, 14)  # expiry moved nothing
    follow_up = make_package(world.agreement, world.north, code="NEXT")
    service = make_service("proactive", "minutes")
    other = make_entitlement(follow_up, service, bought=6000)
    owner.execute("UPDATE agreements_package SET terminated_on = NULL WHERE id = %s", [world.base.pk])

    assert deliveries.book_unbooked(Access.of_system([world.cedar.pk])) == 1
    assert hours_of(pays) == (6, 10)
    assert hours_of(other) == (0, 0)
    assert list(doctor.find_differences()) == []


def test_what_is_held_stays_when_the_package_ends_and_finishing_gives_it_back(world, owner):
    pays = proactive(world)
    number = planned(world, 16)
    log(world, number, 2, day=date(2026, 11, 9))
    owner.execute("UPDATE agreements_package SET terminated_on = %s WHERE id = %s", [date(2026, 11, 10), world.base.pk])
    assert hours_of(pays) == (2, 14)
    finish(world, number)
    assert hours_of(pays) == (2, 0)


# Cancelling


def late(owner, package, days, percent):
    statement = "UPDATE agreements_package SET late_cancel_days = %s, late_cancel_percent = %s WHERE id = %s"
    owner.execute(statement, [days, percent, package.pk])


def test_cancelling_later_than_agreed_charges_its_share_and_says_so_first(world, owner):
    pays = proactive(world)
    late(owner, world.base, 10, 25)
    number = planned(world, 16)
    schedule(world, number, in_days=9)
    version = get(number).version
    with pytest.raises(Conflict, match="cancel_charge_changed"):
        planning.cancel(as_(world, "member"), number, "Moved house", version=version, charge=0)
    assert hours_of(pays) == (0, 16)
    planning.cancel(as_(world, "member"), number, "Moved house", version=version, charge=4 * 60)
    assert hours_of(pays) == (4, 0)
    entry = Entry.objects.using("owner").get(source="engagements")
    assert (entry.reason, entry.occurred_on, entry.charged) == ("late_cancel", TODAY, 240)
    assert list(doctor.find_differences()) == []


def test_cancelling_in_time_costs_nothing(world, owner):
    pays = proactive(world)
    late(owner, world.base, 10, 25)
    number = planned(world, 16)
    schedule(world, number, in_days=10)
    planning.cancel(as_(world, "admin"), number, "No", version=get(number).version, charge=0)
    assert hours_of(pays) == (0, 0)
    assert get(number).state == "cancelled"


def test_who_cancels(world):
    proactive(world)
    number = planned(world)
    for who in ("reader", "engineer"):
        with pytest.raises(Forbidden):
            planning.cancel(as_(world, who), number, "x", version=get(number).version, charge=0)
    with pytest.raises(Invalid, match="engagement_reason_missing"):
        planning.cancel(as_(world, "csam"), number, "  ", version=get(number).version, charge=0)


def test_an_archived_workspace_orders_nothing(world, owner):
    place = make_workspace(world.cedar, "east", archived_at="2026-01-01T00:00Z")
    with pytest.raises(Conflict, match="workspace_archived_order"):
        planning.request_service(as_(world, "admin"), place.pk, make_offering().code, Wish())
