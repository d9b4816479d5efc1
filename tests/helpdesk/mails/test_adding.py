"""A mail is added to a request that there is: as the customer's words, or among the people of the desk."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from tallyhub.helpdesk.mails import commands
from tallyhub.helpdesk.mails.rules import Adding
from tallyhub.helpdesk.models import DeskMail, DeskMailFile
from tallyhub.kernel.errors import Conflict
from tallyhub.organizations.sign_on import act_at_work
from tallyhub.support.desk import at_desk
from tallyhub.support.models import File, Message, Note, NoteFile, Request
from tests.helpdesk.intake.asking import errors
from tests.helpdesk.mails.arriving import came, make_mail, the_mail
from tests.make import give_request, make_request
from tests.notifications.conftest import serving_mail
from tests.support.imap import Mailbox
from tests.working import run_jobs

Sold = SimpleNamespace
LOG = (("a.log", b"hello", ("text", "plain")),)


@pytest.fixture
def asked(sold: Sold) -> Request:
    """Of birch's asker, at lakeside's desk, where it waits for the customer."""
    request = make_request(
        sold.birch_main, title="Slow", partner=sold.partner, desk=sold.partner, status="waiting",
        waiting_since=timezone.now(),
    )  # fmt: skip
    give_request(request, sold.asker)
    return request


def add(client: Any, mail: DeskMail, number: str, **over: Any) -> Any:
    files = list(DeskMailFile.objects.using("owner").filter(mail=mail).values_list("pk", flat=True))
    said = {"number": number, "body": "It is slow at noon, too.", "mail_files": files, "act": "say"} | over
    return client.post(f"/helpdesk/mails/{mail.pk}/add/", said)


def test_everybody_who_sees_the_request_reads_what_the_mail_says(
    sold: Sold, asked: Request, as_: Any, imap: Mailbox
) -> None:
    mail = came(imap, files=LOG)
    assert add(as_(sold.helper), mail, asked.number)["Location"] == f"/helpdesk/requests/{asked.number}/"
    done = the_mail()
    assert (done.outcome, done.number, done.done_by_id) == ("taken", asked.number, sold.helper.pk)
    assert not DeskMailFile.objects.using("owner").exists()
    page = as_(sold.asker).get(f"/support/requests/{asked.number}/", follow=True).content.decode()
    assert "It is slow at noon, too." in page
    file = File.objects.using("owner").get()
    found = as_(sold.asker).get(f"/support/requests/{asked.number}/files/{file.pk}/")
    assert b"".join(found.streaming_content) == b"hello"


def test_it_counts_as_the_customers_words(sold: Sold, asked: Request, as_: Any) -> None:
    """What waited for the customer goes on, and nobody has been answered; who wrote it there stands with it."""
    add(as_(sold.helper), make_mail(sold.partner), asked.number)
    now = Request.objects.using("owner").get(pk=asked.pk)
    assert (now.status, now.answered_at) == ("in_progress", None)
    message = Message.objects.using("owner").get()
    assert (message.author_id, message.is_by_staff, message.source) == (sold.helper.pk, True, "mail")


def test_as_a_note_the_desk_alone_reads_it(
    sold: Sold, asked: Request, as_: Any, imap: Mailbox, owner: Any
) -> None:  # R4.3
    add(as_(sold.helper), came(imap, files=LOG), asked.number, act="note")
    assert Note.objects.using("owner").get().body == "It is slow at noon, too."
    assert NoteFile.objects.using("owner").get().name == "a.log"
    assert Request.objects.using("owner").get(pk=asked.pk).status == "waiting"
    assert "It is slow" in as_(sold.second).get(f"/helpdesk/requests/{asked.number}/").content.decode()
    page = as_(sold.asker).get(f"/support/requests/{asked.number}/", follow=True).content.decode()
    assert "It is slow" not in page
    assert "a.log" not in page
    assert owner.execute("SELECT count(*) FROM journal_event WHERE kind LIKE '%mail_added'").fetchone() == (0,)


def test_the_customers_audit_names_who_added_it(sold: Sold, asked: Request, as_: Any, owner: Any) -> None:  # R7.3
    add(as_(sold.helper), make_mail(sold.partner), asked.number)
    event = "SELECT customer_id, actor_id, subject_id FROM journal_event WHERE kind = 'helpdesk.mail_added'"
    assert owner.execute(event).fetchall() == [(sold.birch.pk, sold.helper.pk, asked.pk)]


def test_the_colleagues_and_the_customer_get_mail(sold: Sold, asked: Request, as_: Any) -> None:
    with serving_mail() as smtp:
        add(as_(sold.helper), make_mail(sold.partner), asked.number)
        run_jobs()
    told = {readers[0]: str(mail.get_body(("plain",)).get_content()) for _sender, readers, mail in smtp.mails}
    assert told.keys() == {"agent@house.test", "second@house.test", "asker@birch.test"}
    assert "was added to the request" in " ".join(told["second@house.test"].split())
    assert "It is slow at noon, too." in told["asker@birch.test"]


def test_the_form_says_what_the_mail_said_and_proposes_the_request_that_it_names(
    sold: Sold, asked: Request, as_: Any, imap: Mailbox
) -> None:
    mail = came(imap, "It is <slow>.", files=LOG, Subject=f"Re: {asked.number}")
    page = as_(sold.helper).get(f"/helpdesk/mails/{mail.pk}/").content.decode()
    assert f'name="number" type="text" value="{asked.number}"' in page
    assert ":\n\nIt is &lt;slow&gt;.</textarea>" in page
    assert f'value="{DeskMailFile.objects.using("owner").get().pk}" checked' in page


@pytest.mark.parametrize("number", ["", "1", "x", "9" * 60])
def test_a_number_that_is_none_is_said_beside_its_field_and_nothing_is_lost(
    sold: Sold, as_: Any, imap: Mailbox, number: str
) -> None:
    mail = came(imap, files=LOG)
    answer = add(as_(sold.helper), mail, number, mail_files=[])
    assert answer.status_code == 400
    assert errors(answer) == ["There is no request with this number at your desk."]
    page = answer.content.decode()
    assert ">It is slow at noon, too.</textarea>" in page
    assert f'value="{DeskMailFile.objects.using("owner").get().pk}" checked' not in page
    assert the_mail().outcome == ""


def test_an_empty_text_is_refused(sold: Sold, asked: Request, as_: Any, imap: Mailbox) -> None:
    mail = came(imap, files=LOG)
    answer = add(as_(sold.helper), mail, asked.number, body=" ", mail_files=[])
    assert answer.status_code == 400
    assert len(errors(answer)) == 1
    assert the_mail().outcome == ""
    assert DeskMailFile.objects.using("owner").exists()


def test_a_reason_that_is_missing_leaves_the_other_form_as_it_was(sold: Sold, as_: Any, imap: Mailbox) -> None:
    mail = came(imap, files=LOG)
    page = as_(sold.helper).post(f"/helpdesk/mails/{mail.pk}/aside/").content.decode()
    assert "The database is slow.</textarea>" in page
    assert f'value="{DeskMailFile.objects.using("owner").get().pk}" checked' in page


def test_another_desks_request_is_as_none(sold: Sold, as_: Any) -> None:  # edge case 36
    mail, client = make_mail(sold.partner), as_(sold.helper)
    theirs = make_request(sold.birch_main, partner=sold.rival, desk=sold.rival)
    providers = make_request(sold.birch_main)
    for one in (theirs, providers):
        assert errors(add(client, mail, one.number)) == ["There is no request with this number at your desk."]
    assert the_mail().outcome == ""
    assert not Message.objects.using("owner").exists()


def test_another_desks_mail_is_not_found(sold: Sold, asked: Request, as_: Any) -> None:  # edge case 36
    assert add(as_(sold.helper), make_mail(sold.rival), asked.number).status_code == 404
    assert not Message.objects.using("owner").exists()


def test_a_request_in_which_nothing_more_is_said_takes_none(sold: Sold, as_: Any) -> None:
    mail = make_mail(sold.partner)
    over = make_request(sold.birch_main, partner=sold.partner, desk=sold.partner, status="cancelled")
    answer = add(as_(sold.helper), mail, over.number)
    assert answer.status_code == 400
    assert len(errors(answer)) == 1
    assert the_mail().outcome == ""


def test_of_two_at_once_one_adds_it(sold: Sold, asked: Request) -> None:
    mail = make_mail(sold.partner)

    def one(person: Any) -> str:
        try:
            commands.add_to(at_desk(act_at_work(person.pk), asked.number), mail.pk, Adding(asked.number, "Slow.", ()))
        except Conflict as error:
            return error.code
        finally:
            connections.close_all()
        return "added"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(one, (sold.helper, sold.second))) == ["added", "mail_taken"]
    assert Message.objects.using("owner").count() == 1


def test_one_that_was_added_is_not_taken_in(sold: Sold, asked: Request, as_: Any) -> None:
    mail, client = make_mail(sold.partner), as_(sold.helper)
    add(client, mail, asked.number)
    assert add(client, mail, asked.number)["Location"] == f"/helpdesk/mails/{mail.pk}/"
    shown = client.get(f"/helpdesk/mails/{mail.pk}/").content.decode()
    assert f"The mail was taken in already: it is in the request {asked.number}." in shown
    assert "Add it to a request" not in shown
    assert Message.objects.using("owner").count() == 1


def test_it_needs_whoever_serves_customers(sold: Sold, asked: Request, as_: Any) -> None:  # S003-1
    mail = make_mail(sold.partner)
    for person in (sold.seller, sold.clerk, sold.admin, sold.csam, sold.warden, sold.asker):
        assert add(as_(person), mail, asked.number).status_code == 403
    assert the_mail().outcome == ""
