"""What a person takes with them: all that is about them, and nothing of anybody else (R10.4)."""

import csv
import io
import json
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

from django.test import Client

from tallyhub.privacy.registry import HOLDINGS
from tests.make import book
from tests.privacy.world import ADDRESS, KEY, NAME, make_known_to_birch, make_zoe
from tests.world import TODAY


def exported(client: Client) -> ZipFile:
    answer = client.post("/accounts/my-data/export/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="my-data-{TODAY}.zip"'
    return ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def rows(archive: ZipFile, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(archive.read(f"{name}.json"))
    return found


def table(archive: ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode("utf-8-sig"))))


def test_everything_about_the_person_is_in_it(world: SimpleNamespace, client: Client) -> None:
    zoe = make_zoe(world)
    make_known_to_birch(world, zoe)
    client.force_login(zoe)
    archive = exported(client)
    assert archive.testzip() is None
    (profile,) = rows(archive, "profile")
    assert (profile["name"], profile["email"], profile["language"]) == (NAME, ADDRESS, "de")
    assert {row["key"] for row in rows(archive, "keys")} == {KEY}
    assert {row["title"] for row in rows(archive, "texts")} == {"Her own course", "Birch course"}
    assert {row["customer_id"] for row in rows(archive, "entries")} == {world.cedar.pk, world.birch.pk}
    assert {row["name"] for row in rows(archive, "organisations")} == {"Cedar", "Birch"}
    assert {row["kind"] for row in rows(archive, "events")} >= {"accounts.profile_changed", "privacy.person_exported"}
    assert rows(archive, "sessions")
    assert [row["letter"] for row in rows(archive, "mails")] == ["accounts.password_changed"]


def test_each_part_is_there_as_json_and_as_csv_of_the_same_rows(world: SimpleNamespace, client: Client) -> None:
    client.force_login(make_zoe(world))
    archive = exported(client)
    for holding in HOLDINGS:
        assert len(rows(archive, holding.name)) == len(table(archive, holding.name)), holding.name
    assert json.loads(archive.read("about.json"))["files"] == [holding.name for holding in HOLDINGS]


def test_nothing_of_anybody_else_is_in_it(world: SimpleNamespace, client: Client) -> None:  # R3.8
    make_zoe(world)
    book(world.birch_advisory, world.birch_main, 5, TODAY, title="Birch member's", person_id=world.member.pk)
    client.force_login(world.stranger)
    archive = exported(client)
    text = "".join(archive.read(name).decode() for name in archive.namelist())
    for foreign in (NAME, ADDRESS, KEY, "Her own course", "Cedar", "Birch secret", "Birch member's"):
        assert foreign not in text, foreign


def test_it_holds_no_secret(world: SimpleNamespace, client: Client, owner: Any) -> None:
    zoe = make_zoe(world)
    client.force_login(zoe)
    archive = exported(client)
    text = "".join(archive.read(name).decode() for name in archive.namelist())
    (password,) = owner.execute("SELECT password FROM accounts_person WHERE id = %s", [zoe.pk]).fetchone()
    keys = [key for (key,) in owner.execute("SELECT session_key FROM accounts_session").fetchall()]
    assert not [secret for secret in (password, *keys) if secret in text]


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless_in_csv(world: SimpleNamespace, client: Client) -> None:
    book(world.cedar_education, world.north, 1, TODAY, title="=1+1", person_id=world.reader.pk)
    client.force_login(world.reader)
    archive = exported(client)
    assert [row["title"] for row in rows(archive, "texts")] == ["=1+1"]
    assert [row["title"] for row in table(archive, "texts")] == ["'=1+1"]


def test_what_is_left_with_a_customer_that_ended_the_part_is_in_it(world: SimpleNamespace, client: Client) -> None:
    """The figures there are still about the person, as long as the person is known to somebody."""
    from tallyhub.organizations import sign_on
    from tallyhub.privacy import commands

    zoe = make_zoe(world)
    make_known_to_birch(world, zoe)
    commands.end_part(sign_on.act_for(world.admin.pk, world.cedar.pk).access, zoe.pk, confirmation=NAME)
    client.force_login(zoe)
    archive = exported(client)
    assert {row["customer_id"] for row in rows(archive, "entries")} == {world.cedar.pk, world.birch.pk}
    assert {row["name"] for row in rows(archive, "organisations")} == {"Birch"}


def test_many_rows_cost_no_more_statements(world: SimpleNamespace, client: Client, statements: Any) -> None:
    def made_by(person: Any) -> int:
        client.force_login(person)
        with statements() as made:
            exported(client)
        return len(made)

    before = made_by(world.reader)
    for _ in range(30):
        book(world.cedar_education, world.north, 1, TODAY, title="x", person_id=world.reader.pk)
    assert made_by(world.reader) == before
