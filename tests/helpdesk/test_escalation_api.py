"""Escalations by programs of each side, and the whole way of a request by the API alone (R8.2, R5.5; S003-21 to 32)."""

import base64
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.accounts.tokens import TokenScope
from tallyhub.helpdesk.escalations.evidence import Form, items_of
from tallyhub.helpdesk.escalations.rules import Category
from tallyhub.helpdesk.models import Escalation, EscalationEvent, EscalationFile, HealthCheck
from tallyhub.kernel import clock
from tallyhub.support.models import Message
from tests.helpdesk.escalating import checked, newest, partner_request, through, values_of
from tests.helpdesk.gating import incident
from tests.helpdesk.test_desk_api import code, done, flaws, program
from tests.integrations.api.program import Program, make_token
from tests.make import give_request, make_component
from tests.world import NOW

HELLO = base64.b64encode(b"hop 1, hop 2").decode()


@pytest.fixture
def calls(linked: SimpleNamespace) -> Program:
    return program(linked.agent)


def drafted(
    linked: SimpleNamespace, calls: Program, category: str = "outage", *, key: str | None = None, **evidence: Any
) -> Any:
    """With all that it asks for, but for what is said otherwise; None leaves it out."""
    said = values_of(Category(category), linked.agent.pk) | evidence
    body = {"category": category, "evidence": {name: value for name, value in said.items() if value is not None}}
    return calls.post(f"/helpdesk/requests/{linked.ask.pk}/escalations", body, key=key)


def sent(linked: SimpleNamespace, calls: Program, category: str = "outage", **evidence: Any) -> dict[str, Any]:
    one = done(drafted(linked, calls, category, **evidence))
    told: dict[str, Any] = done(calls.post(f"/helpdesk/escalations/{one['id']}/sending", {"version": one["version"]}))
    return told


def move(calls: Program, becomes: str, *, key: str | None = None, **said: Any) -> Any:
    one = newest()
    body = {"becomes": becomes, "version": one.version} | said
    return calls.post(f"/helpdesk/escalations/{one.pk}/status", body, key=key)


def read(calls: Program, one: int | None = None) -> Any:
    return calls.get(f"/helpdesk/escalations/{one or newest().pk}")


# What is asked for


def test_a_program_learns_what_each_category_asks_for(calls: Program) -> None:
    found = {one["category"]: one for one in done(calls.get("/helpdesk/escalation-categories"))["items"]}
    assert set(found) == set(Category)
    assert [one["code"] for one in found["network"]["items"]] == [one.code for one in items_of(Category.NETWORK)]
    assert [one["code"] for one in found["network"]["items"] if one["form"] == Form.FILES][:2] == ["trace_1", "trace_2"]
    assert (found["outage"]["is_taken"], found["agreed"]["is_taken"]) == (True, False)


def test_a_draft_begins_with_what_the_request_says(linked: SimpleNamespace, calls: Program) -> None:  # S003-21
    body = {"category": "outage"}
    one = done(calls.post(f"/helpdesk/requests/{linked.ask.pk}/escalations", body))
    assert (one["status"], one["version"]) == ("draft", 1)
    told = done(read(calls))
    assert told["evidence"]["title"] == "Mail is not delivered"
    assert told["evidence"]["severity"] == "A"
    assert "/evidence/region" in {gap["pointer"] for gap in told["gaps"]}
    assert (told["side"], told["holder"], told["customers"]) == ("partner", "partner", ["Cedar"])


def test_a_draft_is_made_once(linked: SimpleNamespace, calls: Program) -> None:  # R8.2
    first, again = drafted(linked, calls, key="e"), drafted(linked, calls, key="e")
    assert (done(first), again.headers["Idempotency-Replayed"]) == (done(again), "true")
    assert code(drafted(linked, calls), 409) == "escalation_changed_meanwhile"
    assert Escalation.objects.using("owner").count() == 1


def test_evidence_is_put_anew_by_the_codes_of_its_items(linked: SimpleNamespace, calls: Program) -> None:
    one = done(drafted(linked, calls))
    address = f"/helpdesk/escalations/{one['id']}/evidence"
    body = {"evidence": values_of(Category.DEVIATION, linked.agent.pk), "category": "deviation", "version": 1}
    two = done(calls.put(address, body))
    assert two["version"] == 2
    assert done(read(calls))["evidence"]["clause"] == "Delivery within five minutes"
    assert code(calls.put(address, body), 409) == "escalation_changed_meanwhile"
    wrong = {"evidence": {"colour": "blue", "recording": "x", "affected": 7}, "version": 2}
    assert flaws(calls.put(address, wrong)) == dict.fromkeys(
        ("/evidence/colour", "/evidence/recording"), "escalation_item_unknown"
    )
    assert flaws(calls.put(address, {**wrong, "category": "weather"})) == {"/category": "word_unknown"}


