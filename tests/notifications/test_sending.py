"""The way of a mail: from a command over the outbox and a real SMTP server to its reader, or not."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import override_settings

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command, scope
from tallyhub.notifications import commands, jobs, letters, steps
from tallyhub.notifications.letters import Kind, Letter
from tests.notifications.conftest import MailServer, mail_settings
from tests.working import run_jobs
from tests.world import NOW

CHANGED = "accounts.password_changed"


@command
def write_to(access: Access, person_id: int, letter: str = CHANGED, **more: Any) -> None:
    steps.send(access, person_id, letter, **more)


def outbox(owner: Any) -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = owner.execute(
        "SELECT state, attempts, error FROM notifications_mail ORDER BY created_at, key"
    ).fetchall()
    return found


def due_again(owner: Any) -> None:
    owner.execute("UPDATE notifications_mail SET next_at = %s", [NOW])
    jobs.send_due(0)


# What is in it


def test_a_mail_reaches_its_reader_as_text_and_html(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    write_to(Access(), world.reader.pk)
    run_jobs()
    [(_path, readers, message)] = smtp.mails
    assert readers == ["reader@example.test"]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Subject"] == "Your password was changed"
    assert "Hello reader," in message.get_body(("plain",)).get_content()
    assert "Hello reader," in message.get_body(("html",)).get_content()
    assert outbox(owner) == [("sent", 1, "")]


def test_a_mail_says_who_sends_it_and_that_a_machine_does(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    """R10.5: own From, Message-ID, Auto-Submitted; each comes back to an address of its own."""
    write_to(Access(), world.reader.pk)
    run_jobs()
    [(return_path, _readers, message)] = smtp.mails
    (key,) = owner.execute("SELECT key FROM notifications_mail").fetchone()
    assert message["From"] == "Tallyhub <hub@northgate.test>"
    assert message["Message-ID"] == f"<{key}@northgate.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert return_path == f"bounces+{key}@northgate.test"
    assert message["List-Unsubscribe"] is None


@pytest.mark.parametrize("language", ["en", "de", "es", "ru", "it"])
def test_a_mail_is_in_its_readers_language(
    world: SimpleNamespace, smtp: MailServer, owner: Any, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:  # R6.2
    monkeypatch.setitem(letters.LETTERS, CHANGED, Kind(_language_letter))
    owner.execute("UPDATE accounts_person SET language = %s WHERE id = %s", [language, world.reader.pk])
    write_to(Access(), world.reader.pk)
    run_jobs()
    assert smtp.last()["Subject"] == f"Language {language}"
    assert f'lang="{language}"' in smtp.last().get_body(("html",)).get_content()


def _language_letter(*_: Any) -> Letter:
    from django.utils.translation import get_language

    return Letter(f"Language {get_language()}", ("Text",))


def test_mails_of_a_thread_answer_one_another(world: SimpleNamespace, smtp: MailServer) -> None:  # R10.5
    for minute in range(3):
        with clock.frozen(NOW + timedelta(minutes=minute)):
            write_to(Access(), world.reader.pk, thread="request-1")
            run_jobs()
    write_to(Access(), world.admin.pk, thread="request-1")
    run_jobs()
    first, second, third, of_another = (message for _, _, message in smtp.mails)
    assert first["In-Reply-To"] is None
    assert second["In-Reply-To"] == first["Message-ID"]
    assert third["In-Reply-To"] == second["Message-ID"]
    assert third["References"] == f"{first['Message-ID']} {second['Message-ID']}"
    assert of_another["In-Reply-To"] is None  # nobody is told what somebody else got


def test_a_digest_is_unsubscribed_with_one_click(
    world: SimpleNamespace, smtp: MailServer, client: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R10.5: List-Unsubscribe, and what it leads to works without signing in."""
    monkeypatch.setitem(letters.LETTERS, "digest", Kind(_language_letter, is_digest=True))
    write_to(Access(), world.reader.pk, "digest")
    run_jobs()
    assert smtp.last()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = str(smtp.last()["List-Unsubscribe"]).strip(" <>").removeprefix("http://127.0.0.1:8000")
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(path.replace(f"{world.reader.pk}:", f"{world.admin.pk}:")).status_code == 404
    write_to(Access(), world.reader.pk, "digest")
    write_to(Access(), world.reader.pk)
    run_jobs()
    assert sorted(state for state, *_ in outbox(owner)) == ["sent", "sent", "stopped"]


