"""Booking through the API: all or nothing, once, and told by row (R8.2)."""

import json
import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tallyhub.accounts.tokens import TokenScope
from tallyhub.integrations.api import commands
from tallyhub.journal import commands as journal
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.ledger import doctor
from tallyhub.organizations.models import PersonKey
from tests.world import NOW

WRITE = TokenScope.WRITE_ENTRIES


@pytest.fixture
def calls(world: SimpleNamespace, program: Any) -> Any:
    return program(world.csam, WRITE)


def booked(owner: Any) -> list[tuple[str, int]]:
    found = "SELECT external_id, charged FROM ledger_entry WHERE source = 'api' ORDER BY id"
    return list(owner.execute(found).fetchall())


def pointers(answer: Any) -> list[tuple[str, str]]:
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


def test_rows_are_booked_with_their_texts_and_told_one_by_one(
    world: SimpleNamespace, calls: Any, row: Any, owner: Any
) -> None:
    PersonKey.objects.using("owner").create(customer_id=world.cedar.pk, person_id=world.member.pk, key="M-1")
    first = calls.book(row("a", amount="1:30", unit="hours", multiplier="3/2", title="Review", person="M-1"))
    assert first.status_code == 200, first.content
    answer = calls.book(row("b", amount=15), row("a", amount="90", multiplier="1.5", title="Review", person="M-1"))
    told = [(one["external_id"], one["status"]) for one in answer.json()["entries"]]
    assert told == [("b", "new"), ("a", "known")]
    assert (answer.json()["new"], answer.json()["known"]) == (1, 1)
    assert booked(owner) == [("a", 135), ("b", 15)]
    stored = "SELECT recorded_by_id, person_id FROM ledger_entry WHERE external_id = 'a'"
    assert owner.execute(stored).fetchone() == (world.csam.pk, world.member.pk)
    events = owner.execute("SELECT details FROM journal_event WHERE kind = 'integrations.entries_posted'").fetchall()
    assert [one["rows"] for (one,) in events] == [1, 2]
    assert list(doctor.find_differences()) == []


def test_whatever_is_wrong_with_any_row_is_told_and_nothing_is_booked(calls: Any, row: Any, owner: Any) -> None:
    answer = calls.book(
        row("good"),
        row("where", workspace="nowhere"),
        row("when", occurred_on="2027-01-01"),
        row("what", amount="1.5"),
        row("unit", unit="cases"),
        row("twice", occurred_at="2026-11-02T10:00+01:00"),
        row("address@example.org"),
        row("who", person="reader@example.test"),
        row("foreign", agreement="BIR-2026"),
        row("nul", title="a\x00b"),
    )
    assert answer.status_code == 422
    assert pointers(answer) == [
        ("/entries/1/workspace", "workspace_unknown"),
        ("/entries/2/occurred_on", "after_term"),
        ("/entries/3/amount", "amount_not_whole"),
        ("/entries/4/unit", "unit_mismatch"),
        ("/entries/5/occurred_on", "day_twice"),
        ("/entries/6/external_id", "address_in_ledger"),
        ("/entries/7/person", "person_unknown"),
        ("/entries/8/agreement", "agreement_unknown"),
        ("/entries/9/title", "control_character"),
    ]
    assert booked(owner) == []


def test_the_same_id_with_other_content_is_a_conflict_of_its_row(calls: Any, row: Any, owner: Any) -> None:
    assert calls.book(row("a")).status_code == 200
    answer = calls.book(row("new"), row("a", amount="31"))
    assert answer.status_code == 409
    assert pointers(answer) == [("/entries/1", "content_differs")]
    assert booked(owner) == [("a", 30)]


def test_what_only_the_ledger_refuses_is_told_by_row_too(world: SimpleNamespace, calls: Any, row: Any) -> None:
    loose = row("loose", package="ADD", entitlement=world.cedar_credits.code, unit="credits", workspace="south")
    assert pointers(calls.book(row("a"), loose)) == [("/entries/1/workspace", "workspace_not_mapped")]
    answer = calls.book(row("b"), row("c"), row("b"))
    assert pointers(answer) == [("/entries/0", "duplicate_in_batch"), ("/entries/2", "duplicate_in_batch")]


