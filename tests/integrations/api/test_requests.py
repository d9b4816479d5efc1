"""Support requests by the API: what one sees on the pages and nothing else (R1.5, R8.2)."""

import json
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from tallyhub.accounts.models import Token
from tallyhub.accounts.tokens import TokenScope
from tallyhub.agreements.models import Coverage, Package
from tallyhub.integrations import jobs
from tallyhub.integrations.models import Delivery, Endpoint
from tallyhub.journal.models import Answered, Event
from tallyhub.kernel.errors import Forbidden, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import AccessGrant, PersonKey
from tallyhub.organizations.sign_on import act_for
from tallyhub.support.models import Change, Message, Note, Request, RequestViewer, Work
from tests.integrations.api.program import make_token
from tests.integrations.api.test_tokens import of_all, refused
from tests.make import give_request, grant, make_product, make_request
from tests.people.people import make_group
from tests.world import NOW

READ = TokenScope.READ_REQUESTS
WRITE = TokenScope.WRITE_REQUESTS
PARTS = ("", "/messages", "/changes")


@pytest.fixture
def asked() -> dict[str, Any]:
    return {"workspace": "north", "kind": "problem", "title": "Printer on fire", "description": "It **burns**."}


def key_of(person: Any, customer: Any, key: str) -> None:
    PersonKey.objects.using("owner").create(customer_id=customer.pk, person_id=person.pk, key=key)


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["items"]]


def said_in(request: Request, body: str, **over: Any) -> Message:
    where = {"customer_id": request.customer_id, "workspace_id": request.workspace_id, "request": request}
    return Message.objects.using("owner").create(**where, **{"is_by_staff": False, "body": body, "at": NOW} | over)


def pointers(answer: Any) -> list[tuple[str, str]]:
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


# Reading


@pytest.mark.parametrize("seed", range(4))
def test_what_the_api_shows_is_what_one_sees_for_whatever_grants_and_shares(
    world: SimpleNamespace, program: Any, seed: int
) -> None:  # R1.5
    chance = Random(seed)
    people = [world.member, world.contact, world.reader, world.viewer, world.north_admin, world.admin, world.engineer]
    for person in people:
        for place, role in [(world.south, "member"), (world.south, "view_all_support_requests"),
                            (world.north, "workspace_administrator")]:  # fmt: skip
            if chance.random() < 0.2:
                grant(person, role, place)
    made = [make_request(place) for place in (world.north, world.south) for _ in range(5)]
    foreign = make_request(world.birch_main)
    groups = {place.pk: make_group(place, "Shift", *chance.sample(people, 2)) for place in (world.north, world.south)}
    for one in made:
        said_in(one, "Hello")
        for person in people:
            if chance.random() < 0.15:
                give_request(one, person)
        if chance.random() < 0.3:
            give_request(one, groups[one.workspace_id])
    sizes = set()
    for person in people:
        access = act_for(person.pk, world.cedar.pk).access
        with scope(access):
            seen = sorted(Request.objects.visible_to(access).values_list("pk", flat=True))
        calls = program(person, READ)
        assert ids(calls.get("/requests")) == seen
        for one in [*made, foreign]:
            expected = 200 if one.pk in seen else 404
            assert {calls.get(f"/requests/{one.pk}{part}").status_code for part in PARTS} == {expected}
        sizes.add(len(seen))
    assert len(sizes) > 2  # not all or nothing


def test_a_request_that_is_hidden_and_one_that_is_not_there_answer_the_same_bytes(
    world: SimpleNamespace, program: Any
) -> None:
    hidden = make_request(world.north)
    calls = program(world.member, READ, WRITE)
    for part in PARTS:
        there, absent = calls.get(f"/requests/{hidden.pk}{part}"), calls.get(f"/requests/{10**9}{part}")
        assert refused(there, 404, "nothing_here")
        assert (there.content, of_all(there)) == (absent.content, of_all(absent))
    there, absent = (calls.post(f"/requests/{one}/messages", {"body": "Hello"}) for one in (hidden.pk, 10**9))
    assert refused(there, 404, "nothing_here")
    assert (there.content, of_all(there)) == (absent.content, of_all(absent))
    assert ids(calls.get("/requests", number=hidden.number)) == []


