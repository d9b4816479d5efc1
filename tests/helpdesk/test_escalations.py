"""Escalations through the pages: what is asked for, where it goes, who reads it, and what comes of it."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from tallyhub.helpdesk.escalations.rules import Category
from tallyhub.helpdesk.models import DeskSettings, Escalation, EscalationEvent, EscalationFile, EscalationTenant
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.support.models import Message, Request
from tests.helpdesk.escalating import (
    checked,
    escalated,
    moved,
    newest,
    noted,
    partner_request,
    through,
    typed,
    upload,
)
from tests.make import (
    LONG_AGO,
    give_request,
    make_agreement,
    make_entitlement,
    make_organization,
    make_package,
    make_party,
)
from tests.world import NOW


def form(linked: SimpleNamespace, as_: Any, category: Category = Category.DEFECT, **over: Any) -> Any:
    return as_(linked.agent).post(f"/helpdesk/requests/{linked.ask.number}/escalate/", typed(linked, category, **over))


def page_of(client: Any, one: Escalation) -> str:
    answer = client.get(f"/escalations/{one.pk}/")
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


# What is asked for


def test_the_way_to_it_begins_with_what_it_is(linked: SimpleNamespace, as_: Any) -> None:
    page = as_(linked.agent).get(f"/helpdesk/requests/{linked.ask.number}/escalate/").content.decode()
    for letter in "abcde":
        assert f"{letter}) " in page
    assert "by agreement" not in page


@pytest.mark.parametrize("category", [one for one in Category if one is not Category.AGREED])
def test_the_form_of_each_category_takes_over_what_is_known(
    linked: SimpleNamespace, as_: Any, category: Category
) -> None:
    """S003-35: title, words of the customer, product and diagnosis are not typed twice."""
    noted(linked, linked.ask, hypothesis="A full queue", step="Emptied it", result="Filled again")
    page = as_(linked.agent).get(f"/helpdesk/requests/{linked.ask.number}/escalate/?category={category}")
    text = page.content.decode()
    assert 'value="Mail is not delivered"' in text
    assert "Delivery of mail fails with error 550" in text
    assert "A full queue → Emptied it → Filled again" in text
    assert "nothing goes on" in text  # of the health check


def test_a_direct_partners_goes_straight_to_the_provider(linked: SimpleNamespace, as_: Any) -> None:
    """S003-12."""
    one = escalated(linked, as_)
    assert (one.status, one.via_id, one.provider_id) == ("submitted", None, linked.provider.pk)
    assert one.health["result"] == "none"
    assert "Delivery stops" in page_of(as_(linked.clerk), one)


def test_what_the_desk_gets_is_evidence_diagnosis_and_health_check(linked: SimpleNamespace, as_: Any) -> None:
    """S003-18, S003-35."""
    noted(linked, linked.ask, hypothesis="A full queue", step="Emptied it", result="Filled again")
    one = escalated(linked, as_)
    page = page_of(as_(linked.clerk), one)
    for said in ("A full queue", "Emptied it", "nothing goes on", "Mail waits for ever.", "Cedar", "shot.txt"):
        assert said in page, said
    file = EscalationFile.objects.using("owner").get()
    answer = as_(linked.clerk).get(f"/escalations/{one.pk}/files/{file.pk}/")
    assert b"".join(answer.streaming_content) == b"hop 1, hop 2"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_every_gap_is_named_and_what_was_typed_stays(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 20: refused with the list; files and texts are there the next time."""
    answer = form(linked, as_, Category.DEFECT, steps="", started="yesterday", region="", frequency="", seen="Odd.")
    page = answer.content.decode()
    assert answer.status_code == 400
    for item in ("steps", "started", "region", "frequency"):
        assert f'href="#{item}"' in page, item
    assert "4 things are missing or wrong" in page
    assert "Odd." in page
    assert 'value="yesterday"' in page
    assert "shot.txt" in page  # kept with the draft
    kept = newest()
    assert (kept.status, kept.submitted_at) == ("draft", None)
    again = typed(linked, Category.DEFECT, draft_version=str(kept.version))
    del again["recording"]
    assert as_(linked.agent).post(f"/helpdesk/requests/{linked.ask.number}/escalate/", again).status_code == 302
    assert newest().status == "submitted"


