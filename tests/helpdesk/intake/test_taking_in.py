"""What a partner's people write down for a customer, and what a supplier gives back: S003-15, 39, 41; R5.3; edge 36."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tallyhub.helpdesk.models import ContactDraft, ContactFile, Handover, Intake
from tallyhub.kernel import clock
from tallyhub.support.models import File, Request, RequestViewer
from tests.helpdesk.intake.asking import address, ask, errors, form, intake_of, request_of
from tests.make import grant, make_person, make_workspace
from tests.partners.world import _hired

NEW = "/helpdesk/new/"
NOTE = {"channel": "phone", "act": "", "accepted": "", "reach": ""}


def written(sold: SimpleNamespace, **over: Any) -> dict[str, Any]:
    return form(sold, **NOTE | {"customer": sold.birch.pk, "contact": sold.asker.pk} | over)


def take(client: Any, sold: SimpleNamespace, **over: Any) -> Request:
    answer = client.post(NEW, written(sold, **over))
    assert answer.status_code == 302, errors(answer)
    return request_of(answer)


def test_a_phone_call_is_written_down_for_the_customer(sold: Any, as_: Any) -> None:
    """S003-15: the customer is whom it is for, the partner's agent who did it."""
    request = take(as_(sold.helper), sold)
    assert (request.customer_id, request.partner_id, request.desk_id) == (
        sold.birch.pk,
        sold.partner.pk,
        sold.partner.pk,
    )
    assert request.opened_by_id == sold.helper.pk
    assert request.primary_contact_id == sold.asker.pk
    assert intake_of(request).channel == "phone"
    given = RequestViewer.objects.using("owner").filter(request=request).values_list("person_id", "why")
    assert list(given) == [(sold.asker.pk, "primary")]


def test_the_customers_audit_names_the_agent(sold: Any, as_: Any, owner: Any) -> None:  # R7.3, S003-15
    request = take(as_(sold.helper), sold)
    event = owner.execute(
        "SELECT customer_id, actor_id, details->>'as', details->>'channel' FROM journal_event"
        " WHERE kind = 'helpdesk.taken_in' AND subject_id = %s",
        [request.pk],
    ).fetchone()
    assert event == (sold.birch.pk, sold.helper.pk, "at_desk", "phone")


def test_without_a_contact_only_administrators_see_it(sold: Any, as_: Any) -> None:
    request = take(as_(sold.helper), sold, contact="")
    page = f"/support/requests/{request.number}/"
    assert as_(sold.stranger).get(page, follow=True).status_code == 200
    assert as_(sold.asker).get(page, follow=True).status_code == 404


def test_no_request_of_the_providers_comes_of_it(sold: Any, as_: Any, owner: Any) -> None:  # R5.3
    take(as_(sold.helper), sold)
    assert owner.execute("SELECT count(*) FROM support_request WHERE partner_id IS NULL").fetchone() == (0,)


def test_only_customers_that_one_sells_to_are_offered(sold: Any, as_: Any) -> None:  # edge case 36
    client = as_(sold.helper)
    page = client.get(NEW).content.decode()
    assert "Birch" in page
    assert "Cedar" in page  # which accepted lakeside, and bought nothing yet
    assert as_(sold.rival_agent).get(NEW).content.decode().count("Birch") == 0
    assert as_(sold.rival_agent).get(f"{NEW}?customer={sold.birch.pk}").status_code == 404
    assert as_(sold.rival_agent).post(NEW, written(sold)).status_code == 404
    assert not Request.objects.using("owner").exists()


def test_a_former_customer_is_none(sold: Any, as_: Any, owner: Any) -> None:
    owner.execute("UPDATE partners_resale SET ended_at = now()")
    assert as_(sold.helper).get(f"{NEW}?customer={sold.cedar.pk}").status_code == 404


