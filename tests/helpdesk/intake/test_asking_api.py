"""A customer's program asks a partner, and reads how far that is (R8.2, R5.7; S003-13, S003-42)."""

from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.accounts.tokens import TokenScope
from tallyhub.helpdesk.models import ContactDraft, IncidentLink
from tallyhub.partners.models import Party
from tallyhub.support.models import Request
from tests.helpdesk.gating import incident
from tests.helpdesk.intake.asking import address, form, intake_of
from tests.integrations.api.program import Program, make_token
from tests.make import employ, grant, make_component, make_person
from tests.world import NOW

BOTH = (TokenScope.READ_REQUESTS, TokenScope.WRITE_REQUESTS)
ASKED: dict[str, Any] = {
    "workspace": "main",
    "kind": "problem",
    "title": "The database refuses every second query",
    "description": "Since 09:40 every second query ends with a time-out.",
    "product": "database",
    "accepted_plan": 1,
    "reach": "+49 30 5550199",
}


def program(sold: SimpleNamespace, person: Any = None, *scopes: TokenScope, **over: Any) -> Program:
    return Program(make_token(person or sold.asker, sold.birch, *scopes or BOTH, **over))


def asked(calls: Program, *, key: str | None = None, **over: Any) -> Any:
    return calls.post("/partner-requests", ASKED | {"workspace": "birch-main"} | over, key=key)


@pytest.fixture
def calls(sold: SimpleNamespace) -> Program:
    sold.birch_main.code = "birch-main"
    sold.birch_main.save(using="owner")
    return program(sold)


def codes(answer: Any) -> dict[str, str]:
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


def test_a_program_learns_whom_to_ask_at_which_price_and_when(sold: SimpleNamespace, calls: Program) -> None:  # S003-42
    (one,) = calls.get("/support-partners", product="database").json()["items"]
    assert (one["code"], one["name"], one["telephone"]) == ("lakeside", "Lakeside", "+44 20 7946 0000")
    assert (one["answered_by"], one["is_providers"], one["products"]) == ("lakeside", False, ["database"])
    plan = one["plan"]
    assert (plan["version"], plan["price"], plan["is_charged"]) == (1, "per_incident", True)
    assert (plan["amount"], plan["currency"], plan["note"]) == (12050, "EUR", "Taxes are added.")
    assert one["is_open"] is (one["opens_at"] is None)
    assert calls.get("/support-partners", product="messaging").json()["items"] == []
    assert len(calls.get("/support-partners").json()["items"]) == 1


def test_asking_opens_a_request_at_the_partners_desk(sold: SimpleNamespace, calls: Program) -> None:  # R5.7
    answer = asked(calls)
    assert answer.status_code == 200, answer.content
    request = Request.objects.using("owner").get(pk=answer.json()["id"])
    assert (request.partner_id, request.desk_id, request.customer_id) == (
        sold.partner.pk,
        sold.partner.pk,
        sold.birch.pk,
    )
    assert (request.opened_by_id, request.product_id) == (sold.asker.pk, sold.database.pk)
    intake = intake_of(request)
    assert (intake.plan_number, intake.amount, intake.accepted_by_id) == (1, 12050, sold.asker.pk)
    line = calls.get(f"/requests/{request.pk}").json()
    assert line["partner"] == {"id": sold.partner.pk, "name": "Lakeside", "stage": "new", "ball": "partner"}
    assert line["incident"] is None
    (listed,) = calls.get("/requests", number=request.number).json()["items"]
    assert listed["partner"] == line["partner"]


def test_the_same_key_asks_once(sold: SimpleNamespace, calls: Program) -> None:  # R8.2
    first, again = asked(calls, key="desk/1"), asked(calls, key="desk/1")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.content == again.content
    assert Request.objects.using("owner").filter(partner=sold.partner).count() == 1
    assert asked(calls, key="desk/1", title="Another one").status_code == 422


def test_a_price_is_accepted_in_the_version_in_force(calls: Program) -> None:  # S003-42
    assert codes(asked(calls, accepted_plan=None)) == {"/accepted_plan": "contact_price_unaccepted"}
    assert codes(asked(calls, accepted_plan=2)) == {"/accepted_plan": "contact_price_changed"}
    assert asked(calls, accepted_plan=1).status_code == 200


