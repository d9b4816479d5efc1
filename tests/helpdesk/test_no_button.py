"""What no button offers, somebody sends all the same: of an old form, of a hidden field, of a role that they lost."""

from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.health.models import HealthEvent
from tallyhub.helpdesk.escalations import commands
from tallyhub.helpdesk.escalations.rules import Category
from tallyhub.helpdesk.models import DeskSettings, Escalation, EscalationEvent, EscalationFile
from tallyhub.kernel.errors import Conflict
from tallyhub.organizations import sign_on
from tallyhub.organizations.models import Staff
from tallyhub.partners.models import Party
from tallyhub.support import desk
from tallyhub.support.models import Message, Request
from tests.helpdesk.escalating import escalated, moved, newest, partner_request, through, typed, upload
from tests.helpdesk.test_escalations import second_provider
from tests.world import NOW


def post(client: Any, address: str, **said: Any) -> int:
    return int(client.post(address, said).status_code)


def form(linked: SimpleNamespace, client: Any, category: Category = Category.DEFECT, **over: Any) -> int:
    return post(client, f"/helpdesk/requests/{linked.ask.number}/escalate/", **typed(linked, category, **over))


@pytest.fixture
def drafted(linked: SimpleNamespace, as_: Any) -> SimpleNamespace:
    assert form(linked, as_(linked.agent), act="save", seen="First words.") == 302
    return linked


def kept() -> Escalation:
    return newest()


def event_of(linked: SimpleNamespace) -> HealthEvent:
    made: HealthEvent = HealthEvent.objects.using("owner").create(
        organization=linked.provider, kind="incident", title="Mail is slow", status="investigating", impact="major",
        visibility="public", reach="everybody", occurred_at=NOW, published_at=NOW, changed_at=NOW,
    )  # fmt: skip
    return made


# The form


def test_of_two_colleagues_who_write_the_second_is_told(drafted: SimpleNamespace, as_: Any) -> None:
    version = str(kept().version)
    assert form(drafted, as_(drafted.second), act="save", seen="Second words.", draft_version=version) == 302
    assert form(drafted, as_(drafted.agent), act="save", seen="Third words.", draft_version=version) == 409
    assert kept().content["seen"] == "Second words."


def test_what_was_sent_is_not_written_over(linked: SimpleNamespace, as_: Any) -> None:
    one = escalated(linked, as_)
    assert form(linked, as_(linked.agent), act="save", seen="Other words.", draft_version=str(one.version)) == 409
    assert kept().content["seen"] != "Other words."


@pytest.mark.parametrize("act", ["save", "send"])
def test_nothing_is_escalated_of_what_is_over_meanwhile(drafted: SimpleNamespace, as_: Any, act: str) -> None:
    Request.objects.using("owner").filter(pk=drafted.ask.pk).update(status="resolved")
    assert form(drafted, as_(drafted.agent), act=act, seen="More.", draft_version=str(kept().version)) == 409
    assert (kept().status, kept().content["seen"]) == ("draft", "First words.")


def test_what_is_over_meanwhile_is_not_sent(drafted: SimpleNamespace) -> None:
    access = desk.at_desk(sign_on.act_at_work(drafted.agent.pk), drafted.ask.number)
    Request.objects.using("owner").filter(pk=drafted.ask.pk).update(status="closed")
    with pytest.raises(Conflict) as refused:
        commands.send(access, drafted.ask.number, kept().version)
    assert refused.value.code == "escalation_request_over"


def test_a_supplier_at_the_desk_takes_no_file_out(drafted: SimpleNamespace, as_: Any) -> None:  # S003-39
    Request.objects.using("owner").filter(pk=drafted.ask.pk).update(desk=drafted.rival)
    file = EscalationFile.objects.using("owner").get()
    door = f"/helpdesk/requests/{drafted.ask.number}/escalate/files/{file.pk}/remove/"
    assert post(as_(drafted.rival_agent), door) == 403
    assert post(as_(drafted.seller), door) in (403, 404)
    assert EscalationFile.objects.using("owner").exists()