def test_nothing_of_a_vulnerability_is_kept(linked: SimpleNamespace, calls: Program) -> None:  # edge 39
    assert flaws(drafted(linked, calls, vulnerability="yes")) == {"/evidence/vulnerability": "escalation_vulnerability"}
    assert not Escalation.objects.using("owner").exists()


# Sending


def test_every_gap_is_named_before_anything_is_sent(linked: SimpleNamespace, calls: Program) -> None:  # S003-22
    HealthCheck.objects.using("owner").all().delete()
    one = done(drafted(linked, calls, region=None, started="yesterday", ended="2026-11-19T08:15+01:00", affected="0"))
    answer = calls.post(f"/helpdesk/escalations/{one['id']}/sending", {"version": one["version"]})
    assert code(answer, 422) == "escalation_incomplete"
    assert flaws(answer) == {
        "/evidence/health_check": "escalation_health_missing",
        "/evidence/region": "escalation_item_missing",
        "/evidence/started": "escalation_time_relative",
        "/evidence/affected": "escalation_number",
    }
    assert [{**gap, "parameter": None} for gap in answer.json()["errors"]] == done(read(calls))["gaps"]
    assert newest().status == "draft"


def test_what_nobody_else_should_read_is_looked_at_first(linked: SimpleNamespace, calls: Program) -> None:  # edge 26
    one = done(drafted(linked, calls, error="password=hunter22", seen="Ask ann@cedar.test"))
    address, body = f"/helpdesk/escalations/{one['id']}/sending", {"version": one["version"]}
    refused = calls.post(address, body)
    assert flaws(refused) == {}
    assert refused.json()["findings"] == {"error": ["password"], "seen": ["mail"]}
    assert code(calls.post(address, {**body, "looked": "0" * 16}), 422) == "escalation_incomplete"
    assert done(calls.post(address, {**body, "looked": refused.json()["looked"]}))["status"] == "submitted"


def test_files_are_evidence_too(linked: SimpleNamespace, calls: Program) -> None:
    one = done(drafted(linked, calls, "defect"))
    assert [gap["code"] for gap in done(read(calls))["gaps"]] == ["escalation_file_missing"]
    address = f"/helpdesk/escalations/{one['id']}/files"
    file = {"item": "recording", "name": "shot.txt", "content": HELLO, "version": 1}
    assert flaws(calls.post(address, {**file, "item": "trace_1"})) == {"/item": "escalation_item_unknown"}
    assert code(calls.post(address, {**file, "name": "run.exe"}), 422) == "escalation_file_executable"
    assert calls.post(address, {**file, "content": "no base64!"}).status_code == 422
    assert done(calls.post(address, file))["version"] == 2
    (kept,) = EscalationFile.objects.using("owner").all()
    assert (kept.item, kept.name, kept.size) == ("recording", "shot.txt", 12)
    told = done(read(calls))
    assert (told["gaps"], [each["name"] for each in told["files"]]) == ([], ["shot.txt"])
    assert done(calls.post(f"{address}/{kept.pk}/removal", {}))["version"] == 3
    assert not EscalationFile.objects.using("owner").exists()


def test_what_the_version_says_is_older_is_refused(linked: SimpleNamespace, calls: Program) -> None:
    one = done(drafted(linked, calls))
    assert code(
        calls.post(f"/helpdesk/escalations/{one['id']}/sending", {"version": 0}), 409
    ) == "escalation_changed_meanwhile"  # fmt: skip


# Each side


def test_each_side_reads_it_once_it_is_there(linked: SimpleNamespace, calls: Program) -> None:  # S003-23
    through(linked)
    upper, clerk, rival = program(linked.upper), program(linked.clerk), program(linked.rival_agent)
    one = done(drafted(linked, calls))["id"]
    for other in (upper, clerk, rival):
        assert read(other, one).status_code == 404
        assert done(other.get("/helpdesk/escalations"))["items"] == []
    done(calls.post(f"/helpdesk/escalations/{one}/sending", {"version": 1}))
    assert done(read(upper))["side"] == "indirect_provider"
    assert read(clerk).status_code == read(rival).status_code == 404
    with clock.frozen(NOW + timedelta(hours=1)):
        done(move(upper, "submitted"))
    told = done(read(clerk))
    assert (told["side"], told["partner"], told["via"]) == ("provider", "Lakeside", "Harbour")
    assert told["events"][0]["status"] == "submitted"  # what came before is between the partner and harbour
    assert (told["health"]["result"], told["gaps"]) == ("none", [])
    assert told["next"] == ["accepted", "returned_incomplete"]
    assert read(rival).status_code == 404


