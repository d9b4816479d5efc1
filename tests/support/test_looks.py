"""Customers are told which of their requests staff looked at, whichever page or file it was (R7.3)."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.journal.models import Event
from tallyhub.kernel import clock
from tallyhub.support.models import File, NoteFile
from tests.make import grant, make_request
from tests.support.saying import address, say, upload
from tests.support.working import log
from tests.world import NOW

PLACES = ("request", "request_who", "share", "conversation", "file", "note_file", "time", "time_edit", "merge")


@pytest.fixture
def shown(world: SimpleNamespace, client: Client) -> SimpleNamespace:
    """A request with all that can be looked at; nobody looked yet."""
    request = make_request(world.north)
    client.force_login(world.engineer)
    say(client, request, "Hello", upload("a.txt"))
    say(client, request, "Between us", upload("b.txt"), to="note")
    work = log(world, request)
    client.logout()
    addresses = {
        name: address(name, request) for name in ("request", "request_who", "share", "conversation", "time", "merge")
    }
    addresses["file"] = address("file", request, File.objects.using("owner").get().pk)
    addresses["note_file"] = address("note_file", request, NoteFile.objects.using("owner").get().pk)
    addresses["time_edit"] = f"/support/time/{work}/"
    return SimpleNamespace(ask=request, **addresses)


def looks() -> list[tuple[int, int | None]]:
    found = Event.objects.using("owner").filter(kind="support.request_looked").order_by("pk")
    return [(one.subject_id or 0, one.actor_id) for one in found]


def get(client: Client, where: str, **headers: str) -> int:
    answer = client.get(where, headers=headers)
    answer.close()
    return answer.status_code


@pytest.mark.parametrize("place", PLACES)
def test_a_look_of_staff_is_told_once_a_day_wherever_it_is(
    world: SimpleNamespace, client: Client, shown: Any, place: str
) -> None:  # R7.3
    client.force_login(world.engineer)
    assert get(client, getattr(shown, place)) == 200
    assert looks() == [(shown.ask.pk, world.engineer.pk)]
    assert get(client, getattr(shown, place), if_none_match="*") == 200  # none of them is ever answered by 304
    assert len(looks()) == 1
    with clock.frozen(NOW + timedelta(days=1)):
        get(client, getattr(shown, place))
    assert len(looks()) == 2


def test_all_looks_of_a_day_are_one_for_each_of_the_staff(world: SimpleNamespace, client: Client, shown: Any) -> None:
    for who in (world.engineer, world.csam):
        client.force_login(who)
        for place in ("request", "conversation", "file", "time"):
            get(client, getattr(shown, place))
    assert looks() == [(shown.ask.pk, world.engineer.pk), (shown.ask.pk, world.csam.pk)]


def test_a_look_of_the_customers_own_people_is_nobodys_business(
    world: SimpleNamespace, client: Client, shown: Any
) -> None:
    client.force_login(world.admin)
    for place in PLACES:
        get(client, getattr(shown, place))
    assert looks() == []


@pytest.mark.parametrize("place", PLACES)
def test_what_is_refused_is_no_look(world: SimpleNamespace, client: Client, shown: Any, place: str) -> None:
    """Staff of others, staff who may not, and an address of nothing."""
    other = make_request(world.birch_main)
    refusals: list[tuple[Any, Callable[[str], str]]] = [
        (world.newcomer, str),
        (world.engineer, lambda where: where.replace(shown.ask.number, other.number)),
        (world.engineer, lambda where: where.rstrip("/") + "9" * 12 + "/"),
    ]
    for who, changed in refusals:
        if place == "time_edit" and changed(shown.time_edit) == shown.time_edit and who is world.engineer:
            continue  # its address names the time, not the request
        client.force_login(who)
        assert get(client, changed(getattr(shown, place))) in (403, 404)
    client.force_login(world.csam)
    assert get(client, shown.time_edit) == get(client, shown.merge) == 403
    assert looks() == []


def test_a_page_that_comes_back_with_what_was_wrong_is_a_look(
    world: SimpleNamespace, client: Client, shown: Any
) -> None:
    client.force_login(world.engineer)
    assert say(client, shown.ask, "").status_code == 400
    assert looks() == [(shown.ask.pk, world.engineer.pk)]


def test_who_merges_looks_at_both(world: SimpleNamespace, client: Client, shown: Any) -> None:  # R7.3
    other = make_request(world.north)
    client.force_login(world.engineer)
    assert get(client, f"{shown.merge}?into={other.number}") == 200
    assert looks() == [(shown.ask.pk, world.engineer.pk), (other.pk, world.engineer.pk)]


def test_a_look_at_the_queue_is_told_to_each_customer_whose_requests_it_shows(
    world: SimpleNamespace, client: Client
) -> None:  # R7.3
    grant(world.engineer, "engineer", world.birch)
    make_request(world.north)
    client.force_login(world.engineer)
    client.post("/switch/customer/", {"customer": world.birch.pk})
    for _ in range(2):
        get(client, "/support/queue/")
    assert queue_looks() == [(world.cedar.pk, world.engineer.pk)]
    make_request(world.birch_main)
    get(client, f"/support/queue/?customer={world.cedar.pk}")
    get(client, "/support/queue/?called=yes")
    assert len(queue_looks()) == 1
    get(client, "/support/queue/")
    assert queue_looks() == [(world.cedar.pk, world.engineer.pk), (world.birch.pk, world.engineer.pk)]
    client.force_login(world.admin)
    assert "Opened a page for the first time that day: Queue" in client.get("/audit/").content.decode()


def queue_looks() -> list[tuple[int | None, int | None]]:
    found = Event.objects.using("owner").filter(kind="activity.looked", details__page="queue").order_by("pk")
    return [(one.customer_id, one.actor_id) for one in found]
