"""Who is written to about a service, and what a customer's system is told of it (R2.1)."""

import json
from collections.abc import Iterator
from datetime import datetime

import pytest

from tallyhub.engagements import jobs as engagement_jobs
from tallyhub.engagements.deliveries import commands as deliveries
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.planning import commands as planning
from tallyhub.integrations import jobs
from tallyhub.integrations.models import Delivery, Endpoint
from tallyhub.journal.models import Event
from tallyhub.kernel import clock
from tallyhub.notifications.models import Mail
from tallyhub.site.wiring import NEWS
from tests.engagements.making import as_, finish, get, log, plan, planned, proactive, request, schedule
from tests.notifications.conftest import MailServer, serving_mail
from tests.working import run_jobs
from tests.world import NOW, TODAY

TEAM = {"csam@example.test", "coordinator@example.test"}


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    with serving_mail() as keeper:
        yield keeper


@pytest.fixture
def told(world, smtp):
    """Does what is due, and tells who got which text since the last time."""

    def now() -> dict[str, str]:
        run_jobs()
        found = {people[0]: mail.get_body(("plain",)).get_content() for _, people, mail in smtp.mails}
        smtp.mails.clear()
        return found

    return now


def test_a_request_is_told_to_the_account_team_and_what_becomes_of_it_to_the_requester(world, told):
    proactive(world)
    number = request(world, text="Before the audit")
    mails = told()
    assert mails.keys() == TEAM
    assert "member requests the service" in mails["csam@example.test"]
    assert "Before the audit" in mails["csam@example.test"]
    assert f"/services/engagements/{number}/" in mails["csam@example.test"]
    plan(world, number, 16)
    mails = told()
    assert mails.keys() == {"member@example.test"}
    assert "is planned with 16 h" in mails["member@example.test"]
    schedule(world, number)
    assert "takes place from" in told()["member@example.test"]
    log(world, number, 4)
    said = told()
    assert said.keys() == {"member@example.test"}
    assert "4 h were delivered on 21 November 2026" in said["member@example.test"]
    assert "until 4 December 2026. From 5 December 2026 on it counts as accepted" in said["member@example.test"]
    finish(world, number)
    assert told() == {}


def test_declining_is_told_with_its_reason_and_cancelling_to_both_sides(world, told):
    number = request(world)
    told()
    planning.decline(as_(world, "csam"), number, "Not this year", version=1)
    said = told()
    assert said.keys() == {"member@example.test"}
    assert "Not this year" in said["member@example.test"]
    number = request(world)
    told()
    planning.cancel(as_(world, "admin"), number, "No need", version=1, charge=0)
    assert told().keys() == TEAM | {"member@example.test"}
    number = request(world)
    told()
    planning.cancel(as_(world, "member"), number, "No need", version=1, charge=0)
    assert told().keys() == TEAM  # not to who did it


def test_a_dispute_is_told_to_the_account_team_and_its_answer_to_the_requester(world, told):
    proactive(world)
    number = planned(world)
    delivery = log(world, number, 4)
    told()
    deliveries.dispute_delivery(as_(world, "member"), delivery.pk, "It was three", version=1)
    said = told()
    assert said.keys() == TEAM
    assert "It was three" in said["csam@example.test"]
    deliveries.answer_dispute(as_(world, "csam"), delivery.pk, "See the report", version=2)
    assert "See the report" in told()["member@example.test"]
    deliveries.correct_delivery(as_(world, "csam"), delivery.pk, Worked(TODAY, 180), "Three", version=3)
    assert "was corrected: 3 h" in told()["member@example.test"]


def test_what_is_no_longer_so_is_not_told(world, told):
    number = request(world)
    plan_it = get(number).version
    proactive(world)
    plan(world, number, 16)
    assert plan_it == 1
    assert told().keys() == {"member@example.test"}  # nobody need plan it any more
    delivery = log(world, number, 4)
    deliveries.accept_delivery(as_(world, "member"), delivery.pk, version=1)
    assert told() == {}


