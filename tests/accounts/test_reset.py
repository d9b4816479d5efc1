"""A forgotten password: the link in a real mail, once, within a day, and nothing told to whoever guesses addresses."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.test import Client

from tallyhub.accounts.models import Person
from tests.notifications.conftest import MailServer, smtp  # noqa: F401 - a fixture
from tests.working import run_jobs
from tests.world import NOW

NEW = "a long new secret"
ASK = "/accounts/password/reset/"


@pytest.fixture
def mails(smtp: MailServer) -> Iterator[MailServer]:  # noqa: F811
    return smtp


def link_of(mails: MailServer) -> str:
    text = mails.last().get_body(("plain",)).get_content()
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", text)
    return str(path)


def ask(client: Client, address: str) -> Any:
    answer = client.post(ASK, {"email": address})
    run_jobs()
    return answer


def choose(client: Client, link: str, password: str = NEW) -> Any:
    there = client.get(link)
    if there.status_code != 302:
        return there
    return client.post(there["Location"], {"password1": password, "password2": password})


def may_sign_in(password: str) -> bool:
    browser = Client()
    browser.post("/accounts/login/", {"login": "reader@example.test", "password": password})
    return browser.get("/accounts/profile/").status_code == 200


def test_a_used_link_confirms_the_address(world: SimpleNamespace, mails: MailServer, client: Client) -> None:  # R7.2
    Person.objects.using("owner").filter(pk=world.reader.pk).update(confirmed_at=None)
    ask(client, "reader@example.test")
    link = link_of(mails)
    assert Person.objects.get(pk=world.reader.pk).confirmed_at is None  # asking alone proves nothing
    choose(client, link)
    assert Person.objects.get(pk=world.reader.pk).confirmed_at == NOW


def test_a_new_password_is_chosen_by_the_link(world: SimpleNamespace, mails: MailServer, client: Client) -> None:
    assert ask(client, "READER@example.test").status_code == 302
    assert mails.mails[0][1] == ["reader@example.test"]
    assert choose(client, link_of(mails))["Location"] == "/accounts/password/reset/key/done/"
    assert client.get("/accounts/password/reset/key/done/").status_code == 200
    assert may_sign_in(NEW)
    run_jobs()
    assert mails.last()["Subject"] == "Your password was changed"


def test_every_session_ends_with_the_old_password(world: SimpleNamespace, mails: MailServer, client: Client) -> None:
    signed_in = Client()
    signed_in.force_login(world.reader)
    ask(client, "reader@example.test")
    choose(client, link_of(mails))
    assert signed_in.get("/accounts/profile/").status_code == 302


def test_a_link_is_used_once(world: SimpleNamespace, mails: MailServer, client: Client) -> None:
    ask(client, "reader@example.test")
    link = link_of(mails)
    choose(client, link)
    again = choose(Client(), link, "another long secret")
    assert "used before" in again.content.decode()
    assert may_sign_in(NEW)


def test_a_link_ends_after_a_day(
    world: SimpleNamespace, mails: MailServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client, "reader@example.test")
    link = link_of(mails)
    real = PasswordResetTokenGenerator._now  # the time as Django's tokens know it

    def later(hours: int) -> Any:
        def now(self: Any) -> datetime:
            return real(self) + timedelta(hours=hours)

        return now

    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", later(25))
    assert "older than a day" in choose(Client(), link).content.decode()
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", later(23))
    assert choose(Client(), link).status_code == 302


def test_a_link_of_somebody_else_opens_nothing(world: SimpleNamespace, mails: MailServer, client: Client) -> None:
    ask(client, "reader@example.test")
    link = link_of(mails)
    from django.utils.http import int_to_base36

    other = link.replace(f"/{int_to_base36(world.reader.pk)}-", f"/{int_to_base36(world.admin.pk)}-")
    assert other != link
    assert "used before" in choose(client, other).content.decode()


def test_the_answer_is_the_same_whether_an_account_exists_or_not(
    world: SimpleNamespace, mails: MailServer, owner: Any
) -> None:
    """R7.5: known, unknown, without a password, inactive."""
    Person.objects.create_person(name="Imported", email="imported@example.test")
    owner.execute("UPDATE accounts_person SET is_active = false WHERE id = %s", [world.viewer.pk])
    answers = set()
    for who in ("reader", "absent", "imported", "viewer"):
        answer = ask(Client(), f"{who}@example.test")
        page = Client().get(answer["Location"]).content
        answers.add((answer.status_code, answer["Location"], answer.content, page))
    assert len(answers) == 1
    assert [readers for _, readers, _ in mails.mails] == [["reader@example.test"]]


def test_who_came_in_by_a_provider_alone_gets_a_link(world: SimpleNamespace, mails: MailServer, client: Client) -> None:
    """The account is its mailbox owner's, whoever vouched for it before; what the other one opened ends."""
    people = Person.objects.using("owner").filter(pk=world.reader.pk)
    people.update(password=make_password(None), confirmed_at=None)
    ask(client, "reader@example.test")
    assert mails.mails == []  # known, and never let in
    squatter = Client()
    squatter.force_login(Person.objects.get(pk=world.reader.pk))
    session = squatter.session
    session["vouched_by"] = world.birch.pk
    session.save()
    assert squatter.get("/accounts/profile/").status_code == 200
    ask(client, "reader@example.test")
    choose(client, link_of(mails))
    assert may_sign_in(NEW)
    assert squatter.get("/accounts/profile/").status_code == 302
    people.update(password=make_password(None), last_login=None)
    ask(client, "reader@example.test")
    assert len([mail for mail in mails.mails if mail[2]["Subject"] == "Choose a new password"]) == 2  # confirmed


def test_asking_is_limited_for_an_address(world: SimpleNamespace, mails: MailServer) -> None:  # R10.7
    statuses = [Client().post(ASK, {"email": "reader@example.test"}).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]


def test_a_link_is_made_when_it_is_sent_and_stored_nowhere(
    world: SimpleNamespace, mails: MailServer, client: Client, owner: Any
) -> None:
    ask(client, "reader@example.test")
    token = link_of(mails).rstrip("/").split("-", 1)[1]
    for table in ("notifications_mail", "journal_event", "procrastinate_jobs", "accounts_session", "accounts_cache"):
        assert token not in str(owner.execute(f"SELECT jsonb_agg(to_jsonb(t)) FROM {table} t").fetchone()), table


def test_a_changed_password_is_told(world: SimpleNamespace, mails: MailServer, client: Client) -> None:
    client.post("/accounts/login/", {"login": "reader@example.test", "password": "correct horse battery"})
    fields = {"oldpassword": "correct horse battery", "password1": NEW, "password2": NEW}
    assert client.post("/accounts/password/change/", fields).status_code == 302
    assert client.get("/accounts/profile/").status_code == 200  # who changes it stays signed in
    run_jobs()
    assert mails.last()["Subject"] == "Your password was changed"
    assert may_sign_in(NEW)


@pytest.mark.parametrize("password", ["12345678", "reader@example.test", "x"])
def test_a_weak_password_is_refused(world: SimpleNamespace, mails: MailServer, client: Client, password: str) -> None:
    ask(client, "reader@example.test")
    assert choose(client, link_of(mails), password).status_code == 200
    assert not may_sign_in(password)