@pytest.mark.parametrize(
    "name",
    [
        "Eve\r\nBcc: all@northgate.test",
        "Eve\nSubject: other",
        "Eve\u2028X-Evil: 1",
        "Eve\x00\x0b\x85Cc: a@b.test",
        '"Eve" <all@northgate.test>,',
        "Ève, Ünal (x)",
    ],
)
def test_a_name_is_no_header(world: SimpleNamespace, smtp: MailServer, owner: Any, name: str) -> None:
    if "\x00" not in name:  # which the database does not hold either
        owner.execute("UPDATE accounts_person SET name = %s WHERE id = %s", [name, world.reader.pk])
    write_to(Access(), world.reader.pk)
    run_jobs()
    [(_path, readers, message)] = smtp.mails
    assert readers == ["reader@example.test"]
    assert [one.addr_spec for one in message["To"].addresses] == ["reader@example.test"]
    assert message["Subject"] == "Your password was changed"
    assert {"Bcc", "X-Evil", "Cc"} & set(message.keys()) == set()


# What may be put into the outbox


def test_a_mail_of_a_command_that_fails_is_not_sent(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    @command
    def failing(access: Access) -> None:
        steps.send(access, world.reader.pk, CHANGED)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing(Access())
    run_jobs()
    assert smtp.mails == []
    assert outbox(owner) == []


@pytest.mark.parametrize("value", ["Zoë Quillfeather", "zoe@example.test"])
def test_the_outbox_refuses_what_could_be_a_name(world: SimpleNamespace, value: str) -> None:  # R10.4
    with pytest.raises(ValueError, match="journal detail"):
        write_to(Access(), world.reader.pk, text=value)
    with pytest.raises(ValueError, match="no such letter"):
        write_to(Access(), world.reader.pk, "absent")


def test_a_mail_is_read_by_its_reader_only(world: SimpleNamespace) -> None:  # R3.8
    from tallyhub.notifications.models import Mail

    write_to(Access(person_id=world.admin.pk, customer_id=world.cedar.pk, in_whole=True), world.reader.pk)
    for person, expected in [(world.reader, 1), (world.admin, 0), (world.stranger, 0)]:
        with scope(Access(person_id=person.pk, customer_id=world.cedar.pk, in_whole=True)):
            assert Mail.objects.count() == expected


# When it does not arrive


def test_without_a_mail_server_a_mail_is_kept_and_goes_out_later(
    world: SimpleNamespace, smtp: MailServer, owner: Any
) -> None:
    with override_settings(TALLYHUB=_config(smtp_url="")):
        write_to(Access(), world.reader.pk)
        run_jobs()
        assert outbox(owner) == [("waiting", 0, "")]
    jobs.send_due(0)
    assert outbox(owner) == [("sent", 1, "")]


def _config(**over: Any) -> Any:
    from django.conf import settings

    return settings.TALLYHUB.model_copy(update=over)


def test_a_failure_that_may_pass_is_tried_again_later(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    smtp.answers = ["451 later"]
    smtp.data_answers = ["452 full"]
    write_to(Access(), world.reader.pk)
    run_jobs()
    assert outbox(owner) == [("waiting", 1, "451")]
    assert owner.execute("SELECT next_at FROM notifications_mail").fetchone() == (NOW + timedelta(minutes=1),)
    jobs.send_due(0)
    assert outbox(owner) == [("waiting", 1, "451")]  # not before its time
    due_again(owner)
    assert outbox(owner) == [("waiting", 2, "452")]
    assert owner.execute("SELECT next_at FROM notifications_mail").fetchone() == (NOW + timedelta(minutes=5),)
    due_again(owner)
    assert outbox(owner) == [("sent", 3, "")]


def test_a_mail_server_that_is_gone_is_tried_again(world: SimpleNamespace, owner: Any) -> None:
    with mail_settings(1):
        write_to(Access(), world.reader.pk)
        run_jobs()
    assert outbox(owner) == [("waiting", 1, "ConnectionRefusedError")]


def test_it_is_given_up_in_the_end(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    smtp.answers = ["451 later"] * 20
    write_to(Access(), world.reader.pk)
    run_jobs()
    for _ in range(10):
        due_again(owner)
    assert outbox(owner) == [("failed", 8, "451")]


def test_old_news_is_not_sent(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    with override_settings(TALLYHUB=_config(smtp_url="")):
        write_to(Access(), world.reader.pk)
        run_jobs()
    with clock.frozen(NOW + timedelta(days=4)):
        jobs.send_due(0)
    assert outbox(owner) == [("stopped", 0, "too_old")]
    assert smtp.mails == []


def test_an_address_that_the_server_does_not_know_gets_no_more_mail(
    world: SimpleNamespace, smtp: MailServer, owner: Any
) -> None:  # R10.5
    smtp.answers = ["550 5.1.1 reader@example.test is not known here"]
    for minute in range(2):
        with clock.frozen(NOW + timedelta(minutes=minute)):
            write_to(Access(), world.reader.pk)
            run_jobs()
    assert outbox(owner) == [("refused", 1, "550"), ("stopped", 0, "address_stopped")]
    assert smtp.mails == []
    assert commands.allow_again(Access(person_id=world.reader.pk))
    write_to(Access(), world.reader.pk)
    run_jobs()
    assert len(smtp.mails) == 2  # that it is allowed again, and the new one
    assert not commands.allow_again(Access(person_id=world.reader.pk))


def test_what_a_server_says_about_the_mail_does_not_stop_the_address(
    world: SimpleNamespace, smtp: MailServer, owner: Any
) -> None:
    smtp.data_answers = ["554 looks like spam"]
    write_to(Access(), world.reader.pk)
    run_jobs()
    write_to(Access(), world.reader.pk)
    run_jobs()
    assert sorted(outbox(owner)) == [("failed", 1, "554"), ("sent", 1, "")]


def test_a_mail_is_sent_once_though_two_jobs_have_it(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    write_to(Access(), world.reader.pk)
    (key,) = owner.execute("SELECT key FROM notifications_mail").fetchone()
    taken = commands.claim(Access(person_id=world.reader.pk), key)
    assert taken is not None
    run_jobs()  # the other job finds it taken
    assert smtp.mails == []
    with clock.frozen(NOW + timedelta(minutes=16)):  # who took it has died
        jobs.send_due(0)
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("address", ["a@b.example", "a@b.test", "a@x.invalid", "A@EXAMPLE.COM", "a@example"])
def test_names_that_stand_for_no_domain_get_no_mail(
    world: SimpleNamespace, smtp: MailServer, owner: Any, address: str
) -> None:
    owner.execute("UPDATE accounts_person SET email = %s WHERE id = %s", [address, world.reader.pk])
    with override_settings(TALLYHUB=_config(demo=False)):
        write_to(Access(), world.reader.pk)
        run_jobs()
    assert outbox(owner) == [("stopped", 0, "reserved_domain")]
    assert smtp.mails == []


def test_somebody_without_an_address_or_erased_gets_none(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    owner.execute("UPDATE accounts_person SET email = NULL WHERE id = %s", [world.reader.pk])
    write_to(Access(), world.reader.pk)
    run_jobs()
    assert outbox(owner) == [("stopped", 0, "no_address")]
    jobs.tell(event_id=1, kind=CHANGED, subject_id=987_654, actor_id=None, customer_id=None)
    assert len(outbox(owner)) == 1
