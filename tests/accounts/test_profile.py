"""One's own profile, and the first password."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts import commands
from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Invalid
from tests.make import PASSWORD

PROFILE = {"name": "Reader", "language": "it", "zone": "Pacific/Auckland", "theme": "dark"}


def test_a_person_changes_their_profile(world: SimpleNamespace, client: Client, owner: Any) -> None:  # R6.2
    client.force_login(world.reader)
    assert client.post("/accounts/profile/", PROFILE).status_code == 302
    page = client.get("/customer-activity/").content.decode()
    assert 'lang="it"' in page
    assert 'data-bs-theme="dark"' in page
    assert "Pacific/Auckland" in page
    kinds = owner.execute("SELECT actor_id, kind FROM journal_event").fetchall()
    assert kinds == [(world.reader.pk, "accounts.profile_changed")]


@pytest.mark.parametrize(
    ("field", "value"),
    [("language", "xx"), ("zone", "Mars/Crater"), ("theme", "pink"), ("name", ""), ("name", "a\u202eb")],
)
def test_a_wrong_value_changes_nothing_and_says_so(
    world: SimpleNamespace, client: Client, field: str, value: str
) -> None:
    client.force_login(world.reader)
    answer = client.post("/accounts/profile/", PROFILE | {field: value})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()
    assert Person.objects.get(pk=world.reader.pk).language == "en"


def test_the_operator_sets_a_first_password(world: SimpleNamespace, client: Client) -> None:
    """After an import nobody has one. The change ends the sessions that were there."""
    client.force_login(world.reader)
    assert commands.set_password(Access.of_system(), email="READER@example.test", password="a long new secret")
    assert client.get("/").status_code == 302
    answer = client.post("/accounts/login/", {"login": "reader@example.test", "password": "a long new secret"})
    assert answer.status_code == 302
    assert client.get("/").status_code == 200


def test_a_weak_password_is_refused(world: SimpleNamespace) -> None:
    with pytest.raises(Invalid):
        commands.set_password(Access.of_system(), email="reader@example.test", password="12345678")
    assert not commands.set_password(Access.of_system(), email="nobody@example.test", password="a long new secret")


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(world: SimpleNamespace, client: Client) -> None:
    answers = [
        client.post("/accounts/login/", {"login": who, "password": "wrong"}).content.decode()
        for who in ("reader@example.test", "absent@example.test")
    ]
    assert "reader@example.test" in answers[0]
    assert "not correct" in answers[0]
    assert "not correct" in answers[1]


def test_guessing_is_slowed_down_over_all_workers(world: SimpleNamespace, client: Client, owner: Any) -> None:
    """The count stands in the database, so that another worker, here another browser, goes on from it."""
    for _ in range(5):
        client.post("/accounts/login/", {"login": "reader@example.test", "password": "wrong"})
    other = Client()
    answer = other.post("/accounts/login/", {"login": "reader@example.test", "password": PASSWORD})
    assert "Too many" in answer.content.decode()
    assert owner.execute("SELECT count(*) > 0 FROM accounts_cache").fetchone() == (True,)


def test_somebody_without_an_address_cannot_sign_in(world: SimpleNamespace, client: Client) -> None:
    Person.objects.create_person(name="Caller 17")
    answer = client.post("/accounts/login/", {"login": "", "password": ""})
    assert answer.status_code == 200
    assert client.get("/").status_code == 302


def test_switching_leads_back_without_leaving_the_hub(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    for wanted, reached in [("/management/", "/management/"), ("//evil.example/", "/"), ("https://evil.example/", "/")]:
        answer = client.post("/switch/workspace/", {"workspace": world.south.pk, "next": wanted})
        assert answer["Location"] == reached