def test_what_came_back_stays_with_a_partner_that_is_suspended(linked: SimpleNamespace, as_: Any) -> None:  # edge 16
    one = escalated(linked, as_)
    assert moved(as_(linked.clerk), one, "returned_incomplete", items=["steps"]).status_code == 302
    Party.objects.using("owner").filter(organization=linked.partner).update(suspended_at=NOW)
    assert form(linked, as_(linked.agent), draft_version=str(kept().version)) == 409
    assert kept().status == "returned_incomplete"


def test_what_is_taken_by_agreement_is_not_once_the_agreement_is_over(linked: SimpleNamespace, as_: Any) -> None:
    """S003-27."""
    settings = DeskSettings.objects.using("owner")
    settings.create(organization=linked.provider, takes_agreed=True, changed_at=NOW)
    agent = as_(linked.agent)
    assert form(linked, agent, Category.AGREED, act="save") == 302
    one = kept()
    settings.update(takes_agreed=False)
    assert form(linked, agent, Category.AGREED, draft_version=str(one.version)) == 409
    access = desk.at_desk(sign_on.act_at_work(linked.agent.pk), linked.ask.number)
    with pytest.raises(Conflict):
        commands.send(access, linked.ask.number, one.version)
    assert kept().status == "draft"


def test_an_escalation_takes_no_files_without_end(drafted: SimpleNamespace, as_: Any) -> None:
    for _turn in range(2):
        files = [upload(f"{n}.txt") for n in range(9)]
        assert form(drafted, as_(drafted.agent), act="save", files=files, draft_version=str(kept().version)) == 302
    there = EscalationFile.objects.using("owner").count()
    files = [upload(f"{n}.txt") for n in range(9)]
    assert form(drafted, as_(drafted.agent), act="save", files=files, draft_version=str(kept().version)) == 400
    assert EscalationFile.objects.using("owner").count() == there


def test_a_customer_is_no_second_one_of_itself(linked: SimpleNamespace, as_: Any) -> None:  # edge 22
    another = partner_request(linked, linked.south)
    assert form(linked, as_(linked.agent), Category.REGIONAL, tenants=[another.number]) == 400
    assert not Escalation.objects.using("owner").exists()


def test_it_goes_to_no_indirect_provider_but_ones_own(linked: SimpleNamespace, as_: Any) -> None:  # edge 11
    through(linked)
    second_provider(linked)
    assert form(linked, as_(linked.agent), via=str(linked.rival.pk)) == 409
    assert form(linked, as_(linked.agent), via="", draft_version=str(kept().version)) == 409
    assert (kept().status, kept().via_id) == ("draft", None)


# Steps


def test_what_came_back_is_sent_by_its_form_alone(linked: SimpleNamespace, as_: Any) -> None:  # S003-26
    one = escalated(linked, as_)
    assert moved(as_(linked.clerk), one, "returned_incomplete", items=["steps"]).status_code == 302
    assert moved(as_(linked.agent), one, "submitted").status_code == 409
    assert kept().status == "returned_incomplete"


def test_a_return_names_items_that_there_are(linked: SimpleNamespace, as_: Any) -> None:  # S003-26
    one = escalated(linked, as_)
    assert moved(as_(linked.clerk), one, "returned_incomplete", items=["steps", "network_1"]).status_code == 400
    assert kept().status == "submitted"


def test_of_a_draft_nothing_is_said_to_others(drafted: SimpleNamespace, as_: Any) -> None:
    assert post(as_(drafted.agent), f"/escalations/{kept().pk}/note/", text="Hello?") == 409
    assert post(as_(drafted.clerk), f"/escalations/{kept().pk}/note/", text="Hello?") == 404
    assert not EscalationEvent.objects.using("owner").exists()


def test_a_partner_publishes_what_others_said_to_it(linked: SimpleNamespace, as_: Any) -> None:  # S003-28
    one = escalated(linked, as_)
    agent = as_(linked.agent)
    assert post(agent, f"/escalations/{one.pk}/note/", text="Please hurry.") == 302
    own = EscalationEvent.objects.using("owner").get(kind="note")
    silent = EscalationEvent.objects.using("owner").get(kind="moved")
    door = f"/helpdesk/requests/{linked.ask.number}/escalation/publish/"
    for event in (own, silent):
        assert post(agent, door, event=str(event.pk), text="Said.") == 404
    assert not Message.objects.using("owner").exists()