def test_what_is_too_long_comes_back_as_it_was_typed(linked: SimpleNamespace, as_: Any) -> None:
    for length in (5_000, 30_000):
        version = str(newest().version) if length > 5_000 else "0"
        answer = form(linked, as_, steps="ä" * length, draft_version=version)
        assert answer.status_code == 400
        assert "ä" * length in answer.content.decode()


def test_without_a_health_check_it_is_locked(linked: SimpleNamespace, as_: Any) -> None:
    """S003-16."""
    other = partner_request(linked, linked.north, title="Another")
    answer = as_(linked.agent).post(f"/helpdesk/requests/{other.number}/escalate/", typed(linked, Category.DEFECT))
    assert answer.status_code in (400, 409)
    assert "service health" in answer.content.decode()
    assert not Escalation.objects.using("owner").exclude(submitted_at=None).exists()


def test_the_database_itself_takes_nothing_without_a_health_check(linked: SimpleNamespace, as_: Any) -> None:
    """S003-16."""
    from django.db import IntegrityError

    one = escalated(linked, as_)
    with pytest.raises(IntegrityError):
        Escalation.objects.using("owner").filter(pk=one.pk).update(health=None)


def test_an_outage_begins_with_severity_a_and_wants_somebody_at_night(linked: SimpleNamespace, as_: Any) -> None:
    """S003-22."""
    page = as_(linked.agent).get(f"/helpdesk/requests/{linked.ask.number}/escalate/?category=outage").content.decode()
    assert '<option value="A" selected>' in page
    refused = form(linked, as_, Category.OUTAGE, severity="A", contact_always="")
    assert 'href="#contact_always"' in refused.content.decode()


def test_a_deviation_needs_the_clause(linked: SimpleNamespace, as_: Any) -> None:
    """S003-21."""
    assert 'href="#clause"' in form(linked, as_, Category.DEVIATION, clause="").content.decode()
    version = str(newest().version)
    assert form(linked, as_, Category.DEVIATION, draft_version=version).status_code == 302


@pytest.mark.parametrize("missing", ["steps", "frequency", "version", "second_environment"])
def test_a_defect_needs_to_be_repeatable(linked: SimpleNamespace, as_: Any, missing: str) -> None:
    """S003-23."""
    refused = form(linked, as_, Category.DEFECT, **{missing: ""})
    assert refused.status_code == 400
    assert f'href="#{missing}"' in refused.content.decode()
    again = typed(linked, Category.DEFECT) | {"draft_version": str(newest().version)}
    address = f"/helpdesk/requests/{linked.ask.number}/escalate/"
    assert as_(linked.agent).post(address, again).status_code == 302
    assert newest().status == "submitted"


def test_a_network_disruption_needs_two_traces(linked: SimpleNamespace, as_: Any) -> None:
    """S003-24."""
    data = typed(linked, Category.NETWORK)
    del data["trace_2"]
    address = f"/helpdesk/requests/{linked.ask.number}/escalate/"
    answer = as_(linked.agent).post(address, data)
    assert 'href="#trace_2"' in answer.content.decode()
    second = {**data, "trace_2": upload("second.txt"), "draft_version": str(newest().version)}
    del second["trace_1"]
    assert as_(linked.agent).post(address, second).status_code == 302


def test_what_is_in_no_category_is_the_partners(linked: SimpleNamespace, as_: Any) -> None:
    """S003-27: refused with the baseline, unless the provider takes it by agreement."""
    answer = as_(linked.agent).get(f"/helpdesk/requests/{linked.ask.number}/escalate/?category=none")
    assert answer.status_code == 400
    assert "/helpdesk/baseline/" in answer.content.decode()
    assert form(linked, as_, Category.AGREED).status_code == 409
    DeskSettings.objects.using("owner").create(organization=linked.provider, takes_agreed=True, changed_at=NOW)
    assert form(linked, as_, Category.AGREED).status_code == 302


