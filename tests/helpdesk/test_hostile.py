"""What somebody tries who wants to know, to write or to break more than is theirs."""

import json
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from tallyhub.accounts.tokens import TokenScope
from tallyhub.health.models import HealthEvent
from tallyhub.helpdesk.escalations.rules import Category
from tallyhub.helpdesk.models import Escalation, EscalationFile
from tallyhub.integrations.models import Delivery, Endpoint
from tallyhub.integrations.webhooks.rules import CHOSEN
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.notifications.letters import LETTERS
from tallyhub.organizations import sign_on
from tallyhub.organizations.models import Staff
from tallyhub.support import desk
from tallyhub.support.models import Request, RequestViewer
from tests.helpdesk.escalating import escalated, moved, newest, partner_request, typed, upload
from tests.integrations.api.program import Program, make_token
from tests.make import give_request, grant, make_request
from tests.working import run_jobs
from tests.world import NOW

ESCALATE = "/helpdesk/requests/{}/escalate/"


def post(client: Any, address: str, **said: Any) -> int:
    return int(client.post(address, said).status_code)


# What nobody else learns


def told(client: Any) -> str:
    answer = client.get("/audit/events.csv")
    return b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("who", ["csam", "rival_agent"])
def test_the_audit_tells_staff_nothing_of_what_is_asked_of_others(
    linked: SimpleNamespace, as_: Any, who: str
) -> None:  # R5.3, edge 13
    grant(linked.rival_agent, "support_read", linked.cedar, source="delegation:1")
    agent, here = as_(linked.agent), f"/support/requests/{linked.ask.number}"
    assert post(agent, f"{here}/say/", body="We look into it.") == 302
    version = Request.objects.using("owner").get(pk=linked.ask.pk).version
    assert post(agent, f"{here}/assign/", person=linked.agent.pk, version=version) == 302
    assert post(as_(linked.admin), f"{here}/share/", people=linked.member.pk) == 302
    escalated(linked, as_)
    own, others = told(as_(linked.admin)), told(as_(getattr(linked, who)))
    for kind in ("message_added", "assigned", "request_shared", "escalation_submitted"):
        assert kind in own, kind
        assert kind not in others, kind
    assert linked.ask.number not in as_(getattr(linked, who)).get("/audit/").content.decode()


def test_a_token_that_the_account_team_made_reads_no_partner_request(linked: SimpleNamespace) -> None:  # R5.3
    for maker, is_read in ((linked.admin, True), (linked.csam, False)):
        program = Program(make_token(maker, linked.cedar, TokenScope.READ_REQUESTS, is_of_customer=True))
        assert (linked.ask.number in program.get("/requests").content.decode()) is is_read, maker
        assert program.get(f"/requests/{linked.ask.pk}").status_code == (200 if is_read else 404)


def test_what_is_mended_of_a_returned_one_is_read_once_it_is_sent(linked: SimpleNamespace, as_: Any) -> None:
    """S003-26, edge 28: nobody has looked through it yet, and the page says that nobody else reads it."""
    one = escalated(linked, as_)
    desk, agent = as_(linked.clerk), as_(linked.agent)
    assert moved(desk, one, "returned_incomplete", items=["steps"]).status_code == 302
    said = {"steps": "Sign in with password: hunter22", "title": "Mended", "recording": upload("mended.txt", b"hop 3")}
    data = typed(linked, Category.DEFECT, act="save", draft_version=str(newest().version), **said)
    assert post(agent, ESCALATE.format(linked.ask.number), **data) == 302
    page = desk.get(f"/escalations/{one.pk}/").content.decode() + desk.get("/escalations/").content.decode()
    assert "Write, send, wait." in page
    for unsent in ("hunter22", "Mended", "mended.txt"):
        assert unsent not in page, unsent
    file = EscalationFile.objects.using("owner").get(name="mended.txt")
    assert desk.get(f"/escalations/{one.pk}/files/{file.pk}/").status_code == 404
    form = agent.get(ESCALATE.format(linked.ask.number)).content.decode()
    assert "hunter22" in form
    assert "mended.txt" in form
    data = typed(linked, Category.DEFECT, draft_version=str(newest().version), **said | {"steps": "Sign in. Wait."})
    data["recording"] = upload("again.txt")
    assert post(agent, ESCALATE.format(linked.ask.number), **data) == 302
    page = desk.get(f"/escalations/{one.pk}/").content.decode()
    for sent in ("Sign in. Wait.", "Mended", "mended.txt", "again.txt"):
        assert sent in page, sent


