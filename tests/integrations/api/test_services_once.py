"""Each call that writes services or assessments: once by its key, by its scope, and knowing what it is sent."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.accounts.tokens import TokenScope
from tallyhub.assessments.models import Run
from tests.assessments.making import make_definition, make_set_up, report
from tests.engagements.making import finish, get, log, make_offering, planned, proactive, request
from tests.integrations.api.program import Program, make_token
from tests.strangers import everything
from tests.world import TODAY

READ = (TokenScope.READ_SERVICES, TokenScope.READ_ASSESSMENTS)
WRITE = (TokenScope.WRITE_SERVICES, TokenScope.WRITE_ASSESSMENTS)
HOURS = {"starts_at": "2026-12-21T09:00+01:00", "ends_at": "2026-12-21T17:00+01:00"}
Call = tuple[str, str, dict[str, Any]]  # by whom, address, body


def _of_engagement(number: str, who: str, act: str, **body: Any) -> Call:
    one = get(number)
    sent = body if act == "deliveries" else {"version": one.version} | body
    return who, f"/engagements/{one.pk}/{act}", sent


def _ordering(world: Any) -> Call:
    make_offering(code="health")
    return "member", "/engagements", {"workspace": "north", "offering": "health"}


def _planning(world: Any) -> Call:
    return _of_engagement(request(world), "csam", "plan", minutes=60)


def _scheduling(world: Any) -> Call:
    return _of_engagement(planned(world), "csam", "schedule", engineer_id=world.engineer.pk, **HOURS)


def _logging(world: Any) -> Call:
    return _of_engagement(planned(world), "engineer", "deliveries", delivered_on=TODAY.isoformat(), minutes=60)


def _finishing(world: Any) -> Call:
    number = planned(world)
    log(world, number, 1)
    return _of_engagement(number, "engineer", "finish")


def _accepting(world: Any) -> Call:
    number = planned(world)
    delivery = log(world, number, 1)
    finish(world, number)
    return "member", f"/deliveries/{delivery.pk}/acceptance", {"version": 1}


def _disputing(world: Any) -> Call:
    return "member", f"/deliveries/{log(world, planned(world), 1).pk}/dispute", {"version": 1, "text": "No"}


def _setting_up(world: Any) -> Call:
    make_definition()
    return "north_admin", "/assessment-set-ups", {"workspace": "north", "assessment": "server-health"}


def _ending(world: Any) -> Call:
    return "north_admin", f"/assessment-set-ups/{make_set_up(make_definition(), world.north).pk}/end", {}


def _running(world: Any) -> Call:
    return "north_admin", f"/assessment-set-ups/{make_set_up(make_definition(), world.north).pk}/runs", report()


def _withdrawing(world: Any) -> Call:
    who, address, body = _running(world)
    assert Program(make_token(getattr(world, who), world.cedar, WRITE[1])).post(address, body).status_code == 200
    return who, f"/assessment-runs/{Run.objects.using('owner').get().pk}/withdraw", {}


CALLS: dict[str, Callable[[Any], Call]] = {
    name.__name__.lstrip("_"): name
    for name in (_ordering, _planning, _scheduling, _logging, _finishing, _accepting, _disputing, _setting_up, _ending,
                 _running, _withdrawing)
}  # fmt: skip
# These take no body, or any.
UNREAD = {"ending", "running", "withdrawing"}


@pytest.fixture(params=CALLS)
def call(world: Any, request: Any) -> SimpleNamespace:
    proactive(world)
    who, address, body = CALLS[request.param](world)
    return SimpleNamespace(name=request.param, person=getattr(world, who), address=address, body=body)


def program(world: Any, call: Any, *, writes: bool = True) -> Program:
    place = "assessment" in call.address
    scopes = (READ[place], WRITE[place]) if writes else (READ[place],)
    made = Program(make_token(call.person, world.cedar, *scopes))
    made.get("/offerings")
    return made


def code(answer: Any) -> str:
    return str(answer.json()["type"].rpartition("#")[2])


def test_the_same_key_acts_once_and_says_the_same(world: Any, call: Any, owner: Any) -> None:
    calls = program(world, call)
    first = calls.post(call.address, call.body, key="k-1")
    assert first.status_code == 200, first.content
    before = everything(owner)
    again = calls.post(call.address, call.body, key="k-1")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = calls.post(call.address, call.body | {"confirmed": True}, key="k-1")
    assert (other.status_code, code(other)) == ((422, "request_invalid") if _is_strict(call) else (422, "key_reused"))
    address, body = ("/assessment-set-ups", {"workspace": "north", "assessment": "none"})
    if "assessment" not in call.address:
        address, body = ("/engagements", {"workspace": "north", "offering": "none"})
    elsewhere = calls.post(address, body, key="k-1")
    assert (elsewhere.status_code, code(elsewhere)) == (422, "key_reused")
    assert everything(owner) == before


def _is_strict(call: Any) -> bool:
    return call.name not in UNREAD | {"planning", "scheduling", "logging"}


def test_the_key_of_another_token_answers_nobody_else(world: Any, call: Any) -> None:
    assert program(world, call).post(call.address, call.body, key="k-1").status_code == 200
    answer = program(world, call).post(call.address, call.body, key="k-1")
    assert "Idempotency-Replayed" not in answer.headers


def test_a_token_that_only_reads_changes_nothing(world: Any, call: Any, owner: Any) -> None:
    calls = program(world, call, writes=False)
    before = everything(owner)
    answer = calls.post(call.address, call.body, key="k-1")
    assert (answer.status_code, code(answer)) == (403, "scope_missing")
    assert everything(owner) == before


def test_a_body_with_what_nobody_knows_is_refused(world: Any, call: Any, owner: Any) -> None:
    if call.name in UNREAD:
        pytest.skip("what this one is sent is no form")
    calls = program(world, call)
    before = everything(owner)
    for body in (call.body | {"state": "accepted"}, call.body | {"customer_id": 1}, [call.body], "null", "{"):
        answer = calls.post(call.address, body, key="k-1")
        assert answer.status_code == (400 if body == "{" else 422), (body, answer.content)
    for name in call.body:
        for value in (2**63, -1, None, {}, ["x"], float("1e400"), "\x00", "\ud800", True):
            answer = calls.post(call.address, call.body | {name: value}, key="k-1")
            assert answer.status_code in (400, 404, 422), (name, value, answer.content)
    assert everything(owner) == before


LISTS = {
    "offerings": {}, "engagements": {}, "deliveries": {}, "booked-days": {}, "holds": {}, "assessment-set-ups": {},
    "assessment-runs": {},
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_shows_nothing_but_where_a_page_begins(world: Any, name: str) -> None:
    proactive(world)
    log(world, planned(world), 1)
    make_set_up(make_definition(), world.north)
    mine, theirs = (
        Program(make_token(person, customer, *READ))
        for person, customer in ((world.admin, world.cedar), (world.stranger, world.birch))
    )
    whole = mine.get(f"/{name}").json()
    of_theirs = theirs.get(f"/{name}", cursor=whole["cursor"]) if whole["cursor"] else theirs.get(f"/{name}")
    if name != "offerings":
        assert of_theirs.json()["items"] == []
    for cursor in (
        "x",
        "",
        "YTE=",
        "YS0x",
        "YTEx" * 10,
        "YQ",
        "YTk5OTk5OTk5OTk5OTk5OTk5OTk",
        "Jw",
        "%00",
        "é" * 9,
        "٣",
    ):
        answer = mine.get(f"/{name}", cursor=cursor)
        assert answer.status_code in (200, 400, 422), (cursor, answer.content)
        if answer.status_code == 200:
            assert all(one in whole["items"] for one in answer.json()["items"]), cursor
        else:
            assert code(answer) in ("cursor_unknown", "request_invalid"), cursor
    for limit in ("0", "-1", "1001", "1e3", "99999999999999999999", "x", "NaN"):
        assert mine.get(f"/{name}", limit=limit).status_code == 422, limit
