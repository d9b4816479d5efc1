"""What lists of people are sorted by follows the person (ADR 0014)."""

from types import SimpleNamespace
from typing import Any

from tests.make import PASSWORD, grant, make_person


def sorted_by(owner: Any, person: Any) -> list[tuple[str, int]]:
    statement = "SELECT sort_name, seen_seconds FROM organizations_membership WHERE person_id = %s"
    found: list[tuple[str, int]] = owner.execute(statement, [person.pk]).fetchall()
    return found


def test_a_membership_knows_its_name_without_case_and_accents(world: SimpleNamespace, owner: Any) -> None:
    person = make_person("Élodie ÅNGSTRÖM", email="e@example.test")
    grant(person, "member", world.north)
    assert sorted_by(owner, person) == [("elodie angstrom", 0)]


def test_it_follows_a_new_name_in_every_customer(world: SimpleNamespace, owner: Any, client: Any) -> None:
    grant(world.member, "member", world.birch_main)
    client.force_login(world.member)
    fields = {"name": "Zoë", "language": "en", "zone": "UTC", "theme": "auto"}
    assert client.post("/accounts/profile/", fields).status_code == 302
    assert [name for name, _ in sorted_by(owner, world.member)] == ["zoe", "zoe"]


def test_a_sign_in_is_the_last_one_at_once(world: SimpleNamespace, owner: Any, client: Any) -> None:
    assert sorted_by(owner, world.member) == [("member", 0)]
    client.post("/accounts/login/", {"login": "member@example.test", "password": PASSWORD})
    (last,) = owner.execute("SELECT last_login FROM accounts_person WHERE id = %s", [world.member.pk]).fetchone()
    assert last is not None
    assert sorted_by(owner, world.member) == [("member", int(last.timestamp()))]
