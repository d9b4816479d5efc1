"""What a token reads: the figures of the pages, all rows, each once (R8.2)."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts.tokens import TokenScope
from tests.make import book, make_entitlement

READ = TokenScope.READ_AGREEMENTS
ROWS = TokenScope.READ_ENTRIES


def balance(answer: Any, entitlement_id: int) -> dict[str, Any]:
    (found,) = [one["balance"] for one in answer.json()["items"] if one["id"] == entitlement_id]
    return dict(found)


def test_a_balance_says_what_the_page_says(world: SimpleNamespace, program: Any) -> None:
    answer = program(world.north_admin, READ).get("/entitlements")
    assert balance(answer, world.cedar_advisory.pk) == {
        "bought": 1200,
        "used": 450,
        "used_here": 90,
        "left": 750,
        "expired": 0,
        "held": 0,
        "over": 0,
        "upcoming": 0,
        "ends_next": 750,
        "ends_next_on": "2026-12-31",
        "text": "12:30 h left of 20 h",
    }
    assert balance(answer, world.cedar_reactive.pk)["left"] is None  # as needed: a use and no balance
    assert [one["balance"] for one in answer.json()["items"] if one["id"] == world.cedar_benefit.pk] == [None]


def test_the_sentences_come_in_the_language_that_is_asked_for(world: SimpleNamespace, program: Any) -> None:
    calls = program(world.admin, READ)
    calls._headers["Accept-Language"] = "de"
    answer = calls.get("/entitlements")
    assert answer.headers["Content-Language"] == "de"
    assert "übrig" in balance(answer, world.cedar_advisory.pk)["text"]


@pytest.mark.parametrize("is_fresh", [False, True])
def test_balances_of_many_cost_as_many_statements_as_of_few(
    world: SimpleNamespace, program: Any, statements: Any, is_fresh: bool
) -> None:
    from tallyhub.kernel.access import Access
    from tallyhub.ledger import commands

    calls = program(world.admin, READ)
    made = []
    for more in (3, 300):
        for _ in range(more):
            make_entitlement(world.base, world.advisory, bought=60)
        if is_fresh:
            commands.refresh_snapshots(Access.of_system([world.cedar.pk]))
        with statements() as ran:
            answer = calls.get("/entitlements", limit=1000)
        assert len(answer.json()["items"]) > more
        made.append(len(ran))
    assert made[0] == made[1] <= 5


def test_entries_are_filtered_as_the_grid_is(world: SimpleNamespace, program: Any) -> None:
    calls = program(world.admin, ROWS)

    def ids(**query: Any) -> int:
        return len(calls.get("/entries", **query).json()["items"])

    assert ids(entitlement_id=world.cedar_reactive.pk) == 11
    assert ids(entitlement_id=world.cedar_reactive.pk, workspace_id=world.south.pk) == 1
    assert ids(occurred_from="2026-06-01", occurred_to="2026-06-30") == 2
    assert ids(source="test") == ids() > ids(source="import") == 0
    assert ids(external_id="nothing") == 0


def test_pages_hold_every_row_once_while_rows_are_added(world: SimpleNamespace, program: Any) -> None:
    calls = program(world.admin, ROWS)
    expected = [one["id"] for one in calls.get("/entries").json()["items"]]
    found, path = [], "/entries?limit=3"
    while path:
        # A day long gone: it must not push a row onto the page after it, or off it.
        added = book(world.cedar_reactive, world.north, 1, date(2026, 1, 2)) if len(found) < 9 else None
        expected += [added.pk] if added else []
        answer = calls.get(path.removeprefix("/api/v1")).json()
        found += [one["id"] for one in answer["items"]]
        path = answer["next"]
    assert found == expected
    later = book(world.cedar_reactive, world.north, 1, date(2026, 1, 1))
    assert [one["id"] for one in calls.get("/entries", cursor=answer["cursor"]).json()["items"]] == [later.pk]


@pytest.mark.parametrize("path", ["/agreements", "/packages", "/entitlements", "/allotments", "/workspaces"])
def test_every_list_comes_in_pages(world: SimpleNamespace, program: Any, path: str) -> None:
    calls = program(world.admin, READ)
    whole = calls.get(path).json()["items"]
    found, following = [], f"{path}?limit=1"
    while following:
        answer = calls.get(following.removeprefix("/api/v1")).json()
        found += answer["items"]
        following = answer["next"]
    assert found == whole
    assert len(whole) > 1


@pytest.mark.parametrize(
    "query",
    [{"cursor": "nonsense"}, {"cursor": "YTA="}, {"cursor": "é"}, {"limit": 0}, {"limit": 1001}, {"limit": "x"}],
)
def test_a_page_that_is_none_is_refused(world: SimpleNamespace, program: Any, query: dict[str, Any]) -> None:
    answer = program(world.admin, READ).get("/agreements", **query)
    if query != {"cursor": "YTA="}:  # the beginning, spelt out
        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_is_not_mapped_is_for_administrators_of_the_whole(world: SimpleNamespace, program: Any) -> None:  # R3.7
    def packages(person: Any) -> set[str]:
        return {one["code"] for one in program(person, READ).get("/packages").json()["items"]}

    assert "LOOSE" in packages(world.admin)
    assert "LOOSE" not in packages(world.csam) | packages(world.north_admin)
    loose = program(world.csam, READ).get("/allotments").json()["items"]
    assert "LOOSE" not in {one["package"] for one in loose}


@pytest.mark.parametrize("path", ["openapi.json", "docs"])
def test_the_contract_is_public_and_needs_no_other_host(world: SimpleNamespace, client: Client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200
    assert "https://" not in answer.content.decode()


def test_what_a_program_needs_to_know_is_served(world: SimpleNamespace, client: Client) -> None:  # R8.2
    """Whoever has only the hub's address has no file of the source."""
    contract = client.get("/api/v1/openapi.json").json()
    assert "docs/api.md" not in str(contract)
    about = contract["components"]["schemas"]["Entitlement"]["properties"]["balance"]["description"]
    assert "Null for an additional benefit" in about
    page = client.get("/api/v1/docs").content.decode()
    for words in ("Idempotency-Key", "cursor", "balance: null", "RFC 9457", "/accounts/tokens/"):
        assert words in page, words


def test_an_unknown_method_and_address_are_told_in_json(world: SimpleNamespace, client: Client) -> None:
    answer = client.delete("/api/v1/agreements")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert client.get("/api/v3/").json()["status"] == client.get("/api/v1/").json()["status"] == 404


def test_a_parameter_that_the_address_does_not_know_is_refused(world: SimpleNamespace, program: Any) -> None:  # R8.2
    answer = program(world.admin, READ).get("/packages", agreemant="CED-2026")
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("parameter_unknown")
    assert "agreemant" in answer.json()["detail"]
