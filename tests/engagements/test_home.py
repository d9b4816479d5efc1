"""What home says of services, each to whom it concerns (R1.14)."""

from datetime import timedelta

from django.urls import reverse

from tallyhub.engagements.deliveries import commands
from tests.activity.test_customer_activity import text
from tests.activity.test_home import needs, read
from tests.engagements.making import as_, log, planned, proactive, request, schedule
from tests.world import TODAY

ACCEPT = "waits for you to accept or dispute it"
COMING = "A service takes place soon"
PLAN = "A requested service waits for your plan"
ANSWER = "is disputed and waits for your answer"


def test_a_delivery_to_accept_waits_for_the_requester_and_administrators(world, client):
    proactive(world)
    delivery = log(world, planned(world), 4)
    for who in ("member", "admin", "north_admin"):
        assert needs(read(client, getattr(world, who))).count(ACCEPT) == 1, who
    assert "04/12/2026" in needs(read(client, world.member)) or "4 Dec" in needs(read(client, world.member))
    for who in ("reader", "contact", "csam", "engineer", "stranger"):
        assert ACCEPT not in read(client, getattr(world, who)), who
    commands.accept_delivery(as_(world, "member"), delivery.pk, version=1)
    assert ACCEPT not in read(client, world.member)


def test_each_of_two_deliveries_that_wait_says_which_one_it_is_and_leads_to_it(world, client):
    proactive(world)
    number = planned(world)
    both = log(world, number, 4), log(world, number, 1.5, TODAY - timedelta(days=1))
    days = "The delivery of 21 November 2026, 4 h", "The delivery of 20 November 2026, 1:30 h"
    for said, where in (
        (ACCEPT, ("member", "/")),
        ("waits for your acceptance", ("member", reverse("engagements:engagements"))),
    ):
        assert_leads(client, world, where, [f"{day}, " for day in days], said, number, both)
    for one in both:
        commands.dispute_delivery(as_(world, "member"), one.pk, "No", version=1)
    for said, where in ((ANSWER, ("csam", "/")), ("is disputed", ("csam", reverse("engagements:engagements")))):
        assert_leads(client, world, where, [f"{day}, " for day in days], said, number, both)


def assert_leads(client, world, where, days, said, number, deliveries):
    who, address = where
    client.force_login(getattr(world, who))
    page = client.get(address).content.decode()
    shown, there = text(page), reverse("engagements:engagement", args=[number])
    for day, one in zip(days, deliveries, strict=True):
        assert day in shown, (where, day)
        assert said in shown
        assert f'href="{there}#delivery-{one.pk}"' in page, where
        assert f'id="delivery-{one.pk}"' in client.get(there).content.decode()


def test_what_is_coming_within_two_weeks_is_told(world, client):
    proactive(world)
    number = planned(world)
    schedule(world, number, in_days=15)
    assert COMING not in read(client, world.member)
    schedule(world, number, in_days=3)
    for who in ("member", "reader", "engineer", "csam"):
        assert COMING in needs(read(client, getattr(world, who))), who
    assert COMING not in read(client, world.stranger)


def test_requests_and_disputes_wait_for_whoever_plans(world, client):
    proactive(world)
    request(world)
    delivery = log(world, planned(world), 4)
    commands.dispute_delivery(as_(world, "member"), delivery.pk, "No", version=1)
    for who in ("csam", "coordinator"):
        page = needs(read(client, getattr(world, who)))
        assert (page.count(PLAN), page.count(ANSWER)) == (1, 1), who
    for who in ("member", "admin", "engineer"):
        page = read(client, getattr(world, who))
        assert PLAN not in page
        assert ANSWER not in page
