"""What becomes of a mail that waits: a request for the customer that an agent chose, or nothing (S003-15)."""

import re
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tallyhub.helpdesk.intake import commands
from tallyhub.helpdesk.intake.forms import read
from tallyhub.helpdesk.models import DeskMail, DeskMailFile
from tallyhub.kernel.errors import Conflict
from tallyhub.organizations.sign_on import act_at_work
from tallyhub.support.models import File, Request
from tests.helpdesk.intake.asking import errors, intake_of, request_of
from tests.helpdesk.mails.arriving import came, forms, make_mail, the_mail
from tests.make import grant, make_person, make_request
from tests.notifications.conftest import serving_mail
from tests.support.imap import Mailbox
from tests.working import run_jobs
from tests.world import NOW

Sold = SimpleNamespace
LIST, NEW = "/helpdesk/mails/", "/helpdesk/new/"


def page_of(mail: DeskMail) -> str:
    return f"{LIST}{mail.pk}/"


def take(client: Any, sold: Sold, mail: DeskMail, **over: Any) -> Request:
    answer = client.post(NEW, forms(sold, mail, **over))
    assert answer.status_code == 302, errors(answer)
    return request_of(answer)


def test_a_mail_becomes_a_request_with_its_files(sold: Sold, as_: Any, imap: Mailbox) -> None:
    mail = came(imap, files=(("a.log", b"hello", ("text", "plain")),))
    request = take(as_(sold.helper), sold, mail)
    assert (request.customer_id, request.partner_id, request.opened_by_id, request.primary_contact_id) == (
        sold.birch.pk, sold.partner.pk, sold.helper.pk, sold.asker.pk,
    )  # fmt: skip
    assert intake_of(request).channel == "mail"
    assert File.objects.using("owner").get(request=request).name == "a.log"
    assert not DeskMailFile.objects.using("owner").exists()
    done = the_mail()
    assert (done.outcome, done.number, done.done_by_id) == ("taken", request.number, sold.helper.pk)
    shown = as_(sold.asker).get(f"/support/requests/{request.number}/", follow=True).content.decode()
    assert "a.log" in shown


def test_the_customer_downloads_what_came_with_the_mail(sold: Sold, as_: Any, imap: Mailbox) -> None:
    mail = came(imap, files=(("a.log", b"hello", ("text", "plain")),))
    request = take(as_(sold.helper), sold, mail)
    file = File.objects.using("owner").get()
    answer = as_(sold.asker).get(f"/support/requests/{request.number}/files/{file.pk}/")
    assert b"".join(answer.streaming_content) == b"hello"


def test_a_file_that_is_not_chosen_stays_with_the_mail(sold: Sold, as_: Any, imap: Mailbox) -> None:
    kind = ("text", "plain")
    mail, client = came(imap, files=(("a.log", b"hello", kind), ("b.log", b"private", kind))), as_(sold.helper)
    kept = DeskMailFile.objects.using("owner").get(name="b.log")
    chosen = [one for one in forms(sold, mail)["mail_files"] if one != kept.pk]
    refused = client.post(NEW, forms(sold, mail, title="", mail_files=chosen)).content.decode()
    assert [f'value="{one.pk}" checked' in refused for one in DeskMailFile.objects.using("owner").order_by("name")] == [
        True,
        False,
    ]
    request = take(client, sold, mail, mail_files=chosen)
    assert [one.name for one in File.objects.using("owner").filter(request=request)] == ["a.log"]
    assert DeskMailFile.objects.using("owner").get() == kept
    assert b"".join(client.get(f"{page_of(mail)}files/{kept.pk}/").streaming_content) == b"private"


def test_a_file_of_another_mail_does_not_come_along(sold: Sold, as_: Any, imap: Mailbox) -> None:  # edge case 36
    other = came(imap, files=(("a.log", b"hello", ("text", "plain")),))
    foreign = list(DeskMailFile.objects.using("owner").values_list("pk", flat=True))
    take(as_(sold.helper), sold, make_mail(sold.partner), mail_files=foreign)
    assert DeskMailFile.objects.using("owner").get().mail_id == other.pk
    assert not File.objects.using("owner").exists()