def test_a_request_is_told_with_its_people_and_places(world: SimpleNamespace, program: Any) -> None:
    product = make_product("press")
    one = make_request(
        world.north, kind="advice", request_class="SU", title="How to", description="*It*", impact="Little",
        product_id=product.pk, severity="B", status="in_progress", primary_contact_id=world.member.pk,
        assigned_to_id=world.engineer.pk, agreement_id=world.agreement.pk, package_id=world.base.pk,
        source="desk", external_id="INC1",
    )  # fmt: skip
    calls = program(world.admin, READ)
    detail = calls.get(f"/requests/{one.pk}").json()
    assert detail == {
        "id": one.pk, "number": one.number, "workspace": "north", "workspace_id": world.north.pk, "kind": "advice",
        "request_class": "SU", "title": "How to", "product": "press", "severity": "B", "status": "in_progress",
        "primary_contact_id": world.member.pk, "primary_contact": "member", "assigned_to_id": world.engineer.pk,
        "assigned_to": "engineer", "opened_at": "2026-11-21T12:00:00Z", "changed_at": "2026-11-21T12:00:00Z",
        "resolved_at": None, "closed_at": None, "source": "desk", "external_id": "INC1", "description": "*It*",
        "impact": "Little", "agreement": "CED-2026", "package": "BASE", "merged_into_id": None, "partner": None,
        "incident": None,
    }  # fmt: skip
    (line,) = calls.get("/requests").json()["items"]
    assert line == {name: detail[name] for name in line}


def test_messages_and_changes_come_in_pages(world: SimpleNamespace, program: Any) -> None:
    one, other = make_request(world.north), make_request(world.north)
    written = [said_in(one, f"No. {n}", author_id=world.member.pk).pk for n in range(5)]
    said_in(other, "Elsewhere")
    where = {"customer_id": one.customer_id, "workspace_id": one.workspace_id, "request": one, "at": NOW}
    details = {"was": "submitted", "becomes": "waiting", "secret": 1}
    Change.objects.using("owner").create(**where, kind="status", actor_id=world.engineer.pk, details=details)
    calls = program(world.admin, READ)
    first = calls.get(f"/requests/{one.pk}/messages", limit=3)
    assert ids(first) == written[:3]
    following = calls.get(first.json()["next"].removeprefix("/api/v1"))
    assert ids(following) == written[3:]
    assert first.json()["items"][0]["author"] == "member"
    (change,) = calls.get(f"/requests/{one.pk}/changes").json()["items"]
    assert (change["kind"], change["actor"], change["was"], change["becomes"]) == (
        "status", "engineer", "submitted", "waiting",
    )  # fmt: skip
    assert "secret" not in json.dumps(change)


def test_notes_and_time_worked_are_nowhere_in_the_api(world: SimpleNamespace, program: Any) -> None:  # R4.3
    one = make_request(world.north)
    where = {"customer_id": one.customer_id, "workspace_id": one.workspace_id, "request": one, "at": NOW}
    Note.objects.using("owner").create(**where, body="Between us")
    Work.objects.using("owner").create(**where, starts_at=NOW, minutes=77, what="remote", note="Between us")
    for calls in (
        program(world.admin, READ),
        program(world.csam, READ),
        program(world.csam, READ, is_of_customer=True),
    ):
        for part in PARTS:
            assert "Between us" not in calls.get(f"/requests/{one.pk}{part}").content.decode()
        assert calls.get(f"/requests/{one.pk}/notes").status_code == 404