def test_what_is_sent_is_shown_even_if_the_category_asks_for_it_no_more(linked: SimpleNamespace, as_: Any) -> None:
    agent = as_(linked.agent)
    assert post(agent, ESCALATE.format(linked.ask.number), **typed(linked, Category.DEFECT, act="save")) == 302
    data = typed(linked, Category.OUTAGE, act="save", draft_version=str(newest().version))
    assert post(agent, ESCALATE.format(linked.ask.number), **data) == 302
    file = EscalationFile.objects.using("owner").get()
    form = agent.get(ESCALATE.format(linked.ask.number)).content.decode()
    assert "shot.txt" in form
    assert f"/files/{file.pk}/remove/" in form


def test_a_desk_learns_nothing_of_who_else_belongs_to_the_customer(linked: SimpleNamespace, as_: Any) -> None:
    """S003-39: whoever works on a request there shares it with nobody, and takes nobody's away."""
    night = partner_request(linked, linked.north, desk=linked.rival)
    give_request(night, linked.member, "shared")
    shared = RequestViewer.objects.using("owner").get(request=night, person=linked.member)
    Request.objects.using("owner").filter(pk=night.pk).update(opened_by_id=linked.rival_agent.pk)
    supplier, here = as_(linked.rival_agent), f"/support/requests/{night.number}"
    for door in ("share", "who"):
        assert supplier.get(f"{here}/{door}/").status_code == 403
        assert f"{here}/{door}/" not in supplier.get(f"/helpdesk/requests/{night.number}/").content.decode()
        assert as_(linked.admin).get(f"{here}/{door}/").status_code == 200
    assert post(supplier, f"{here}/share/", people=linked.reader.pk) == 403
    assert post(supplier, f"{here}/share/", act="find", find="r") == 403
    assert post(supplier, f"{here}/unshare/", viewer=shared.pk) == 403
    assert RequestViewer.objects.using("owner").filter(request=night).count() == 1