def test_the_channel_is_mail_whatever_the_form_says(sold: Sold, as_: Any) -> None:
    mail = make_mail(sold.partner)
    assert intake_of(take(as_(sold.helper), sold, mail, channel="phone")).channel == "mail"


def test_the_form_says_what_the_mail_said(sold: Sold, as_: Any) -> None:
    mail = make_mail(sold.partner, subject="Slow <at> noon", text="It is slow.")
    shown = as_(sold.helper).get(f"{NEW}?mail={mail.pk}&customer={sold.birch.pk}&contact={sold.asker.pk}")
    page = shown.content.decode()
    assert 'value="Slow &lt;at&gt; noon"' in page
    assert ">It is slow.</textarea>" in page
    assert re.search(rf'value="{sold.asker.pk}" selected', page)
    assert 'value="asker@birch.test"' not in page  # of somebody who is named it is known


def test_who_is_not_named_is_reached_by_the_address(sold: Sold, as_: Any) -> None:
    mail = make_mail(sold.partner, sender="x@elsewhere.test")
    page = as_(sold.helper).get(f"{NEW}?mail={mail.pk}&customer={sold.birch.pk}").content.decode()
    assert 'value="x@elsewhere.test"' in page


def test_the_customers_audit_names_the_agent(sold: Sold, as_: Any, owner: Any) -> None:  # R7.3
    request = take(as_(sold.helper), sold, make_mail(sold.partner))
    event = owner.execute(
        "SELECT customer_id, actor_id, subject_id, details->>'channel' FROM journal_event"
        " WHERE kind = 'helpdesk.mail_taken_in'"
    ).fetchone()
    assert event == (sold.birch.pk, sold.helper.pk, request.pk, "mail")


def test_the_contact_and_the_colleagues_get_mail(sold: Sold, as_: Any) -> None:
    """Whoever is named need not have written it, and hears of it."""
    with serving_mail() as smtp:
        request = take(as_(sold.helper), sold, make_mail(sold.partner))
        run_jobs()
    told = {readers[0]: mail for _sender, readers, mail in smtp.mails}
    assert told.keys() == {"agent@house.test", "second@house.test", "asker@birch.test"}
    text = re.sub(r"\s+", " ", told["asker@birch.test"].get_body(("plain",)).get_content())
    assert f"A mail to Lakeside is now the support request {request.number}" in text


def test_what_is_outsourced_goes_to_the_supplier(sold: Sold, as_: Any, owner: Any) -> None:  # S003-39
    owner.execute(
        "UPDATE partners_supportplan SET content = jsonb_set(content, '{lines}', %s::jsonb)",
        ['[{"mode": "outsourced", "supplier": "Rivermouth", "scope": "All"}]'],
    )
    request = take(as_(sold.helper), sold, make_mail(sold.partner))
    assert (request.partner_id, request.desk_id) == (sold.partner.pk, sold.rival.pk)


def test_the_second_agent_is_told(sold: Sold, as_: Any) -> None:
    mail = make_mail(sold.partner)
    request = take(as_(sold.helper), sold, mail)
    for answer in (
        as_(sold.second).post(NEW, forms(sold, mail), follow=True),
        as_(sold.second).get(f"{NEW}?mail={mail.pk}&customer={sold.birch.pk}", follow=True),
    ):
        assert answer.redirect_chain == [(page_of(mail), 302)]
        assert f"The mail was taken in already: it is in the request {request.number}." in answer.content.decode()
    assert Request.objects.using("owner").count() == 1


def test_of_two_at_once_one_takes_it_in(sold: Sold) -> None:
    mail = make_mail(sold.partner)

    def one(person: Any) -> str:
        try:
            typed = {name: str(value) for name, value in forms(sold, mail).items()}
            return commands.take_in(act_at_work(person.pk), sold.birch.pk, read(typed), mail_id=mail.pk)
        except Conflict as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        found = sorted(both.map(one, (sold.helper, sold.second)))
    assert found[1] == "mail_taken"
    assert found[0] == Request.objects.using("owner").get().number


def test_a_second_click_leads_to_the_same_request(sold: Sold, as_: Any) -> None:
    client, typed = as_(sold.helper), forms(sold, make_mail(sold.partner))
    first, second = (client.post(NEW, typed) for _click in range(2))
    assert request_of(first) == request_of(second)