def test_the_contacts_are_administrators_and_support_contacts(sold: Any, as_: Any) -> None:
    for name, role in (("reads", "customer_activity"), ("belongs", "member")):
        person = make_person(name, email=f"{name}@birch.test")
        grant(person, role, sold.birch_main)
    page = as_(sold.helper).get(f"{NEW}?customer={sold.birch.pk}").content.decode()
    assert "asker (Main)" in page
    assert ">stranger<" in page
    assert "reads" not in page
    assert "belongs" not in page
    other = make_person("elsewhere", email="elsewhere@birch.test")
    refused = as_(sold.helper).post(NEW, written(sold, contact=other.pk))
    assert errors(refused) == [
        "This person is none of the workspace’s who may be named. Choose another one, or nobody."
    ]


def test_only_what_one_sold_is_offered(sold: Any, as_: Any) -> None:
    client = as_(sold.helper)
    page = client.get(f"{NEW}?customer={sold.birch.pk}").content.decode()
    assert "Database" in page
    assert "Messaging" not in page
    refused = client.post(NEW, written(sold, product=sold.messaging.pk))
    assert errors(refused) == ["This product is not the partner’s any more. Choose another one, or something else."]


def test_a_workspace_of_another_customer_is_none(sold: Any, as_: Any) -> None:  # edge case 36
    refused = as_(sold.helper).post(NEW, written(sold, workspace=sold.north.pk, contact=""))
    assert "Choose the workspace that it is about." in errors(refused)
    assert not Request.objects.using("owner").exists()


def test_it_needs_whoever_serves_customers(sold: Any, as_: Any) -> None:
    for person in (sold.seller, sold.clerk, sold.admin, sold.csam, sold.warden):
        assert as_(person).get(NEW).status_code == 403
        assert as_(person).post(NEW, written(sold)).status_code == 403


def test_a_suspended_partner_takes_in_nothing(sold: Any, as_: Any, owner: Any) -> None:  # edge case 16
    owner.execute("UPDATE partners_party SET suspended_at = now() WHERE organization_id = %s", [sold.partner.pk])
    client = as_(sold.helper)
    assert "You can take in nothing new." in client.get(f"{NEW}?customer={sold.birch.pk}").content.decode()
    assert client.post(NEW, written(sold)).status_code == 409
    assert not Request.objects.using("owner").exists()


def test_a_refused_form_loses_nothing(sold: Any, as_: Any) -> None:
    refused = as_(sold.helper).post(NEW, written(sold, title="", channel="", description="She said <it> twice"))
    assert refused.status_code == 400
    assert set(errors(refused)) == {"Say how they asked.", "Give it a title by which everybody knows it in a list."}
    assert "She said &lt;it&gt; twice" in refused.content.decode()