def test_a_list_is_filtered_and_paged_by_what_is_asked(world: SimpleNamespace, program: Any) -> None:
    a = make_request(world.north, severity="A", status="closed", external_id="X", source="desk")
    b = make_request(world.south, kind="advice", opened_at="2026-03-01T12:00Z", changed_at="2026-11-02T12:00Z")
    calls = program(world.admin, READ)
    for query, expected in [
        ({"severity": "A"}, [a]), ({"status": "closed"}, [a]), ({"kind": "advice"}, [b]),
        ({"workspace_id": world.south.pk}, [b]), ({"external_id": "X"}, [a]), ({"source": "page"}, [b]),
        ({"number": b.number}, [b]), ({"opened_before": "2026-03-02T00:00:00+01:00"}, [b]),
        ({"opened_from": "2026-03-02T00:00:00+01:00"}, [a]), ({"changed_from": "2026-11-02T13:00:00+01:00"}, [a, b]),
        ({}, [a, b]),
    ]:  # fmt: skip
        assert ids(calls.get("/requests", **query)) == [one.pk for one in expected], query
    assert calls.get("/requests", status="open").status_code == 422
    assert calls.get("/requests", opened_from="2026-03-02").status_code == 422
    assert calls.get("/requests", state="closed").status_code == 422
    page = calls.get("/requests", limit=1).json()
    assert ids(calls.get(page["next"].removeprefix("/api/v1"))) == [b.pk]


def test_however_many_there_are_a_list_takes_the_same_statements(
    world: SimpleNamespace, program: Any, statements: Any
) -> None:
    calls, counted = program(world.admin, READ), []
    for _ in range(2):
        for _ in range(3):
            one = make_request(world.north, primary_contact_id=world.member.pk)
            said_in(one, "Hello", author_id=world.member.pk)
        for address in ("/requests", f"/requests/{one.pk}/messages"):
            with statements() as made:
                assert calls.get(address).status_code == 200
            counted.append(len(made))
    assert counted[:2] == counted[2:]
    assert max(counted) <= 7


def test_staff_who_read_a_request_are_told_of_once_a_day_and_the_customers_people_are_not(
    world: SimpleNamespace, program: Any, owner: Any
) -> None:  # R7.3
    one = make_request(world.north)
    for person in (world.engineer, world.admin):
        calls = program(person, READ)
        for part in (*PARTS, ""):
            assert calls.get(f"/requests/{one.pk}{part}").status_code == 200
        calls.get("/requests")
    found = "SELECT kind, actor_id, subject_id FROM journal_event WHERE kind LIKE '%looked' ORDER BY kind"
    assert owner.execute(found).fetchall() == [
        ("activity.looked", world.engineer.pk, None),
        ("support.request_looked", world.engineer.pk, one.pk),
    ]


@pytest.mark.parametrize("part", PARTS)
def test_each_reading_of_a_request_by_staff_is_a_look_and_a_refused_one_is_none(
    world: SimpleNamespace, program: Any, owner: Any, part: str
) -> None:  # R7.3
    one, other = make_request(world.north), make_request(world.birch_main)
    looks = "SELECT count(*) FROM journal_event WHERE kind LIKE '%looked'"
    calls = program(world.engineer, READ)
    assert calls.get(f"/requests/{other.pk}{part}").status_code == 404
    assert owner.execute(looks).fetchone() == (0,)
    assert calls.get(f"/requests/{one.pk}{part}").status_code == 200
    assert owner.execute(looks).fetchone() == (1,)


# Tokens


def test_a_token_needs_the_scope(world: SimpleNamespace, program: Any, asked: Any) -> None:
    one = make_request(world.north)
    give_request(one, world.contact)
    reads, writes = program(world.contact, READ), program(world.contact, WRITE)
    assert refused(reads.post("/requests", asked), 403, "scope_missing")
    assert refused(reads.post(f"/requests/{one.pk}/messages", {"body": "x"}), 403, "scope_missing")
    for part in PARTS:
        assert refused(writes.get(f"/requests/{one.pk}{part}"), 403, "scope_missing")
    assert refused(program(world.csam, TokenScope.READ_ENTRIES).get("/requests"), 403, "scope_missing")