def test_all_that_is_wrong_is_said_at_once(calls: Program) -> None:
    answer = asked(calls, kind="wish", title=" ", severity="A", accepted_plan=None)
    assert answer.status_code == 422
    assert codes(answer) == {
        "/kind": "contact_kind_missing",
        "/title": "request_title_missing",
        "/impact": "request_impact_missing",
        "/accepted_plan": "contact_price_unaccepted",
    }
    assert codes(asked(calls, workspace="elsewhere")) == {"/workspace": "workspace_unknown"}
    assert codes(asked(calls, product="telephony")) == {"/product": "contact_product_gone"}
    assert codes(asked(calls, partner="nobody")) == {"/partner": "wish_other_seller"}


def test_what_the_provider_sold_is_asked_of_it(sold: SimpleNamespace, calls: Program) -> None:  # R5.3
    assert asked(calls, product="messaging").status_code == 409
    refused = calls.post(
        "/requests",
        {"workspace": "birch-main", "kind": "problem", "title": "T", "description": "D", "product": "database"},
    )
    assert refused.status_code == 403
    assert [one["code"] for one in refused.json()["partners"]] == ["lakeside"]


def test_the_provider_stands_in_for_a_partner_it_suspended(sold: SimpleNamespace, calls: Program) -> None:  # S003-53
    Party.objects.using("owner").filter(organization=sold.partner).update(suspended_at=NOW)
    (one,) = calls.get("/support-partners").json()["items"]
    assert (one["is_providers"], one["plan"]) == (True, None)
    assert asked(calls).status_code == 409


def test_only_the_customers_own_people_ask(sold: SimpleNamespace, calls: Program) -> None:
    """Neither staff of anybody nor the customer's own token: the partner would have nobody to answer."""
    engineer = make_person("engineer_of_birch", email="engineer@house.test")
    grant(engineer, "engineer", sold.birch)
    nobody = program(sold, sold.stranger, *BOTH, is_of_customer=True)
    for other in (program(sold, engineer), nobody):
        for answer in (asked(other), other.get("/support-partners")):
            assert answer.status_code == 403
            assert answer.json()["type"].endswith("#contact_is_customers")
    assert program(sold, None, TokenScope.READ_REQUESTS).post("/partner-requests", ASKED).status_code == 403


def test_what_somebody_has_begun_to_write_stays_theirs(sold: SimpleNamespace, calls: Program, as_: Any) -> None:
    as_(sold.asker).post(address(sold), form(sold, act="later"))
    assert asked(calls).status_code == 200
    assert ContactDraft.objects.using("owner").filter(person=sold.asker).exists()


def test_the_incident_that_it_follows_is_named(sold: SimpleNamespace, calls: Program) -> None:  # S003-17
    sold.calls = make_component(sold.database, sold.provider, "calls")
    sold.editor = make_person("editor", email="editor@house.test")
    employ(sold.editor, sold.provider, "editor")
    request = Request.objects.using("owner").get(pk=asked(calls).json()["id"])
    event = incident(sold, "Queries time out.")
    IncidentLink.objects.using("owner").create(
        customer_id=request.customer_id, workspace_id=request.workspace_id, request=request, event_id=event, since=NOW
    )
    told = calls.get(f"/requests/{request.pk}").json()
    assert (told["partner"]["stage"], told["partner"]["ball"]) == ("linked_to_incident", "provider")
    assert (told["incident"]["event_id"], told["incident"]["status"]) == (event, "investigating")


def test_nobody_else_reads_it(sold: SimpleNamespace, calls: Program) -> None:  # R1.5, R3.3
    request = asked(calls).json()["id"]
    colleague = make_person("colleague", email="colleague@birch.test")
    grant(colleague, "support_contact", sold.birch_main)
    assert program(sold, colleague).get(f"/requests/{request}").status_code == 404
    other = Program(make_token(sold.admin, sold.cedar, *BOTH))
    assert other.get(f"/requests/{request}").status_code == 404
