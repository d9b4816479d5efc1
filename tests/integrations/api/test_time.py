"""Time of support requests by the API: logged and read by staff with tokens of their own (R4.4, R8.2)."""

from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.accounts.models import Token
from tallyhub.accounts.tokens import TokenScope
from tallyhub.kernel.access import Right
from tallyhub.ledger import doctor
from tallyhub.organizations.models import AccessGrant
from tallyhub.support.models import Note, Work
from tallyhub.support.work.commands import merge_request
from tests.integrations.api.test_requests import ids, pointers
from tests.integrations.api.test_tokens import of_all, refused
from tests.ledger.test_concurrency import together
from tests.make import give_request, make_request
from tests.support.working import booked, inside, log, remove
from tests.world import NOW

READ = TokenScope.READ_REQUESTS
WRITE = TokenScope.WRITE_REQUESTS


@pytest.fixture
def said() -> dict[str, Any]:
    return {"starts_at": "2026-11-20T10:00+01:00", "minutes": 30, "what": "call", "note": "On the phone"}


@pytest.fixture
def advice(world: SimpleNamespace) -> Any:
    return make_request(world.north, kind="advice")


def at(request: Any) -> str:
    return f"/requests/{request.pk}/time"


def test_an_engineer_logs_time_and_it_is_booked(world: SimpleNamespace, program: Any, said: Any, advice: Any) -> None:
    calls = program(world.engineer, READ, WRITE)
    answer = calls.post(at(advice), said)
    assert (answer.status_code, answer.json()["status"]) == (200, "new"), answer.content
    assert [(day.isoformat(), real) for day, real, _ in booked(world.cedar_advisory)] == [("2026-11-20", 30)]
    [told] = calls.get(at(advice)).json()["items"]
    assert told == {
        "id": answer.json()["id"], "engineer_id": world.engineer.pk, "engineer": "engineer",
        "starts_at": "2026-11-20T09:00:00Z", "minutes": 30, "what": "call", "note": "On the phone",
        "is_goodwill": False, "unbooked": "", "at": "2026-11-21T12:00:00Z", "source": "api", "external_id": "",
    }  # fmt: skip
    calls.post(at(advice), said | {"is_goodwill": True})
    assert [charged for *_, charged in booked(world.cedar_advisory)] == [30, 0]
    assert list(doctor.find_differences()) == []


def test_staff_read_it_and_nobody_of_the_customer(world: SimpleNamespace, program: Any, said: Any, advice: Any) -> None:
    work = log(world, advice)
    gone = log(world, advice)
    remove(world, gone)
    for who in (world.engineer, world.csam, world.coordinator):
        assert ids(program(who, READ).get(at(advice))) == [work]
    give_request(advice, world.member)
    for who in (world.admin, world.viewer, world.member):
        assert refused(program(who, READ).get(at(advice)), 403, "right_missing")
        assert refused(program(who, WRITE).post(at(advice), said), 403, "right_missing")
    assert refused(program(world.csam, WRITE).post(at(advice), said), 403, "right_missing")
    assert Work.objects.using("owner").count() == 2


def test_one_that_is_hidden_and_one_that_is_not_there_answer_the_same_bytes(
    world: SimpleNamespace, program: Any, said: Any, advice: Any
) -> None:
    for who, hidden in ((world.reader, advice.pk), (world.engineer, make_request(world.birch_main).pk)):
        calls = program(who, READ, WRITE)
        for act, body in ((calls.get, {}), (calls.post, {"body": said})):
            there, absent = (act(f"/requests/{one}/time", **body) for one in (hidden, 10**9))
            assert refused(there, 404, "nothing_here")
            assert (there.content, of_all(there)) == (absent.content, of_all(absent))


def test_a_customers_own_token_has_nothing_of_it_whoever_made_it(
    world: SimpleNamespace, program: Any, said: Any, advice: Any
) -> None:
    log(world, advice)
    for who in (world.admin, world.csam):
        calls = program(who, READ, WRITE, is_of_customer=True)
        assert refused(calls.get(at(advice)), 403, "right_missing")
        assert refused(calls.post(at(advice), said), 403, "right_missing")
    held = {right for one in Token.objects.using("owner").all() for right in one.rights}
    assert held & {Right.READ_WORK, Right.WORK_REQUESTS, Right.READ_NOTES} == set()
    assert Note.objects.using("owner").count() == 0


def test_a_token_needs_the_scope(world: SimpleNamespace, program: Any, said: Any, advice: Any) -> None:
    assert refused(program(world.engineer, READ).post(at(advice), said), 403, "scope_missing")
    assert refused(program(world.engineer, WRITE).get(at(advice)), 403, "scope_missing")


