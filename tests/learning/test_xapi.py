"""The xAPI endpoint, spoken to by an independent client library and by hand (R2.2, R8.1)."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client, override_settings
from tincan import Activity as TheirActivity
from tincan import Agent, AgentAccount, RemoteLRS, Statement, Verb

from tallyhub.journal.models import Event
from tallyhub.kernel import clock
from tallyhub.kernel.errors import Conflict
from tallyhub.learning.models import Assignment, Fact, Record, Source
from tallyhub.learning.models import XapiStatement as Told
from tallyhub.learning.xapi import commands
from tallyhub.organizations.models import PersonKey, Workspace
from tallyhub.organizations.sign_on import act_for
from tests.learning.test_starting import entries
from tests.make import grant, make_activity, make_person
from tests.served import serving

ADL = "http://adlnet.gov/expapi/verbs/"
HOME = "https://campus.test"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"


@pytest.fixture
def known(world: SimpleNamespace) -> commands.NewSource:
    make_activity("basics")
    PersonKey.objects.using("owner").create(customer_id=world.cedar.pk, person_id=world.member.pk, key="M-7")
    return source_of(world)


def source_of(world: SimpleNamespace, **over: Any) -> commands.NewSource:
    fields = {"workspace_id": world.north.pk, "name": "Campus", "home_page": HOME, "takes_addresses": True}
    return commands.make_source(act_for(world.admin.pk, world.cedar.pk).access, **fields | over)


class System:
    """A learning system that shows its key and secret."""

    def __init__(self, made: commands.NewSource) -> None:
        self._client = Client()
        pair = base64.b64encode(f"{made.source.key}:{made.secret}".encode()).decode()
        self.headers = {"Authorization": f"Basic {pair}", "X-Experience-API-Version": "1.0.3"}

    def post(self, body: Any, **headers: str) -> Any:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return self._client.post(
            "/api/xapi/statements", data, content_type="application/json", headers=self.headers | headers
        )

    def put(self, statement: dict[str, Any], named: str | None = None) -> Any:
        address = f"/api/xapi/statements?statementId={named or statement['id']}"
        return self._client.put(address, json.dumps(statement), content_type="application/json", headers=self.headers)

    def get(self, **query: str) -> Any:
        return self._client.get("/api/xapi/statements", query, headers=self.headers)


@pytest.fixture
def system(known: commands.NewSource) -> System:
    return System(known)


def said(verb: str = "initialized", **over: Any) -> dict[str, Any]:
    statement = {
        "id": str(uuid4()),
        "actor": {"mbox": "mailto:member@example.test"},
        "verb": {"id": ADL + verb},
        "object": {"id": "https://learn.test/basics"},
        "timestamp": "2026-03-02T10:00:00Z",
    }
    return {name: value for name, value in (statement | over).items() if value is not None}


def voiding(statement: dict[str, Any]) -> dict[str, Any]:
    return said("voided", object={"objectType": "StatementRef", "id": statement["id"]})


def record() -> tuple[Any, ...]:
    one = Record.objects.using("owner").get()
    return one.started_on, one.last_activity_on, one.completed_on, one.progress_pct


def rows() -> tuple[int, int, int]:
    return tuple(model.objects.using("owner").count() for model in (Record, Fact, Told))  # type: ignore[return-value]


# An independent client


@pytest.fixture
def live(world: SimpleNamespace, known: commands.NewSource) -> Iterator[RemoteLRS]:
    with serving() as served:
        yield RemoteLRS(
            version="1.0.3",
            endpoint=f"http://127.0.0.1:{served.port}/api/xapi/",
            username=known.source.key,
            password=known.secret,
        )


def test_a_client_library_of_others_talks_to_it(world: SimpleNamespace, live: RemoteLRS) -> None:
    about = live.about()
    assert about.success
    assert "1.0.3" in about.content.version
    actor = Agent(account=AgentAccount(name="M-7", home_page=HOME))
    at = TheirActivity(id="urn:tallyhub:activity:basics")

    def tell(verb: str) -> Any:
        return live.save_statement(
            Statement(actor=actor, verb=Verb(id=ADL + verb), object=at, timestamp="2026-03-02T10:00:00+00:00")
        )

    started, completed = tell("initialized"), tell("completed")
    assert (started.success, completed.success) == (True, True)
    assert record() == (date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 2), 100)
    assert len(entries(world)) == 1
    read = live.retrieve_statement(started.content.id)
    assert read.success
    assert read.content.verb.id == ADL + "initialized"
    several = live.save_statements(
        [Statement(actor=actor, verb=Verb(id=ADL + "experienced"), object=at) for _ in range(2)]
    )
    assert several.success
    assert len(several.content) == 2
    stranger = Agent(mbox="mailto:stranger@birch.test")
    forged = live.save_statement(Statement(actor=stranger, verb=Verb(id=ADL + "completed"), object=at))
    assert (forged.success, forged.response.status) == (False, 403)
    assert len(entries(world)) == 1


# What is said


def test_verbs_start_complete_and_touch(world: SimpleNamespace, system: System) -> None:
    day = date(2026, 3, 2)
    for verb, at, found in (
        ("terminated", "2026-03-01T08:00:00Z", (None, None, None, 0)),
        ("launched", "2026-03-02T10:00:00Z", (date(2026, 3, 2), day, None, 0)),
        ("suspended", "2026-03-04T10:00:00Z", (day, date(2026, 3, 4), None, 0)),
        ("answered", "2026-03-09T10:00:00Z", (day, date(2026, 3, 4), None, 0)),
        ("failed", "2026-03-05T10:00:00Z", (day, date(2026, 3, 5), None, 0)),
        ("passed", "2026-03-06T10:00:00Z", (day, date(2026, 3, 6), date(2026, 3, 6), 100)),
        ("attempted", "2026-03-07T10:00:00Z", (day, date(2026, 3, 7), date(2026, 3, 6), 100)),
    ):
        assert system.post(said(verb, timestamp=at)).status_code == 200, verb
        assert record() == found, verb
    assert [one.occurred_on for one in entries(world)] == [day]


def test_progress_is_that_of_the_extension_or_of_the_score(world: SimpleNamespace, system: System) -> None:
    system.post(said("progressed", result={"extensions": {PROGRESS: 35}}))
    assert record()[3] == 35
    system.post(said("progressed", result={"score": {"scaled": 0.605}}))
    assert record()[3] == 60
    for wrong in ({"extensions": {PROGRESS: 101}}, {"score": {"scaled": 1.5}}, {"extensions": {PROGRESS: True}}):
        assert system.post(said("progressed", result=wrong)).status_code == 400


def test_the_same_statement_twice_changes_nothing(world: SimpleNamespace, system: System) -> None:
    statement = said()
    assert system.post(statement).json() == [statement["id"]]
    before = rows()
    assert system.post(statement).status_code == 200
    assert system.put(statement).status_code == 204
    assert rows() == before
    assert len(entries(world)) == 1


def test_the_same_id_with_other_content_is_a_conflict(world: SimpleNamespace, system: System) -> None:
    statement = said()
    system.post(statement)
    answer = system.put(statement | {"verb": {"id": ADL + "completed"}})
    assert (answer.status_code, answer.json()["code"]) == (409, "xapi_differs")
    assert record()[2] is None


def test_two_sources_have_ids_of_their_own(world: SimpleNamespace, system: System) -> None:
    statement = said()
    system.post(statement)
    other = System(source_of(world, name="Other"))
    assert other.get(statementId=statement["id"]).status_code == 404
    assert other.post(statement | {"verb": {"id": ADL + "completed"}}).status_code == 200
    assert len(entries(world)) == 1


# Forged


@pytest.mark.parametrize(
    "actor",
    [
        {"mbox": "mailto:stranger@birch.test"},  # of another customer
        {"mbox": "mailto:nobody@example.test"},
        {"account": {"homePage": "https://elsewhere.test", "name": "M-7"}},
        {"account": {"homePage": HOME, "name": "M-8"}},
        {"account": {"homePage": HOME, "name": "stranger@birch.test"}},
        {"mbox": "mailto:csam@example.test"},  # of the provider
    ],
)
def test_a_statement_for_somebody_else_is_refused_in_words(
    world: SimpleNamespace, system: System, actor: dict[str, Any]
) -> None:
    answer = system.post([said(), said("completed", actor=actor)])
    assert (answer.status_code, answer.json()["code"], answer.json()["statement"]) == (403, "xapi_stranger", 1)
    assert "may not speak for this person" in answer.json()["detail"]
    assert rows() == (0, 0, 0)  # all or nothing


def test_somebody_of_another_workspace_is_somebody_else(world: SimpleNamespace) -> None:
    make_activity("basics")
    south = System(source_of(world, workspace_id=world.south.pk))
    assert south.post(said()).status_code == 403


def test_who_takes_no_addresses_names_nobody_by_one(world: SimpleNamespace, known: Any) -> None:
    strict = System(source_of(world, takes_addresses=False))
    assert strict.post(said()).status_code == 403
    assert strict.post(said(actor={"account": {"homePage": HOME, "name": "M-7"}})).status_code == 200


def test_without_the_right_secret_nothing_is_open(world: SimpleNamespace, known: Any, system: System) -> None:
    wrong = base64.b64encode(f"{known.source.key}:x".encode()).decode()
    for header in ("", "Basic", "Basic !!", f"Basic {wrong}", f"Bearer {known.secret}", "Basic AA=="):
        answer = system.post(said(), Authorization=header)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    commands.revoke_source(act_for(world.admin.pk, world.cedar.pk).access, known.source.pk)
    assert system.post(said()).status_code == 401
    assert rows() == (0, 0, 0)


def test_the_secret_is_shown_once_and_only_its_hash_is_kept(world: SimpleNamespace, client: Client, owner: Any) -> None:
    client.force_login(world.north_admin)
    form = {"name": "Campus", "workspace": world.north.pk, "home_page": HOME}
    page = client.post("/learning-systems/", form).content.decode()
    secret = page.partition('<code id="secret">')[2].partition("</code>")[0]
    assert len(secret) > 40
    assert secret not in client.get("/learning-systems/").content.decode()
    assert secret not in str(owner.execute("SELECT to_jsonb(s) FROM learning_source s").fetchall())
    source = Source.objects.using("owner").get()
    make_activity("basics")
    made = commands.NewSource(source, secret)
    assert (
        System(made).post(said(actor={"account": {"homePage": HOME, "name": "member@example.test"}})).status_code == 200
    )


def test_a_source_speaks_for_a_workspace_that_its_maker_administers(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.north_admin)
    form = {"name": "Campus", "workspace": world.south.pk, "home_page": HOME}
    assert client.post("/learning-systems/", form).status_code == 400
    form = {"name": "Campus", "workspace": world.north.pk, "home_page": ""}
    assert "Name the home page" in client.post("/learning-systems/", form).content.decode()
    assert not Source.objects.using("owner").exists()


def test_nobody_answers_for_a_statement_but_the_source_that_told_it(world: SimpleNamespace, system: System) -> None:
    statement = said(authority={"mbox": "mailto:admin@example.test"}, stored="1999-01-01T00:00:00Z")
    assert system.post(statement).status_code == 200
    read = system.get(statementId=statement["id"]).json()
    assert read["authority"]["account"]["homePage"] == "urn:tallyhub"
    assert read["stored"].startswith("2026-11-21")


# Voiding


def test_what_is_voided_with_what_told_it_was_never_started(world: SimpleNamespace, system: System) -> None:
    statement = said()
    assert system.post([statement, voiding(statement)]).status_code == 200
    assert record() == (None, None, None, 0)
    assert entries(world) == []
    assert not Event.objects.using("owner").filter(kind="learning.started").exists()


def test_a_voided_start_takes_its_entry_back(world: SimpleNamespace, system: System) -> None:
    statement = said()
    system.post(statement)
    void = voiding(statement)
    assert system.post(void).status_code == 200
    assert record() == (None, None, None, 0)
    assert [one.charged for one in entries(world)] == [1, -1]
    assert system.get(statementId=statement["id"]).status_code == 404
    assert system.get(voidedStatementId=statement["id"]).json()["id"] == statement["id"]
    assert system.get(statementId=void["id"]).status_code == 200
    system.post(said())
    assert sum(one.charged for one in entries(world)) == 1


def test_a_voided_start_stays_booked_while_something_else_says_so(world: SimpleNamespace, system: System) -> None:
    first, second = said(), said("completed", timestamp="2026-03-05T10:00:00Z")
    system.post([first, second])
    system.post(voiding(second))
    assert record() == (date(2026, 3, 2), date(2026, 3, 2), None, 0)
    assert [one.charged for one in entries(world)] == [1]


def test_only_a_statement_of_ones_own_is_voided_and_no_voiding_one(world: SimpleNamespace, system: System) -> None:
    statement = said()
    system.post(statement)
    other = System(source_of(world, name="Other"))
    no_reference = said("voided", object={"id": statement["id"]})
    for wrong in (voiding({"id": str(uuid4())}), said("voided"), no_reference):
        assert system.post(wrong).status_code == 400
    assert other.post(voiding(statement)).status_code == 400
    void = voiding(statement)
    system.post(void)
    assert system.post(voiding(void)).status_code == 400


# Hostile


def with_extension(raw: str) -> str:
    """A statement in which nothing is odd but this."""
    return json.dumps(said(context={"extensions": {"https://x.test/": "here"}})).replace('"here"', raw)


def test_what_is_odd_and_allowed_in_an_extension_is_taken(world: SimpleNamespace, system: System) -> None:
    for raw in ("null", "1e308", '{"a": [null, {"b": 1}]}', '"\\ud83d\\ude00"', "9" * 300):
        assert system.post(with_extension(raw)).status_code == 200, raw


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("null", 400),
        ("[1]", 400),
        ("[" * 50_000, 400),
        (with_extension('{"a":' * 30 + "1" + "}" * 30), 400),
        (with_extension("NaN"), 400),
        (with_extension("1e400"), 400),
        (with_extension('{"a": 1, "a": 2}'), 400),
        (with_extension('"\\ud800"'), 400),
        (json.dumps(said(verb="initialized", actor={"name": "\x00", "mbox": "mailto:member@example.test"})), 400),
        (json.dumps([said() for _ in range(101)]), 400),
        (json.dumps(said(context={"extensions": {"https://x.test/": "x" * 70_000}})), 400),
    ],
)
def test_a_body_that_is_no_statement_is_refused(world: SimpleNamespace, system: System, body: str, status: int) -> None:
    assert system.post(body).status_code == status
    assert rows() == (0, 0, 0)


@pytest.mark.parametrize(
    "over",
    [
        {"id": "not-a-uuid"},
        {"id": "{" + str(uuid4()) + "}"},
        {"actor": None},
        {"actor": {"objectType": "Group", "mbox": "mailto:member@example.test"}},
        {"actor": {"mbox": "mailto:member@example.test", "openid": "https://x.test/"}},
        {"actor": {"mbox_sha1sum": "a" * 40}},
        {"actor": {"mbox": 7}},
        {"actor": {"account": {"homePage": HOME}}},
        {"verb": {"id": "completed"}},
        {"verb": None},
        {"object": None},
        {"object": {"objectType": "SubStatement", "id": "https://learn.test/basics"}},
        {"timestamp": "1999-12-31T23:59:59Z"},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-03-02T10:00:00"},
        {"timestamp": "2027-03-02T10:00:00Z"},
        {"attachments": [{"usageType": "https://x.test/"}]},
        {"result": []},
        {"version": "2.0.0"},
        {"version": "1.0-mine"},
        {"version": 1.0},
        {"odd": 1},
        {"context": {"platform": None}},
    ],
)
def test_a_statement_that_says_it_wrongly_is_refused(
    world: SimpleNamespace, system: System, over: dict[str, Any]
) -> None:
    statement = {name: value for name, value in (said() | over).items() if value is not None}
    answer = system.post(statement)
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert answer.headers["X-Experience-API-Version"] == "1.0.3"


def test_other_requests_are_refused_in_words(world: SimpleNamespace, system: System) -> None:
    statement = said()
    assert system.post(statement, **{"X-Experience-API-Version": "2.0"}).status_code == 400
    assert system.put(statement, str(uuid4())).json()["code"] == "xapi_id_differs"
    assert system.put(statement, "x").status_code == 400
    assert system.get().status_code == 400
    assert system.get(statementId=str(UUID(int=0)), verb="x").status_code == 400
    client, headers = Client(), system.headers
    assert client.delete("/api/xapi/statements", headers=headers).status_code == 405
    form = client.post("/api/xapi/statements", {"content": json.dumps(statement)}, headers=headers)
    assert form.status_code == 400
    assert client.get("/api/xapi/activities/state", headers=headers).status_code == 404


def test_the_same_id_twice_in_one_request_is_refused(world: SimpleNamespace, system: System) -> None:
    statement = said()
    assert system.post([statement, statement]).json()["code"] == "xapi_id_twice"
    assert rows() == (0, 0, 0)


def test_a_clock_that_is_a_little_ahead_says_now(world: SimpleNamespace, system: System) -> None:
    """Half an hour ahead of noon in UTC it would be tomorrow nowhere; so near midnight in Berlin."""
    with clock.frozen(datetime(2026, 11, 21, 22, 45, tzinfo=UTC)):
        assert system.post(said(timestamp="2026-11-21T23:15:00Z")).status_code == 200
        assert system.post(said(timestamp="2026-11-21T23:46:00Z")).json()["code"] == "xapi_in_future"
    assert record()[:2] == (date(2026, 11, 21), date(2026, 11, 21))


def test_what_the_endpoint_adds_makes_no_other_statement(world: SimpleNamespace, system: System) -> None:
    statement = said()
    system.post(statement)
    read = system.get(statementId=statement["id"]).json()
    assert system.put(read).status_code == 204
    assert rows() == (1, 1, 1)


def test_of_several_activities_at_one_address_the_oldest_is_meant(world: SimpleNamespace, system: System) -> None:
    make_activity("newer", url="https://learn.test/basics")
    system.post(said())
    assert Record.objects.using("owner").get().activity.code == "basics"


def test_a_source_that_asks_too_often_waits(world: SimpleNamespace, system: System) -> None:
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"api_rate": 2})):
        assert [system.post(said()).status_code for _ in range(3)] == [200, 200, 429]


def test_nothing_is_added_where_it_is_archived_or_there_are_too_many(
    world: SimpleNamespace, known: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "SOURCES_MAX", 1)
    with pytest.raises(Conflict, match="sources_full"):
        source_of(world)
    Workspace.objects.using("owner").filter(pk=world.south.pk).update(archived_at="2026-11-20T00:00Z")
    with pytest.raises(Conflict, match="workspace_archived"):
        source_of(world, workspace_id=world.south.pk)


def test_a_source_is_revoked_by_whoever_administers_its_workspace(
    world: SimpleNamespace, known: Any, client: Client
) -> None:
    grant(world.viewer, "workspace_administrator", world.south)
    for who, status in ((world.stranger, 404), (world.viewer, 404), (world.member, 403), (world.north_admin, 302)):
        client.force_login(who)
        assert client.post(f"/learning-systems/{known.source.pk}/revoke/").status_code == status, who.name
    client.force_login(world.viewer)
    assert "Campus" not in client.get("/learning-systems/").content.decode()


def test_what_is_none_of_the_catalogue_is_kept_and_changes_nothing(world: SimpleNamespace, system: System) -> None:
    statement = said("completed", object={"id": "https://learn.test/other"})
    assert system.post(statement).status_code == 200
    assert rows() == (0, 0, 1)
    assert system.get(statementId=statement["id"]).json()["object"]["id"] == "https://learn.test/other"


def test_nothing_new_comes_into_an_archived_workspace(world: SimpleNamespace, system: System) -> None:
    Workspace.objects.using("owner").filter(pk=world.north.pk).update(archived_at="2026-11-20T00:00Z")
    assert system.post(said()).status_code == 409
    assert rows() == (0, 0, 0)


def test_completing_completes_what_was_assigned(world: SimpleNamespace, system: System) -> None:
    from tallyhub.learning.queries import due

    where = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk, "person_id": world.member.pk}
    from tallyhub.learning.models import Activity

    Assignment.objects.using("owner").create(
        **where, activity=Activity.objects.get(), due_on=date(2026, 11, 20), assigned_on=date(2026, 11, 1),
        assigned_by_id=world.learning.pk,
    )  # fmt: skip
    access = act_for(world.member.pk, world.cedar.pk).access
    from tallyhub.kernel.scope import scope

    with scope(access):
        assert [(one.title, one.is_overdue) for one in due(access)[0]] == [("Basics", True)]
    system.post(said("completed"))
    with scope(access):
        assert due(access)[0] == []


def test_a_person_is_erased_with_what_was_told_of_them(world: SimpleNamespace, system: System) -> None:
    from tallyhub.privacy.commands import end_part

    assert make_person("elsewhere")
    system.post(said())
    end_part(act_for(world.admin.pk, world.cedar.pk).access, world.member.pk, confirmation="member")
    assert rows() == (0, 0, 0)
    assert len(entries(world)) == 1  # figures stay
    assert system.post(said()).status_code == 403


def test_whoever_took_back_what_was_told_of_another_is_erased_alone(world: SimpleNamespace, system: System) -> None:
    from tallyhub.privacy.commands import end_part

    statement = said()
    system.post(statement)
    system.post(voiding(statement) | {"actor": {"mbox": "mailto:reader@example.test"}})
    end_part(act_for(world.admin.pk, world.cedar.pk).access, world.reader.pk, confirmation="reader")
    assert rows() == (1, 0, 1)
    assert system.get(statementId=statement["id"]).status_code == 404
    assert system.get(voidedStatementId=statement["id"]).status_code == 200  # taken back it stays