def test_a_customers_own_token_needs_to_view_all_requests(world: SimpleNamespace, program: Any) -> None:
    one = make_request(world.south)
    assert ids(program(world.admin, READ, is_of_customer=True).get("/requests")) == [one.pk]
    for scopes in ([READ], [WRITE]):
        for person in (world.north_admin, world.viewer):
            with pytest.raises((Invalid, Forbidden)):
                make_token(person, world.cedar, *scopes, is_of_customer=True)
    calls = program(world.admin, READ, WRITE, is_of_customer=True)
    Token.objects.using("owner").update(rights=[])
    assert refused(calls.get("/requests"), 403, "right_missing")
    assert refused(calls.post(f"/requests/{one.pk}/messages", {"body": "x"}), 403, "right_missing")


def test_a_role_that_is_lost_is_lost_to_the_token(world: SimpleNamespace, program: Any) -> None:
    one = make_request(world.north)
    calls = program(world.viewer, READ)
    assert ids(calls.get("/requests")) == [one.pk]
    grant(world.viewer, "member", world.north)
    AccessGrant.objects.using("owner").filter(person_id=world.viewer.pk, role="view_all_support_requests").delete()
    assert ids(calls.get("/requests")) == []


# Opening


def test_a_support_contact_opens_a_request_and_sees_it(
    world: SimpleNamespace, program: Any, asked: Any, owner: Any
) -> None:
    calls = program(world.contact, READ, WRITE)
    answer = calls.post("/requests", asked)
    assert answer.status_code == 200, answer.content
    opened = answer.json()
    assert opened["status"] == "new"
    detail = calls.get(f"/requests/{opened['id']}").json()
    assert (detail["number"], detail["severity"], detail["status"], detail["description"], detail["source"]) == (
        opened["number"], "C", "submitted", "It **burns**.", "api",
    )  # fmt: skip
    stored = Request.objects.using("owner").get()
    assert (stored.opened_by_id, stored.primary_contact_id) == (world.contact.pk, world.contact.pk)
    assert [one.why for one in RequestViewer.objects.using("owner").all()] == ["primary"]
    kinds = owner.execute("SELECT kind, subject_id, actor_id FROM journal_event WHERE kind LIKE 'support%'").fetchall()
    assert kinds == [("support.request_opened", opened["id"], world.contact.pk)]


def test_one_that_is_opened_for_a_colleague_is_theirs_and_the_openers(
    world: SimpleNamespace, program: Any, asked: Any
) -> None:
    body = asked | {"primary_contact": "Member@example.test"}
    opened = program(world.contact, WRITE).post("/requests", body).json()
    given = RequestViewer.objects.using("owner").values_list("person_id", "why")
    assert set(given) == {(world.member.pk, "primary"), (world.contact.pk, "opened")}
    assert ids(program(world.member, READ).get("/requests")) == [opened["id"]]


@pytest.mark.parametrize("who", ["admin", "member", "viewer", "reader", "engineer", "csam"])
def test_who_is_no_support_contact_opens_none(world: SimpleNamespace, program: Any, asked: Any, who: str) -> None:
    assert refused(program(getattr(world, who), WRITE).post("/requests", asked), 403, "right_missing")
    assert not Request.objects.using("owner").exists()


def test_a_customers_own_token_opens_for_a_support_contact(world: SimpleNamespace, program: Any, asked: Any) -> None:
    for name in ("contact", "member"):
        key_of(getattr(world, name), world.cedar, name)
    calls = program(world.admin, READ, WRITE, is_of_customer=True)
    assert pointers(calls.post("/requests", asked)) == [("/primary_contact", "person_unknown")]
    refusal = calls.post("/requests", asked | {"primary_contact": "member"})
    assert pointers(refusal) == [("/primary_contact", "contact_opens_nothing")]
    opened = calls.post("/requests", asked | {"primary_contact": "contact"}).json()
    assert ids(calls.get("/requests")) == [opened["id"]]
    assert ids(program(world.contact, READ).get("/requests")) == [opened["id"]]


