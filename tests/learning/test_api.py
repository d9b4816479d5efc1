"""Learning by the API: one's own, and for learning managers their people's (R2.2, R8.2)."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from tallyhub.accounts.tokens import TokenScope, offered_scopes
from tallyhub.organizations.sign_on import act_for
from tests.integrations.api.program import Program, make_token
from tests.learning.people import learn
from tests.make import make_activity


def read(world: SimpleNamespace, who: Any, **query: Any) -> list[dict[str, Any]]:
    program = Program(make_token(who, world.cedar, TokenScope.READ_LEARNING))
    answer = program.get("/learning-records", **query)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["items"])


def test_one_reads_ones_own_and_a_learning_manager_their_peoples(world: SimpleNamespace) -> None:
    basics = make_activity("basics")
    learn(world.north, world.member, basics, date(2026, 3, 2))
    learn(world.north, world.reader, basics, date(2026, 3, 3))
    learn(world.south, world.member, basics, date(2026, 3, 4))
    assert [one["started_on"] for one in read(world, world.member)] == ["2026-03-02", "2026-03-04"]
    assert [one["learner"] for one in read(world, world.learning)] == ["member", "reader"]
    for who in (world.admin, world.north_admin, world.csam, world.contact):
        assert read(world, who) == []
    assert [one["activity"] for one in read(world, world.learning, started_from="2026-03-03")] == ["basics"]


def test_a_customers_own_token_reads_nobodys_learning(world: SimpleNamespace) -> None:
    access = act_for(world.admin.pk, world.cedar.pk).access
    assert TokenScope.READ_LEARNING not in offered_scopes(access, is_of_customer=True)


def test_the_catalogue_is_for_every_program(world: SimpleNamespace) -> None:
    make_activity("basics", names={"en": "Basics", "de": "Grundlagen"})
    program = Program(make_token(world.member, world.cedar, TokenScope.READ_LEARNING))
    (one,) = program.get("/learning-activities", code="basics").json()["items"]
    assert (one["title"], one["url"]) == ("Basics", "https://learn.test/basics")