def test_a_refused_form_leaves_the_mail_waiting(sold: Sold, as_: Any) -> None:
    mail = make_mail(sold.partner)
    refused = as_(sold.helper).post(NEW, forms(sold, mail, title=""))
    assert refused.status_code == 400
    assert f'name="mail" value="{mail.pk}"' in refused.content.decode()
    assert the_mail().outcome == ""
    assert not Request.objects.using("owner").exists()


def test_it_is_taken_in_for_customers_of_ones_own_alone(sold: Sold, as_: Any) -> None:  # edge case 36
    mail = make_mail(sold.rival)
    assert as_(sold.rival_agent).post(NEW, forms(sold, mail)).status_code == 404
    assert as_(sold.helper).post(NEW, forms(sold, mail)).status_code == 404
    assert as_(sold.helper).get(f"{NEW}?mail={mail.pk}").status_code == 404
    assert not Request.objects.using("owner").exists()


def test_a_suspended_partner_takes_in_nothing(sold: Sold, as_: Any, owner: Any) -> None:  # edge case 16
    owner.execute("UPDATE partners_party SET suspended_at = now() WHERE organization_id = %s", [sold.partner.pk])
    assert as_(sold.helper).post(NEW, forms(sold, make_mail(sold.partner))).status_code == 409
    assert the_mail().outcome == ""


# Whom it may be from


def test_the_contact_whose_address_it_has_is_proposed(sold: Sold, as_: Any) -> None:
    page = as_(sold.helper).get(page_of(make_mail(sold.partner))).content.decode()
    assert "For asker, Birch" in page
    assert f"customer={sold.birch.pk}&amp;contact={sold.asker.pk}" in page
    assert "Birch" in as_(sold.helper).get(LIST).content.decode()


def test_somebody_of_another_customer_is_as_nobody(sold: Sold, as_: Any, owner: Any) -> None:
    """That an address has an account is told of those alone whom the partner may name anyway (R3.3)."""
    client, pages = as_(sold.helper), []
    owner.execute("UPDATE partners_resale SET ended_at = accepted_at + interval '1 second'")  # cedar is none any more
    member = make_person("reads", email="reads@birch.test")
    grant(member, "member", sold.birch_main)
    for sender in ("admin@example.test", "nobody@example.test", "reads@birch.test"):
        mail = make_mail(sold.partner, sender=sender, sender_name="")
        page = client.get(page_of(mail)).content.decode()
        for varying in (sender, f"/{mail.pk}/", f"mail={mail.pk}"):
            page = page.replace(varying, "-")
        pages.append(re.sub(r'(csrf\w*" value|csrf-token" content|nonce)="[^"]+"', "", page))
    assert "No contact of your customers has this address." in pages[0]
    assert pages[0] == pages[1] == pages[2]
    assert client.get(LIST).content.decode().count("–</span>") == 3


def test_somebody_of_two_customers_is_proposed_for_each(sold: Sold, as_: Any) -> None:
    grant(sold.asker, "support_contact", sold.north)
    page = as_(sold.helper).get(page_of(make_mail(sold.partner))).content.decode()
    assert "For asker, Birch" in page
    assert "For asker, Cedar" in page


def test_a_number_in_the_subject_is_a_hint_for_ones_own_requests(sold: Sold, as_: Any) -> None:
    mine = make_request(sold.birch_main, title="It is ours", partner=sold.partner, desk=sold.partner)
    other = make_request(sold.birch_main, title="It is theirs", partner=sold.rival, desk=sold.rival)
    mail = make_mail(sold.partner, subject=f"Re: [{mine.number}] and {other.number}")
    page = as_(sold.helper).get(page_of(mail)).content.decode()
    assert f"{mine.number} · It is ours" in page
    assert "It is theirs" not in page


# Put aside


def test_a_mail_is_put_aside_with_a_reason(sold: Sold, as_: Any, owner: Any) -> None:
    mail, client = make_mail(sold.partner), as_(sold.helper)
    assert client.post(f"{page_of(mail)}aside/", {"reason": "taken"}).status_code == 400
    assert "Say why you put it aside." in client.post(f"{page_of(mail)}aside/").content.decode()
    assert client.post(f"{page_of(mail)}aside/", {"reason": "spam"})["Location"] == LIST
    done = the_mail()
    assert (done.outcome, done.number, done.done_by_id) == ("spam", "", sold.helper.pk)
    assert "No mail waits" in client.get(LIST).content.decode()
    assert "Spam" in client.get(f"{LIST}?state=done").content.decode()
    told = owner.execute("SELECT customer_id, details FROM journal_event WHERE kind = 'helpdesk.mail_put_aside'")
    assert told.fetchall() == [(None, {"reason": "spam"})]


