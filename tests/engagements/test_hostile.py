"""What somebody tries who means harm, or is only unlucky, around services that are planned and delivered."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tallyhub.accounts.tokens import TokenScope
from tallyhub.engagements import jobs
from tallyhub.engagements.deliveries import commands
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.models import EngagementDelivery, Slot
from tallyhub.engagements.planning import commands as planning
from tallyhub.engagements.planning.commands import Wish
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
from tests.engagements.test_bad_input import end, row
from tests.engagements.test_imports import Bringing, consumed, delivered, one, ordered
from tests.engagements.test_pages import text
from tests.integrations.api.program import Program, make_token
from tests.make import days, grant, make_entitlement, make_package, make_person, make_service
from tests.world import TODAY


def beginning(world, day):
    return make_package(world.agreement, world.north, scope="addon", term=days(day, date(2026, 12, 31)))


def standing_of():
    return EngagementDelivery.objects.using("owner").filter(removed_at=None).order_by("pk")


def test_finished_and_unbooked_another_payer_is_chosen_by_planning_it_so(world, owner, client):
    addon = make_package(world.agreement, world.north, scope="addon", code="CREDITS-1")
    pays = make_entitlement(addon, world.credits, bought=1000)
    number = request(world, offering=make_offering(credit_rate=300))
    plan(world, number, 8, entitlement_id=pays.pk)
    end(owner, addon, date(2026, 11, 10))
    delivery = log(world, number, 8, day=date(2026, 11, 12))
    finish(world, number)
    assert row(delivery).unbooked == "after_term"
    client.force_login(world.csam)
    one = f"/services/engagements/{number}/"
    page = client.get(one).content.decode()
    assert f'action="{one}plan/"' in page
    typed = {"version": get(number).version, "hours": "8", "entitlement": world.cedar_credits.pk}
    assert client.post(f"{one}plan/", typed).status_code == 302
    assert (used_and_held(pays), used_and_held(world.cedar_credits)) == ((0, 0), (550, 0))
    assert (row(delivery).unbooked, get(number).state) == ("", "delivered")
    assert f'action="{one}plan/"' not in client.get(one).content.decode()
    with pytest.raises(Conflict, match="engagement_over"):
        plan(world, number, 8, entitlement_id=pays.pk)


def test_what_was_paid_stays_paid_where_the_next_payer_begins_later(world):
    pays = proactive(world)
    number = planned(world, 16, entitlement_id=pays.pk)
    log(world, number, 4, day=date(2026, 11, 10))
    following = make_entitlement(beginning(world, date(2026, 11, 20)), make_service("proactive", "minutes"))
    plan(world, number, 16, entitlement_id=following.pk)
    assert (hours_of(pays), hours_of(following)) == ((4, 0), (0, 12))
    log(world, number, 2)
    finish(world, number)
    assert (hours_of(pays), hours_of(following)) == ((4, 0), (2, 0))
    assert list(doctor.find_differences()) == []


def test_what_did_not_take_place_at_all_can_be_cancelled_and_holds_nothing_for_ever(world):
    pays = proactive(world)
    number = planned(world, 16)
    delivery = log(world, number, 4)
    commands.correct_delivery(as_(world, "csam"), delivery.pk, None, "Somewhere else", version=1)
    assert (get(number).state, hours_of(pays)) == ("planned", (0, 16))
    planning.cancel(as_(world, "member"), number, "No more", version=get(number).version, charge=0)
    assert hours_of(pays) == (0, 0)


def test_a_day_of_another_engineer_moves_no_other_day(world):
    proactive(world)
    number = planned(world)
    other = make_person("second")
    grant(other, "engineer", world.cedar)
    starts = datetime.combine(TODAY + timedelta(days=30), datetime.min.time(), UTC) + timedelta(hours=8)
    csam = as_(world, "csam")

    def book(person, in_days):
        at = starts + timedelta(days=in_days)
        planning.book_day(csam, number, engineer_id=person.pk, starts_at=at, ends_at=at + timedelta(hours=8),
                          is_whole_day=False, version=get(number).version)  # fmt: skip

    book(world.engineer, 0)
    book(other, 1)
    book(world.engineer, 2)
    rows = Slot.objects.using("owner").order_by("starts_at")
    assert list(rows.values_list("engineer_id", flat=True)) == [world.engineer.pk, other.pk, world.engineer.pk]
    planning.free_day(csam, number, rows[2].pk, version=get(number).version)
    assert list(rows.all().values_list("engineer_id", flat=True)) == [world.engineer.pk, other.pk]


@pytest.mark.parametrize(
    ("day", "from_", "until"),
    [("0001-01-01", "02:00", "09:00"), ("0001-01-02", "09:00", "17:00"), ("9999-12-31", "02:00", "23:59"),
     ("9999-12-30", "09:00", "17:00")],
)  # fmt: skip
def test_days_at_the_edge_of_the_calendar_break_no_page(world, client, day, from_, until):
    proactive(world)
    number = planned(world)
    one = f"/services/engagements/{number}/"
    client.force_login(world.csam)
    typed = {"version": get(number).version, "engineer": world.engineer.pk, "starts_on": day, "starts": from_,
             "ends_on": day, "ends": until, "confirmed": "on"}  # fmt: skip
    assert client.post(f"{one}schedule/", typed).status_code == 400
    assert get(number).starts_at is None
    whole = typed | {"part": "day", "dse": "1"}
    assert client.post(f"{one}schedule/", whole).status_code == 400


def test_planning_anew_counts_what_was_delivered_of_it_once(world):
    pays = proactive(world, bought=16 * 60)
    number = planned(world, 16)
    log(world, number, 12)
    assert hours_of(pays) == (12, 4)
    plan(world, number, 16, confirmed=False)
    assert hours_of(pays) == (12, 4)
    with pytest.raises(Conflict) as refused:
        plan(world, number, 17, confirmed=False)
    assert refused.value.params["beyond"] == 60


def test_what_cannot_be_booked_keeps_nobody_else_waiting(world, owner):
    pays = proactive(world)
    access = as_(world, "admin")
    first, second = planning.request_service(access, world.south.pk, make_offering().code, Wish()), planned(world)
    plan(world, first)
    end(owner, world.base, date(2026, 11, 10))
    delivery = log(world, first, 4, day=date(2026, 11, 12))
    other = log(world, second, 2, day=date(2026, 11, 12))
    owner.execute("UPDATE organizations_workspace SET archived_at = now() WHERE id = %s", [world.south.pk])
    end(owner, world.base, None)
    jobs.settle(0)
    assert row(other).unbooked == ""
    assert row(delivery).unbooked == "after_term"
    assert hours_of(pays)[0] == 2


@pytest.fixture
def bring(world, tmp_path):
    return Bringing(tmp_path)


def taken_back(world, pays, amount="-240", **over):
    return consumed(world, pays, "D-1-back", amount=amount, reverses="D-1", reason="wrong", **over)


def test_what_its_system_takes_back_is_not_booked_anew_behind_its_back(world, bring, client):  # R1.14
    pays = proactive(world)
    bring.ok("engagements", ordered(state="in_delivery"))
    bring.ok("engagement_deliveries", delivered())
    bring.ok("consumption", consumed(world, pays))
    bring.ok("consumption", taken_back(world, pays))
    assert (hours_of(pays), standing_of()[0].unbooked) == ((0, 16), "taken_back")
    number = one().number
    log(world, number, 2)
    assert hours_of(pays) == (2, 14)
    (first, _second) = standing_of()
    assert first.unbooked == "taken_back"
    jobs.settle(0)
    finish(world, number)
    assert hours_of(pays) == (2, 0)
    client.force_login(world.reader)
    assert "its entry was taken back" in text(client, f"/services/engagements/{number}/")
    commands.correct_delivery(as_(world, "csam"), first.pk, Worked(first.day, 180), "Three", version=first.version)
    assert hours_of(pays) == (5, 0)
    assert list(doctor.find_differences()) == []


def test_what_a_program_takes_back_of_ours_stays_so_until_somebody_corrects_it(world):
    pays = proactive(world)
    number = planned(world)
    delivery = log(world, number, 4)
    (entry,) = Entry.objects.using("owner").filter(source="engagements")
    program = Program(make_token(world.csam, world.cedar, TokenScope.WRITE_ENTRIES))
    assert program.post(f"/entries/{entry.pk}/reversal", {"reason": "wrong"}).status_code == 200
    assert (hours_of(pays), row(delivery).unbooked) == ((0, 16), "taken_back")  # nobody has to touch it first
    log(world, number, 1)
    assert (hours_of(pays), row(delivery).unbooked) == ((1, 15), "taken_back")
    plan(world, number, 20, entitlement_id=pays.pk)
    assert hours_of(pays)[0] == 1


def test_a_payer_that_is_left_and_chosen_again_pays_again(world):
    first, second = proactive(world), proactive(world)
    number = planned(world, 16, entitlement_id=first.pk)
    log(world, number, 4)
    for pays in (second, first, second, first):
        plan(world, number, 16, entitlement_id=pays.pk)
    assert (hours_of(first), hours_of(second)) == ((4, 12), (0, 0))


def test_a_correction_stays_with_whoever_paid_what_it_corrects(world):
    pays = proactive(world)
    number = planned(world, 16, entitlement_id=pays.pk)
    delivery = log(world, number, 4, day=date(2026, 11, 10))
    following = make_entitlement(beginning(world, date(2026, 11, 20)), make_service("proactive", "minutes"))
    plan(world, number, 16, entitlement_id=following.pk)
    made = commands.correct_delivery(
        as_(world, "csam"), delivery.pk, Worked(date(2026, 11, 9), 180), "Three", version=row(delivery).version
    )
    assert (hours_of(pays), row(made).unbooked) == ((3, 0), "")
    commands.correct_delivery(as_(world, "csam"), made.pk, Worked(TODAY, 180), "Today", version=made.version)
    assert (hours_of(pays), hours_of(following)) == ((0, 0), (3, 13))


def test_what_is_taken_back_in_an_archive_is_taken_back_all_the_same(world, owner):
    pays = proactive(world)
    number = planned(world)
    log(world, number, 4)
    (entry,) = Entry.objects.using("owner").filter(source="engagements")
    owner.execute("UPDATE organizations_workspace SET archived_at = now() WHERE id = %s", [world.north.pk])
    program = Program(make_token(world.csam, world.cedar, TokenScope.WRITE_ENTRIES))
    assert program.post(f"/entries/{entry.pk}/reversal", {"reason": "wrong"}).status_code == 200
    assert hours_of(pays) == (0, 12)
    assert list(doctor.find_differences()) == []
