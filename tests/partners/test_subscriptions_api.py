"""Subscriptions and wishes for programs: read, asked, and never changed (S003-48, R5.8, R8.1; edge cases 31, 36)."""

from typing import Any

import pytest

from tallyhub.accounts.tokens import TokenScope
from tallyhub.agreements.models import Agreement, Package
from tallyhub.ledger.models import Allotment
from tallyhub.partners.models import SubscriptionWish
from tests.integrations.api.program import Program, make_token
from tests.make import grant, make_entitlement, make_person
from tests.partners.plans import mixed, supporting

BOTH = (TokenScope.READ_AGREEMENTS, TokenScope.WRITE_WISHES)


@pytest.fixture
def held(firm: Any, as_: Any, owner: Any) -> Any:
    owner.execute("UPDATE agreements_package SET covers_every_product = false WHERE code = 'BASE'")
    supporting(firm, as_)
    return mixed(firm)


def program(held: Any, *scopes: TokenScope) -> Program:
    return Program(make_token(held.stranger, held.birch, *scopes or BOTH))


def agreed() -> list[Any]:
    models = (Agreement, Package, Allotment)
    return [list(model.objects.using("owner").order_by("pk").values()) for model in models]


def wishes() -> list[SubscriptionWish]:
    return list(SubscriptionWish.objects.using("owner").order_by("pk"))


def test_a_program_reads_what_is_held_and_through_whom(held: Any) -> None:  # R5.8
    items = {one["agreement"]: one for one in program(held).get("/subscriptions").json()["items"]}
    base = items["BIR-2026"]
    assert (base["seller"], base["is_direct"], base["ends_on"]) == ("lakeside", False, "2026-12-31")
    assert items["BIR-MSG"]["is_direct"] is True
    assert items["BIR-MSG"]["products"] == ["messaging"]
    (line,) = base["lines"]
    assert (line["unit"], line["quantity"], line["left"]) == ("minutes", 300, 240)


def test_changing_one_is_refused_with_the_partners_card_and_a_wish(held: Any, owner: Any) -> None:  # S003-48, edge 31
    before = agreed()
    answer = program(held).patch(f"/subscriptions/{held.birch_base.pk}", {"quantity": 420, "reason": "We grow."})
    assert answer.status_code == 403
    told = answer.json()
    assert told["type"].endswith("#subscription_partners")
    (card,) = told["partners"]
    assert (card["name"], card["telephone"], card["email"]) == ("Lakeside", "+44 20 7946 0000", "help@lakeside.test")
    assert card["website"] == "https://lakeside.test/help"
    (wish,) = wishes()
    assert told["wish_id"] == wish.pk
    assert (wish.kind, wish.amount, wish.unit, wish.reason) == ("add", 120, "minutes", "We grow.")
    assert agreed() == before
    kinds = owner.execute("SELECT kind, subject_id FROM journal_event WHERE kind LIKE 'partners.%' ORDER BY id DESC")
    assert kinds.fetchall()[:2] == [
        ("partners.wish_asked", wish.pk),
        ("partners.subscription_change_refused", held.birch_base.pk),
    ]


@pytest.mark.parametrize(
    ("body", "kind", "amount"),
    [
        ({"cancel": True}, "cancel", None),
        ({"quantity": 240}, "reduce", 60),
        ({"quantity": 0}, "reduce", 300),
        ({"quantity": 300}, None, None),
        ({}, None, None),
        ({"reason": "only words"}, None, None),
    ],
)
def test_a_wish_says_what_was_tried_where_anything_was(
    held: Any, body: dict[str, Any], kind: str | None, amount: int | None
) -> None:  # edge 31
    answer = program(held).patch(f"/subscriptions/{held.birch_base.pk}", body)
    assert answer.status_code == 403
    assert [(one.kind, one.amount) for one in wishes()] == ([(kind, amount)] if kind else [])
    assert ("wish_id" in answer.json()) is bool(kind)


def test_trying_again_names_the_wish_that_is_open(held: Any) -> None:
    tries = [program(held).patch(f"/subscriptions/{held.birch_base.pk}", {"cancel": True}).json() for _ in range(2)]
    assert tries[0]["wish_id"] == tries[1]["wish_id"]
    assert len(wishes()) == 1


def test_of_several_lines_the_quantity_names_one(held: Any) -> None:
    credits_ = make_entitlement(held.birch_base, held.credits, bought=1000)
    assert "wish_id" not in program(held).patch(f"/subscriptions/{held.birch_base.pk}", {"quantity": 5}).json()
    said = {"quantity": 1500, "entitlement_id": credits_.pk}
    assert "wish_id" in program(held).patch(f"/subscriptions/{held.birch_base.pk}", said).json()
    assert [(one.entitlement_id, one.amount, one.unit) for one in wishes()] == [(credits_.pk, 500, "credits")]