def test_more_rows_than_the_limit_are_refused(calls: Any, row: Any, owner: Any) -> None:
    rows = [row(f"r-{n}", amount="1") for n in range(commands.ROWS_MAX + 1)]
    assert calls.book(*rows).status_code == 422
    assert calls.book(*rows[1:]).json()["new"] == commands.ROWS_MAX
    assert calls.book().status_code == 422


def test_an_entry_is_taken_back_once(world: SimpleNamespace, calls: Any, row: Any, owner: Any, program: Any) -> None:
    (entry,) = calls.book(row("a")).json()["entries"]
    path = f"/entries/{entry['id']}/reversal"
    (reversal,) = calls.post(path, {"reason": "booked_twice"}).json()["entries"]
    assert reversal["status"] == "new"
    assert booked(owner) == [("a", 30), (f"{entry['id']}:reversal", -30)]
    assert calls.post(path, {"reason": "booked_twice"}).status_code == 409
    assert calls.post(f"/entries/{reversal['id']}/reversal", {"reason": "again"}).status_code == 422
    assert calls.post(path, {"reason": "Not a code"}).status_code == 422
    hidden = calls.post("/entries/999999999/reversal", {"reason": "booked_twice"})
    birch = owner.execute("SELECT id FROM ledger_entry WHERE customer_id = %s", [world.birch.pk]).fetchone()[0]
    foreign = calls.post(f"/entries/{birch}/reversal", {"reason": "booked_twice"})
    assert (foreign.status_code, foreign.content) == (hidden.status_code, hidden.content) == (404, hidden.content)
    read = program(world.admin, TokenScope.READ_ENTRIES).get(f"/entries/{entry['id']}")
    assert read.status_code == 404 or read.json()["reversed_by_id"] == reversal["id"]