ACTS: list[tuple[str, dict[str, Any]]] = [
    ("sending", {"version": 1}),
    ("status", {"becomes": "accepted", "version": 1}),
    ("notes", {"text": "Hello"}),
    ("publications", {"event_id": 1, "body": "Hello"}),
    ("assignment", {"person_id": None, "version": 1}),
    ("incident", {"incident_id": None, "version": 1}),
    ("files", {"item": "files", "name": "x.txt", "content": HELLO, "version": 1}),
    ("files/1/removal", {}),
]


def test_nobody_else_does_anything_with_it(linked: SimpleNamespace, calls: Program) -> None:
    one = sent(linked, calls)["id"]
    rival = program(linked.rival_agent)
    for act, body in ACTS:
        assert rival.post(f"/helpdesk/escalations/{one}/{act}", body).status_code == 404, act
    assert rival.put(f"/helpdesk/escalations/{one}/evidence", {"evidence": {}, "version": 1}).status_code == 404
    assert drafted(linked, rival).status_code == 404
    assert EscalationEvent.objects.using("owner").count() == 1


def test_what_is_anothers_to_do_is_refused(linked: SimpleNamespace, calls: Program) -> None:
    one = sent(linked, calls)["id"]
    clerk = program(linked.clerk)
    for act in ("sending", "publications", "files", "files/1/removal"):
        assert code(clerk.post(f"/helpdesk/escalations/{one}/{act}", dict(ACTS)[act]), 403) == "right_missing", act
    for act in ("assignment", "incident"):
        assert code(calls.post(f"/helpdesk/escalations/{one}/{act}", dict(ACTS)[act]), 403) == "right_missing", act
    assert code(move(calls, "accepted"), 409) == "escalation_moved"
    assert code(calls.get("/helpdesk/incidents"), 403) == "right_missing"


def test_whoever_reads_only_changes_nothing(linked: SimpleNamespace, calls: Program) -> None:
    one = sent(linked, calls)["id"]
    reader = program(linked.agent, TokenScope.READ_HELPDESK)
    assert done(read(reader))["id"] == one
    for act, body in ACTS:
        assert code(reader.post(f"/helpdesk/escalations/{one}/{act}", body), 403) == "scope_missing", act


def test_customers_and_staff_of_the_provider_have_no_way_here(linked: SimpleNamespace) -> None:
    for person, scope in ((linked.admin, TokenScope.READ_REQUESTS), (linked.csam, TokenScope.READ_REQUESTS)):
        other = Program(make_token(person, linked.cedar, scope))
        for address in ("/helpdesk/escalations", "/helpdesk/escalations/1", "/helpdesk/requests"):
            assert code(other.get(address), 403) == "scope_missing"


def test_the_list_is_filtered_and_goes_on_by_pages(linked: SimpleNamespace, calls: Program, statements: Any) -> None:
    first = sent(linked, calls)["id"]
    clerk = program(linked.clerk)
    for query, is_there in (
        ({}, True),
        ({"which": "over"}, False),
        ({"which": "ours", "status": "submitted"}, True),
        ({"category": "defect"}, False),
        ({"request_id": linked.ask.pk}, True),
        ({"request_id": 1}, False),
        ({"partner_id": linked.rival.pk}, False),
        ({"is_mine": "true"}, False),
    ):
        assert bool(done(clerk.get("/helpdesk/escalations", **query))["items"]) is is_there, query
    assert clerk.get("/helpdesk/escalations", status="asleep").status_code == 422
    with statements() as few:
        clerk.get("/helpdesk/escalations")
    linked.ask = partner_request(linked, linked.north)
    checked(linked, linked.ask)
    second = sent(linked, calls)["id"]
    with statements() as more:
        clerk.get("/helpdesk/escalations")
    assert len(few) == len(more)
    page = done(clerk.get("/helpdesk/escalations", limit=1))
    assert [one["id"] for one in page["items"] + done(clerk.follow(page["next"]))["items"]] == [first, second]


def test_the_provider_returns_it_naming_what_is_missing(linked: SimpleNamespace, calls: Program) -> None:  # S003-24
    sent(linked, calls)
    clerk = program(linked.clerk)
    assert code(move(clerk, "returned_incomplete"), 422) == "escalation_gaps_unnamed"
    assert code(move(clerk, "returned_incomplete", items=["weather"]), 422) == "escalation_item_unknown"
    done(move(clerk, "returned_incomplete", items=["region", "error"], text="Which region?"))
    told = done(read(calls))
    assert (told["status"], told["holder"], told["events"][-1]["items"]) == (
        "returned_incomplete", "partner", ["error", "region"])  # fmt: skip
    body = {"evidence": told["evidence"] | {"region": "Baltic"}, "version": told["version"]}
    version = done(calls.put(f"/helpdesk/escalations/{told['id']}/evidence", body))["version"]
    again = calls.post(f"/helpdesk/escalations/{told['id']}/sending", {"version": version})
    assert done(again)["status"] == "submitted"


