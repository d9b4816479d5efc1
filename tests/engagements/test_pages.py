"""The pages, as everybody sees them."""

import re

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Package
from tests.activity.test_customer_activity import text as as_read
from tests.engagements.making import HOURS, get, log, make_offering, plan, planned, proactive, request, schedule
from tests.make import make_entitlement, make_package, make_service


def page(client, person, number, status=200):
    client.force_login(person)
    response = client.get(f"/services/engagements/{number}/")
    assert response.status_code == status
    return response.content.decode()


def test_an_engagement_is_shown_to_all_whom_it_concerns_and_to_nobody_else(world, client):
    proactive(world)
    number = planned(world)
    schedule(world, number)
    log(world, number, 4)
    for who in ("member", "admin", "reader", "csam", "engineer"):
        said = page(client, getattr(world, who), number)
        assert "16 h" in said
    for who in ("contact", "stranger", "newcomer"):
        page(client, getattr(world, who), number, 404)


def test_from_the_data_sheet_to_the_acceptance_by_forms_alone(world, client):  # R1.14
    pays = proactive(world)
    offering = make_offering()
    client.force_login(world.member)
    assert offering.name in client.get("/services/?text=health").content.decode()
    sheet = f"/services/offer/{offering.code}/"
    assert "What you get" in client.get(sheet).content.decode()
    sent = client.post(f"{sheet}request/", {"workspace": world.north.pk, "wish": "Soon", "wanted_from": "2026-12-01"})
    number = sent.url.split("/")[-2]
    one = f"/services/engagements/{number}/"
    assert client.post(f"{one}plan/", {"version": 1, "hours": "16"}).status_code == 403
    client.force_login(world.csam)
    assert client.get(one).status_code == 200
    beyond = client.post(f"{one}plan/", {"version": 1, "hours": "60", "entitlement": pays.pk})
    assert (beyond.status_code, "20 h more than is left" in beyond.content.decode()) == (409, True)
    assert client.post(f"{one}plan/", {"version": 1, "hours": "16", "entitlement": pays.pk}).status_code == 302
    days = {"engineer": world.engineer.pk, "starts_on": "2026-12-01", "starts": "09:00", "ends": "17:00"}
    assert client.post(f"{one}schedule/", {"version": 2, **days}).status_code == 302
    client.force_login(world.engineer)
    done = {"version": 3, "day": "2026-11-20", "hours": "12", "note": "Two days"}
    assert client.post(f"{one}log/", done).status_code == 302
    assert client.post(f"{one}finish/", {"version": 4}).status_code == 302
    client.force_login(world.member)
    assert client.get("/services/upcoming/").status_code == client.get(f"{one}cancelling/").status_code == 200
    said = client.get(one).content.decode()
    delivery = said.split("/services/deliveries/")[1].split("/")[0]
    assert client.post(f"/services/deliveries/{delivery}/accept/", {"version": 9}).status_code == 409
    assert client.post(f"/services/deliveries/{delivery}/accept/", {"version": 1}).status_code == 302
    assert get(number).state == "accepted"
    client.force_login(world.reader)
    rows = client.get(f"/customer-activity/entitlements/{pays.pk}/").content.decode()
    assert "12 h" in rows
    assert number in rows


def test_bad_input_gets_a_sentence_and_changes_nothing(world, client):
    proactive(world)
    number = request(world)
    client.force_login(world.csam)
    one = f"/services/engagements/{number}/"
    for path, fields in (
        ("plan/", {"hours": "many"}),
        ("plan/", {"hours": "16", "title": "x" * 300}),
        ("plan/", {"hours": "16", "entitlement": world.birch_advisory.pk}),
        ("decline/", {"reason": ""}),
    ):
        assert client.post(one + path, {"version": 1, **fields}).status_code == 400, (path, fields)
    assert client.post(f"{one}plan/", {"version": "x", "hours": "16"}).status_code == 404
    plan(world, number)
    for fields in ({"engineer": world.member.pk}, {"engineer": ""}, {"engineer": world.engineer.pk, "starts": "x"}):
        wrong = {"version": 2, "starts_on": "2026-12-01", "starts": "09:00", "ends": "17:00", **fields}
        assert client.post(f"{one}schedule/", wrong).status_code == 400, fields
    assert client.post(f"{one}log/", {"version": 2, "day": "2026-11-20", "hours": "30"}).status_code == 400
    assert (get(number).state, get(number).version) == ("planned", 2)