def test_a_batch_asks_the_same_number_of_statements_whatever_its_length(
    world: SimpleNamespace, calls: Any, row: Any, owner: Any
) -> None:
    PersonKey.objects.using("owner").create(customer_id=world.cedar.pk, person_id=world.member.pk, key="M-1")
    made: list[str] = []

    def note(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        made.append(statement)
        return execute(statement, params, many, context)

    def statements(*rows: dict[str, Any], key: str) -> int:
        made.clear()
        with connection.execute_wrapper(note):
            assert calls.book(*rows, key=key).json()["new"] == len(rows)
        return len(made)

    many = [row(f"m-{n}", amount="1", person="M-1", workspace="south" if n % 2 else "north") for n in range(100)]
    assert statements(row("one", person="M-1"), key="k-1") == statements(*many, key="k-2") == 13


def test_what_is_known_and_what_is_new_are_told_apart_with_their_ids(calls: Any, row: Any, owner: Any) -> None:
    calls.book(row("a"), row("b", source="desk"))
    told = calls.book(row("b"), row("b", source="desk"), row("c"), row("a")).json()
    stored = owner.execute("SELECT source, external_id, id FROM ledger_entry").fetchall()
    ids = {(source, external_id): pk for source, external_id, pk in stored}
    assert [(one["id"], one["status"]) for one in told["entries"]] == [
        (ids["api", "b"], "new"),
        (ids["desk", "b"], "known"),
        (ids["api", "c"], "new"),
        (ids["api", "a"], "known"),
    ]
    assert (told["new"], told["known"]) == (2, 2)


# Once, whatever happens


def test_a_repeated_key_gets_the_same_answer_and_books_nothing(calls: Any, row: Any, owner: Any) -> None:
    first = calls.book(row("a"), key="k-1")
    again = calls.book(row("a"), key="k-1")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.json()["new"] == 1
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert booked(owner) == [("a", 30)]


def test_a_key_that_comes_with_another_request_is_refused(calls: Any, row: Any, owner: Any) -> None:
    calls.book(row("a"), key="k-1")
    answer = calls.book(row("b"), key="k-1")
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("#key_reused")
    assert booked(owner) == [("a", 30)]


def test_a_key_is_the_tokens_own(world: SimpleNamespace, calls: Any, program: Any, row: Any, owner: Any) -> None:
    calls.book(row("a"), key="k-1")
    assert program(world.coordinator, WRITE).book(row("b"), key="k-1").json()["new"] == 1


def test_a_key_is_free_again_after_a_failure(calls: Any, row: Any, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert calls.book(row("a", workspace="nowhere"), key="k-1").status_code == 422
    with monkeypatch.context() as broken:
        broken.setattr(commands, "keep_answer", lambda *_: 1 / 0)  # after everything was written
        assert calls.book(row("b"), key="k-1").status_code == 500
    assert booked(owner) == []
    assert owner.execute("SELECT count(*) FROM journal_answered").fetchone() == (0,)
    assert calls.book(row("c"), key="k-1").status_code == 200
    assert booked(owner) == [("c", 30)]


def test_the_same_key_twice_at_once_books_once(calls: Any, row: Any, owner: Any) -> None:
    """Two connections: the second one waits for the first one's end and is told the same."""
    together = threading.Barrier(2)
    answers: list[Any] = []

    def call() -> None:
        try:
            with clock.frozen(NOW):
                together.wait(30)
                answers.append(calls.book(row("a"), key="k-1"))
        finally:
            connection.close()

    both = [threading.Thread(target=call) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert sorted("Idempotency-Replayed" in one.headers for one in answers) == [False, True]
    assert booked(owner) == [("a", 30)]


def test_answers_are_forgotten_after_thirty_days(calls: Any, row: Any, owner: Any) -> None:
    calls.book(row("a"), key="k-1")
    for days, left in [(30, 1), (31, 0)]:
        with clock.frozen(NOW + timedelta(days=days)):
            journal.forget_answers(Access())
        assert owner.execute("SELECT count(*) FROM journal_answered").fetchone() == (left,)


@pytest.mark.parametrize("key", ["", "two words", "é", "x" * 256])
def test_a_malformed_key_is_refused(calls: Any, row: Any, owner: Any, key: str) -> None:
    answer = calls.post("/entries", {"entries": [row("a")]}, **{"Idempotency-Key": key})
    assert answer.status_code == 422
    assert booked(owner) == []


# What comes as a body


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"entries": NaN}', "[" * 100_000, '"\\ud800"', "\x00"])
def test_a_body_that_is_no_request_is_refused(calls: Any, body: str) -> None:
    assert calls.post("/entries", body).status_code in (400, 422)


def test_a_body_with_a_key_twice_is_refused(calls: Any, row: Any, owner: Any) -> None:
    """As an import refuses it: of two amounts, which one is meant?"""
    once = json.dumps({"entries": [row("a")]})
    answer = calls.post("/entries", once.replace('"external_id"', '"title": "x", "title": "y", "external_id"'))
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("json_key_twice")
    assert booked(owner) == []


def test_a_body_of_another_type_is_refused(calls: Any) -> None:
    path, headers = "/api/v1/entries", calls._headers
    assert Client().post(path, {"entries": "[]"}, headers=headers).status_code == 415
    assert Client().post(path, "<a/>", content_type="application/xml", headers=headers).status_code == 415


class Untouched:
    """A body that must not be read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = readlines = __iter__ = read


@pytest.mark.parametrize("length", [100 * 2**20, settings.TALLYHUB.api_body_max + 1])
def test_a_body_that_is_too_large_is_refused_unread(world: SimpleNamespace, length: int) -> None:
    sent = {"CONTENT_LENGTH": str(length), "wsgi.input": Untouched()}
    answer = Client().generic("POST", "/api/v1/entries", content_type="application/json", **sent)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_of_unknown_length_is_refused(world: SimpleNamespace) -> None:
    answer = Client().post(
        "/api/v1/entries", "{}", content_type="application/json", headers={"Transfer-Encoding": "chunked"}
    )
    assert answer.status_code == 411