def file(name: str = "trace.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"10:02 time-out", content_type="text/plain")


def test_files_outlive_a_refusal_and_go_with_what_is_written_down(sold: Any, as_: Any) -> None:
    client = as_(sold.helper)
    assert client.post(NEW, written(sold, title="", files=file())).status_code == 400
    begun = client.get(f"{NEW}?customer={sold.birch.pk}").content.decode()
    assert "trace.txt" in begun
    assert "You began to write this on" in begun
    second = make_workspace(sold.birch, "second")
    request = take(client, sold, workspace=second.pk, contact="")
    assert request.workspace_id == second.pk
    kept = File.objects.using("owner").get(request=request)
    assert (kept.name, kept.added_by_id, kept.workspace_id) == ("trace.txt", sold.helper.pk, second.pk)
    assert not ContactFile.objects.using("owner").exists()
    assert not ContactDraft.objects.using("owner").exists()


def test_what_is_begun_for_a_customer_is_its_writers_alone(sold: Any, as_: Any) -> None:  # edge case 36
    as_(sold.helper).post(NEW, written(sold, act="later", title="Mine alone", files=file()))
    for page in (
        as_(sold.agent).get(f"{NEW}?customer={sold.birch.pk}"),
        as_(sold.asker).get(address(sold)),
        as_(sold.helper).get(f"{NEW}?customer={sold.cedar.pk}"),
    ):
        assert page.status_code == 200
        assert "Mine alone" not in page.content.decode()
        assert "trace.txt" not in page.content.decode()
    assert not Request.objects.using("owner").exists()


def test_a_file_is_removed_and_what_is_begun_is_thrown_away(sold: Any, as_: Any) -> None:
    client = as_(sold.helper)
    client.post(NEW, written(sold, act="attach", files=[file("one.txt"), file("two.txt")]))
    gone = ContactFile.objects.using("owner").get(name="one.txt")
    client.post(NEW, written(sold, act="", remove=gone.pk))
    assert [one.name for one in ContactFile.objects.using("owner").all()] == ["two.txt"]
    client.post(NEW, written(sold, act="drop"))
    assert not ContactFile.objects.using("owner").exists()
    assert not ContactDraft.objects.using("owner").exists()
    assert not Request.objects.using("owner").exists()


def test_nothing_is_kept_for_another_partners_customer(sold: Any, as_: Any) -> None:  # edge case 36
    for act in ("later", "attach", "drop"):
        assert as_(sold.rival_agent).post(NEW, written(sold, act=act, files=file())).status_code == 404
    assert not ContactDraft.objects.using("owner").exists()


def test_a_second_click_writes_nothing_down_again(sold: Any, as_: Any) -> None:
    client, typed = as_(sold.helper), written(sold)
    first, second = (client.post(NEW, typed) for _click in range(2))
    assert request_of(first) == request_of(second)
    assert Intake.objects.using("owner").count() == 1


def test_a_price_that_was_agreed_by_telephone_is_kept_so(sold: Any, as_: Any) -> None:  # S003-41
    intake = intake_of(take(as_(sold.helper), sold, accepted="1"))
    assert intake.accepted_by_id == sold.helper.pk
    assert intake_of(take(as_(sold.helper), sold)).accepted_at is None


def test_the_customer_accepts_the_price_afterwards(sold: Any, as_: Any, owner: Any) -> None:  # S003-41
    request = take(as_(sold.helper), sold)
    here = f"/helpdesk/requests/{request.number}/price/"
    assert as_(sold.helper).post(here, {"plan": "1"}).status_code == 404
    assert as_(sold.asker).post(here, {"plan": "2"}).status_code == 409
    assert as_(sold.admin).post(here, {"plan": "1"}).status_code == 404
    assert as_(sold.asker).post(here, {"plan": "1"}).status_code == 302
    intake = intake_of(request)
    assert intake.accepted_by_id == sold.asker.pk
    kinds = owner.execute("SELECT count(*) FROM journal_event WHERE kind = 'helpdesk.price_accepted'")
    assert kinds.fetchone() == (1,)
    assert as_(sold.stranger).post(here, {"plan": "1"}).status_code == 302  # again is no error, and changes nothing
    assert intake_of(request).accepted_by_id == sold.asker.pk


# Between desks


@pytest.fixture
def at_rival(sold: Any, as_: Any, owner: Any) -> Any:
    """What is asked about the database is Rivermouth's to work on."""
    owner.execute(
        "UPDATE partners_supportplan SET content = jsonb_set(content, '{lines}', %s::jsonb)",
        ['[{"mode": "outsourced", "product": "database", "supplier": "Rivermouth", "scope": "All"}, {"mode": "own"}]'],
    )
    sold.asked = ask(as_(sold.asker), sold, title="It is Rivermouth’s")
    sold.kept = ask(as_(sold.asker), sold, title="It is Lakeside’s", product="other")
    return sold


def give_back(client: Any, request: Request, reason: str = "It needs an account of yours.", version: int = 0) -> Any:
    return client.post(
        f"/helpdesk/requests/{request.number}/give-back/", {"reason": reason, "version": version or request.version}
    )


def test_a_suppliers_people_see_what_is_theirs_and_nothing_else(at_rival: Any, as_: Any) -> None:  # S003-39
    queue = as_(at_rival.rival_agent).get("/helpdesk/").content.decode()
    assert "It is Rivermouth’s" in queue
    assert "It is Lakeside’s" not in queue
    for request, status in ((at_rival.asked, 200), (at_rival.kept, 404)):
        page = as_(at_rival.rival_agent).get(f"/support/requests/{request.number}/", follow=True)
        assert page.status_code == status


def test_a_supplier_gives_it_back_with_a_reason(at_rival: Any, as_: Any, owner: Any) -> None:  # S003-39
    client = as_(at_rival.rival_agent)
    assert give_back(client, at_rival.asked)["Location"] == "/helpdesk/"
    request = Request.objects.using("owner").get(pk=at_rival.asked.pk)
    assert (request.partner_id, request.desk_id) == (at_rival.partner.pk, at_rival.partner.pk)
    one = Handover.objects.using("owner").get()
    assert (one.was_id, one.becomes_id, one.by_id) == (at_rival.rival.pk, at_rival.partner.pk, at_rival.rival_agent.pk)
    assert one.reason == "It needs an account of yours."
    assert client.get(f"/support/requests/{request.number}/", follow=True).status_code == 404
    assert owner.execute("SELECT count(*) FROM journal_event WHERE kind = 'helpdesk.given_back'").fetchone() == (1,)


def test_a_former_supplier_keeps_its_name_in_the_time_line(at_rival: Any, as_: Any) -> None:
    client, number = as_(at_rival.rival_agent), at_rival.asked.number
    client.post(f"/support/requests/{number}/say/", {"body": "We look into it.", "version": at_rival.asked.version})
    give_back(client, Request.objects.using("owner").get(number=number))
    for reader in (at_rival.asker, at_rival.helper):
        page = as_(reader).get(f"/helpdesk/requests/{number}/").content.decode()
        assert "We look into it." in page
        assert f"{at_rival.rival_agent.name}, Rivermouth" in page
        assert "Somebody who has left" not in page


def test_why_it_came_back_is_none_of_the_customers(at_rival: Any, as_: Any) -> None:
    give_back(as_(at_rival.rival_agent), at_rival.asked, "The customer is difficult.")
    page = as_(at_rival.asker).get(f"/support/requests/{at_rival.asked.number}/", follow=True)
    assert page.status_code == 200
    assert "The customer is difficult." not in page.content.decode()


def test_whoever_had_it_has_it_no_more(at_rival: Any, as_: Any) -> None:
    client = as_(at_rival.rival_agent)
    taken = {"person": at_rival.rival_agent.pk, "version": at_rival.asked.version}
    client.post(f"/support/requests/{at_rival.asked.number}/assign/", taken)
    request = Request.objects.using("owner").get(pk=at_rival.asked.pk)
    assert request.assigned_to_id == at_rival.rival_agent.pk
    give_back(client, request)
    assert Request.objects.using("owner").get(pk=request.pk).assigned_to_id is None


def test_it_is_not_given_back_without_a_reason_or_in_an_old_form(at_rival: Any, as_: Any) -> None:
    client = as_(at_rival.rival_agent)
    give_back(client, at_rival.asked, "  ")
    give_back(client, at_rival.asked, "x" * 1_001)
    give_back(client, at_rival.asked, version=at_rival.asked.version + 1)
    assert Request.objects.using("owner").get(pk=at_rival.asked.pk).desk_id == at_rival.rival.pk
    assert not Handover.objects.using("owner").exists()


def test_nobody_else_gives_it_back(at_rival: Any, as_: Any) -> None:
    assert give_back(as_(at_rival.helper), at_rival.asked).status_code == 403
    assert give_back(as_(at_rival.rival_agent), at_rival.kept).status_code == 404
    assert give_back(as_(at_rival.asker), at_rival.asked).status_code == 403
    assert give_back(as_(at_rival.csam), at_rival.asked).status_code == 404


def test_what_is_over_is_not_given_back(at_rival: Any, as_: Any, owner: Any) -> None:
    owner.execute("UPDATE support_request SET status = 'closed', closed_at = now()")
    give_back(as_(at_rival.rival_agent), at_rival.asked)
    assert Request.objects.using("owner").get(pk=at_rival.asked.pk).desk_id == at_rival.rival.pk


def test_a_supplier_that_is_the_partner_of_another_customer_sees_only_its_own(at_rival: Any, as_: Any) -> None:
    third = _hired(at_rival.rival, "third", "helpdesk_agent")
    with clock.frozen(clock.now() + timedelta(hours=1)):
        queue = as_(third).get("/helpdesk/").content.decode()
    assert "for Lakeside" in queue
    assert "It is Lakeside’s" not in queue
