"""Mail about support requests, out and in (R4.3, R10.5)."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from tallyhub.kernel import clock
from tallyhub.kernel.scope import scope
from tallyhub.support.conversation import fetching, incoming
from tallyhub.support.conversation.addresses import list_reply_to, reply_address
from tallyhub.support.conversation.incoming import RATE_MAX, Verdict
from tallyhub.support.conversation.storage import FOLDER
from tallyhub.support.models import File, Incoming, Message, Request
from tallyhub.support.rules import Actor, Status
from tallyhub.support.steps import lock_request
from tallyhub.support.work.steps import move
from tests.make import give_request, make_request
from tests.notifications.conftest import MailServer, serving_mail
from tests.support.imap import Mailbox, serving
from tests.support.saying import inside, say, upload
from tests.working import run_jobs
from tests.world import NOW

REPLY_TO = "support@northgate.test"


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    with serving_mail(reply_address=REPLY_TO) as keeper:
        yield keeper


@pytest.fixture
def north(world: SimpleNamespace) -> Request:
    """Opened by member, whose contact is contact; the engineer works on it."""
    people = {"opened_by": world.member, "primary_contact": world.contact, "assigned_to": world.engineer}
    request = make_request(world.north, title="It rattles", **people)
    for person in (world.member, world.contact):
        give_request(request, person)
    return request


def set_to(request: Request, **columns: Any) -> None:
    Request.objects.using("owner").filter(pk=request.pk).update(**columns)


def readers(smtp: MailServer) -> set[str]:
    return {reader for _, people, _ in smtp.mails for reader in people}


# Out


def test_whoever_sees_a_request_by_name_gets_its_messages_but_not_their_author(
    world: SimpleNamespace, north: Request, client: Any, smtp: MailServer
) -> None:  # R4.3
    give_request(north, world.reader)
    client.force_login(world.member)
    say(client, north, "First line\nsecond line\n\n<b>bold</b>", upload("a.log"))
    run_jobs()
    assert readers(smtp) == {"contact@example.test", "engineer@example.test", "reader@example.test"}
    mail = next(mail for _, people, mail in smtp.mails if people == ["contact@example.test"])
    assert mail["Subject"] == f"[{north.number}] It rattles"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == reply_address(north.pk, world.contact.pk)
    plain, html = (mail.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    assert "member wrote in the support request" in plain
    assert "First line\nsecond line" in plain
    assert "a.log" in plain
    assert plain.startswith("##- Write your answer above this line. -##")
    assert "First line<br>second line" in html
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert f"/support/requests/{north.number}/" in html


def test_a_note_leaves_by_no_mail(world: SimpleNamespace, north: Request, client: Any, smtp: MailServer) -> None:
    client.force_login(world.csam)
    say(client, north, "Between us", to="note")
    run_jobs()
    assert smtp.mails == []


def test_mails_of_a_request_are_one_thread_in_the_language_of_their_reader(
    world: SimpleNamespace, north: Request, client: Any, smtp: MailServer, owner: Any
) -> None:
    client.force_login(world.engineer)
    for minute in range(2):
        with clock.frozen(NOW + timedelta(minutes=minute)):
            say(client, north, f"Question {minute}")
            run_jobs()
    first, second = (mail for _, people, mail in smtp.mails if people == ["member@example.test"])
    assert second["In-Reply-To"] == first["Message-ID"]
    assert first["Subject"] == second["Subject"]


def test_a_change_of_status_is_told_and_one_that_a_message_brought_about_is_not_told_twice(
    world: SimpleNamespace, north: Request, client: Any, smtp: MailServer
) -> None:
    access = inside(world.engineer, world.cedar)
    with scope(access, writing=True):
        move(access, lock_request(access, north.number), Status.WAITING, Actor.STAFF)
    run_jobs()
    told = {people[0]: mail.get_body(("plain",)).get_content() for _, people, mail in smtp.mails}
    assert told.keys() == {"member@example.test", "contact@example.test"}
    assert "is now: Waiting for the customer" in told["member@example.test"]
    smtp.mails.clear()
    with clock.frozen(NOW + timedelta(minutes=1)):
        client.force_login(world.member)
        say(client, north, "4.2")
        run_jobs()
    assert sorted(people[0] for _, people, _ in smtp.mails) == ["contact@example.test", "engineer@example.test"]


def test_whoever_sees_it_no_more_gets_nothing(
    world: SimpleNamespace, north: Request, client: Any, smtp: MailServer, owner: Any
) -> None:  # R3.3
    owner.execute("DELETE FROM organizations_accessgrant WHERE person_id = %s", [world.member.pk])
    client.force_login(world.engineer)
    say(client, north)
    run_jobs()
    assert readers(smtp) == {"contact@example.test"}


# In


@pytest.fixture
def imap() -> Iterator[Mailbox]:
    with serving() as box:
        config = settings.TALLYHUB.model_copy(update={"imap_url": box.url, "reply_address": REPLY_TO})
        with override_settings(TALLYHUB=config):
            yield box


Answer = Callable[..., bytes]


@pytest.fixture
def answer(world: SimpleNamespace, north: Request, imap: Mailbox) -> Answer:
    """A mail by which member answers, valid but for what a test says otherwise."""

    def write(text: str = "It works now.", *, html: str = "", files: Any = (), **headers: str) -> bytes:
        mail = EmailMessage()
        said = {"From": "Member <Member@example.test>", "To": reply_address(north.pk, world.member.pk)}
        said |= {"Message-ID": "<one@example.test>", "Date": "Sat, 21 Nov 2026 12:00:00 +0000", "Subject": "Re: x"}
        for name, value in (said | {name.replace("_", "-"): value for name, value in headers.items()}).items():
            if value:
                mail[name] = value
        if html:
            mail.set_content(html, subtype="html")
        else:
            mail.set_content(text)
        for name, content, kind in files:
            mail.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
        return mail.as_bytes()

    return write


def messages() -> list[str]:
    return list(Message.objects.using("owner").order_by("pk").values_list("body", flat=True))


def test_an_answer_becomes_a_message_of_its_writer(
    world: SimpleNamespace, north: Request, imap: Mailbox, answer: Answer
) -> None:  # R4.3
    quoted = "\n\nOn Sat, 21 Nov 2026 at 11:00 Tallyhub <hub@northgate.test> wrote:\n> Question\n"
    imap.add(answer("It works now." + quoted, files=[("a.log", b"hello", ("text", "html"))]))
    set_to(north, status="waiting")
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    found = Message.objects.using("owner").get()
    assert (found.author_id, found.body, found.source, found.is_by_staff) == (
        world.member.pk, "It works now.", "mail", False,
    )  # fmt: skip
    assert found.external_id == "<one@example.test>"
    kept = File.objects.using("owner").get()
    assert (kept.name, kept.message_id, kept.media_type) == ("a.log", found.pk, "text/plain")
    assert Request.objects.using("owner").get(pk=north.pk).status == "in_progress"
    assert imap.unseen() == []
    assert list(imap.folders) == ["INBOX"]


def test_a_mail_is_taken_once_however_often_it_comes(imap: Mailbox, answer: Answer, north: Request) -> None:
    imap.add(answer())
    imap.breaks_after = 6  # after it was taken, before it is marked
    with pytest.raises(fetching.MailboxError):
        fetching.fetch()
    assert messages() == ["It works now."]
    imap.breaks_after = -1
    imap.add(answer(X_Other="way"))
    assert fetching.fetch() == {Verdict.KNOWN: 2}
    assert messages() == ["It works now."]
    assert imap.unseen() == []
    assert Incoming.objects.using("owner").get().serial == north.pk


def test_a_mail_of_html_alone_is_read_as_text(imap: Mailbox, answer: Answer) -> None:
    html = "<p>It <b>works</b></p><script>x</script><blockquote>old</blockquote>"
    imap.add(answer(html=html))
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    assert messages() == ["It works"]


def test_what_is_too_long_comes_whole_as_a_file(imap: Mailbox, answer: Answer) -> None:
    imap.add(answer("word " * 12_000))
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    assert len(messages()[0]) <= 50_000
    assert File.objects.using("owner").get().name == "mail.txt"


def refused(imap: Mailbox, verdict: Verdict) -> None:
    """Nothing was said; the mail lies in a folder of its own, and is not lost."""
    many = len(imap.folders["INBOX"])
    assert fetching.fetch() == {verdict: many}
    assert messages() == []
    assert imap.folders["INBOX"] == {}
    assert len(imap.folders["Refused by Tallyhub"]) == many
    assert not (settings.TALLYHUB.files_dir / FOLDER).exists() or not File.objects.using("owner").exists()


@pytest.mark.parametrize(
    "sender",
    ["admin@example.test", "Member <member@evil.test>", "member@example.test, admin@example.test", "",
     '"member@example.test" <x@evil.test>', "member@example.test@evil.test"],
)  # fmt: skip
def test_a_forged_sender_says_nothing(imap: Mailbox, answer: Answer, sender: str, smtp: MailServer) -> None:
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"imap_url": imap.url})):
        imap.add(answer(From=sender))
        refused(imap, Verdict.FORGED)
    run_jobs()
    assert smtp.mails == []  # whoever is named in it wrote nothing


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({"Auto_Submitted": "auto-replied"}, Verdict.AUTOMATIC),
        ({"Precedence": "bulk"}, Verdict.AUTOMATIC),
        ({"Return_Path": "<>"}, Verdict.AUTOMATIC),
        ({"Message_ID": f"<{'a' * 32}@northgate.test>"}, Verdict.OWN),
        ({"From": REPLY_TO}, Verdict.OWN),
        ({"To": "support@northgate.test"}, Verdict.NO_ADDRESS),
        ({"To": "support+100001.1.aaaaaaaaaaaaaaaa@northgate.test"}, Verdict.NO_ADDRESS),
    ],
)
def test_what_no_person_wrote_in_answer_says_nothing(
    imap: Mailbox, answer: Answer, headers: dict[str, str], verdict: Verdict
) -> None:
    imap.add(answer(**headers))
    refused(imap, verdict)


def test_an_address_is_good_for_one_request_and_person_and_for_former_secrets(
    world: SimpleNamespace, north: Request, imap: Mailbox
) -> None:
    made = reply_address(north.pk, world.member.pk)
    [to] = list_reply_to([made.upper()])
    assert (to.serial, to.person_id) == (north.pk, world.member.pk)
    assert len(made.partition("@")[0]) <= 64
    assert list_reply_to([made.replace(str(north.pk), str(north.pk + 1))]) == []
    assert list_reply_to([made.replace(f".{world.member.pk}.", f".{world.admin.pk}.")]) == []
    secret = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert list_reply_to([made]) == []
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[secret]):
        assert list_reply_to([made]) == [to]


def test_whoever_sees_the_request_no_more_says_nothing(
    world: SimpleNamespace, imap: Mailbox, answer: Answer, owner: Any
) -> None:  # R1.5
    owner.execute("DELETE FROM support_requestviewer WHERE person_id = %s", [world.member.pk])
    imap.add(answer())
    owner.execute("DELETE FROM organizations_accessgrant WHERE person_id = %s", [world.contact.pk])
    refused(imap, Verdict.NOT_THERE)


def test_an_answer_to_a_merged_request_goes_where_it_was_merged_into(
    world: SimpleNamespace, north: Request, imap: Mailbox, answer: Answer
) -> None:
    target, last = make_request(world.north), make_request(world.north)
    set_to(north, merged_into=target, status="closed", closed_at=NOW)
    set_to(target, merged_into=last)
    for one in (target, last):
        give_request(one, world.member)
    imap.add(answer())
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    assert Message.objects.using("owner").get().request_id == last.pk


def test_nor_where_the_person_does_not_see_that(
    world: SimpleNamespace, north: Request, imap: Mailbox, answer: Answer
) -> None:  # R1.5
    set_to(north, merged_into=make_request(world.north))
    imap.add(answer())
    refused(imap, Verdict.NOT_THERE)


def test_an_answer_opens_a_closed_request_again(north: Request, imap: Mailbox, answer: Answer) -> None:
    set_to(north, status="closed", closed_at=NOW - timedelta(days=30))
    imap.add(answer())
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    assert Request.objects.using("owner").get(pk=north.pk).status == "reopened"


@pytest.mark.parametrize(
    ("columns", "text", "verdict", "why"),
    [
        ({"status": "closed", "closed_at": NOW - timedelta(days=31)}, "x", Verdict.CLOSED, "more than 30 days ago"),
        ({"status": "cancelled"}, "x", Verdict.CLOSED, "was cancelled"),
        ({}, "> only quoted", Verdict.EMPTY, "Open the request and write there."),
    ],
)
def test_whoever_answers_in_vain_gets_a_mail_that_says_why(
    north: Request, imap: Mailbox, answer: Answer, smtp: MailServer,
    columns: dict[str, Any], text: str, verdict: Verdict, why: str,
) -> None:  # fmt: skip
    set_to(north, **columns)
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"imap_url": imap.url})):
        imap.add(answer(text))
        refused(imap, verdict)
        fetching.fetch()
        run_jobs()
    [(_, people, mail)] = smtp.mails
    assert people == ["member@example.test"]
    assert why in mail.get_body(("plain",)).get_content()
    assert mail["Reply-To"] is None  # or two machines would talk to each other


def test_a_loop_ends(imap: Mailbox, answer: Answer) -> None:
    for number in range(RATE_MAX + 5):
        imap.add(answer(f"m{number}", Message_ID=f"<{number}@example.test>"))
    assert fetching.fetch() == {Verdict.TAKEN: RATE_MAX, Verdict.TOO_OFTEN: 5}
    assert len(messages()) == RATE_MAX
    with clock.frozen(NOW + timedelta(hours=1, minutes=1)):
        imap.add(answer("later", Message_ID="<later@example.test>"))
        assert fetching.fetch() == {Verdict.TAKEN: 1}


def test_mails_in_somebodys_name_keep_theirs_from_nothing(imap: Mailbox, answer: Answer) -> None:
    """Whoever knows an address and no reply address cannot use up how often its owner may write."""
    for number in range(RATE_MAX + 5):
        forged = answer(f"m{number}", Message_ID=f"<{number}@example.test>", To="support+1.1.forged@northgate.test")
        imap.add(forged)
    assert Verdict.TAKEN not in fetching.fetch()
    imap.add(answer("mine", Message_ID="<mine@example.test>"))
    assert fetching.fetch() == {Verdict.TAKEN: 1}


def _bombs(answer: Answer) -> dict[str, bytes]:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2_000))
    parts = b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 5_000
    return {
        "nested": answer(Message_ID="<bomb@example.test>").partition(b"\n\n")[0] + b"\n" + nested,
        "parts": b"From: member@example.test\n" + parts,
        "headers": b"X-A: a\n" * 100_000 + b"\nx",
        "lines": b"From: member@example.test\n\n" + b"\n" * 900_000,
    }


@pytest.mark.parametrize("bomb", ["nested", "parts", "headers", "lines"])
def test_a_mail_bomb_is_put_aside(imap: Mailbox, answer: Answer, bomb: str) -> None:
    imap.add(_bombs(answer)[bomb])
    imap.add(answer())
    counted = fetching.fetch()
    assert counted == {Verdict.TOO_MUCH: 1, Verdict.TAKEN: 1}
    assert messages() == ["It works now."]


def test_too_large_a_mail_is_not_even_fetched(imap: Mailbox, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "BYTES_MAX", 1_000)
    imap.add(answer("x " * 1_000))
    refused(imap, Verdict.TOO_MUCH)
    assert not any(one.endswith("(BODY.PEEK[])") for one in imap.log)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 100, b"From: \xff\xfe\nMessage-ID: \x80\xed\xa0\x80\n\n\xff", b"To: =?x?b?\xff?=\n\n",
     b"Content-Type: text/plain; charset=nonsense\nFrom: a@b\n\nx", b"\n" * 10, b"From a@b\n\n\n", b"Subject: x" * 999],
)  # fmt: skip
def test_whatever_comes_in_is_put_aside_and_the_next_one_is_taken(
    imap: Mailbox, answer: Answer, content: bytes
) -> None:
    imap.add(content)
    imap.add(answer())
    counted = fetching.fetch()
    assert counted[Verdict.TAKEN] == 1
    assert counted.total() == 2
    assert len(imap.folders["Refused by Tallyhub"]) == 1


def test_hostile_names_and_texts_are_only_text(imap: Mailbox, answer: Answer, client: Any, world: Any) -> None:
    imap.add(answer("<script>alert(1)</script>\x00\x1b[2J", files=[("../../x\u202e.html", b"<b>", ("text", "html"))]))
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    assert messages() == ["<script>alert(1)</script>[2J"]
    assert File.objects.using("owner").get().name == "x .html"


def test_a_fault_of_ours_keeps_no_other_mail_back(
    imap: Mailbox, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(text: str) -> str:
        if "fault" in text:
            raise ZeroDivisionError
        return text

    monkeypatch.setattr(incoming, "cut_quotation", cut)
    first = imap.add(answer("fault", Message_ID="<fault@example.test>"))
    imap.add(answer())
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    assert imap.unseen() == [first]


def test_a_wrong_password_is_said(imap: Mailbox) -> None:
    wrong = imap.url.replace("secret", "other")
    config = settings.TALLYHUB.model_copy(update={"imap_url": wrong})
    with override_settings(TALLYHUB=config), pytest.raises(fetching.MailboxError):
        fetching.fetch()


def test_the_address_of_a_mail_leads_back(world: SimpleNamespace, north: Request, imap: Mailbox, client: Any,
                                          smtp: MailServer, answer: Answer) -> None:  # fmt: skip
    """All the way: staff write, the customer gets a mail and answers it, and the answer stands in the request."""
    client.force_login(world.engineer)
    say(client, north, "Which version?")
    run_jobs()
    mail = next(mail for _, people, mail in smtp.mails if people == ["member@example.test"])
    text = mail.get_body(("plain",)).get_content()
    quoted = "\n".join(f"> {line}" for line in text.splitlines())
    imap.add(answer(f"4.2\n\n{quoted}", To=parseaddr(str(mail["Reply-To"]))[1], In_Reply_To=str(mail["Message-ID"])))
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"imap_url": imap.url})):
        assert fetching.fetch() == {Verdict.TAKEN: 1}
    assert messages() == ["Which version?", "4.2"]


@pytest.mark.parametrize("charset", [b"undefined", b"a\0b", b"idna"])
def test_a_mail_that_the_library_stumbles_over_is_put_away(imap: Mailbox, charset: bytes) -> None:  # R4.3
    imap.add(b"From: a@b.test\r\nContent-Type: multipart/mixed; boundary*=" + charset + b"''%ff\r\n\r\nHello")
    fetching.fetch()
    assert imap.folders["INBOX"] == {}
    assert len(imap.folders["Refused by Tallyhub"]) == 1


def test_a_line_that_takes_hours_to_read_is_cut(imap: Mailbox, answer: Answer) -> None:  # R4.3
    long = b'; x="' + b";" * 100_000
    part = (
        b"--q\r\nContent-Type: text/plain" + long + b"\r\nContent-Disposition: attachment" + long + b"\r\n\r\nHello\r\n"
    )
    head = b"From: a@b.test\r\nContent-Type: multipart/mixed; boundary=q" + long + b"\r\n\r\n"
    imap.add(head + part * 5 + b"--q--\r\n")
    began = time.process_time()
    refused(imap, Verdict.NO_ADDRESS)
    assert time.process_time() - began < 5


def test_two_mails_with_one_message_id_are_both_taken(imap: Mailbox, answer: Answer) -> None:  # R4.3
    imap.add(answer())
    imap.add(answer("And again.", Date="Sat, 21 Nov 2026 12:01:00 +0000"))
    imap.add(answer("Third.", Message_ID="<three@example.test>"))
    assert fetching.fetch() == {Verdict.TAKEN: 3}
    assert messages() == ["It works now.", "And again.", "Third."]


def test_half_characters_in_a_mail_that_is_too_long_are_no_fault(
    world: SimpleNamespace, north: Request, imap: Mailbox
) -> None:  # R4.3
    head = f"From: member@example.test\r\nTo: {reply_address(north.pk, world.member.pk)}\r\nMessage-ID: <h@a>\r\n"
    imap.add(head.encode() + b"Content-Type: text/plain; charset=unicode_escape\r\n\r\n" + b"word \\ud800 " * 12_000)
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    assert File.objects.using("owner").get().name == "mail.txt"