def test_a_vulnerability_is_shown_the_way_and_kept_nowhere(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 39."""
    channel = {"security_channel": "security@northgate.test", "changed_at": NOW}
    DeskSettings.objects.using("owner").create(organization=linked.provider, **channel)
    answer = form(linked, as_, vulnerability="yes")
    assert "security@northgate.test" in answer.content.decode()
    assert not Escalation.objects.using("owner").exists()


def test_words_of_a_vulnerability_are_asked_about(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 39."""
    answer = form(linked, as_, seen="This looks like an SQL injection.")
    assert answer.status_code == 400
    assert "about a vulnerability" in answer.content.decode()
    assert newest().status == "draft"


def test_personal_data_and_secrets_are_shown_before_they_are_sent(linked: SimpleNamespace, as_: Any) -> None:
    """Edges 26, 28: in texts and in attached ones; whoever has looked says so, of what was found and nothing else."""
    har = b'{"log": {"entries": [{"request": {"cookies": [{"name": "s", "value": "x"}]}}]}}'
    over = {"seen": "Ask zoe@cedar.test", "recording": upload("trace.har", har)}
    answer = form(linked, as_, **over)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "a mail address" in page
    assert "trace.har: cookies" in page
    seal = page.split('name="looked" value="')[1].split('"')[0]
    again = typed(linked, Category.DEFECT, seen=over["seen"], draft_version=str(newest().version))
    del again["recording"]
    address = f"/helpdesk/requests/{linked.ask.number}/escalate/"
    more = as_(linked.agent).post(address, {**again, "looked": seal, "error": "password=hunter22"})
    assert more.status_code == 400
    again["draft_version"] = str(newest().version)
    assert as_(linked.agent).post(address, {**again, "looked": seal}).status_code == 302


@pytest.mark.parametrize("category", list(Category))
def test_no_two_fields_of_the_form_have_one_name(linked: SimpleNamespace, as_: Any, category: Category) -> None:
    """The version that somebody types is not the one of the draft."""
    channel = {"takes_agreed": True, "changed_at": NOW}
    DeskSettings.objects.using("owner").create(organization=linked.provider, **channel)
    page = as_(linked.agent).get(f"/helpdesk/requests/{linked.ask.number}/escalate/?category={category}")
    body = page.content.decode().partition('class="card support-form"')[2].partition("</form>")[0]
    names = re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', body)
    assert "draft_version" in names
    assert sorted(set(names) - {"tenants"}) == sorted(one for one in names if one != "tenants")


def test_a_defect_is_kept_and_sent_later(linked: SimpleNamespace, as_: Any) -> None:
    assert form(linked, as_, act="save", version="4").status_code == 302
    answer = form(linked, as_, version="4", draft_version=str(newest().version))
    assert answer.status_code == 302, answer.content.decode()
    assert (newest().status, newest().content["version"]) == ("submitted", "4")


def test_a_program_is_no_evidence(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 28."""
    answer = form(linked, as_, recording=upload("tool.exe", b"MZ\x90"))
    assert answer.status_code == 400
    assert "is a program" in answer.content.decode()
    assert not EscalationFile.objects.using("owner").exists()


def test_a_file_is_taken_out_of_a_draft_and_of_nothing_else(linked: SimpleNamespace, as_: Any) -> None:
    form(linked, as_, act="save")
    file = EscalationFile.objects.using("owner").get()
    address = f"/helpdesk/requests/{linked.ask.number}/escalate/files/{file.pk}/remove/"
    assert as_(linked.rival_agent).post(address).status_code == 404
    assert as_(linked.agent).post(address).status_code == 302
    assert not EscalationFile.objects.using("owner").exists()


# Several customers


def alike(linked: SimpleNamespace) -> Request:
    return partner_request(linked, linked.birch_main, title="Delivery of mail fails, error 550, for everybody")


def test_similar_requests_of_other_customers_are_proposed(linked: SimpleNamespace, as_: Any) -> None:
    """S003-25: filled in beforehand, and only the partner and the provider learn who they are."""
    other = alike(linked)
    partner_request(linked, linked.birch_main, title="Printer", description="Paper jam in the hall")
    page = as_(linked.agent).get(f"/helpdesk/requests/{linked.ask.number}/escalate/?category=regional").content.decode()
    assert f'name="tenants" value="{other.number}" checked' in page
    assert "Printer" not in page
    one = escalated(linked, as_, Category.REGIONAL, tenants=[other.number])
    assert EscalationTenant.objects.using("owner").get().customer_id == linked.birch.pk
    desk = page_of(as_(linked.clerk), one)
    assert "Birch" in desk
    assert "Cedar" in desk
    give_request(linked.ask, linked.contact)
    seen = as_(linked.contact).get(f"/helpdesk/requests/{linked.ask.number}/").content.decode()
    assert "Birch" not in seen
    assert "birch" not in seen


def test_with_one_customer_it_is_not_regional(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 22."""
    page = form(linked, as_, Category.REGIONAL).content.decode()
    assert 'href="#tenants"' in page
    assert "take another category" in page


def test_another_partners_request_is_no_second_customer(linked: SimpleNamespace, as_: Any) -> None:
    foreign = partner_request(linked, linked.birch_main, partner=linked.rival, desk=linked.rival)
    page = form(linked, as_, Category.REGIONAL, more_tenants=f"{foreign.number}").content.decode()
    assert "no request of another customer of yours" in page
    assert foreign.number in page  # what was typed stays
    assert not EscalationTenant.objects.using("owner").exists()


# Ways


def test_a_resellers_goes_to_its_indirect_provider_and_from_there_on(linked: SimpleNamespace, as_: Any) -> None:
    """S003-13."""
    through(linked)
    one = escalated(linked, as_)
    assert (one.status, one.via_id, one.submitted_at) == ("awaiting_indirect_provider", linked.harbour.pk, None)
    assert as_(linked.clerk).get(f"/escalations/{one.pk}/").status_code == 404
    assert "Pass on to the provider" in page_of(as_(linked.upper), one)
    assert moved(as_(linked.upper), one, "submitted").status_code == 302
    assert "Harbour" in page_of(as_(linked.clerk), one)


def test_an_indirect_provider_resolves_or_returns_it_itself(linked: SimpleNamespace, as_: Any) -> None:
    """S003-13."""
    through(linked)
    one = escalated(linked, as_)
    assert moved(as_(linked.upper), one, "returned_incomplete", items=["steps"]).status_code == 302
    assert form(linked, as_, draft_version=str(newest().version)).status_code == 302
    assert newest().status == "awaiting_indirect_provider"
    assert moved(as_(linked.upper), one, "solution_provided", text="Set the switch.").status_code == 302
    assert moved(as_(linked.agent), one, "awaiting_indirect_provider", text="It did not help.").status_code == 302
    assert newest().submitted_at is None


def test_a_reseller_without_any_is_told_why_and_sends_nothing(linked: SimpleNamespace, as_: Any) -> None:
    """S003-14, edge 10."""
    through(linked, is_running=False)
    for query in ("", "?category=defect"):  # before a category is chosen already
        page = as_(linked.agent).get(f"/helpdesk/requests/{linked.ask.number}/escalate/{query}").content.decode()
        assert "You have no indirect provider now" in page
    assert form(linked, as_).status_code == 409
    assert not Escalation.objects.using("owner").exists()


def second_provider(linked: SimpleNamespace) -> Any:
    from tallyhub.partners.models import Partnership

    quay = make_organization("quay", kind="partner", name="Quay")
    make_party(quay, "indirect_provider")
    between = {"provider": quay, "reseller": linked.partner, "invited_at": LONG_AGO, "authorised_at": LONG_AGO}
    Partnership.objects.using("owner").create(**between)
    return quay


def test_of_two_indirect_providers_it_is_the_one_that_sold_the_product(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 11: no free choice."""
    through(linked)
    quay = second_provider(linked)
    agreement = make_agreement(linked.cedar, quay)
    make_entitlement(make_package(agreement, linked.north), linked.reactive)
    one = escalated(linked, as_, via=str(linked.harbour.pk))
    assert one.via_id == quay.pk


def test_of_two_that_nobody_can_tell_apart_the_partner_says_which(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 11."""
    through(linked)
    quay = second_provider(linked)
    assert form(linked, as_).status_code == 409
    assert form(linked, as_, draft_version=str(newest().version), via=str(linked.rival.pk)).status_code == 409
    assert form(linked, as_, draft_version=str(newest().version), via=str(quay.pk)).status_code == 302
    assert newest().via_id == quay.pk


def test_what_is_open_stays_with_the_old_provider(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 12."""
    from tallyhub.partners.models import Partnership

    through(linked)
    one = escalated(linked, as_)
    Partnership.objects.using("owner").update(ended_at=NOW)
    assert moved(as_(linked.upper), one, "returned_incomplete", items=["steps"]).status_code == 302
    assert form(linked, as_, draft_version=str(newest().version)).status_code == 302
    assert newest().via_id == linked.harbour.pk
    assert moved(as_(linked.upper), one, "submitted").status_code == 302


def test_a_suspended_partner_escalates_nothing(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 16."""
    from tallyhub.partners.models import Party

    Party.objects.using("owner").filter(organization=linked.partner).update(suspended_at=NOW)
    answer = form(linked, as_)
    assert answer.status_code == 409
    assert "suspended" in answer.content.decode()


def test_an_incident_that_fits_wants_a_reason(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 21."""
    event = incident(linked)
    other = partner_request(linked, linked.north, title="Another")
    checked(linked, other, "match", event=event)
    address = f"/helpdesk/requests/{other.number}/escalate/"
    assert as_(linked.agent).post(address, typed(linked, Category.DEFECT)).status_code == 409
    checked(linked, other, "match", event=event, despite="differs")
    version = str(newest().version)
    assert as_(linked.agent).post(address, typed(linked, Category.DEFECT, draft_version=version)).status_code == 302
    assert "the symptoms differ" in page_of(as_(linked.clerk), newest())


def incident(linked: SimpleNamespace) -> Any:
    from tallyhub.health.models import HealthEvent

    return HealthEvent.objects.using("owner").create(
        organization=linked.provider, kind="incident", title="Mail is slow", status="investigating", impact="major",
        visibility="public", reach="everybody", occurred_at=NOW, published_at=NOW, changed_at=NOW,
    )  # fmt: skip


# The desk and back


def test_a_return_names_what_is_missing_and_it_can_be_sent_again(linked: SimpleNamespace, as_: Any) -> None:
    """S003-26."""
    one = escalated(linked, as_)
    nothing = moved(as_(linked.clerk), one, "returned_incomplete")
    assert nothing.status_code == 400
    said = {"items": ["steps", "version"], "text": "Which build is it?"}
    assert moved(as_(linked.clerk), one, "returned_incomplete", **said).status_code == 302
    page = page_of(as_(linked.agent), one)
    for word in ("Steps that lead there", "Which build is it?", "Complete it and send it again"):
        assert word in page, word
    again = as_(linked.agent).get(f"/helpdesk/requests/{linked.ask.number}/escalate/").content.decode()
    for word in ("It came back", '<a href="#steps">Steps that lead there</a>', "Which build is it?"):
        assert word in again, word
    request = as_(linked.agent).get(f"/helpdesk/requests/{linked.ask.number}/").content.decode()
    assert "The next step of the escalation is yours" in request
    assert form(linked, as_, draft_version=str(newest().version)).status_code == 302
    assert newest().status == "submitted"
    gone = as_(linked.agent).get(f"/helpdesk/requests/{linked.ask.number}/").content.decode()
    assert "The next step of the escalation is yours" not in gone


def test_the_desk_takes_it_to_a_solution_and_the_partner_closes_it(linked: SimpleNamespace, as_: Any) -> None:
    one = escalated(linked, as_)
    clerk, agent = as_(linked.clerk), as_(linked.agent)
    for client, becomes, text in (
        (clerk, "accepted", ""),
        (clerk, "in_progress", ""),
        (clerk, "needs_partner", "Since which build?"),
        (agent, "in_progress", "Since 26.10."),
        (clerk, "solution_provided", "Fixed in 26.12."),
        (agent, "in_progress", "It comes back."),
        (clerk, "solution_provided", "Fixed in 26.13."),
        (agent, "closed", ""),
    ):
        answer = moved(client, one, becomes, text=text)
        assert answer.status_code == 302, (becomes, answer.content.decode())
    assert newest().status == "closed"
    assert EscalationEvent.objects.using("owner").count() == 9


def test_one_that_outlives_its_request_says_so_to_the_partner(linked: SimpleNamespace, as_: Any) -> None:
    one, said = escalated(linked, as_), "The request is over, and the escalation runs on."
    give_request(linked.ask, linked.contact)
    desk, customer = f"/helpdesk/requests/{linked.ask.number}/", f"/support/requests/{linked.ask.number}/"
    assert said not in as_(linked.agent).get(desk).content.decode()
    Request.objects.using("owner").filter(pk=linked.ask.pk).update(status="resolved", resolved_at=NOW)
    assert said in as_(linked.agent).get(desk).content.decode()
    assert said not in as_(linked.contact).get(customer, follow=True).content.decode()
    assert moved(as_(linked.agent), one, "withdrawn").status_code == 302
    assert said not in as_(linked.agent).get(desk).content.decode()


def test_a_refused_step_keeps_what_was_typed(linked: SimpleNamespace, as_: Any) -> None:
    one = escalated(linked, as_)
    moved(as_(linked.clerk), one, "accepted")
    answer = moved(as_(linked.clerk), one, "solution_provided", text="y" * 5_000)
    assert answer.status_code == 400
    assert "y" * 5_000 in answer.content.decode()


def test_an_old_form_changes_nothing(linked: SimpleNamespace, as_: Any) -> None:
    one = escalated(linked, as_)
    moved(as_(linked.clerk), one, "accepted")
    answer = moved(as_(linked.colleague), one, "in_progress", version=str(one.version))
    assert answer.status_code == 409
    assert newest().status == "accepted"


def test_a_note_is_the_partners_until_it_publishes_it(linked: SimpleNamespace, as_: Any) -> None:
    """S003-28."""
    give_request(linked.ask, linked.contact, "primary")
    one = escalated(linked, as_)
    as_(linked.clerk).post(f"/escalations/{one.pk}/note/", {"text": "A carrier drops packets."})
    seen = f"/helpdesk/requests/{linked.ask.number}/"
    assert "A carrier drops packets." in page_of(as_(linked.agent), one)
    assert "carrier" not in as_(linked.contact).get(seen).content.decode()
    note = EscalationEvent.objects.using("owner").get(kind="note")
    said = {"event": str(note.pk), "text": "It is the carrier, and it is being mended."}
    address = f"/helpdesk/requests/{linked.ask.number}/escalation/publish/"
    assert as_(linked.rival_agent).post(address, said).status_code == 404
    assert as_(linked.agent).post(address, said).status_code == 302
    assert "It is the carrier, and it is being mended." in as_(linked.contact).get(seen).content.decode()
    message = Message.objects.using("owner").get()
    assert (message.author_id, message.is_by_staff) == (linked.agent.pk, True)
    assert as_(linked.agent).post(address, said).status_code == 409  # once


def test_the_provider_publishes_nothing_itself(linked: SimpleNamespace, as_: Any) -> None:
    """S003-28: whoever speaks to the customer is its partner."""
    one = escalated(linked, as_)
    as_(linked.clerk).post(f"/escalations/{one.pk}/note/", {"text": "A carrier drops packets."})
    note = EscalationEvent.objects.using("owner").get(kind="note")
    address = f"/helpdesk/requests/{linked.ask.number}/escalation/publish/"
    assert as_(linked.clerk).post(address, {"event": str(note.pk), "text": "x"}).status_code == 404
    assert "Publish to the customer" not in page_of(as_(linked.clerk), one)


def test_the_customer_reads_with_whom_it_is_and_no_evidence(linked: SimpleNamespace, as_: Any) -> None:
    give_request(linked.ask, linked.contact, "primary")
    seen = f"/helpdesk/requests/{linked.ask.number}/"
    form(linked, as_, act="save")
    assert "handed it on" not in as_(linked.contact).get(seen).content.decode()
    assert form(linked, as_, draft_version=str(newest().version)).status_code == 302
    page = as_(linked.contact).get(seen).content.decode()
    assert "Lakeside has handed it on to the provider, Northgate." in page
    assert "The next step is up to Northgate." in page
    for secret in ("Mail waits for ever.", "shot.txt", "correlation", "/escalations/"):
        assert secret not in page, secret
    assert as_(linked.contact).get(f"/escalations/{newest().pk}/").status_code == 404
    moved(as_(linked.clerk), newest(), "accepted")
    assert "has taken it on" in as_(linked.contact).get(seen).content.decode()


# Who gets in


def test_nobody_else_reads_it(linked: SimpleNamespace, as_: Any) -> None:
    one = escalated(linked, as_)
    for person in (linked.rival_agent, linked.admin, linked.contact, linked.csam, linked.stranger):
        assert as_(person).get(f"/escalations/{one.pk}/").status_code == 404, person.name
    for person in (linked.seller, linked.editor):  # of a side, with other work there
        assert as_(person).get(f"/escalations/{one.pk}/").status_code == 403, person.name
    for person in (linked.rival_agent, linked.csam):
        assert as_(person).get(f"/helpdesk/requests/{linked.ask.number}/escalate/").status_code == 404


def test_only_who_escalates_escalates(linked: SimpleNamespace, as_: Any) -> None:
    give_request(linked.ask, linked.contact)
    address = f"/helpdesk/requests/{linked.ask.number}/escalate/"
    assert as_(linked.contact).get(address).status_code == 403
    assert as_(linked.contact).post(address, typed(linked, Category.DEFECT)).status_code == 403
    assert as_(linked.seller).get(address).status_code == 404


def test_a_supplier_at_the_desk_escalates_nothing(linked: SimpleNamespace, as_: Any) -> None:
    """Whoever works on it for the partner gives it back instead."""
    Request.objects.using("owner").filter(pk=linked.ask.pk).update(desk=linked.rival)
    assert as_(linked.rival_agent).get(f"/helpdesk/requests/{linked.ask.number}/escalate/").status_code == 403


def read(access: Access, table: str) -> int:
    with scope(access), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM helpdesk_{table}")
        return int(cursor.fetchone()[0])


TABLES = ("escalation", "escalationevent", "escalationfile", "escalationtenant")


def test_the_database_lets_nobody_else_read_it(linked: SimpleNamespace, as_: Any) -> None:
    """With the Python wall off: the partner always, the others once it is with them."""
    through(linked)
    other = alike(linked)
    partner, via, provider = (
        Access(person_id=person.pk, organization_id=house.pk)
        for person, house in (
            (linked.agent, linked.partner),
            (linked.upper, linked.harbour),
            (linked.clerk, linked.provider),
        )
    )
    others = [
        Access(person_id=linked.rival_agent.pk, organization_id=linked.rival.pk),
        Access(person_id=linked.admin.pk, customer_id=linked.cedar.pk, in_whole=True, workspaces=(linked.north.pk,)),
        Access(person_id=linked.stranger.pk, customer_id=linked.birch.pk, in_whole=True),
        Access.of_system([linked.cedar.pk]),
        Access(),
    ]
    form(linked, as_, Category.REGIONAL, tenants=[other.number], act="save", files=upload())
    for table, rows in zip(TABLES, (1, 0, 1, 1), strict=True):
        assert read(partner, table) == rows, table
        assert [read(one, table) for one in (via, provider, *others)] == [0] * 7, table
    again = typed(linked, Category.REGIONAL, tenants=[other.number], draft_version=str(newest().version))
    assert as_(linked.agent).post(f"/helpdesk/requests/{linked.ask.number}/escalate/", again).status_code == 302
    assert [read(one, table) for table in TABLES for one in (partner, via)] == [1] * 8
    assert [read(one, table) for table in TABLES for one in (provider, *others)] == [0] * 24
    with clock.frozen(NOW + timedelta(minutes=5)):
        moved(as_(linked.upper), newest(), "submitted")
    assert read(provider, "escalation") == 1
    assert read(provider, "escalationevent") == 1  # what came before is between the partner and its indirect provider
    assert read(partner, "escalationevent") == 2
    assert [read(one, table) for table in TABLES for one in others] == [0] * 20


def test_what_was_said_is_never_changed(linked: SimpleNamespace, as_: Any) -> None:
    from django.db import ProgrammingError

    escalated(linked, as_)
    access = Access(person_id=linked.agent.pk, organization_id=linked.partner.pk)
    for statement in ("UPDATE helpdesk_escalationevent SET text = 'x'", "DELETE FROM helpdesk_escalationevent"):
        with pytest.raises(ProgrammingError), scope(access, writing=True), connection.cursor() as cursor:
            cursor.execute(statement)


def test_no_request_to_the_provider_comes_of_it(linked: SimpleNamespace, as_: Any) -> None:
    """R5.3."""
    before = Request.objects.using("owner").filter(partner=None).count()
    one = escalated(linked, as_)
    moved(as_(linked.clerk), one, "accepted")
    assert Request.objects.using("owner").filter(partner=None).count() == before


def test_of_what_a_publisher_supports_nothing_is_sent_and_its_link_is_there(
    linked: SimpleNamespace, as_: Any, owner: Any
) -> None:  # edge 24
    owner.execute("UPDATE agreements_product SET publisher = 'Lamps United', publisher_url = 'https://lamps.example/'")
    refused = form(linked, as_)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "The provider does not support this product: its publisher does." in page
    assert 'href="https://lamps.example/"' in page
    assert not Escalation.objects.using("owner").exists()
