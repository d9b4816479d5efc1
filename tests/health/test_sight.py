"""Who reads which event: by Python and by the database (edge case 36, S003-45's health half)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tallyhub.health import queries
from tallyhub.health.rules import EventKind, EventStatus, Reach, Visibility
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tests.world import NOW

Publish = Callable[..., int]


@pytest.fixture
def events(health: Any, publish: Publish) -> dict[str, int]:
    """One of each sort. Cedar has the database; birch has everything."""
    named = {"visibility": Visibility.AFFECTED, "reach": Reach.NAMED}
    search = {"components": {health.index.pk: "partial_outage"}}
    return {
        "public": publish(title="Public"),
        "signed_in": publish(title="Inside", visibility=Visibility.SIGNED_IN),
        "database": publish(title="For holders of the database", visibility=Visibility.AFFECTED),
        "search": publish(title="For holders of the search", visibility=Visibility.AFFECTED, **search),
        "birch": publish(title="Birch alone", customers=frozenset({health.birch.pk}), **named),
        "cedar": publish(title="Cedar alone", customers=frozenset({health.cedar.pk}), **named),
    }


SEES = {
    "member": {"public", "signed_in", "database", "cedar"},
    "admin": {"public", "signed_in", "database", "cedar"},
    "csam": {"public", "signed_in", "database", "cedar"},
    "stranger": {"public", "signed_in", "database", "search", "birch"},  # birch's administrator
    "newcomer": {"public", "signed_in"},
    "agent": {"public", "signed_in", "database", "search", "birch"},  # the partner that sells to birch
    "editor": {"public", "signed_in", "database", "search", "birch", "cedar"},
}


@pytest.mark.parametrize("who", SEES)
def test_each_reads_what_reaches_them_and_nothing_is_there_else(  # 36
    health: Any, events: dict[str, int], client: Client, who: str
) -> None:
    client.force_login(getattr(health, who))
    answers = {name: client.get(f"/health/events/{event}/").status_code for name, event in events.items()}
    assert answers == {name: 200 if name in SEES[who] else 404 for name in events}
    page = client.get("/health/?all").content.decode()
    titles = {name: f'href="/health/events/{event}/"' in page for name, event in events.items()}
    assert titles == {name: name in SEES[who] for name in events}


def test_what_is_hidden_and_what_is_not_there_get_the_same_answer(  # 36
    health: Any, events: dict[str, int], client: Client
) -> None:
    client.force_login(health.member)
    hidden, absent = client.get(f"/health/events/{events['birch']}/"), client.get("/health/events/999999/")
    pages = [re.sub(rb'value="[A-Za-z0-9]{64}"', b"", one.content) for one in (hidden, absent)]  # masked anew each time
    assert pages[0] == pages[1]
    assert hidden.status_code == absent.status_code == 404


def scopes(health: Any) -> dict[str, Access]:
    return {
        "member": Access(person_id=health.member.pk, customer_id=health.cedar.pk, workspaces=(health.north.pk,)),
        "stranger": Access(person_id=health.stranger.pk, customer_id=health.birch.pk, in_whole=True),
        "newcomer": Access(person_id=health.newcomer.pk),
        "agent": Access(person_id=health.agent.pk, organization_id=health.partner.pk),
        "editor": health.editing,
    }


@pytest.mark.parametrize("who", ["member", "stranger", "newcomer", "agent", "editor"])
def test_the_database_says_the_same_by_itself(health: Any, events: dict[str, int], who: str) -> None:  # 36
    with scope(scopes(health)[who]), connection.cursor() as cursor:
        for table in ("event", "update", "affectedcomponent"):
            column = "id" if table == "event" else "event_id"
            cursor.execute(f"SELECT DISTINCT {column} FROM health_{table}")
            assert {one for (one,) in cursor.fetchall()} == {events[name] for name in SEES[who]}, table


def test_without_a_scope_only_what_is_public_is_there(health: Any, events: dict[str, int]) -> None:
    with scope(Access()), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM health_event")
        assert cursor.fetchall() == [(events["public"],)]


def test_who_else_is_affected_is_nobodys_business(health: Any, publish: Publish) -> None:
    both = frozenset({health.cedar.pk, health.birch.pk})
    publish(visibility=Visibility.AFFECTED, reach=Reach.NAMED, customers=both)
    with scope(scopes(health)["member"]), connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM health_affectedcustomer")
        assert cursor.fetchall() == [(health.cedar.pk,)]


def test_nobody_asks_whom_an_event_reaches_but_its_provider(health: Any, events: dict[str, int]) -> None:
    for name in ("member", "agent"):
        with scope(scopes(health)[name]), connection.cursor() as cursor:
            for function in ("health_reached(%s, now())", "health_readers(%s, now())", "health_named(%s)"):
                cursor.execute(f"SELECT * FROM {function}", [events["birch"]])
                assert cursor.fetchall() == [], (name, function)
    with scope(health.editing):
        assert queries.list_reached(events["birch"]) == [health.birch.pk]
        assert set(queries.list_reached(events["database"])) == {health.cedar.pk, health.birch.pk}
        assert queries.list_reached(events["search"]) == [health.birch.pk]


def test_a_partner_knows_which_products_its_customers_hold(health: Any) -> None:
    held = {
        "agent": [(health.birch.pk, health.database.pk), (health.birch.pk, health.search.pk)],
        "member": [(health.cedar.pk, health.database.pk)],
        "newcomer": [],
        "editor": [],
    }
    for who, expected in held.items():
        with scope(scopes(health)[who]):
            assert queries.list_products_held() == expected, who


# Pages


def test_one_reads_of_ones_own_products_and_of_others_on_demand(  # S003-45, the health half
    health: Any, publish: Publish, client: Client
) -> None:
    publish(title="In the database")
    publish(title="In the search", components={health.index.pk: "partial_outage"})
    client.force_login(health.member)
    page = client.get("/health/").content.decode()
    assert "In the database" in page
    assert "In the search" not in page
    assert "In the search" in client.get("/health/?all").content.decode()


def test_the_history_holds_a_year_and_its_filters_are_in_the_address(
    health: Any, publish: Publish, client: Client
) -> None:
    past = {
        "status": EventStatus.RESOLVED,
        "occurred_at": NOW - timedelta(days=30),
        "ended_at": NOW - timedelta(days=29),
    }
    publish(title="Last month", **past)
    publish(title="A notice", kind=EventKind.ADVISORY, **past)
    publish(title="Of the search", components={health.index.pk: "partial_outage"}, **past)
    long_ago = {"occurred_at": NOW - timedelta(days=400), "ended_at": NOW - timedelta(days=399)}
    publish(title="Long ago", **past | long_ago)
    publish(title="Goes on")
    client.force_login(health.member)
    page = client.get("/health/history/").content.decode()
    assert [one in page for one in ("Last month", "A notice", "Long ago", "Goes on")] == [True, True, False, False]
    page = client.get(f"/health/history/?kind=advisory&product={health.database.pk}").content.decode()
    assert [one in page for one in ("Last month", "A notice", "Of the search")] == [False, True, False]
    assert client.get("/health/history/?after=nonsense").status_code == 404
    assert client.get("/health/history/?product=x").status_code == 404


def test_the_history_goes_on_from_page_to_page(health: Any, publish: Publish, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(queries, "HISTORY_PAGE", 2)
    for day in range(5):
        at = NOW - timedelta(days=day)
        publish(title=f"HealthEvent {day}", status=EventStatus.RESOLVED, occurred_at=at, ended_at=at)
    client.force_login(health.member)
    seen, path = [], "/health/history/"
    while path:
        page = client.get(path).content.decode()
        seen += [day for day in range(5) if f"HealthEvent {day}" in page]
        rest = page.partition('href="?after=')[2].partition('"')[0]
        path = f"/health/history/?after={rest}" if rest else ""
    assert seen == [0, 1, 2, 3, 4]


def test_a_promise_that_was_not_kept_shows(health: Any, publish: Publish, client: Client, owner: Any) -> None:
    publish()
    owner.execute("UPDATE health_event SET due_at = %s", [NOW - timedelta(minutes=1)])
    client.force_login(health.editor)
    assert "update is late" in client.get("/health/edit/").content.decode()


@pytest.mark.parametrize(
    "path", ["/health/", "/health/?all", "/health/history/", "/health/edit/", "/health/mail/", "event"]
)
def test_a_page_costs_the_same_however_much_there_is(  # R10
    health: Any, publish: Publish, client: Client, statements: Any, path: str
) -> None:
    def add(times: int) -> int:
        for n in range(times):
            parts = {health.queries.pk: "major_outage", health.backup.pk: "operational", health.index.pk: "operational"}
            last = publish(title=f"HealthEvent {n}", components=parts, regions=frozenset({health.west.pk}))
            publish(status=EventStatus.RESOLVED, components=parts)
        return last

    client.force_login(health.editor if "edit" in path else health.member)

    def count(event: int) -> int:
        with statements() as made:
            assert client.get(f"/health/events/{event}/" if path == "event" else path).status_code == 200
        return len(made)

    few = count(add(1))
    assert count(add(4)) == few
    assert few <= 14
