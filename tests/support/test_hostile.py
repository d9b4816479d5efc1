"""What somebody gets by guessing numbers and ids, and by writing what no form of ours would send."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tallyhub.accounts.models import Person
from tests.make import grant, make_person, make_request
from tests.people.people import make_group
from tests.support.requests.asking import begin


@pytest.mark.parametrize("number", ["\0", "a\0b", "9" * 30, "٣", "x" * 300])
def test_what_is_no_number_names_no_request(world: SimpleNamespace, client: Client, number: str) -> None:  # R1.5
    client.force_login(world.engineer)
    for page in ("", "who/", "share/", "time/", "merge/", "conversation/"):
        for ask in (client.get, client.post):
            assert ask(f"/support/requests/{quote(number)}/{page}").status_code in (404, 405)


@pytest.mark.parametrize(("day", "zone"), [("0001-01-01", "Asia/Tokyo"), ("9999-12-31", "America/New_York")])
def test_a_day_at_the_end_of_the_calendar_is_refused(
    world: SimpleNamespace, client: Client, day: str, zone: str
) -> None:  # R4.4
    Person.objects.using("owner").filter(pk=world.engineer.pk).update(zone=zone)
    client.force_login(world.engineer)
    address = f"/support/requests/{make_request(world.north).number}/time/log/"
    typed = {"day": day, "starts": "00:00" if day < "1" else "23:00", "minutes": "5", "what": "remote"}
    assert client.post(address, typed).status_code == 400


def test_the_queue_names_nobody_of_another_customer(world: SimpleNamespace, client: Client) -> None:  # R3.8
    Person.objects.using("owner").filter(pk=world.stranger.pk).update(name="Zanzibar")
    client.force_login(world.engineer)
    answer = client.get(f"/support/queue/?assigned={world.stranger.pk}")
    assert answer.status_code == 200
    assert "Zanzibar" not in answer.content.decode()


def test_a_draft_names_nobody_of_another_workspace(world: SimpleNamespace, client: Client) -> None:  # R3.8
    somebody: Any = make_person("Southfolk")
    grant(somebody, "member", world.south)
    group = make_group(world.south, "Southgroup")
    client.force_login(world.contact)
    draft = begin(client, world.north)
    chosen = {"people": [somebody.pk], "primary_contact": somebody.pk, "groups": [group.pk], "act": "later"}
    assert client.post(f"{draft}people/", chosen).status_code == 302
    for step in ("people", "check"):
        shown = client.get(f"{draft}{step}/").content.decode()
        assert "Southfolk" not in shown
        assert "Southgroup" not in shown