def test_what_is_wrong_is_said_and_nothing_is_opened(world: SimpleNamespace, program: Any, asked: Any) -> None:
    key_of(world.stranger, world.birch, "S-1")
    make_product("press")
    Package.objects.using("owner").filter(code="BASE").update(covers_every_product=False)
    Coverage.objects.using("owner").create(customer_id=world.cedar.pk, package=world.base, product=make_product("desk"))
    calls = program(world.contact, WRITE)
    good = asked | {"product": "desk"}
    for over, wrong in [
        ({"workspace": "main"}, ("/workspace", "workspace_unknown")),  # birch's
        ({"workspace": "south"}, ("/workspace", "workspace_unknown")),  # not theirs
        ({"workspace": "nowhere"}, ("/workspace", "workspace_unknown")),
        ({"kind": "wish"}, ("/kind", "request_kind_missing")),
        ({"title": " "}, ("/title", "request_title_missing")),
        ({"title": "a\x07b"}, ("/title", "control_character")),
        ({"description": " "}, ("/description", "request_description_missing")),
        ({"severity": "D"}, ("/severity", "request_severity_missing")),
        ({"severity": "A"}, ("/impact", "request_impact_missing")),
        ({"product": "press"}, ("/product", "request_product_gone")),
        ({"product": "none"}, ("/product", "request_product_gone")),
        ({"primary_contact": "S-1"}, ("/primary_contact", "person_unknown")),
        ({"primary_contact": "stranger@birch.test"}, ("/primary_contact", "person_unknown")),
    ]:
        answer = calls.post("/requests", good | over)
        assert answer.status_code == 422, answer.content
        assert pointers(answer) == [wrong]
    assert pointers(calls.post("/requests", asked)) == [("/product", "request_product_missing")]
    assert not Request.objects.using("owner").exists()
    assert calls.post("/requests", good).status_code == 200


def test_an_external_id_opens_a_request_once_for_who_sees_them_all(
    world: SimpleNamespace, program: Any, asked: Any
) -> None:
    key_of(world.contact, world.cedar, "contact")
    named = asked | {"external_id": "INC1", "source": "desk", "primary_contact": "contact"}
    assert refused(program(world.contact, WRITE).post("/requests", named), 403, "right_missing")
    calls = program(world.admin, WRITE, is_of_customer=True)
    first, again = calls.post("/requests", named).json(), calls.post("/requests", named).json()
    assert (first["id"], first["status"], again["status"]) == (again["id"], "new", "known")
    assert refused(calls.post("/requests", named | {"title": "Other"}), 409, "content_differs")
    stored = Request.objects.using("owner").get()
    assert (stored.source, stored.external_id) == ("desk", "INC1")