def test_a_token_that_only_reads_is_told_whom_to_ask_and_asks_nothing(held: Any) -> None:  # S003-48
    answer = program(held, TokenScope.READ_AGREEMENTS).patch(f"/subscriptions/{held.birch_base.pk}", {"cancel": True})
    assert answer.status_code == 403
    assert answer.json()["partners"][0]["name"] == "Lakeside"
    assert wishes() == []


def test_what_was_bought_directly_names_the_provider(held: Any) -> None:  # edge 30
    package = Package.objects.using("owner").get(code="MSG")
    answer = program(held).patch(f"/subscriptions/{package.pk}", {"cancel": True})
    assert answer.json()["partners"][0]["name"] == "Northgate"
    assert [one.organization_id for one in wishes()] == [held.provider.pk]


def test_a_suspended_partners_stand_in_is_named(held: Any, as_: Any) -> None:  # S003-53
    as_(held.warden).post(f"/partners/all/{held.partner.pk}/suspend/")
    answer = program(held).patch(f"/subscriptions/{held.birch_base.pk}", {"cancel": True})
    assert [one["name"] for one in answer.json()["partners"]] == ["Northgate"]


def test_anothers_subscription_is_none(held: Any) -> None:  # edge 36
    bodies = {program(held).patch(f"/subscriptions/{one}", {"cancel": True}).content for one in (held.base.pk, 2**62)}
    assert len(bodies) == 1
    assert b"404" in bodies.pop()


def test_a_program_asks_and_reads_what_became_of_it(held: Any, as_: Any) -> None:  # S003-47
    caller = program(held)
    said = {
        "kind": "add", "subscription_id": held.birch_base.pk, "entitlement_id": held.birch_advisory.pk, "amount": 60,
        "wanted_from": "2026-12-24",
    }  # fmt: skip
    first = caller.post("/wishes", said, key="k1")
    assert first.status_code == 200, first.content
    assert caller.post("/wishes", said, key="k1").content == first.content
    as_(held.helper).post(f"/wishes/{first.json()['id']}/decline/", {"reason": "Not this year."})
    (one,) = caller.get("/wishes").json()["items"]
    assert (one["state"], one["answer"], one["asked_of"]) == ("declined", "Not this year.", "Lakeside")
    assert one["wanted_from"] == "2026-12-24"
    assert caller.get("/wishes", state="asked").json()["items"] == []


@pytest.mark.parametrize(
    ("said", "status", "pointer"),
    [
        ({"kind": "wish"}, 422, "/kind"),
        ({"kind": "buy"}, 422, "/what"),
        ({"kind": "buy", "product": "no-such"}, 422, "/product"),
        ({"kind": "buy", "what": "A fax"}, 422, "/to"),
        ({"kind": "buy", "what": "A fax", "to": "rivermouth"}, 422, "/to"),
        ({"kind": "buy", "what": "A fax", "to": "cedar"}, 422, "/to"),
        ({"kind": "buy", "what": "A fax", "to": "lakeside", "amount": 2}, 422, "/unit"),
        ({"kind": "buy", "what": "A fax", "to": "lakeside", "wanted_from": "2020-01-01"}, 422, "/wanted_from"),
        ({"kind": "cancel", "subscription_id": 2**62}, 404, None),
        ({"kind": "cancel"}, 404, None),
        ({"kind": "buy", "what": "x\u0000"}, 422, None),
    ],
)
def test_what_is_wrong_with_a_wish_is_named(held: Any, said: Any, status: int, pointer: str | None) -> None:
    answer = program(held).post("/wishes", said)
    assert answer.status_code == status, answer.content
    if pointer:
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert wishes() == []


def test_who_does_not_administer_the_customer_neither_asks_nor_reads_wishes(held: Any) -> None:
    watcher = make_person("watcher", email="watcher@birch.test")
    grant(watcher, "customer_activity", held.birch_main)
    caller = Program(make_token(watcher, held.birch, TokenScope.READ_AGREEMENTS))
    assert caller.get("/subscriptions").status_code == 200
    assert caller.get("/wishes").status_code == 403


def test_a_customers_own_token_asks_for_nobody(held: Any) -> None:
    caller = Program(make_token(held.stranger, held.birch, *BOTH, is_of_customer=True))
    assert caller.patch(f"/subscriptions/{held.birch_base.pk}", {"cancel": True}).status_code == 403
    assert [one.asked_by_id for one in wishes()] == [None]
    assert len(caller.get("/wishes").json()["items"]) == 1