def test_what_cancelling_costs_is_read_before_it_is_done(world, client, owner):
    proactive(world)
    owner.execute("UPDATE agreements_package SET late_cancel_days = 10, late_cancel_percent = 25 WHERE id = %s",
                  [world.base.pk])  # fmt: skip
    number = request(world)
    plan(world, number)
    one = f"/services/engagements/{number}/"
    client.force_login(world.member)
    assert "At no cost until 10 days before it begins, later for 25 % of what was planned" in text(client, one)
    schedule(world, number, in_days=10)
    assert "At no cost until Saturday, 21 November 2026" in text(client, one) or "21" in text(client, one)
    assert "Cancelling it now costs nothing" in text(client, f"{one}cancelling/")
    assert "it costs 25 % of what was planned" in text(client, f"{one}cancelling/")
    schedule(world, number, in_days=9)
    asked = text(client, f"{one}cancelling/")
    assert "It begins in less than 10 days. Cancelling now costs 25 % of what was planned: 4 h." in asked
    said = {"version": get(number).version, "reason": "Moved house"}
    assert client.post(f"{one}cancel/", said | {"charge": 0}).status_code == 409
    assert client.post(f"{one}cancel/", said | {"charge": 240}).status_code == 302


def text(client, address):
    return " ".join(re.sub("<[^>]+>", " ", client.get(address).content.decode()).replace("\xa0", " ").split())


def test_whoever_plans_reads_what_is_left_of_what_can_pay(world, client, statements):
    """Remaining first, and how much of it is held for other plans."""
    proactive(world, bought=100 * HOURS)
    other = planned(world, 8)
    log(world, other, 3)
    number = request(world)
    asked = page(client, world.csam, number)
    assert "What fits best, now Proactive services, Base" in plain(asked)
    beside = asked.partition('id="plan-left"')[2].partition("</ul>")[0]
    assert "Proactive services, Base: 97 h of 100 h left, 5 h of it held" in plain(beside)
    assert "Left of what pays" not in asked
    plan(world, number, 16)
    assert "Left of what pays 97 h of 100 h left, 21 h of it held" in plain(page(client, world.csam, number))
    for who in ("member", "admin", "engineer"):
        assert "h left" not in plain(page(client, getattr(world, who), number)), who
    plan(world, number, 99)
    assert "97 h of 100 h left, but 104 h held" in plain(page(client, world.csam, number))
    with statements() as few:
        client.get(f"/services/engagements/{number}/")
    for _n in range(3):
        proactive(world, bought=10 * HOURS)
    with statements() as many:
        said = client.get(f"/services/engagements/{number}/").content.decode()
    assert plain(said).count("10 h of 10 h left") == 3
    assert len(many) == len(few)


def test_what_is_scheduled_at_short_notice_says_what_cancelling_costs_now(world, client):
    Package.objects.using("owner").filter(pk=world.base.pk).update(late_cancel_days=14, late_cancel_percent=50)
    proactive(world)
    number = planned(world)
    schedule(world, number, in_days=20)
    said = plain(page(client, world.member, number))
    assert "At no cost until 27 November 2026, later for 50 % of what was planned" in said
    schedule(world, number, in_days=14)
    assert "At no cost until 21 November 2026" in plain(page(client, world.member, number))
    schedule(world, number, in_days=13)
    said = plain(page(client, world.member, number))
    assert "Cancelling now costs 8 h, 50 % of what was planned" in said
    assert "At no cost until" not in said


def plain(markup):
    return as_read(markup).replace("\xa0", " ")


def test_a_service_and_its_package_of_one_name_are_said_once(world, client):
    service = make_service("proactive", "minutes", names={"en": "Workshop hours", "de": "Workshopstunden"})
    package = make_package(world.agreement, world.north, name="Workshop hours")
    make_entitlement(package, service, bought=40 * HOURS)
    number = planned(world)
    said = plain(page(client, world.csam, number))
    assert "Why Workshop hours pays" in said
    assert "Workshop hours (until 31 December 2026)" in said
    assert "Workshop hours, Workshop hours" not in said
    Person.objects.using("owner").filter(pk=world.csam.pk).update(language="de")
    said = plain(page(client, world.csam, number))
    assert "Workshopstunden" in said
    assert "Workshopstunden, Workshop hours" not in said
