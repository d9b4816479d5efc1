"""Support contacts for programs: as on the page, for whoever may read them there (R2.3, R8.2)."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from tallyhub.accounts.tokens import TokenScope
from tallyhub.kernel import clock
from tallyhub.people.users import commands
from tests.make import grant, make_person
from tests.people.people import acting, allow_contacts, invite, make_known
from tests.world import NOW

ROWS = TokenScope.READ_ENTRIES


def items(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    return list(answer.json()["items"])


def test_a_program_reads_who_is_named_and_who_was(world: SimpleNamespace, program: Any) -> None:
    allow_contacts(world, 5)
    me = acting(world.north_admin, world.cedar)
    commands.switch_contact(me, world.north.pk, world.member.pk, is_contact=True)
    invite(world.north, make_known("Asked"), name="Ash Asked", roles=["support_contact"])
    with clock.frozen(NOW + timedelta(days=2)):
        commands.switch_contact(me, world.north.pk, world.member.pk, is_contact=False)
        calls = program(world.north_admin, ROWS)
        found = {one["name"]: one for one in items(calls.get("/support-contacts"))}
        assert set(found) == {"contact", "member", "Ash Asked"}
        assert found["member"]["named_by"] == found["member"]["ended_by"] == "north_admin"
        assert (found["member"]["workspace"], found["member"]["email"]) == ("north", "member@example.test")
        assert found["Ash Asked"]["is_registered"] is False
        today = items(calls.get("/support-contacts?on=2026-11-23"))
        assert {one["name"] for one in today} == {"contact", "Ash Asked"}
        (counted,) = items(calls.get("/support-contacts/count?on=2026-11-21"))
        assert counted == {"agreement": "CED-2026", "day": "2026-11-21", "named": 3}


def test_names_are_for_administrators_and_numbers_for_readers(world: SimpleNamespace, program: Any) -> None:  # R1.5
    allow_contacts(world, 5)
    grant(make_person("southerner"), "support_contact", world.south)
    reader = program(world.reader, ROWS)
    assert reader.get("/support-contacts").status_code == 403
    assert [one["named"] for one in items(reader.get("/support-contacts/count"))] == [2]
    assert {one["name"] for one in items(program(world.north_admin, ROWS).get("/support-contacts"))} == {"contact"}
    assert {one["name"] for one in items(program(world.admin, ROWS).get("/support-contacts"))} == {
        "contact",
        "southerner",
    }
    assert items(program(world.admin, ROWS).get("/support-contacts?agreement=BIR-2026")) == []


def test_pages_follow_each_other(world: SimpleNamespace, program: Any) -> None:
    allow_contacts(world, 9)
    for n in range(3):
        grant(make_person(f"more{n}"), "support_contact", world.north)
    calls = program(world.admin, ROWS)
    first = calls.get("/support-contacts?limit=3").json()
    assert len(first["items"]) == 3
    rest = calls.get(f"/support-contacts?limit=3&cursor={first['cursor']}").json()
    assert len(rest["items"]) == 1
    assert rest["next"] is None


def test_the_balance_of_an_entitlement_to_contacts_is_who_is_named(world: SimpleNamespace, program: Any) -> None:
    line = allow_contacts(world, 3)
    answer = program(world.admin, TokenScope.READ_AGREEMENTS).get(f"/entitlements/{line.pk}").json()["balance"]
    assert (answer["used"], answer["left"], answer["text"]) == (1, 2, "2 people free of 3")