def test_one_that_was_put_aside_is_still_taken_in(sold: Sold, as_: Any) -> None:
    mail = make_mail(sold.partner, outcome="spam", done_at=NOW)
    take(as_(sold.helper), sold, mail)
    assert the_mail().outcome == "taken"


def test_one_that_was_taken_in_is_not_put_aside(sold: Sold, as_: Any) -> None:
    mail = make_mail(sold.partner)
    take(as_(sold.helper), sold, mail)
    answer = as_(sold.second).post(f"{page_of(mail)}aside/", {"reason": "spam"}, follow=True)
    assert "The mail was taken in already" in answer.content.decode()
    assert the_mail().outcome == "taken"


# The pages


def test_the_queue_says_what_waits_and_where_mails_go(sold: Sold, as_: Any, imap: Mailbox) -> None:
    client = as_(sold.helper)
    assert "to take in" not in client.get("/helpdesk/").content.decode().replace("Mails to take in", "")
    for organization in (sold.partner, sold.partner, sold.rival):
        make_mail(organization)
    make_mail(sold.partner, outcome="spam", done_at=NOW)
    page = client.get("/helpdesk/").content.decode()
    assert "2 mails to take in" in page
    assert "Mails to support+desk.lakeside@northgate.test come in here." in page


def test_without_a_mailbox_no_address_is_named(sold: Sold, as_: Any) -> None:
    assert "support+desk" not in as_(sold.helper).get("/helpdesk/").content.decode()
    assert "The hub reads no mailbox" in as_(sold.helper).get(LIST).content.decode()


def test_the_support_profile_names_the_address(sold: Sold, as_: Any, imap: Mailbox) -> None:
    page = as_(sold.agent).get("/support-profile/").content.decode()
    assert "support+desk.lakeside@northgate.test" in page


def test_a_page_costs_the_same_however_many_wait(sold: Sold, as_: Any) -> None:
    client = as_(sold.helper)
    client.get(LIST)

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(LIST).status_code == 200
        return len(found)

    make_mail(sold.partner)
    before = statements()
    for _ in range(60):
        make_mail(sold.partner)
    assert statements() == before
    assert client.get(LIST).content.decode().count("asker@birch.test") == 50
    later = re.search(r'href="([^"]+)"[^>]*>Next page', client.get(LIST).content.decode())
    assert later
    assert client.get(later[1].replace("&amp;", "&")).content.decode().count("asker@birch.test") == 11


@pytest.mark.parametrize("path", ["", "1/", "1/files/1/"])
def test_it_needs_whoever_serves_customers(sold: Sold, as_: Any, path: str) -> None:  # S003-1
    for person in (sold.seller, sold.clerk, sold.admin, sold.csam, sold.warden):
        assert as_(person).get(f"{LIST}{path}").status_code == 403
    assert as_(sold.seller).post(f"{LIST}1/aside/", {"reason": "spam"}).status_code == 403


def test_a_file_is_saved_and_never_shown(sold: Sold, as_: Any, imap: Mailbox) -> None:
    mail = came(imap, files=(("a.html", b"<script>x</script>", ("text", "html")),))
    file = DeskMailFile.objects.using("owner").get()
    answer = as_(sold.helper).get(f"{page_of(mail)}files/{file.pk}/")
    assert b"".join(answer.streaming_content) == b"<script>x</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert as_(sold.rival_agent).get(f"{page_of(mail)}files/{file.pk}/").status_code == 404


def test_what_waits_stands_on_home(sold: Sold, as_: Any) -> None:
    client = as_(sold.helper)
    assert "to take in" not in client.get("/").content.decode()
    make_mail(sold.partner)
    assert "1 mail to take in" in client.get("/").content.decode()
    assert "to take in" not in as_(sold.rival_agent).get("/").content.decode()