@pytest.mark.parametrize("is_of_customer", [False, True])
def test_the_same_key_acts_once(world: SimpleNamespace, program: Any, asked: Any, is_of_customer: bool) -> None:
    """Also by people of one workspace, who read nothing of the customer in whole."""
    key_of(world.contact, world.cedar, "contact")
    calls = program(world.admin if is_of_customer else world.contact, READ, WRITE, is_of_customer=is_of_customer)
    body = asked | {"primary_contact": "contact" if is_of_customer else "contact@example.test"}
    first, again = (calls.post("/requests", body, key="k-1") for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refused(calls.post("/requests", body | {"title": "Other"}, key="k-1"), 422, "key_reused")
    address = f"/requests/{first.json()['id']}/messages"
    one, two = (calls.post(address, {"body": "Hello"}, key="k-2") for _ in range(2))
    assert one.content == two.content
    assert (Request.objects.using("owner").count(), Message.objects.using("owner").count()) == (1, 1)


def test_anothers_answers_are_hidden_by_the_database(world: SimpleNamespace, program: Any, asked: Any) -> None:
    program(world.contact, WRITE).post("/requests", asked, key="k-1")
    for person, count in ((world.contact, 1), (world.member, 0), (world.north_admin, 0)):
        with scope(act_for(person.pk, world.cedar.pk).access):
            assert Answered.objects.count() == count


def test_what_was_booked_under_its_number_is_joined_to_it_whichever_comes_first(
    world: SimpleNamespace, program: Any, asked: Any, row: Any, owner: Any
) -> None:
    key_of(world.contact, world.cedar, "contact")
    opens, books = program(world.admin, WRITE, is_of_customer=True), program(world.csam, TokenScope.WRITE_ENTRIES)
    body = asked | {"source": "desk", "primary_contact": "contact"}
    opens.post("/requests", body | {"external_id": "A"})
    for number in ("A", "B", "C"):
        assert books.book(row(number, source="desk")).status_code == 200
    opens.post("/requests", body | {"external_id": "B"})
    joined = "SELECT r.external_id FROM support_booking b JOIN support_request r ON r.id = b.request_id ORDER BY 1"
    assert owner.execute(joined).fetchall() == [("A",), ("B",)]


# Messages


def test_whoever_sees_a_request_writes_in_it_and_staff_answer(world: SimpleNamespace, program: Any, owner: Any) -> None:
    one = make_request(world.north)
    give_request(one, world.member)
    for person in (world.member, world.engineer):
        answer = program(person, WRITE).post(f"/requests/{one.pk}/messages", {"body": f"From {person.name}"})
        assert answer.status_code == 200, answer.content
        assert (Request.objects.using("owner").get().answered_at is None) is (person == world.member)
    written = program(world.member, READ).get(f"/requests/{one.pk}/messages").json()["items"]
    assert [(each["author"], each["is_by_staff"], each["body"], each["source"]) for each in written] == [
        ("member", False, "From member", "api"), ("engineer", True, "From engineer", "api"),
    ]  # fmt: skip
    found = owner.execute("SELECT words @@ 'engineer'::tsquery FROM support_request").fetchall()
    assert found == [(True,)]


def test_nothing_more_is_said_in_one_that_is_over_or_merged(world: SimpleNamespace, program: Any) -> None:
    over = make_request(world.north, status="cancelled")
    merged = make_request(world.north, merged_into=over)
    calls = program(world.admin, WRITE)
    for one, code in ((over, "request_cancelled"), (merged, "request_merged")):
        assert refused(calls.post(f"/requests/{one.pk}/messages", {"body": "x"}), 409, code)
    open_one = make_request(world.north)
    assert refused(calls.post(f"/requests/{open_one.pk}/messages", {"body": " \n"}), 422, "value_missing")
    assert refused(calls.post(f"/requests/{open_one.pk}/messages", {"body": "a\x00b"}), 422, "control_character")


# Webhooks


def test_endpoints_are_told_of_requests_by_ids_only(world: SimpleNamespace, program: Any, asked: Any) -> None:
    Endpoint.objects.using("owner").create(
        customer_id=world.cedar.pk, url="https://hook.example.test/", types=["request.opened", "request.changed"],
        secret="whsec_eA==", made_at=NOW,
    )  # fmt: skip
    calls = program(world.contact, WRITE)
    opened = calls.post("/requests", asked).json()["id"]
    calls.post(f"/requests/{opened}/messages", {"body": "Secret words"})
    for event in Event.objects.using("owner").filter(kind__startswith="support.").order_by("pk"):
        jobs.spread(event.pk, world.cedar.pk)
    told = [json.loads(one.body) for one in Delivery.objects.using("owner").order_by("pk")]
    assert [(one["type"], one["data"]["request_id"], one["data"]["count"]) for one in told] == [
        ("request.opened", opened, 1),
        ("request.changed", opened, 1),
    ]
    assert all(isinstance(value, int | None) for one in told for value in one["data"].values())


def test_a_full_minute_is_full_for_requests_as_well(world: SimpleNamespace, program: Any) -> None:
    calls = program(world.admin, READ)
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"api_rate": 1})):
        assert calls.get("/requests").status_code == 200
        assert refused(calls.get("/requests"), 429, "rate_exceeded")
