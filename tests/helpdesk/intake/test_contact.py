"""The customer's form to its partner: R5.3, R5.4; S003-10, 33, 34, 41; edge cases 13, 14, 16, 17, 19, 30, 36."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tallyhub.helpdesk.models import ContactDraft, ContactFile, Intake, Reach
from tallyhub.kernel import clock
from tallyhub.support.models import File, Request
from tests.helpdesk.intake.asking import address, ask, errors, form, intake_of, request_of
from tests.make import grant, make_agreement, make_package, make_person
from tests.partners.plans import cover


def nothing_was_asked() -> bool:
    return not Request.objects.using("owner").exists()


def suspend(owner: Any, partner: Any) -> None:
    owner.execute("UPDATE partners_party SET suspended_at = %s WHERE organization_id = %s", [clock.now(), partner.pk])


def stand_behind(owner: Any, provider: Any, reseller: Any) -> None:
    owner.execute(
        "INSERT INTO partners_partnership (provider_id, reseller_id, invited_at, authorised_at)"
        " VALUES (%s, %s, %s, %s)",
        [provider.pk, reseller.pk, clock.now(), clock.now()],
    )


def test_the_card_leads_to_the_form(sold: Any, as_: Any) -> None:  # S003-33
    page = as_(sold.asker).get(f"/technical-support/?product={sold.database.pk}").content.decode()
    assert f"/technical-support/contact/?product={sold.database.pk}&amp;partner={sold.partner.pk}" in page
    shown = as_(sold.asker).get(f"/technical-support/contact/?product={sold.database.pk}&partner={sold.partner.pk}")
    assert "Contact Lakeside" in shown.content.decode()


def test_what_is_sent_is_the_partners_with_all_that_was_said(sold: Any, as_: Any) -> None:  # S003-34
    request = ask(as_(sold.asker), sold)
    assert (request.partner_id, request.desk_id) == (sold.partner.pk, sold.partner.pk)
    assert (request.customer_id, request.workspace_id) == (sold.birch.pk, sold.birch_main.pk)
    assert request.product_id == sold.database.pk
    assert request.primary_contact_id == request.opened_by_id == sold.asker.pk
    assert Reach.objects.using("owner").get(request=request).text == "+49 30 5550199, until five"
    assert intake_of(request).channel == "portal"


def test_no_request_of_the_providers_comes_of_it(sold: Any, as_: Any, owner: Any) -> None:  # R5.3
    ask(as_(sold.asker), sold)
    ask(as_(sold.asker), sold, product="other")
    assert owner.execute("SELECT count(*) FROM support_request WHERE partner_id IS NULL").fetchone() == (0,)
    assert owner.execute("SELECT count(*) FROM support_draft").fetchone() == (0,)


def test_a_question_comes_in_the_same_way(sold: Any, as_: Any) -> None:  # S003-10
    request = ask(as_(sold.asker), sold, kind="advice", title="How do I move a database?")
    assert request.kind == "advice"
    assert request.partner_id == sold.partner.pk


def test_what_is_not_named_is_the_partners(sold: Any, as_: Any) -> None:  # R5.3
    request = ask(as_(sold.asker), sold, product="other")
    assert (request.product_id, request.partner_id) == (None, sold.partner.pk)


def test_anybody_of_the_workspace_may_ask(sold: Any, as_: Any) -> None:
    member = make_person("guest", email="guest@birch.test")
    grant(member, "member", sold.birch_main)
    client = as_(member)
    request = ask(client, sold)
    assert client.get(f"/support/requests/{request.number}/", follow=True).status_code == 200


def test_the_price_is_shown_and_must_be_accepted_first(sold: Any, as_: Any) -> None:  # S003-41
    client = as_(sold.asker)
    shown = client.get(address(sold)).content.decode()
    assert "€120.50 for each request" in shown
    refused = client.post(address(sold), form(sold, accepted=""))
    assert refused.status_code == 400
    assert errors(refused) == ["Accept the price first: the partner charges for it."]
    assert nothing_was_asked()
    intake = intake_of(ask(client, sold))
    assert (intake.plan_number, intake.price, intake.amount, intake.currency) == (1, "per_incident", 12050, "EUR")
    assert intake.accepted_by_id == sold.asker.pk
    assert intake.accepted_at is not None


def test_a_price_that_has_changed_meanwhile_is_accepted_anew(sold: Any, as_: Any) -> None:  # S003-41
    refused = as_(sold.asker).post(address(sold), form(sold, accepted="7"))
    assert errors(refused) == ["The price has changed meanwhile. Read the new one, and accept it."]
    assert nothing_was_asked()


def test_a_plan_that_is_free_says_so_and_asks_for_nothing(sold: Any, as_: Any, owner: Any) -> None:  # S003-41
    owner.execute("""UPDATE partners_supportplan SET content = content || '{"price": "free"}'""")
    client = as_(sold.asker)
    shown = client.get(address(sold)).content.decode()
    assert "Free of charge" in shown
    assert "I accept the price" not in shown
    intake = intake_of(ask(client, sold, accepted=""))
    assert (intake.price, intake.amount, intake.accepted_at) == ("free", None, None)


def test_without_a_plan_no_price_is_known(sold: Any, as_: Any, owner: Any) -> None:
    owner.execute("DELETE FROM partners_supportplan")
    client = as_(sold.asker)
    assert "No support plan is published" in client.get(address(sold)).content.decode()
    assert intake_of(ask(client, sold, accepted="")).plan_number is None


def test_each_missing_part_is_named_and_nothing_typed_is_lost(sold: Any, as_: Any) -> None:
    client = as_(sold.asker)
    typed = form(sold, title="", severity="A", impact="", description="It is <b>slow</b>.", product="")
    refused = client.post(address(sold), typed)
    assert refused.status_code == 400
    assert set(errors(refused)) == {
        "Choose the product that it is about.",
        "Give it a title by which everybody knows it in a list.",
        "Say what it means for your business. Severity A and B need it.",
    }
    assert "It is &lt;b&gt;slow&lt;/b&gt;." in refused.content.decode()
    again = client.get(address(sold)).content.decode()
    assert "It is &lt;b&gt;slow&lt;/b&gt;." in again
    assert "You began to write this on" in again


def test_what_is_too_long_stays_on_the_page(sold: Any, as_: Any) -> None:
    refused = as_(sold.asker).post(address(sold), form(sold, title="x" * 201, description="kept"))
    assert refused.status_code == 400
    assert "x" * 201 in refused.content.decode()
    assert ContactDraft.objects.using("owner").get().typed["description"] == "kept"


def test_files_outlive_a_refusal_and_go_with_the_request(sold: Any, as_: Any) -> None:
    client = as_(sold.asker)
    log = SimpleUploadedFile("trace.txt", b"10:02 time-out", content_type="text/plain")
    assert client.post(address(sold), form(sold, title="", files=log)).status_code == 400
    assert "trace.txt" in client.get(address(sold)).content.decode()
    request = ask(client, sold)
    assert [one.name for one in File.objects.using("owner").filter(request=request)] == ["trace.txt"]
    assert not ContactFile.objects.using("owner").exists()
    assert not ContactDraft.objects.using("owner").exists()


def test_a_file_is_removed_again(sold: Any, as_: Any) -> None:
    client = as_(sold.asker)
    log = SimpleUploadedFile("trace.txt", b"10:02 time-out", content_type="text/plain")
    client.post(address(sold), form(sold, act="attach", files=log))
    kept = ContactFile.objects.using("owner").get()
    client.post(address(sold), form(sold, act="", remove=kept.pk))
    assert not ContactFile.objects.using("owner").exists()


def test_a_draft_is_thrown_away(sold: Any, as_: Any) -> None:
    client = as_(sold.asker)
    client.post(address(sold), form(sold, act="later"))
    assert "You began to write this" in client.get(address(sold)).content.decode()
    client.post(address(sold), form(sold, act="drop"))
    assert "You began to write this" not in client.get(address(sold)).content.decode()
    assert nothing_was_asked()


def test_a_draft_is_its_writers_alone(sold: Any, as_: Any) -> None:  # edge case 36
    as_(sold.asker).post(address(sold), form(sold, act="later", title="Mine alone"))
    assert "Mine alone" not in as_(sold.stranger).get(address(sold)).content.decode()


def test_a_second_click_asks_nothing_again(sold: Any, as_: Any) -> None:
    client, typed = as_(sold.asker), form(sold)
    first, second = (client.post(address(sold), typed) for _click in range(2))
    assert request_of(first) == request_of(second)
    assert Intake.objects.using("owner").count() == 1
    assert not ContactDraft.objects.using("owner").exists()


def test_what_was_bought_directly_leads_to_the_providers_form(sold: Any, as_: Any) -> None:  # R5.3, edge case 30
    client = as_(sold.asker)
    there = client.get(f"/technical-support/contact/?product={sold.messaging.pk}")
    assert there["Location"] == f"/technical-support/?product={sold.messaging.pk}"
    assert "/support/open/" in client.get(there["Location"]).content.decode()
    refused = client.post(address(sold), form(sold, product=sold.messaging.pk))
    assert errors(refused) == ["This product is not the partner’s any more. Choose another one, or something else."]
    assert nothing_was_asked()


def test_of_two_partners_the_customer_picks_its_own(sold: Any, as_: Any) -> None:  # edge case 13
    other = make_agreement(sold.birch, sold.rival, number="BIR-STO")
    make_package(other, sold.birch_main, code="STO", scope="addon")
    client = as_(sold.asker)
    asked = client.get("/technical-support/contact/")
    assert asked["Location"] == "/technical-support/?product=other"
    request = request_of(client.post(address(sold, sold.rival), form(sold, product="other", accepted="")))
    assert request.partner_id == sold.rival.pk
    assert client.post(address(sold, sold.provider), form(sold, product="other"))["Location"] == asked["Location"]


def test_a_product_decides_between_two_partners(sold: Any, as_: Any) -> None:  # edge case 13
    other = make_agreement(sold.birch, sold.rival, number="BIR-STO")
    cover(make_package(other, sold.birch_main, code="STO", scope="addon"), sold.messaging)
    shown = as_(sold.asker).get(f"/technical-support/contact/?product={sold.messaging.pk}")
    assert "Contact Rivermouth" in shown.content.decode()


def test_an_indirect_provider_stands_in_for_a_suspended_partner(sold: Any, as_: Any, owner: Any) -> None:  # edge 16
    suspend(owner, sold.partner)
    stand_behind(owner, sold.rival, sold.partner)
    client = as_(sold.asker)
    assert "Lakeside cannot support you at present." in client.get(address(sold)).content.decode()
    request = ask(client, sold, accepted="")
    assert (request.partner_id, request.desk_id) == (sold.rival.pk, sold.rival.pk)
    assert intake_of(request).stands_in_for_id == sold.partner.pk


def test_where_nobody_stands_in_the_provider_is_asked(sold: Any, as_: Any, owner: Any) -> None:  # edge cases 14, 16
    client, typed = as_(sold.asker), form(sold)
    suspend(owner, sold.partner)
    there = client.get(address(sold))
    assert there["Location"] == "/technical-support/?product=other"
    page = client.get(f"/technical-support/?product={sold.database.pk}").content.decode()
    assert "/technical-support/contact/" not in page
    assert "/support/open/" in page
    assert client.post(address(sold), typed)["Location"] == there["Location"]
    assert nothing_was_asked()


def test_a_partner_without_a_profile_is_asked_all_the_same(sold: Any, as_: Any, owner: Any) -> None:  # edge case 17
    owner.execute("DELETE FROM partners_supportplan")
    owner.execute("DELETE FROM partners_supportprofile")
    request = ask(as_(sold.asker), sold, accepted="")
    assert request.partner_id == sold.partner.pk


def test_outside_the_hours_it_is_taken_and_the_next_opening_is_said(sold: Any, as_: Any) -> None:  # edge case 19
    client = as_(sold.asker)  # it is Saturday, and lakeside is there from Monday on
    shown = client.get(address(sold)).content.decode()
    assert "Closed now, opens" in shown
    assert "Send it all the same" in shown
    intake = intake_of(ask(client, sold))
    assert intake.is_outside_hours
    assert intake.opens_at is not None
    assert intake.opens_at.isoformat() == "2026-11-23T09:00:00+00:00"


NIGHT = """UPDATE partners_supportplan SET content = content || '{"lines": [
    {"mode": "own", "when": "inside"},
    {"mode": "outsourced", "when": "outside", "severities": ["A"], "supplier": "Nightwatch", "scope": "Nights"}]}'"""


