"""The ways to support requests: the ribbon, the list, and the drill-downs of what requests draw from."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.activity.test_drilldown import GROUP, of
from tests.make import grant, make_organization, make_person, make_request

LIST, QUEUE, OPEN = "/support/", "/support/queue/", "/support/open/"
GUIDE = "/which-portal/"
STAFF = ("csam", "coordinator", "engineer")
OTHERS = ("admin", "reader", "contact", "viewer", "member", "newcomer", "stranger")


def ribbon(client: Client, address: str) -> list[tuple[str, bool]]:
    """(address, whether one is there) of every entry of both lines."""
    head = client.get(address).content.decode().split("<main")[0].split("ribbon-end")
    lines = head[0] + head[1].split("ribbon-subtabs")[-1] if "ribbon-subtabs" in head[1] else head[0]
    found = re.findall(r'<a href="([^"]+)" data-title="[^"]+" (aria-current)?', lines)
    return [(href, bool(here)) for href, here in found]


@pytest.mark.parametrize("who", [*STAFF, *OTHERS])
def test_everybody_finds_their_requests_and_staff_the_queue(world: SimpleNamespace, client: Client, who: str) -> None:
    client.force_login(getattr(world, who))
    entries = ribbon(client, LIST)
    assert (LIST, True) in entries
    assert ((QUEUE, False) in entries) is (who in STAFF)
    assert client.get(QUEUE).status_code == (200 if who in STAFF else 403)


def test_the_second_line_says_where_one_is(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.engineer)
    second = {address: dict(ribbon(client, address)) for address in (LIST, QUEUE)}
    assert [(one[LIST], one[QUEUE]) for one in second.values()] == [(True, False), (False, True)]
    inside = dict(ribbon(client, f"{LIST}requests/{make_request(world.north).number}/"))
    assert (inside[LIST], inside[QUEUE]) == (True, False)


def test_whoever_has_no_queue_has_the_others_of_the_second_line(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.member)
    there = [href for href, _here in ribbon(client, LIST)]
    assert (QUEUE in there, there[-1]) == (False, GUIDE)


def test_the_queue_of_a_customer_that_has_no_workspace_yet_is_empty(world: SimpleNamespace, client: Client) -> None:
    """The ribbon leads there, so it is no refusal."""
    person = make_person("early")
    grant(person, "engineer", make_organization("willow"))
    client.force_login(person)
    assert (QUEUE, False) in ribbon(client, LIST)
    assert "Nothing is open" in client.get(QUEUE).content.decode()


def test_the_way_to_the_queue_costs_no_statement(world: SimpleNamespace, client: Client, statements: Any) -> None:
    counts = []
    for who in (world.coordinator, world.admin):
        client.force_login(who)
        client.get("/management/")
        with statements() as made:
            client.get("/management/")
        counts.append(len(made))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("address", ["advisory", "reactive", "both"])
def test_drill_downs_of_support_lead_to_opening_a_request(
    world: SimpleNamespace, client: Client, address: str
) -> None:  # R4.1
    pages = {"advisory": of(world.cedar_advisory), "reactive": of(world.cedar_reactive), "both": GROUP}
    way = f'href="{OPEN}"'
    client.force_login(world.reader)
    assert way not in client.get(pages[address]).content.decode()
    grant(world.reader, "support_contact", world.south)
    grant(world.reader, "customer_activity", world.south)
    assert way not in client.get(f"{pages[address]}?workspace={world.north.pk}").content.decode()
    assert way in client.get(f"{pages[address]}?workspace={world.south.pk}").content.decode()
    assert way in client.get(f"{pages[address]}?workspace=all").content.decode()


def test_other_drill_downs_do_not(world: SimpleNamespace, client: Client) -> None:
    grant(world.reader, "support_contact", world.north)
    client.force_login(world.reader)
    assert f'href="{OPEN}"' not in client.get(of(world.cedar_credits)).content.decode()
    assert f'href="{OPEN}"' in client.get(LIST).content.decode()
