"""Who gets mail about a message, at which moment, and the digest of a week."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.messages import jobs as centre_jobs
from tallyhub.messages.choosing.commands import choose_mail
from tallyhub.messages.composing.commands import withdraw
from tallyhub.messages.rules import AtOnce, Severity
from tallyhub.notifications import jobs
from tests.messages.cast import said, seen
from tests.notifications.conftest import MailServer, serving_mail, smtp  # noqa: F401 - a fixture
from tests.working import run_jobs
from tests.world import NOW

Publish = Callable[..., int]
CRITICAL = {"severity": Severity.CRITICAL}


@pytest.fixture
def mails(smtp: MailServer) -> MailServer:  # noqa: F811
    return smtp


def told(owner: Any, letter: str = "messages.told") -> set[int]:
    rows = owner.execute("SELECT person_id FROM notifications_mail WHERE letter = %s", [letter])
    return {person for (person,) in rows}


def test_customer_and_partner_get_what_is_critical_at_the_same_moment(  # S003-30
    centre: Any, publish: Publish, owner: Any
) -> None:
    post = publish("operational", centre.search, customers=(centre.birch,), **CRITICAL)
    [(partners,)] = owner.execute("SELECT partners FROM messages_sending")
    assert partners == [centre.partner.pk]  # one row lets both read, from one commit on
    run_jobs()
    rows = owner.execute(
        "SELECT person_id, created_at, xmin::text, params FROM notifications_mail WHERE letter = 'messages.told'"
    ).fetchall()
    assert {person for person, *_ in rows} == {centre.stranger.pk, centre.agent.pk}
    assert len({(at, transaction) for _person, at, transaction, _params in rows}) == 1
    assert {person: params["organization"] for person, _, _, params in rows} == {
        centre.stranger.pk: None,
        centre.agent.pk: centre.partner.pk,
    }
    journal = "SELECT customer_id, subject_id FROM journal_event WHERE kind = 'messages.sent'"
    assert owner.execute(journal).fetchall() == [(centre.birch.pk, post)]


def test_both_read_it_and_another_partner_gets_nothing(centre: Any, publish: Publish, mails: MailServer) -> None:
    post = publish("operational", centre.search, customers=(centre.birch,), **CRITICAL)
    run_jobs()
    assert {to for _path, addresses, _ in mails.mails for to in addresses} == {
        "stranger@birch.test",
        "agent@example.test",
    }
    for *_, message in mails.mails:
        assert message["Subject"] == "Critical: The console changes"
        text = message.get_body(("plain",)).get_content()
        assert "It looks **different**." in text
        assert f"/messages/{post}/" in text
        assert "/messages/mail/" in text


def test_mail_is_written_once_and_to_whoever_comes_later(centre: Any, publish: Publish, owner: Any) -> None:
    post = publish("operational", centre.search, **CRITICAL)
    run_jobs()
    before = owner.execute("SELECT count(*) FROM notifications_mail").fetchone()
    jobs.tell_of_message(0, "messages.released", post, None, None)
    assert owner.execute("SELECT count(*) FROM notifications_mail").fetchone() == before


def test_what_is_not_critical_is_no_mail_unless_one_wants_it(centre: Any, publish: Publish, owner: Any) -> None:
    choose_mail(Access(person_id=centre.member.pk, customer_id=centre.cedar.pk), AtOnce.EVERYTHING, takes_digest=False)
    publish("operational", centre.database)
    run_jobs()
    assert told(owner) == {centre.member.pk}
    choose_mail(Access(person_id=centre.admin.pk, customer_id=centre.cedar.pk), AtOnce.NOTHING, takes_digest=False)
    publish("operational", centre.database, customers=(centre.cedar,), **CRITICAL)
    run_jobs()
    assert centre.admin.pk not in told(owner)


def test_data_protection_is_mailed_to_administrators_alone(centre: Any, publish: Publish, owner: Any) -> None:
    for person in (centre.member, centre.csam):
        choose_mail(Access(person_id=person.pk, customer_id=centre.cedar.pk), AtOnce.EVERYTHING, takes_digest=True)
    publish("privacy", centre.search, customers=(centre.birch,), **CRITICAL)
    publish("privacy", centre.database, customers=(centre.cedar,), **CRITICAL)
    run_jobs()
    assert told(owner) == {centre.stranger.pk, centre.admin.pk}


def test_one_that_is_withdrawn_before_it_leaves_is_not_sent(centre: Any, publish: Publish, owner: Any) -> None:
    post = publish("operational", centre.database, **CRITICAL)
    run_jobs()
    withdraw(centre.editing, post)
    with serving_mail() as server:
        jobs.send_due(0)
    assert server.mails == []
    assert set(owner.execute("SELECT state, error FROM notifications_mail").fetchall()) == {("stopped", "outdated")}


MONDAY = NOW.replace(day=23, hour=6, minute=10)


def test_a_digest_tells_the_week_once_to_whoever_has_not_read_it(
    centre: Any, publish: Publish, mails: MailServer
) -> None:
    with clock.frozen(NOW - timedelta(days=20)):
        publish("operational", centre.database, titles={"en": "Too old"})
    publish("operational", centre.database, titles={"en": "The console changes"})
    publish("operational", centre.database, titles={"en": "Backups move"})
    run_jobs()
    mails.mails.clear()
    with clock.frozen(MONDAY):
        jobs.send_digests(0)
        jobs.send_digests(0)
        run_jobs()
    to_admin = [one for _path, to, one in mails.mails if to == ["admin@example.test"]]
    assert len(to_admin) == 1
    assert to_admin[0]["Subject"] == "2 new messages in the message centre"
    assert to_admin[0]["List-Unsubscribe"]
    text = to_admin[0].get_body(("plain",)).get_content()
    assert "Backups move" in text
    assert "The console changes" in text
    assert "Too old" not in text
    assert {to for _path, addresses, _ in mails.mails for to in addresses} == {
        "admin@example.test",
        "admin@maple.test",
        "stranger@birch.test",
        "agent@example.test",
    }


def test_a_digest_goes_to_nobody_who_has_read_all_or_wants_none(
    centre: Any, publish: Publish, client: Any, owner: Any
) -> None:
    post = publish("operational", centre.database, customers=(centre.cedar, centre.birch))
    client.force_login(centre.admin)
    client.get(f"/messages/{post}/")
    choose_mail(Access(person_id=centre.stranger.pk, customer_id=centre.birch.pk), AtOnce.CRITICAL, takes_digest=False)
    with clock.frozen(MONDAY):
        jobs.send_digests(0)
    assert told(owner, "messages.digest") == {centre.agent.pk}


def test_whoever_chooses_digests_gets_them_again(centre: Any, owner: Any) -> None:
    owner.execute("INSERT INTO notifications_mailbox VALUES (%s, 0, NULL, '', false)", [centre.admin.pk])
    access = Access(person_id=centre.admin.pk, customer_id=centre.cedar.pk)
    takes = "SELECT takes_digests FROM notifications_mailbox"
    choose_mail(access, AtOnce.CRITICAL, takes_digest=False)
    run_jobs()
    assert owner.execute(takes).fetchone() == (False,)
    choose_mail(access, AtOnce.CRITICAL, takes_digest=True)
    run_jobs()
    assert owner.execute(takes).fetchone() == (True,)


def test_a_message_waits_for_its_time_and_is_told_then(centre: Any, owner: Any, client: Any) -> None:
    from tallyhub.messages.composing import commands

    later = said("operational", centre.database, customers=(centre.cedar,), starts_at=NOW + timedelta(hours=3))
    done = commands.publish(centre.editing, later, seen=seen(centre.editing, later), is_confirmed=False)
    client.force_login(centre.admin)
    centre_jobs.release_due(0)
    assert client.get(f"/messages/{done.post_id}/").status_code == 404
    with clock.frozen(NOW + timedelta(hours=3, minutes=1)):
        centre_jobs.release_due(0)
        assert client.get(f"/messages/{done.post_id}/").status_code == 200
    assert owner.execute("SELECT count(*) FROM messages_sending").fetchone() == (1,)
