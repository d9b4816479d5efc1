"""Who gets mail about a message, at which moment, and the digest of a week."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tallyhub.integrations.models import Delivery, Endpoint
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.messages import jobs as centre_jobs
from tallyhub.messages.choosing.commands import choose_mail
from tallyhub.messages.composing import commands
from tallyhub.messages.composing.commands import withdraw
from tallyhub.messages.rules import AtOnce, MessageSeverity
from tallyhub.notifications import jobs
from tallyhub.notifications.models import NewsAddress
from tests.messages.cast import said, seen
from tests.notifications.conftest import MailServer, serving_mail, smtp  # noqa: F401 - a fixture
from tests.working import run_jobs
from tests.world import NOW

Publish = Callable[..., int]
CRITICAL = {"severity": MessageSeverity.CRITICAL}


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
    later = said("operational", centre.database, customers=(centre.cedar,), starts_at=NOW + timedelta(hours=3))
    done = commands.publish(centre.editing, later, seen=seen(centre.editing, later), is_confirmed=False)
    client.force_login(centre.admin)
    centre_jobs.release_due(0)
    assert client.get(f"/messages/{done.post_id}/").status_code == 404
    with clock.frozen(NOW + timedelta(hours=3, minutes=1)):
        centre_jobs.release_due(0)
        assert client.get(f"/messages/{done.post_id}/").status_code == 200
    assert owner.execute("SELECT count(*) FROM messages_sending").fetchone() == (1,)


# --- mailboxes of customers


def add_box(customer: Any, address: str, language: str = "en", **over: Any) -> NewsAddress:
    fields = {"customer": customer, "address": address, "language": language, "added_at": NOW}
    return NewsAddress.objects.using("owner").create(**fields | over)


def readers(mails: MailServer) -> list[str]:
    return sorted(to for _path, addresses, _ in mails.mails for to in addresses)


def test_a_message_goes_once_to_each_mailbox_in_its_language(  # R5.8
    centre: Any, publish: Publish, mails: MailServer, owner: Any
) -> None:
    add_box(centre.cedar, "news@example.test", "de")
    add_box(centre.maple, "all@maple.test")
    add_box(centre.maple, "gone@maple.test", stopped_at=NOW)
    add_box(centre.birch, "birch@birch.test")  # holds the database as well, and the message names the others
    texts = {"titles": {"en": "Console", "de": "Konsole"}, "bodies": {"en": "It changes.", "de": "Sie wird anders."}}
    post = publish("operational", centre.database, customers=(centre.cedar, centre.maple), **texts)
    run_jobs()
    jobs.tell_of_message(0, "messages.released", post, None, None)
    run_jobs()
    assert readers(mails) == ["all@maple.test", "news@example.test"]
    subjects = {addresses[0]: message["Subject"] for _path, addresses, message in mails.mails}
    assert subjects == {"all@maple.test": "Console", "news@example.test": "Konsole"}
    [german] = [message for _path, to, message in mails.mails if to == ["news@example.test"]]
    text = german.get_body(("plain",)).get_content()
    assert "Sie wird anders." in text
    assert f"/messages/{post}/" in text
    assert "/mail/addresses/" in text
    [details] = owner.execute("SELECT details FROM journal_event WHERE kind = 'messages.told'").fetchone()
    assert details["boxes"] == 2


def test_data_protection_is_written_to_no_mailbox(centre: Any, publish: Publish, mails: MailServer) -> None:
    add_box(centre.birch, "birch@birch.test")
    publish("privacy", centre.search, customers=(centre.birch,))
    run_jobs()
    assert readers(mails) == []


# --- corrections


def corrected(centre: Any, post: int, version: int, **over: Any) -> None:
    text = said("operational", **over).text
    commands.correct(centre.editing, post, version, text)
    run_jobs()


def test_whoever_got_mail_learns_that_it_was_corrected(  # R5.8
    centre: Any, publish: Publish, mails: MailServer, owner: Any
) -> None:
    add_box(centre.birch, "birch@birch.test")
    post = publish("operational", centre.search, customers=(centre.birch,), **CRITICAL)
    run_jobs()
    assert readers(mails) == ["agent@example.test", "birch@birch.test", "stranger@birch.test"]
    mails.mails.clear()
    with clock.frozen(NOW + timedelta(hours=1)):  # no longer critical: those who got it learn it all the same
        corrected(centre, post, 1, bodies={"en": "It stays as it is."})
        jobs.tell_of_correction(0, "messages.corrected", post, None, None)
        run_jobs()
    assert readers(mails) == ["agent@example.test", "birch@birch.test", "stranger@birch.test"]
    for _path, _to, message in mails.mails:
        assert message["Subject"] == "Corrected message: The console changes"
        text = message.get_body(("plain",)).get_content()
        assert "The provider has corrected a message that you got." in text
        assert "It stays as it is." in text
    kind = "SELECT details FROM journal_event WHERE kind = 'messages.correction_told'"
    assert owner.execute(kind).fetchall() == [({"version": 2, "people": 2, "boxes": 1},)]


def test_who_got_nothing_hears_of_no_correction(centre: Any, publish: Publish, mails: MailServer) -> None:
    post = publish("operational", centre.database, customers=(centre.cedar,))
    run_jobs()
    with clock.frozen(NOW + timedelta(hours=1)):
        corrected(centre, post, 1, bodies={"en": "Otherwise."}, **CRITICAL)
    assert readers(mails) == []


def test_of_two_corrections_the_later_one_is_told(centre: Any, publish: Publish, owner: Any) -> None:
    with serving_mail() as server:
        post = publish("operational", centre.database, customers=(centre.cedar,), **CRITICAL)
        run_jobs()
        server.mails.clear()
        with clock.frozen(NOW + timedelta(hours=1)):
            for version, body in ((1, "First."), (2, "Second.")):
                text = said("operational", bodies={"en": body}).text
                commands.correct(centre.editing, post, version, text)
            run_jobs()
    [(_path, to, message)] = server.mails
    assert to == ["admin@example.test"]
    assert "Second." in message.get_body(("plain",)).get_content()


def test_mail_that_still_waits_says_the_last_word_once(centre: Any, publish: Publish) -> None:
    with serving_mail() as server:
        post = publish("operational", centre.database, customers=(centre.cedar,), **CRITICAL)
        run_jobs()
        server.mails.clear()
    for version, body in ((1, "First."), (2, "Second.")):  # while no server takes mail
        with clock.frozen(NOW + timedelta(hours=version)):
            corrected(centre, post, version, bodies={"en": body})
    with serving_mail() as server, clock.frozen(NOW + timedelta(hours=3)):
        jobs.send_due(0)
    [(_path, _to, message)] = server.mails
    assert "Second." in message.get_body(("plain",)).get_content()


def test_who_gets_it_only_after_the_correction_gets_one_mail(centre: Any, publish: Publish) -> None:
    post = publish("operational", centre.database, customers=(centre.cedar,), **CRITICAL)
    run_jobs()  # the mail waits
    with serving_mail() as server, clock.frozen(NOW + timedelta(hours=1)):
        commands.correct(centre.editing, post, 1, said("operational", bodies={"en": "Better."}, **CRITICAL).text)
        jobs.send_due(0)
        run_jobs()
    [(_path, _to, message)] = server.mails
    assert message["Subject"] == "Critical: The console changes"
    assert "Better." in message.get_body(("plain",)).get_content()


def test_a_correction_before_its_time_tells_nobody(centre: Any, owner: Any) -> None:
    later = said("operational", centre.database, customers=(centre.cedar,), starts_at=NOW + timedelta(hours=3))
    done = commands.publish(centre.editing, later, seen=seen(centre.editing, later), is_confirmed=False)
    assert done.post_id is not None
    corrected(centre, done.post_id, 1, bodies={"en": "Otherwise."})
    assert owner.execute("SELECT count(*) FROM notifications_mail").fetchone() == (0,)


# --- programs


def test_a_webhook_says_that_a_message_was_sent_and_of_privacy_nothing(centre: Any, publish: Publish) -> None:
    for one in (centre.cedar, centre.birch):
        Endpoint.objects.using("owner").create(
            customer=one, url="https://hook.test/", types=["message.sent"], secret="whsec_eA==", made_at=NOW
        )
    publish("privacy", centre.database, customers=(centre.cedar,))
    post = publish("operational", centre.database, customers=(centre.cedar,))
    run_jobs()
    [delivery] = Delivery.objects.using("owner").all()
    assert delivery.customer_id == centre.cedar.pk
    body = json.loads(delivery.body)
    assert (body["type"], body["data"]["message_id"]) == ("message.sent", post)