def test_an_incident_that_is_for_others_is_told_to_no_partner(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 23: the desk ties what it likes; the partner reads what it may know of service health."""
    event = HealthEvent.objects.using("owner").create(
        organization=linked.provider, kind="incident", title="A bank is down", status="investigating", impact="major",
        visibility="affected", reach="named", occurred_at=NOW, published_at=NOW, changed_at=NOW,
    )  # fmt: skip
    one = escalated(linked, as_)
    assert post(as_(linked.clerk), f"/escalations/{one.pk}/tie/", incident=event.pk, version=one.version) == 302
    assert "A bank is down" in as_(linked.clerk).get(f"/escalations/{one.pk}/").content.decode()
    assert "A bank is down" not in as_(linked.agent).get(f"/escalations/{one.pk}/").content.decode()


def test_whoever_lost_the_role_gets_no_mail_that_was_under_way(linked: SimpleNamespace, as_: Any) -> None:  # edge 37
    one = escalated(linked, as_)
    for person, house, role in (
        (linked.agent, linked.partner, "sales_agent"),
        (linked.clerk, linked.provider, "editor"),
    ):
        about = {"subject": one.pk, "organization": house.pk}
        make = LETTERS["helpdesk.escalation_noted"].make
        assert make(person, about)
        Staff.objects.using("owner").filter(person_id=person.pk).update(roles=[role])
        with pytest.raises(ObjectDoesNotExist):
            make(person, about)


def test_a_desk_is_inside_one_workspace_and_holds_nothing_in_the_customer(linked: SimpleNamespace) -> None:  # S003-39
    at = desk.at_desk(sign_on.act_at_work(linked.agent.pk), linked.ask.number)
    assert (at.in_whole, at.workspaces, at.customer_rights) == (False, (linked.north.pk,), frozenset())
    assert at.rights == {linked.north.pk: frozenset({Right.WORK_REQUESTS, Right.READ_NOTES})}


def test_nobody_is_at_a_desk_who_serves_no_customers(linked: SimpleNamespace) -> None:  # S003-1
    for who in ("seller", "clerk", "editor"):
        with pytest.raises(Forbidden):
            desk.inside(sign_on.act_at_work(getattr(linked, who).pk), linked.cedar.pk, linked.north.pk)


def test_a_webhook_of_the_account_team_is_told_nothing_of_it(linked: SimpleNamespace, as_: Any) -> None:  # R5.3
    def made_by(who: str) -> Endpoint:
        person = getattr(linked, who).pk
        of = {
            "customer": linked.cedar,
            "url": f"https://{who}.example/",
            "types": list(CHOSEN),
            "secret": "x",
            "is_paused": True,
        }
        made: Endpoint = Endpoint.objects.using("owner").create(**of, made_by_id=person, made_at=NOW)
        return made

    own, teams = made_by("admin"), made_by("csam")
    provided = make_request(linked.north)
    assert post(as_(linked.agent), f"/support/requests/{linked.ask.number}/say/", body="We look into it.") == 302
    assert post(as_(linked.admin), f"/support/requests/{provided.number}/say/", body="And you?") == 302
    run_jobs()
    told = Delivery.objects.using("owner").filter(type="request.changed").values_list("endpoint_id", "body")
    about = {(one, json.loads(body)["data"]["request_id"]) for one, body in told}
    assert about == {(own.pk, linked.ask.pk), (own.pk, provided.pk), (teams.pk, provided.pk)}


def test_events_of_before_say_of_whom_it_was_asked_as_well(linked: SimpleNamespace, as_: Any, owner: Any) -> None:
    """R5.3: the migration, over what an earlier release wrote."""
    events = import_module("tallyhub.helpdesk.migrations.0008_unsent_evidence").EVENTS
    read = "SELECT id, details FROM journal_event ORDER BY id"
    here = f"/support/requests/{linked.ask.number}"
    assert post(as_(linked.agent), f"{here}/say/", body="We look into it.") == 302
    assert post(as_(linked.admin), f"{here}/share/", people=linked.member.pk) == 302
    said = {"partner": linked.partner.pk, "template": "read"}
    assert post(as_(linked.admin), f"/partners/requests/{linked.ask.number}/give/", **said) == 302
    provided = make_request(linked.north)
    assert post(as_(linked.admin), f"/support/requests/{provided.number}/say/", body="And you?") == 302
    before = owner.execute(read).fetchall()
    assert sum("asked_of" in details for _id, details in before) >= 3
    owner.execute("UPDATE journal_event SET details = details - 'asked_of'")
    owner.execute(events)
    assert owner.execute(read).fetchall() == before


# What breaks


def test_a_contact_of_very_many_digits_is_none(linked: SimpleNamespace, as_: Any) -> None:
    for said in ("9" * 30, "9" * 5000, "²"):
        data = typed(
            linked,
            Category.DEFECT,
            act="save",
            contact=said,
            draft_version=str(newest().version) if Escalation.objects.using("owner").exists() else "0",
        )
        assert post(as_(linked.agent), ESCALATE.format(linked.ask.number), **data) == 302
        assert as_(linked.agent).get(f"/escalations/{newest().pk}/").status_code == 200
        data["act"], data["draft_version"] = "send", str(newest().version)
        data.pop("recording")
        assert post(as_(linked.agent), ESCALATE.format(linked.ask.number), **data) == 400


def test_numbers_that_are_none_are_no_customers(linked: SimpleNamespace, as_: Any) -> None:
    for said in ("\x00", "1 " * 20_000, "²"):
        data = typed(linked, Category.REGIONAL, tenants=[said], more_tenants=said)
        assert post(as_(linked.agent), ESCALATE.format(linked.ask.number), **data) == 400


@pytest.mark.parametrize("hours", ["9" * 5000, "²", "-1", "\x00"])
def test_hours_that_are_none_are_refused(linked: SimpleNamespace, as_: Any, hours: str) -> None:
    said = {"hours_a": hours, "hours_b": "4", "hours_c": "8", "version": "0"}
    assert post(as_(linked.clerk), "/escalations/settings/", **said) == 400


@pytest.mark.parametrize("after", ["A²~1", "A--5~1", "A~1", "~1", "A" + "9" * 199 + "~1", "A5-~1", "AB~2"])
def test_a_place_of_the_queue_that_is_none_is_refused(linked: SimpleNamespace, as_: Any, after: str) -> None:
    answer = as_(linked.agent).get("/helpdesk/", {"sort": "severity", "after": after})
    assert answer.status_code == 400