def test_for_severity_a_the_way_outside_the_hours_is_named(sold: Any, as_: Any, owner: Any) -> None:  # edge case 19
    client = as_(sold.asker)
    assert "Outside the hours of service" not in client.get(address(sold)).content.decode()
    owner.execute(NIGHT)
    shown = client.get(address(sold)).content.decode()
    assert "Outside the hours of service Nightwatch takes severity A for Lakeside: +44 20 7946 0000." in shown


def test_the_providers_form_says_where_a_partners_product_is_asked_about(sold: Any, as_: Any) -> None:  # R5.3
    client = as_(sold.asker)
    step = client.post("/support/open/begin/", {"workspace": sold.birch_main.pk}, follow=True).content.decode()
    assert "What a partner sold you, it supports." in step


def test_whoever_opens_nothing_is_led_to_technical_support(sold: Any, as_: Any) -> None:
    def heading(person: Any) -> str:
        page: str = as_(person).get("/support/").content.decode()
        return page.partition('class="page-head"')[2].partition('id="grid"')[0]

    assert "/technical-support/" in heading(sold.stranger)
    assert "/support/open/" in heading(sold.asker)
    assert "/technical-support/" not in heading(sold.helper)


@pytest.mark.parametrize("who", ["csam", "agent", "newcomer", "warden"])
def test_nobody_but_the_customers_own_people_asks_there(sold: Any, as_: Any, who: str) -> None:
    client = as_(getattr(sold, who))
    assert client.get(address(sold)).status_code == 403
    assert client.post(address(sold), form(sold)).status_code == 403
    assert nothing_was_asked()


def test_a_workspace_of_another_customer_is_none(sold: Any, as_: Any) -> None:  # edge case 36
    refused = as_(sold.asker).post(address(sold), form(sold, workspace=sold.north.pk))
    assert errors(refused) == ["Choose the workspace that it is about."]
    assert nothing_was_asked()
