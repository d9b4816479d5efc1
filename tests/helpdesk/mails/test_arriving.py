"""A mail to a partner's desk waits there, and nothing else comes of it (R5.4, S003-34)."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from tallyhub.helpdesk.mails import rules
from tallyhub.helpdesk.models import DeskMail, DeskMailFile
from tallyhub.support.conversation import fetching
from tallyhub.support.conversation.addresses import desk_address, list_desk_codes, reply_address
from tallyhub.support.conversation.incoming import RATE_MAX, Verdict
from tallyhub.support.conversation.storage import FOLDER
from tallyhub.support.models import Message, Request
from tests.helpdesk.mails.arriving import DESK, came, make_mail, written
from tests.make import give_request, make_request
from tests.notifications.conftest import serving_mail
from tests.support.imap import Mailbox
from tests.working import run_jobs
from tests.world import NOW

Sold = SimpleNamespace


def kept() -> set[str]:
    return {path.name for path in (settings.TALLYHUB.files_dir / FOLDER).glob("??/*")}


def refused(imap: Mailbox, verdict: Verdict) -> None:
    """It waits nowhere, its files are gone, and it lies in a folder of its own."""
    before, files = DeskMail.objects.using("owner").count(), kept()
    many = len(imap.unseen())
    assert fetching.fetch() == {verdict: many}
    assert len(imap.folders["Refused by Tallyhub"]) == many
    assert DeskMail.objects.using("owner").count() == before
    assert kept() == files


def test_a_mail_to_a_desk_waits_there(sold: Sold, imap: Mailbox) -> None:
    quoted = "\n\nOn Sat, 21 Nov 2026 at 11:00 Lakeside <help@lakeside.test> wrote:\n> Question\n"
    mail = came(imap, "The database is slow." + quoted, files=(("a.log", b"hello", ("text", "html")),))
    assert (mail.organization_id, mail.sender, mail.sender_name) == (sold.partner.pk, "asker@birch.test", "Asker")
    assert (mail.subject, mail.text, mail.outcome) == ("Slow at noon", "The database is slow.", "")
    files = DeskMailFile.objects.using("owner").order_by("pk")
    assert [(one.name, one.media_type) for one in files] == [("a.log", "text/plain"), ("mail.txt", "text/plain")]
    assert imap.unseen() == []


def test_no_request_and_no_mail_comes_of_it(sold: Sold, imap: Mailbox) -> None:
    """A sender is proved by nothing: whoever is named in it wrote nothing, and hears nothing."""
    with serving_mail() as smtp:
        config = settings.TALLYHUB.model_copy(update={"imap_url": imap.url, "reply_address": "support@northgate.test"})
        with override_settings(TALLYHUB=config):
            came(imap)
            run_jobs()
    assert not Request.objects.using("owner").exists()
    assert smtp.mails == []


def test_it_is_taken_once_however_often_it_comes(sold: Sold, imap: Mailbox) -> None:
    content = written()
    for _ in range(2):
        imap.add(content)
    assert fetching.fetch() == {Verdict.TAKEN: 1, Verdict.KNOWN: 1}
    assert DeskMail.objects.using("owner").count() == 1


def test_one_to_two_desks_waits_at_both_with_files_of_its_own(sold: Sold, imap: Mailbox) -> None:
    imap.add(written(Cc=DESK.replace("lakeside", "Rivermouth"), files=(("a.log", b"x", ("text", "plain")),)))
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    found = DeskMail.objects.using("owner").values_list("organization_id", flat=True)
    assert set(found) == {sold.partner.pk, sold.rival.pk}
    assert DeskMailFile.objects.using("owner").values("key").distinct().count() == 2


def test_what_is_only_passed_on_keeps_its_text(sold: Sold, imap: Mailbox) -> None:
    passed_on = "-----Original Message-----\nFrom: scanner@birch.test\nThe scanner is offline.\n"
    assert "The scanner is offline." in came(imap, passed_on).text


def test_what_is_too_long_comes_whole_as_a_file(sold: Sold, imap: Mailbox) -> None:
    assert len(came(imap, "word " * 12_000).text) <= 50_000
    assert DeskMailFile.objects.using("owner").get().name == "mail.txt"


def test_a_text_that_is_longer_than_a_file_may_be_is_cut(sold: Sold, imap: Mailbox) -> None:
    """Else it would be tried again every minute."""
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"file_megabytes": 1})):
        came(imap, "Ümläut\n" * 200_000)
    assert DeskMailFile.objects.using("owner").get().size == 1024 * 1024


def test_files_that_do_not_fit_are_left_out_and_counted(sold: Sold, imap: Mailbox) -> None:
    """Its sender is not told, so that the desk must see it."""
    config = settings.TALLYHUB.model_copy(update={"file_megabytes": 1})
    with override_settings(TALLYHUB=config):
        large = ("large.bin", b"x" * (1024 * 1024 + 1), ("application", "octet-stream"))
        mail = came(imap, files=(large, *((f"{n}.log", b"x", ("text", "plain")) for n in range(11))))
    assert mail.left_out == 2
    assert DeskMailFile.objects.using("owner").count() == 10


def test_headers_in_other_letters_are_read_and_made_harmless(sold: Sold, imap: Mailbox) -> None:
    mail = came(imap, "a\u202eb", Subject="Größe \u202egnp", From="Jürgen Überlingen <asker@birch.test>")
    assert (mail.subject, mail.sender_name, mail.text) == ("Größe gnp", "Jürgen Überlingen", "ab")


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({"Auto_Submitted": "auto-replied"}, Verdict.AUTOMATIC),
        ({"Precedence": "bulk"}, Verdict.AUTOMATIC),
        ({"Message_ID": f"<{'a' * 32}@northgate.test>"}, Verdict.OWN),
        ({"From": "support@northgate.test"}, Verdict.OWN),
        ({"From": "support+desk.rivermouth@northgate.test"}, Verdict.OWN),
        ({"To": "support+desk.nobody@northgate.test"}, Verdict.NO_DESK),
        ({"To": "support+desk.northgate@northgate.test"}, Verdict.NO_DESK),  # the provider has no such desk
        ({"To": "support+desk.lakeside@evil.test"}, Verdict.NO_ADDRESS),
        ({"To": "support@northgate.test"}, Verdict.NO_ADDRESS),
        ({"From": ""}, Verdict.UNREADABLE),
        ({"From": "a@birch.test, b@birch.test"}, Verdict.UNREADABLE),
    ],
)
def test_what_no_person_wrote_to_a_desk_waits_nowhere(
    sold: Sold, imap: Mailbox, headers: dict[str, str], verdict: Verdict
) -> None:
    imap.add(written(files=(("a.log", b"x", ("text", "plain")),), **headers))
    refused(imap, verdict)


def test_a_mail_without_anything_waits_nowhere(sold: Sold, imap: Mailbox) -> None:
    imap.add(written(" ", Subject=""))
    refused(imap, Verdict.EMPTY)


def test_a_subject_alone_is_enough(sold: Sold, imap: Mailbox) -> None:
    assert came(imap, "", Subject="Please call me").text == ""


def test_a_suspended_partner_takes_in_nothing(sold: Sold, imap: Mailbox, owner: Any) -> None:  # edge case 16
    owner.execute("UPDATE partners_party SET suspended_at = now() WHERE organization_id = %s", [sold.partner.pk])
    imap.add(written())
    refused(imap, Verdict.NO_DESK)


def test_one_sender_fills_no_desk(sold: Sold, imap: Mailbox) -> None:
    for _ in range(RATE_MAX):
        imap.add(written())
    assert fetching.fetch() == {Verdict.TAKEN: RATE_MAX}
    imap.add(written())
    refused(imap, Verdict.TOO_OFTEN)
    assert came(imap, From="other@birch.test").sender == "other@birch.test"


def test_mails_in_somebodys_name_hinder_no_answer_of_theirs(sold: Sold, imap: Mailbox) -> None:
    for _ in range(RATE_MAX):
        imap.add(written(From="member@example.test"))
    fetching.fetch()
    request = make_request(sold.north, opened_by=sold.member)
    give_request(request, sold.member)
    imap.add(written(From="member@example.test", To=reply_address(request.pk, sold.member.pk)))
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    assert Message.objects.using("owner").get().request_id == request.pk


def test_many_senders_fill_no_desk_either(sold: Sold, imap: Mailbox) -> None:
    said = {"sender": "x@birch.test", "at": NOW, "organization": sold.partner}
    DeskMail.objects.using("owner").bulk_create(DeskMail(**said) for _ in range(rules.WAITING_MAX - 1))
    for organization, outcome in ((sold.rival, ""), (sold.partner, "spam")):
        make_mail(organization, outcome=outcome, done_at=NOW if outcome else None)
    made = came(imap)
    imap.add(written())
    refused(imap, Verdict.FULL)
    DeskMail.objects.using("owner").filter(pk=made.pk).update(outcome="spam", done_at=NOW)
    came(imap)


def test_nor_do_large_files(sold: Sold, imap: Mailbox) -> None:
    waiting = make_mail(sold.partner)
    stored = {"name": "x", "media_type": "x", "digest": b"", "key": "x", "size": rules.WAITING_BYTES_MAX}
    one = DeskMailFile.objects.using("owner").create(organization=sold.partner, mail=waiting, **stored)
    imap.add(written())
    refused(imap, Verdict.FULL)
    one.size -= 1
    one.save(using="owner")
    came(imap)


def test_an_answer_to_a_request_is_none_of_a_desks(sold: Sold, imap: Mailbox) -> None:
    request = make_request(sold.north, opened_by=sold.member)
    give_request(request, sold.member)
    imap.add(written(From="member@example.test", To=reply_address(request.pk, sold.member.pk), Cc=DESK))
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    assert not DeskMail.objects.using("owner").exists()


def test_an_address_is_read_whatever_stands_around_it(imap: Mailbox) -> None:
    assert desk_address("lakeside") == DESK
    assert list_desk_codes([f'"x, y" <{DESK.upper()}>, b@x.test', DESK]) == ["lakeside"]
    for other in (f"x{DESK}", f"{DESK}.evil.test", DESK.replace("+", "%2B"), "support+desk.@northgate.test"):
        assert list_desk_codes([other]) == []
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"reply_address": ""})):
        assert (desk_address("lakeside"), list_desk_codes([DESK])) == ("", [])