def test_what_was_said_of_an_earlier_one_is_published_as_well(linked: SimpleNamespace, as_: Any) -> None:  # S003-28
    one = escalated(linked, as_)
    assert post(as_(linked.clerk), f"/escalations/{one.pk}/note/", text="A carrier drops packets.") == 302
    note = EscalationEvent.objects.using("owner").get(kind="note")
    assert moved(as_(linked.agent), one, "withdrawn").status_code == 302
    assert form(linked, as_(linked.agent), act="save") == 302
    door = f"/helpdesk/requests/{linked.ask.number}/escalation/publish/"
    assert post(as_(linked.agent), door, event=str(note.pk), text="It is the carrier.") == 302
    assert Message.objects.using("owner").get().body == "It is the carrier."
    other = partner_request(linked, linked.north)
    door = f"/helpdesk/requests/{other.number}/escalation/publish/"
    assert post(as_(linked.agent), door, event=str(note.pk), text="It is the carrier.") == 404


def test_whoever_lost_the_role_in_the_middle_does_nothing_more(linked: SimpleNamespace, as_: Any) -> None:  # edge 37
    one = escalated(linked, as_)
    file = EscalationFile.objects.using("owner").get()
    agent, clerk = as_(linked.agent), as_(linked.clerk)
    for person, role in ((linked.agent, "sales_agent"), (linked.clerk, "editor")):
        Staff.objects.using("owner").filter(person_id=person.pk).update(roles=[role])
    for client in (agent, clerk):
        assert moved(client, one, "accepted").status_code == 403
        assert post(client, f"/escalations/{one.pk}/note/", text="Hello?") == 403
        for door in ("", f"files/{file.pk}/"):
            assert client.get(f"/escalations/{one.pk}/{door}").status_code == 403
    assert form(linked, agent, act="save", draft_version=str(one.version)) == 404
    assert kept().status == "submitted"


# The provider's desk


def test_only_the_desk_gives_work_away_and_ties_it(linked: SimpleNamespace, as_: Any) -> None:
    one = escalated(linked, as_)
    event = event_of(linked)
    for who, status in (("agent", 403), ("editor", 403), ("rival_agent", 404), ("admin", 404)):
        client = as_(getattr(linked, who))
        assert post(client, f"/escalations/{one.pk}/assign/", person=linked.clerk.pk, version=one.version) == status
        assert post(client, f"/escalations/{one.pk}/tie/", incident=event.pk, version=one.version) == status
        settings = {"hours_a": "1", "hours_b": "1", "hours_c": "1", "version": "0"}
        assert post(client, "/escalations/settings/", **settings) == 403
    assert (kept().assigned_to_id, kept().incident_id) == (None, None)
    assert not DeskSettings.objects.using("owner").exists()


def test_the_desk_gives_work_to_its_own_people_as_it_saw_it(linked: SimpleNamespace, as_: Any) -> None:
    one = escalated(linked, as_)
    clerk, assign, tie = as_(linked.clerk), f"/escalations/{one.pk}/assign/", f"/escalations/{one.pk}/tie/"
    for stranger in (linked.agent, linked.editor, linked.rival_agent):
        clerk.post(assign, {"person": stranger.pk, "version": one.version})
        assert kept().assigned_to_id is None
    clerk.post(assign, {"person": linked.clerk.pk, "version": one.version})
    assert kept().assigned_to_id == linked.clerk.pk
    as_(linked.colleague).post(assign, {"person": linked.colleague.pk, "version": one.version})
    as_(linked.colleague).post(tie, {"incident": event_of(linked).pk, "version": one.version})
    assert (kept().assigned_to_id, kept().incident_id) == (linked.clerk.pk, None)


def test_how_the_desk_works_is_not_written_over(linked: SimpleNamespace, as_: Any) -> None:
    said = {"hours_a": "1", "hours_b": "2", "hours_c": "3", "version": "0"}
    assert post(as_(linked.clerk), "/escalations/settings/", **said) == 302
    assert post(as_(linked.colleague), "/escalations/settings/", **said | {"hours_a": "2"}) == 400
    assert DeskSettings.objects.using("owner").get().hours_a == 1
