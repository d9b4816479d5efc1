"""A partner's program at its desk: by a token for somebody's work (R8.2, R5.4, R5.7; S003-15 to 19, 36, 39)."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError

from tallyhub.accounts.models import Token
from tallyhub.accounts.tokens import OF_WORK, TokenScope
from tallyhub.helpdesk.models import Entry, Handover, HealthCheck, IncidentLink, Intake, Resolution
from tallyhub.journal.models import Answered, Event
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import scope
from tallyhub.organizations import sign_on
from tallyhub.organizations.models import Staff
from tallyhub.support.models import Message, Request
from tests.helpdesk.gating import fresh, incident, over
from tests.integrations.api.program import Program, make_token, make_work_token
from tests.make import employ, grant, make_organization, make_party, make_person, make_request, make_resale
from tests.world import NOW

READ = TokenScope.READ_HELPDESK


def program(person: Any, *scopes: TokenScope) -> Program:
    return Program(make_work_token(person, *scopes))


@pytest.fixture
def calls(gated: SimpleNamespace) -> Program:
    return program(gated.helper)


def here(gated: SimpleNamespace, *rest: str) -> str:
    return "/".join(["/helpdesk/requests", str(gated.asked.pk), *rest])


def done(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return answer.json()


def code(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    return str(answer.json()["type"].partition("#")[2])


def flaws(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.content
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


# The token


def test_a_token_for_ones_work_holds_what_one_does_there_and_no_customer(gated: SimpleNamespace) -> None:
    holder = sign_on.use_token(make_work_token(gated.agent))
    assert holder is not None
    access = holder.access
    assert (access.customer_id, access.workspaces, access.organization_id) == (None, (), gated.partner.pk)
    assert access.organization_rights == {Right.SERVE_CUSTOMERS, Right.ESCALATE}  # an admin agent holds more
    assert (access.rights, access.customer_rights, access.in_whole) == ({}, frozenset(), False)


def test_it_opens_nothing_of_a_customer_and_a_customers_nothing_here(gated: SimpleNamespace, calls: Program) -> None:
    for address in ("/requests", "/agreements", "/entries", "/support-partners"):
        assert code(calls.get(address), 403) == "scope_missing"
    own = Program(make_token(gated.admin, gated.cedar, TokenScope.READ_REQUESTS))
    assert code(own.get("/helpdesk/requests"), 403) == "scope_missing"
    for scopes in ([TokenScope.READ_REQUESTS], [], [READ, TokenScope.READ_HEALTH]):
        with pytest.raises(Invalid):
            make_token(gated.admin, gated.cedar, READ) if not scopes else make_work_token(gated.helper, *scopes)


def test_only_who_serves_customers_or_escalates_makes_one(gated: SimpleNamespace, as_: Any) -> None:
    for person in (gated.seller, gated.clerk, gated.editor, gated.admin):
        assert as_(person).get("/accounts/tokens/work/").status_code == 403, person.name
        with pytest.raises(Invalid):
            make_work_token(person, *OF_WORK)


def test_the_page_makes_shows_and_revokes_it(gated: SimpleNamespace, as_: Any) -> None:
    client = as_(gated.helper)
    assert "/accounts/tokens/work/" in client.get("/accounts/tokens/").content.decode()
    said = {"name": "Bridge", "scopes": ["helpdesk:read"], "lifetime_days": "90"}
    page = client.post("/accounts/tokens/work/", said).content.decode()
    assert "Your access tokens for Lakeside" in page
    secret = page.split('class="secret">')[1].split("<")[0]
    assert done(Program(secret).get("/helpdesk/requests"))["items"]
    assert "Bridge" not in client.get("/accounts/tokens/").content.decode()
    token = Token.objects.using("owner").get()
    assert as_(gated.second).post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
    assert client.post(f"/accounts/tokens/{token.pk}/revoke/")["Location"] == "/accounts/tokens/work/"
    assert code(Program(secret).get("/helpdesk/requests"), 401) == "token_unknown"


def test_who_loses_the_role_loses_the_token_at_once(gated: SimpleNamespace, calls: Program) -> None:
    done(calls.get(here(gated)))
    rows = Staff.objects.using("owner").filter(person_id=gated.helper.pk)
    rows.update(roles=["sales_agent"])
    assert code(calls.get(here(gated)), 403) == "right_missing"
    rows.update(roles=["helpdesk_agent"], organization=gated.rival)  # works for another one now
    assert code(calls.get(here(gated)), 401) == "token_unknown"
    rows.update(organization=gated.partner, ends_at=NOW)
    assert code(calls.get(here(gated)), 401) == "token_unknown"


def test_nothing_of_a_delegation_is_in_it(gated: SimpleNamespace, calls: Program) -> None:
    grant(gated.helper, "support_tier_2", gated.cedar)
    assert code(calls.get("/requests"), 403) == "scope_missing"
    private = make_request(gated.north, title="Of the provider")
    assert calls.get(f"/helpdesk/requests/{private.pk}").status_code == 404


def test_a_token_is_of_a_customer_or_of_work_and_never_of_both(gated: SimpleNamespace) -> None:
    make_work_token(gated.helper)
    rows = Token.objects.using("owner")
    for wrong in ({"customer_id": gated.cedar.pk}, {"organization_id": None}, {"person": None},
                  {"scopes": ["entries:read"]}):  # fmt: skip
        with pytest.raises(IntegrityError):
            rows.update(**wrong)


def test_the_database_keeps_tokens_and_answers_to_their_person(gated: SimpleNamespace, calls: Program) -> None:  # R3.3
    done(calls.post(here(gated, "messages"), {"body": "One"}, key="k"))
    for person, seen in ((gated.helper, 1), (gated.second, 0), (gated.rival_agent, 0)):
        with scope(sign_on.act_at_work(person.pk)):
            assert (Token.objects.count(), Answered.objects.count()) == (seen, seen), person.name
    said = {"name": "x", "digest": b"x", "scopes": ["helpdesk:read"], "made_by_id": gated.helper.pk}
    of = {"person_id": gated.helper.pk, "made_at": NOW, "expires_at": NOW, "organization_id": gated.rival.pk}
    with pytest.raises(DatabaseError), scope(sign_on.act_at_work(gated.helper.pk), writing=True):
        Token.objects.create(**said, **of)


def test_a_token_that_reads_writes_nothing(gated: SimpleNamespace) -> None:
    assert code(program(gated.helper, READ).post(here(gated, "take"), {"version": 1}), 403) == "scope_missing"


# Reading


def test_the_queue_lists_what_is_asked_of_ones_desk(gated: SimpleNamespace, calls: Program) -> None:
    (one,) = done(calls.get("/helpdesk/requests"))["items"]
    assert (one["number"], one["customer"], one["workspace"]) == (gated.asked.number, "Cedar", gated.north.name)
    assert (one["stage"], one["ball"], one["product"]) == ("new", "partner", "phones")
    assert (one["partner"], one["desk"], one["assigned_to"]) == ("Lakeside", "Lakeside", None)
    detail = done(calls.get(here(gated)))
    assert {name: detail[name] for name in one} == one


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ({}, True),
        ({"severity": "A"}, False),
        ({"severity": "C"}, True),
        ({"status": "submitted"}, True),
        ({"is_open": "false"}, False),
        ({"is_open": "true"}, True),
        ({"product": "phones"}, True),
        ({"product": "nothing"}, False),
        ({"is_mine": "true"}, False),
        ({"customer_id": 1}, False),
        ({"changed_from": "2126-01-01T00:00:00Z"}, False),
    ],
)
def test_the_queue_is_filtered(calls: Program, gated: SimpleNamespace, query: Any, is_there: bool) -> None:
    assert bool(done(calls.get("/helpdesk/requests", **query))["items"]) is is_there


def test_the_queue_goes_on_by_pages_at_the_same_cost(gated: SimpleNamespace, calls: Program, statements: Any) -> None:
    desk = {"partner": gated.partner, "desk": gated.partner}
    more = [gated.asked.pk, *(make_request(gated.north, title=f"{one}", **desk).pk for one in range(4))]
    calls.get("/helpdesk/requests")
    with statements() as few:
        first = done(calls.get("/helpdesk/requests", limit=2))
    with statements() as many:
        calls.get("/helpdesk/requests", limit=5)
    assert len(few) == len(many)
    rest = done(calls.follow(first["next"]))["items"]
    assert [one["id"] for one in [*first["items"], *rest]] == more[:4]


def test_nobody_elses_desk_knows_of_it(gated: SimpleNamespace) -> None:  # R5.4
    others = [gated.rival_agent]
    for person in others:
        other = program(person)
        assert done(other.get("/helpdesk/requests"))["items"] == []
        for rest in ((), ("messages",), ("health",)):
            assert other.get(here(gated, *rest)).status_code == 404
        for act, body in (
            ("take", {"version": 1}),
            ("assignment", {"person_id": None, "version": 1}),
            ("status", {"status": "waiting", "version": 1}),
            ("messages", {"body": "Hello"}),
            ("health-checks", {}),
            ("leave-incident", {"why": "differs"}),
            ("diagnosis", {"step": "Looked"}),
            ("rights", {"is_needed": True}),
            ("consent-request", {"body": "Please"}),
            ("resolution", {"item_id": gated.item.pk, "text": "Done", "version": 1}),
            ("give-back", {"reason": "Not ours", "version": 1}),
        ):
            assert other.post(here(gated, act), body).status_code == 404, act
    assert not Message.objects.using("owner").exists()


def test_the_providers_desk_serves_no_customers(gated: SimpleNamespace) -> None:
    clerk = make_person("worker", email="worker@house.test")
    employ(clerk, gated.provider, "desk")
    for address in ("/helpdesk/requests", here(gated), "/helpdesk/baseline", "/helpdesk/customers"):
        assert code(program(clerk).get(address), 403) == "right_missing"


def test_the_customer_is_told_who_looked(gated: SimpleNamespace, calls: Program) -> None:  # R7.3
    done(calls.get(here(gated)))
    looks = Event.objects.using("owner").filter(kind="support.request_looked", subject_id=gated.asked.pk)
    assert [(one.actor_id, one.customer_id) for one in looks] == [(gated.helper.pk, gated.cedar.pk)]


# Working


def test_it_is_taken_and_given_to_a_colleague(gated: SimpleNamespace, calls: Program) -> None:
    taken = done(calls.post(here(gated, "take"), {"version": gated.asked.version}))
    assert (fresh(gated).assigned_to_id, taken["status"]) == (gated.helper.pk, "assigned")
    assert code(calls.post(here(gated, "take"), {"version": 0}), 409) == "request_changed"
    to = {"person_id": gated.second.pk, "version": taken["version"]}
    assert done(calls.post(here(gated, "assignment"), to))["version"] > taken["version"]
    assert fresh(gated).assigned_to_id == gated.second.pk
    to = {"person_id": gated.rival_agent.pk, "version": fresh(gated).version}
    assert flaws(calls.post(here(gated, "assignment"), to)) == {"/person_id": "engineer_unknown"}


def test_a_message_reaches_the_customer_once(gated: SimpleNamespace, calls: Program) -> None:  # R8.2
    first = calls.post(here(gated, "messages"), {"body": "Which number do you dial?"}, key="m/1")
    again = calls.post(here(gated, "messages"), {"body": "Which number do you dial?"}, key="m/1")
    assert (done(first), again.headers["Idempotency-Replayed"]) == (done(again), "true")
    assert code(calls.post(here(gated, "messages"), {"body": "Another"}, key="m/1"), 422) == "key_reused"
    (message,) = Message.objects.using("owner").all()
    assert (message.author_id, message.is_by_staff, message.source) == (gated.helper.pk, True, "api")
    (listed,) = done(calls.get(here(gated, "messages")))["items"]
    assert (listed["body"], listed["author"]) == ("Which number do you dial?", "helper, Lakeside")
    customer = Program(make_token(gated.admin, gated.cedar, TokenScope.READ_REQUESTS))
    assert done(customer.get(f"/requests/{gated.asked.pk}/messages"))["items"][0]["body"] == listed["body"]


def test_two_tokens_have_keys_of_their_own(gated: SimpleNamespace, calls: Program) -> None:
    done(calls.post(here(gated, "messages"), {"body": "One"}, key="k"))
    done(program(gated.second).post(here(gated, "messages"), {"body": "Two"}, key="k"))
    assert Message.objects.using("owner").count() == 2


def test_what_is_refused_leaves_its_key_free(gated: SimpleNamespace, calls: Program) -> None:  # R8.2
    assert code(calls.post(here(gated, "diagnosis"), {}, key="d"), 422) == "entry_missing"
    done(calls.post(here(gated, "diagnosis"), {"step": "Restarted"}, key="d"))


def test_service_health_is_checked_before_anything_else(gated: SimpleNamespace, calls: Program) -> None:  # S003-17, 18
    assert done(calls.post(here(gated, "health-checks"), {}))["result"] == "none"
    event = incident(gated)
    (one,) = done(calls.get(here(gated, "health")))["items"]
    assert (one["id"], one["title"]) == (event, "Calls drop")
    assert flaws(calls.post(here(gated, "health-checks"), {})) == {"/event_id": "health_choice_missing"}
    assert flaws(calls.post(here(gated, "health-checks"), {"event_id": event})) == {"/then": "health_next_missing"}
    assert done(calls.post(here(gated, "health-checks"), {"nothing_fits": True}))["result"] == "no_match"
    follow = {"event_id": event, "then": "follow"}
    assert done(calls.post(here(gated, "health-checks"), follow, key="h"))["result"] == "match"
    done(calls.post(here(gated, "health-checks"), follow, key="h"))
    assert HealthCheck.objects.using("owner").count() == 3
    detail = done(calls.get(here(gated)))
    assert (detail["stage"], detail["incident"]["event_id"]) == ("linked_to_incident", event)
    assert [each["result"] for each in detail["health_checks"]] == ["match", "no_match", "none"]
    assert detail["health_checks"][0]["by"] == "helper, Lakeside"


def test_an_incident_is_left_by_saying_why(gated: SimpleNamespace, calls: Program) -> None:  # edge 21
    event = incident(gated)
    done(calls.post(here(gated, "health-checks"), {"event_id": event, "then": "follow"}))
    assert code(calls.post(here(gated, "leave-incident"), {"why": "gone"}), 409) == "incident_goes_on"
    over(gated, event)
    done(calls.post(here(gated, "leave-incident"), {"why": "stays"}))
    assert IncidentLink.objects.using("owner").get().left_why == "stays"


def test_the_diagnosis_is_noted_for_the_desk_alone(gated: SimpleNamespace, calls: Program) -> None:  # S003-16
    done(calls.post(here(gated, "diagnosis"), {"hypothesis": "The line", "result": "It is dead"}))
    (entry,) = Entry.objects.using("owner").all()
    assert (entry.hypothesis, entry.by_id) == ("The line", gated.helper.pk)
    (told,) = done(calls.get(here(gated)))["diagnosis"]
    assert (told["result"], told["by"]) == ("It is dead", "helper, Lakeside")


def test_the_work_waits_for_rights_until_it_needs_none(gated: SimpleNamespace, calls: Program) -> None:  # S003-20
    done(calls.post(here(gated, "rights"), {"is_needed": True}))
    told = done(calls.get(here(gated)))
    assert (told["stage"], told["rights"], told["ball"]) == ("waiting_delegation", "missing", "partner")
    assert flaws(calls.post(here(gated, "consent-request"), {"body": " "})) == {"/body": "message_missing"}
    done(calls.post(here(gated, "consent-request"), {"body": "Please let us in."}, key="c"))
    done(calls.post(here(gated, "consent-request"), {"body": "Please let us in."}, key="c"))
    assert Message.objects.using("owner").count() == 1
    assert done(calls.get(here(gated)))["ball"] == "customer"
    done(calls.post(here(gated, "rights"), {"is_needed": False}))
    assert done(calls.get(here(gated)))["rights"] == "not_needed"


def test_it_is_resolved_within_the_baseline(gated: SimpleNamespace, calls: Program) -> None:  # S003-36
    (item,) = done(calls.get("/helpdesk/baseline", product="phones"))["items"]
    assert (item["id"], item["title"]) == (gated.item.pk, "Accounts")
    body = {"item_id": item["id"], "text": "The account was locked.", "version": 0}
    assert code(calls.post(here(gated, "resolution"), body), 409) == "request_changed"
    told = done(calls.post(here(gated, "resolution"), body | {"version": fresh(gated).version}))
    assert (told["status"], fresh(gated).status) == ("resolved", "resolved")
    assert Resolution.objects.using("owner").get().item_id == gated.item.pk
    assert done(calls.get(here(gated)))["stage"] == "resolved"
    assert code(calls.post(here(gated, "health-checks"), {}), 409) == "gate_over"


def test_its_status_goes_by_the_transitions_of_the_page(gated: SimpleNamespace, calls: Program) -> None:
    version = done(calls.post(here(gated, "take"), {"version": fresh(gated).version}))["version"]
    waiting = done(calls.post(here(gated, "status"), {"status": "waiting", "version": version}))
    assert done(calls.get(here(gated)))["stage"] == "waiting_customer"
    assert flaws(calls.post(here(gated, "status"), {"status": "asleep", "version": 1})) == {"/status": "word_unknown"}
    wrong = {"status": "submitted", "version": waiting["version"]}
    assert calls.post(here(gated, "status"), wrong).status_code == 409


def test_a_supplier_gives_it_back_and_knows_no_more_of_it(gated: SimpleNamespace, calls: Program) -> None:  # S003-39
    Request.objects.using("owner").filter(pk=gated.asked.pk).update(desk=gated.rival)
    supplier = program(gated.rival_agent)
    assert done(supplier.get(here(gated)))["ball"] == "supplier"
    body = {"reason": "Needs the customer’s contract.", "version": fresh(gated).version}
    assert code(calls.post(here(gated, "give-back"), body), 403) == "right_missing"
    missing = supplier.post(here(gated, "give-back"), body | {"reason": " "})
    assert flaws(missing) == {"/reason": "handover_reason_missing"}
    first = supplier.post(here(gated, "give-back"), body, key="g")
    assert supplier.get(here(gated)).status_code == 404
    again = supplier.post(here(gated, "give-back"), body, key="g")
    assert (done(first), done(again), again.headers["Idempotency-Replayed"]) == (
        {"id": gated.asked.pk}, {"id": gated.asked.pk}, "true")  # fmt: skip
    assert Handover.objects.using("owner").count() == 1
    (told,) = done(calls.get(here(gated)))["handovers"]
    assert (told["reason"], told["was_id"]) == (body["reason"], gated.rival.pk)


# Writing down


def taken_in(gated: SimpleNamespace, calls: Program, *, key: str | None = None, **more: Any) -> Any:
    said = {
        "customer_id": gated.cedar.pk, "workspace_id": gated.north.pk, "channel": "phone", "kind": "problem",
        "title": "No tone", "description": "They called: no tone since noon.",
    }  # fmt: skip
    return calls.post("/helpdesk/requests", said | more, key=key)


def test_a_request_is_written_down_for_a_customer(gated: SimpleNamespace, calls: Program) -> None:  # S003-15
    (one,) = done(calls.get("/helpdesk/customers", text="ceda"))["items"]
    assert (one["id"], one["code"]) == (gated.cedar.pk, "cedar")
    detail = done(calls.get(f"/helpdesk/customers/{one['id']}"))
    assert gated.north.pk in [each["id"] for each in detail["workspaces"]]
    contact = next(each["id"] for each in detail["contacts"] if each["id"] == gated.admin.pk)
    told = done(taken_in(gated, calls, contact_id=contact, key="t"))
    assert done(taken_in(gated, calls, contact_id=contact, key="t")) == told
    request = Request.objects.using("owner").get(pk=told["id"])
    assert (request.number, request.opened_by_id) == (told["number"], gated.helper.pk)
    assert (request.primary_contact_id, request.partner_id) == (gated.admin.pk, gated.partner.pk)
    assert Intake.objects.using("owner").get(request=request).channel == "phone"
    assert done(calls.get(f"/helpdesk/requests/{request.pk}"))["came_in"]["channel"] == "phone"


def test_what_is_wrong_with_it_is_said_at_once(gated: SimpleNamespace, calls: Program) -> None:
    answer = taken_in(gated, calls, channel="portal", kind="x", workspace_id=gated.birch_main.pk, contact_id=10**9)
    assert flaws(answer) == {
        "/workspace_id": "contact_workspace_missing",
        "/contact_id": "contact_person_gone",
        "/kind": "contact_kind_missing",
        "/channel": "contact_channel_missing",
    }
    assert flaws(taken_in(gated, calls, product="nothing")) == {"/product": "product_unknown"}


def test_nobody_writes_down_for_anothers_customer(gated: SimpleNamespace) -> None:
    other = program(gated.rival_agent)
    assert done(other.get("/helpdesk/customers"))["items"] == []
    assert other.get(f"/helpdesk/customers/{gated.cedar.pk}").status_code == 404
    assert taken_in(gated, other).status_code == 404
    house = make_organization("hilltop", kind="partner", name="Hilltop")
    make_party(house)
    make_resale(house, gated.birch)
    helper = make_person("hilltop", email="hilltop@house.test")
    employ(helper, house, "helpdesk_agent")
    assert taken_in(gated, program(helper)).status_code == 404