@pytest.mark.parametrize(
    ("over", "wrong"),
    [
        ({"minutes": 0}, ("/minutes", "work_minutes")),
        ({"minutes": -5}, ("/minutes", "work_minutes")),
        ({"minutes": 1441}, ("/minutes", "work_minutes")),
        ({"minutes": 10**30}, ("/minutes", "work_minutes")),
        ({"minutes": "30"}, ("/minutes", "int_type")),
        ({"starts_at": "2026-11-21T12:00Z", "minutes": 1}, ("/starts_at", "work_in_future")),
        ({"starts_at": "2026-11-20T10:00"}, ("/starts_at", "time_without_zone")),
        ({"starts_at": "yesterday"}, ("/starts_at", "time_malformed")),
        ({"starts_at": " "}, ("/starts_at", "value_missing")),
        ({"what": "sleep"}, ("/what", "work_kind_unknown")),
        ({"note": "a\x00b"}, ("/note", "control_character")),
        ({"note": "x" * 2_001}, ("/note", "string_too_long")),
        ({"engineer": "x"}, ("/engineer", "extra_forbidden")),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_logged(
    world: SimpleNamespace, program: Any, said: Any, advice: Any, over: Any, wrong: Any
) -> None:
    answer = program(world.engineer, WRITE).post(at(advice), said | over)
    assert answer.status_code == 422, answer.content
    assert pointers(answer) == [wrong]
    assert not Work.objects.using("owner").exists()


def test_an_external_id_is_logged_once(world: SimpleNamespace, program: Any, said: Any, advice: Any) -> None:
    calls = program(world.engineer, WRITE)
    named = said | {"external_id": "88", "source": "clock"}
    first, again = calls.post(at(advice), named).json(), calls.post(at(advice), named).json()
    assert (first["id"], first["status"], again["status"]) == (again["id"], "new", "known")
    other = make_request(world.north, kind="advice")
    for request, over in ((advice, {"minutes": 31}), (advice, {"note": "Other"}), (other, {})):
        assert refused(calls.post(at(request), named | over), 409, "content_differs")
    assert calls.post(at(advice), named | {"source": "desk"}).json()["status"] == "new"
    assert [real for _, real, _ in booked(world.cedar_advisory)] == [30, 30]
    merge_request(inside(world.engineer, world.cedar), advice.number, other.number)
    assert calls.post(at(advice), named).json()["status"] == "known"  # in the other one now
    remove(world, first["id"])
    assert calls.post(at(other), named).json()["status"] == "known"  # it came once
    assert [real for _, real, _ in booked(world.cedar_advisory)] == [30]


def test_an_external_id_is_for_who_works_in_the_whole_customer(
    world: SimpleNamespace, program: Any, said: Any, advice: Any
) -> None:
    """Else a number that is taken would tell of time on a request that is hidden."""
    AccessGrant.objects.using("owner").filter(person_id=world.engineer.pk).update(workspace_id=world.north.pk)
    calls = program(world.engineer, WRITE)
    assert refused(calls.post(at(advice), said | {"external_id": "88"}), 403, "right_missing")
    assert calls.post(at(advice), said).status_code == 200


def test_the_same_key_logs_once(world: SimpleNamespace, program: Any, said: Any, advice: Any) -> None:
    calls = program(world.engineer, WRITE)
    first, again = (calls.post(at(advice), said, key="k-1") for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refused(calls.post(at(advice), said | {"minutes": 31}, key="k-1"), 422, "key_reused")
    assert Work.objects.using("owner").count() == 1


def test_the_same_at_once_is_logged_once(world: SimpleNamespace, program: Any, said: Any, advice: Any) -> None:
    other = make_request(world.north, kind="advice")
    named = said | {"external_id": "88"}

    def send(request: Any, body: Any, key: str | None = None) -> Any:
        return lambda: program_calls.post(at(request), body, key=key)

    program_calls = program(world.engineer, WRITE)
    told = [one.json()["status"] for one in together(*[send(advice, named)] * 3)]
    assert sorted(told) == ["known", "known", "new"]
    keyed = {one.content for one in together(*[send(advice, said, "k-1")] * 3)}
    assert len(keyed) == 1
    named = said | {"external_id": "89"}  # on two requests, which are not locked together
    told = sorted(one.status_code for one in together(send(advice, named), send(other, named)))
    assert told == [200, 409]
    assert [real for _, real, _ in booked(world.cedar_advisory)] == [30, 30, 30]
    assert list(doctor.find_differences()) == []


def test_none_on_a_request_that_was_merged(world: SimpleNamespace, program: Any, said: Any, advice: Any) -> None:
    gone = make_request(world.north, merged_into=advice, status="closed", closed_at=NOW)
    assert refused(program(world.engineer, WRITE).post(at(gone), said), 409, "work_on_merged")


def test_a_list_goes_on_and_takes_the_same_statements(
    world: SimpleNamespace, program: Any, advice: Any, statements: Any
) -> None:
    calls, counted, made = program(world.engineer, READ), [], []
    for _ in range(2):
        made += [log(world, advice, minutes=10) for _ in range(3)]
        with statements() as asked:
            assert ids(calls.get(at(advice))) == made
        counted.append(len(asked))
    assert counted[0] == counted[1]
    page = calls.get(at(advice), limit=4).json()
    assert ids(calls.get(page["next"].removeprefix("/api/v1"))) == made[4:]