def test_the_desk_assigns_it_and_ties_it_to_an_incident(linked: SimpleNamespace, calls: Program) -> None:  # S003-31
    one = sent(linked, calls)
    clerk = program(linked.clerk)
    linked.calls = make_component(linked.product, linked.provider, "calls")
    event = incident(linked)
    colleagues = {each["id"] for each in done(clerk.get("/helpdesk/colleagues"))["items"]}
    assert colleagues == {linked.clerk.pk, linked.colleague.pk}
    assert [each["id"] for each in done(clerk.get("/helpdesk/incidents"))["items"]] == [event]
    address = f"/helpdesk/escalations/{one['id']}"
    to = {"person_id": linked.colleague.pk, "version": one["version"]}
    version = done(clerk.post(f"{address}/assignment", to))["version"]
    assert code(clerk.post(f"{address}/assignment", to), 409) == "escalation_changed_meanwhile"
    done(clerk.post(f"{address}/incident", {"incident_id": event, "version": version}))
    told = done(read(clerk))
    assert (told["assigned_to"], told["incident_id"]) == ("colleague, Northgate", event)
    wrong = {"person_id": linked.agent.pk, "version": told["version"]}
    assert code(clerk.post(f"{address}/assignment", wrong), 422) == "escalation_colleague_unknown"


def test_a_step_is_taken_once_for_a_key(linked: SimpleNamespace, calls: Program) -> None:  # R8.2
    one = sent(linked, calls)
    clerk = program(linked.clerk)
    body = {"becomes": "accepted", "version": one["version"]}
    answers = [clerk.post(f"/helpdesk/escalations/{one['id']}/status", body, key="s") for _ in range(2)]
    assert [done(each)["status"] for each in answers] == ["accepted", "accepted"]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert EscalationEvent.objects.using("owner").filter(status="accepted").count() == 1


def test_a_partner_takes_it_back(linked: SimpleNamespace, calls: Program) -> None:
    sent(linked, calls)
    done(move(calls, "withdrawn"))
    assert code(
        calls.put(f"/helpdesk/escalations/{newest().pk}/evidence", {"evidence": {}, "version": newest().version}), 409
    ) == "escalation_moved"  # fmt: skip
    assert done(read(calls))["next"] == []


# The whole way


def test_from_the_reseller_to_the_fix_and_back_to_the_customer(linked: SimpleNamespace, calls: Program) -> None:
    """R8.2, S003-23, 28: reseller, indirect provider, provider, solution, and the customer, by programs alone."""
    through(linked)
    give_request(linked.ask, linked.admin, "shared")
    customer = Program(make_token(linked.admin, linked.cedar, TokenScope.READ_REQUESTS))
    upper, clerk = program(linked.upper), program(linked.clerk)
    desk = f"/helpdesk/requests/{linked.ask.pk}"

    def stands() -> tuple[str, str]:
        told = done(customer.get(f"/requests/{linked.ask.pk}"))["partner"]
        return told["stage"], told["ball"]

    version = done(calls.get(desk))["version"]
    done(calls.post(f"{desk}/take", {"version": version}))
    done(calls.post(f"{desk}/health-checks", {}))
    done(calls.post(f"{desk}/diagnosis", {"hypothesis": "The queue", "step": "Looked", "result": "It stands"}))
    one = sent(linked, calls)
    assert (one["status"], stands()) == ("awaiting_indirect_provider", ("escalated", "indirect_provider"))
    done(move(upper, "submitted"))
    assert stands() == ("escalated", "provider")
    assert [each["result"] for each in done(read(clerk))["diagnosis"]] == ["It stands"]
    done(move(clerk, "accepted"))
    done(move(clerk, "needs_partner", text="Which mailbox?"))
    assert stands() == ("escalated", "partner")
    done(move(calls, "in_progress", text="All of them."))
    done(move(clerk, "solution_provided", text="The queue was restarted."))
    solution = done(read(calls))["events"][-1]
    assert (solution["text"], solution["side"]) == ("The queue was restarted.", "provider")
    before = Message.objects.using("owner").count()
    body = {"event_id": solution["id"], "body": "It is mended: mail leaves at once again."}
    address = f"/helpdesk/escalations/{one['id']}/publications"
    done(calls.post(address, body, key="p"))
    done(calls.post(address, body, key="p"))
    assert code(calls.post(address, body), 409) == "escalation_published_already"
    assert Message.objects.using("owner").count() == before + 1
    done(move(calls, "closed"))
    version = done(calls.get(desk))["version"]
    done(calls.post(f"{desk}/status", {"status": "resolved", "version": version}))
    assert stands() == ("resolved", "customer")
    (message,) = done(customer.get(f"/requests/{linked.ask.pk}/messages"))["items"]
    assert (message["body"], message["author"]) == (body["body"], "agent, Lakeside")
