"""A reader who leaves in the middle of a long answer: nothing of it stays open. R9.5"""

import gc
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from tallyhub.activity import commands
from tallyhub.journal import queries as journal
from tallyhub.kernel import streams
from tallyhub.kernel.scope import scope
from tallyhub.ledger import entries
from tallyhub.organizations.sign_on import act_for


@pytest.fixture
def rows_come_singly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """So that a stream is in its middle after one chunk; and no collection tidies up behind us."""
    monkeypatch.setattr(entries, "STREAM_ROWS", 1)
    monkeypatch.setattr(journal, "STREAM_ROWS", 1)
    monkeypatch.setattr("tallyhub.kernel.grid.csv_lines.__kwdefaults__", {"lines_per_chunk": 1})
    monkeypatch.setattr("tallyhub.kernel.http._BUFFERED", 2)
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def open_cursors() -> list[Any]:
    found = [one for one in gc.get_objects() if isinstance(one, psycopg.ServerCursor)]
    return [one for one in found if not one.closed]


def break_off(client: Client, address: str, after: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, address
    chunks = iter(answer.streaming_content)  # type: ignore[attr-defined]
    while after not in next(chunks).decode():
        pass
    assert open_cursors(), address  # or it was not the middle
    answer.close()
    assert not open_cursors(), address
    assert not connection.in_atomic_block


def test_a_stream_that_is_broken_off_leaves_no_cursor(
    world: SimpleNamespace, client: Client, rows_come_singly: None
) -> None:
    access = act_for(world.admin.pk, world.cedar.pk).access
    wanted = {"agreement_id": world.agreement.pk, "first_day": None, "last_day": None, "language": "en"}
    made = commands.make_statement(access, **wanted)  # type: ignore[arg-type]
    client.force_login(world.admin)
    break_off(client, f"/statements/{made.pk}/", after="North case 1")
    rows = f"/customer-activity/entitlements/{world.cedar_reactive.pk}/entries.csv?workspace=all"
    break_off(client, rows, after="North case 1")
    break_off(client, "/audit/events.csv", after="admin")


def test_a_scope_closes_what_its_reader_left_in_a_circle(world: SimpleNamespace, rows_come_singly: None) -> None:
    """As a template engine's loops do. A collection would find it in the middle of another read, and wait for ever."""
    access = act_for(world.admin.pk, world.cedar.pk).access
    wanted = entries.EntryFilter((world.cedar_reactive.pk,), access.workspaces)
    with scope(access):
        rows = entries.stream(wanted)
        circle: list[Any] = [next(rows), rows]
        circle.append(circle)
        del rows, circle
        assert open_cursors()
    assert not open_cursors()


def test_only_a_few_long_answers_are_sent_at_once(world: SimpleNamespace, client: Client) -> None:  # R9.5
    address = f"/customer-activity/entitlements/{world.cedar_reactive.pk}/entries.csv?workspace=all"
    client.force_login(world.admin)
    open_ = [client.get(address) for _ in range(streams.PER_PERSON_MAX)]
    refused = client.get(address)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    assert "2 long pages or files are being sent to you already" in refused.content.decode()
    assert client.get("/customer-activity/").status_code == 200
    open_.pop().close()
    open_.append(client.get(address))
    assert open_[-1].status_code == 200
    for one in open_:
        one.close()


def test_the_hub_sends_a_few_long_answers_to_all_together(
    world: SimpleNamespace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:  # R9.5
    monkeypatch.setattr(streams, "AT_ONCE_MAX", 1)
    address = f"/customer-activity/entitlements/{world.cedar_reactive.pk}/entries.csv?workspace=all"
    client.force_login(world.admin)
    one = client.get(address)
    assert one.status_code == 200
    refused = client.get(address)
    assert refused.status_code == 503
    assert "Many long pages and files" in refused.content.decode()
    one.close()
    again = client.get(address)
    assert again.status_code == 200
    again.close()