def test_where_nobody_requested_it_the_administrators_are_told(world, told, owner):
    proactive(world)
    number = planned(world)
    told()
    owner.execute("UPDATE engagements_engagement SET requested_by_id = NULL WHERE number = %s", [number])
    log(world, number, 4)
    assert told().keys() == {"admin@example.test", "north_admin@example.test"}


def test_before_it_counts_as_accepted_the_customer_is_reminded_once(world, told):
    proactive(world)
    number = planned(world)
    log(world, number, 4)
    told()

    def at(day: int) -> dict[str, str]:
        with clock.frozen(datetime(2026, 12, day, 12, tzinfo=NOW.tzinfo)):
            engagement_jobs.settle(0)
            return told()

    assert at(1).keys() == {"member@example.test"}  # three days before the fourth
    assert at(2) == {}
    assert at(4) == {}
    assert at(5) == {}
    assert get(number).deliveries.using("owner").get().acceptance == "by_time"


def test_nobody_is_reminded_of_what_was_judged_or_is_far(world, told):
    proactive(world)
    number = planned(world)
    first, _second = log(world, number, 4), log(world, number, 2)
    deliveries.accept_delivery(as_(world, "member"), first.pk, version=1)
    told()
    with clock.frozen(datetime(2026, 11, 30, 12, tzinfo=NOW.tzinfo)):
        engagement_jobs.settle(0)
        assert told() == {}
    with clock.frozen(datetime(2026, 12, 1, 12, tzinfo=NOW.tzinfo)):
        engagement_jobs.settle(0)
        assert "2 h" in told()["member@example.test"]


def test_no_name_stands_in_a_job_or_in_the_outbox(world, told, owner):
    proactive(world)
    number = request(world, text="Ask member@example.test")
    plan(world, number, 16)
    rows = owner.execute("SELECT args::text FROM procrastinate_jobs").fetchall()
    rows += owner.execute("SELECT details::text FROM journal_event").fetchall()
    assert rows
    assert not any("member" in text for (text,) in rows)
    run_jobs()
    assert all("member@" not in json.dumps(one.params) for one in Mail.objects.using("owner").all())


def test_endpoints_are_told_of_services_by_ids_only(world):
    Endpoint.objects.using("owner").create(
        customer_id=world.cedar.pk, url="https://hook.example.test/",
        types=["engagement.requested", "engagement.changed", "delivery.changed"], secret="whsec_eA==", made_at=NOW,
    )  # fmt: skip
    proactive(world)
    number = request(world, text="Secret words")
    plan(world, number, 16)
    delivery = log(world, number, 4)
    deliveries.dispute_delivery(as_(world, "member"), delivery.pk, "Secret", version=1)
    for event in Event.objects.using("owner").filter(kind__startswith="engagements.").order_by("pk"):
        assert "integrations.spread" in NEWS[event.kind]
        jobs.spread(event.pk, world.cedar.pk)
    sent = [json.loads(one.body) for one in Delivery.objects.using("owner").order_by("pk")]
    assert {one["data"]["engagement_id"] for one in sent} == {get(number).pk}
    assert [(one["type"], one["data"].get("delivery_id")) for one in sent] == [
        ("engagement.requested", None), ("engagement.changed", None), ("engagement.changed", None),
        ("delivery.changed", delivery.pk), ("delivery.changed", delivery.pk),
    ]  # fmt: skip
    assert all(isinstance(value, int | None) for one in sent for value in one["data"].values())


def test_who_sees_nothing_of_it_any_more_is_told_nothing_of_it(world, told, owner):
    proactive(world)
    number = request(world)
    told()
    plan(world, number, 16)
    schedule(world, number)
    log(world, number, 1)
    gone = [world.member.pk, world.csam.pk, world.coordinator.pk]
    for table in ("accessgrant", "membership"):
        owner.execute(f"DELETE FROM organizations_{table} WHERE person_id = ANY (%s)", [gone])
    assert told().keys() & {"member@example.test", *TEAM} == set()
