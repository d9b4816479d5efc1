"""Support contacts are counted by who is named, on every page alike (R2.3)."""

import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tallyhub.activity.commands import make_statement
from tallyhub.activity.rules import count_named
from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel import clock
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.figures import Balance
from tallyhub.organizations.sign_on import act_for
from tests.make import book, grant, make_person
from tests.people.people import allow_contacts, invite, make_known
from tests.world import NOW


def text_of(answer: Any) -> str:
    body = answer.getvalue() if answer.streaming else answer.content
    return " ".join(re.sub(r"<[^>]+>", " ", body.decode()).split())


@pytest.fixture
def line(world: SimpleNamespace) -> Any:
    """Three are allowed; world.contact is one, and one more was asked into south. An import said that one was used."""
    line = allow_contacts(world, 3)
    invite(world.south, make_known("Asked"), name="Ash Asked", roles=["support_contact"])
    book(line, world.north, 1, date(2026, 3, 3))
    return line


def test_every_page_says_what_manage_users_says(world: SimpleNamespace, line: Any, client: Client) -> None:
    client.force_login(world.admin)
    assert "Support contacts of CED-2026: 1 place left, 2 of 3 named." in text_of(client.get("/users/"))
    for address in ("/", "/customer-activity/"):
        page = text_of(client.get(address))
        assert "1 person free of 3" in page
        assert "2 people named" in page
    page = text_of(client.get(reverse("activity:entitlement", args=[line.pk])))
    assert re.search(r"Free 1 person Named 2 people Allowed 3 people", page), page
    client.force_login(world.csam)
    page = text_of(client.get(reverse("office:agreement", args=[world.agreement.pk])))
    assert "Free 1 Named 2 Allowed 3" in page
    assert "contact, since" in page
    assert "Ash Asked, invited on" in page


def test_beyond_what_is_allowed_is_said(world: SimpleNamespace, line: Any, client: Client) -> None:
    for number in range(2):
        grant(make_person(f"more{number}"), "support_contact", world.north)
    client.force_login(world.admin)
    page = text_of(client.get("/customer-activity/"))
    assert "1 person over" in page
    assert "More named than allowed" in page
    assert "More used than bought" not in page


def test_who_they_are_is_for_those_who_administer(world: SimpleNamespace, line: Any, client: Client) -> None:
    address = reverse("activity:entitlement", args=[line.pk])
    client.force_login(world.admin)
    everywhere = "?" + "&".join(f"workspace={one.pk}" for one in (world.north, world.south))
    page = text_of(client.get(address + everywhere))
    assert "Ash Asked" in page
    assert "contact@example.test Registered" in page
    client.force_login(world.north_admin)
    page = text_of(client.get(address))
    assert "contact@example.test Registered" in page
    assert "Ash Asked" not in page
    assert "1 of 2 people are shown" in page
    client.force_login(world.reader)
    page = text_of(client.get(address))
    assert "contact@example.test" not in page
    assert "Named 2 people" in page


def test_naming_somebody_makes_the_page_a_new_one(world: SimpleNamespace, line: Any, client: Client) -> None:
    client.force_login(world.admin)
    client.get("/customer-activity/")  # which sets a cookie
    etag = client.get("/customer-activity/")["ETag"]
    assert client.get("/customer-activity/", headers={"If-None-Match": etag}).status_code == 304
    grant(world.member, "support_contact", world.north)
    fresh = client.get("/customer-activity/", headers={"If-None-Match": etag})
    assert fresh.status_code == 200
    assert "0 people free of 3" in text_of(fresh)


@pytest.mark.parametrize(("page", "more"), [("/", 1), ("/customer-activity/", 0)])  # which has read it for its ETag
def test_it_costs_one_statement_at_most_and_none_where_nobody_is_counted(
    world: SimpleNamespace, client: Client, statements: Any, page: str, more: int
) -> None:
    client.force_login(world.admin)
    with statements() as without:
        client.get(page)
    allow_contacts(world, 3)
    with statements() as few:
        client.get(page)
    allow_contacts(world, 30)
    for number in range(20):
        grant(make_person(f"more{number}"), "support_contact", world.north)
    with statements() as many:
        client.get(page)
    assert len(many) == len(few) == len(without) + more


def test_several_entitlements_of_an_agreement_add_up_to_it() -> None:
    def allows(quantity: int, *, is_as_needed: bool = False) -> Balance:
        return Balance(ServiceKind.CONTACTS, Unit.PEOPLE, is_as_needed, 0, 0, quantity=quantity)

    found = count_named([allows(2), allows(5)], 4)
    assert [(one.used, one.left, one.over) for one in found] == [(2, 0, 0), (2, 3, 0)]
    found = count_named([allows(2), allows(5)], 9)
    assert [(one.used, one.left, one.over) for one in found] == [(2, 0, 0), (7, 0, 2)]
    found = count_named([allows(2), allows(0, is_as_needed=True)], 9)
    assert [(one.used, one.left, one.over) for one in found] == [(2, 0, 0), (7, 0, 0)]


def test_a_statement_says_how_many_were_named_when_its_period_ended(
    world: SimpleNamespace, line: Any, client: Client
) -> None:
    access = act_for(world.admin.pk, world.cedar.pk).access
    made = make_statement(access, agreement_id=world.agreement.pk, first_day=None, last_day=None, language="en")
    client.force_login(world.admin)
    page = text_of(client.get(reverse("activity:statement", args=[made.pk])))
    assert "at the end of 21 November 2026, 2 people were named." in page
    with clock.frozen(NOW + timedelta(hours=1)):
        grant(world.member, "support_contact", world.north)  # after it was made: the same statement says the same
        again = text_of(client.get(reverse("activity:statement", args=[made.pk])))
    assert "2 people were named" in again
