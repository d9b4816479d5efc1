"""Erasing a person: nothing personal is left anywhere, and no figure changes (R10.4)."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.test import Client

from tallyhub.accounts.models import Person
from tallyhub.integrations.importing import import_records
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Forbidden, Invalid
from tallyhub.ledger import doctor
from tallyhub.organizations import sign_on
from tallyhub.privacy import commands
from tests.make import PASSWORD, grant, make_person
from tests.privacy.world import ADDRESS, KEY, NAME, dump, make_known_to_birch, make_zoe, with_traces

TOTALS = ("ledger_entry", "ledger_workspacetotal", "ledger_dailytotal", "ledger_entitlementtotal")
# A title that names "Zoë Quillfeathers" is about somebody else.
OTHERS = {"ledger_entrydetail"}


@pytest.fixture
def zoe(world: SimpleNamespace) -> Person:
    return make_zoe(world)


def acting(person: Person, customer: Any) -> Access:
    return sign_on.act_for(person.pk, customer.pk).access


def totals(owner: Any) -> dict[str, Any]:
    return {name: text for name, text in dump(owner).items() if name in TOTALS}


def events(owner: Any, kind: str) -> list[tuple[int | None, int | None, int | None]]:
    found: list[tuple[int | None, int | None, int | None]] = owner.execute(
        "SELECT actor_id, customer_id, subject_id FROM journal_event WHERE kind = %s ORDER BY id", [kind]
    ).fetchall()
    return found


def test_before_it_there_are_traces_so_that_the_search_proves_something(
    world: SimpleNamespace, zoe: Person, owner: Any
) -> None:
    assert with_traces(owner) >= {"accounts_person", "organizations_personkey", "ledger_entrydetail", "sessions"}


def test_nothing_personal_is_left_in_any_table(world: SimpleNamespace, zoe: Person, owner: Any) -> None:
    owner.execute("DELETE FROM ledger_entrydetail WHERE title LIKE '%%another word'")
    before = totals(owner)
    assert commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    assert with_traces(owner) == set()
    assert totals(owner) == before
    assert list(doctor.find_differences()) == []


def test_no_file_of_the_hub_names_them(world: SimpleNamespace, zoe: Person) -> None:
    client = Client()
    client.force_login(zoe)
    assert b"".join(client.post("/accounts/my-data/export/").streaming_content)
    commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    for path in Path(os.environ["TALLYHUB_DATA_DIR"]).rglob("*"):
        assert not path.is_file() or NAME.encode() not in path.read_bytes(), path


def test_titles_that_name_somebody_else_stay(world: SimpleNamespace, zoe: Person, owner: Any) -> None:
    commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    titles = {title for (title,) in owner.execute("SELECT title FROM ledger_entrydetail").fetchall()}
    assert f"{NAME}s and others: another word" in titles
    assert "North case 1" in titles
    assert not {"Her own course", f"Password of {NAME.upper()} was lost"} & titles


def test_the_row_is_shown_without_a_name(world: SimpleNamespace, zoe: Person, client: Client) -> None:
    address = f"/customer-activity/entitlements/{world.cedar_education.pk}/entries.csv?header=keys"
    client.force_login(world.learning)
    assert NAME in b"".join(client.get(address).streaming_content).decode()
    commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    after = b"".join(client.get(address).streaming_content).decode()
    assert NAME not in after
    assert "Erased person" in after


def test_pages_of_the_customer_are_out_of_date(world: SimpleNamespace, zoe: Person, owner: Any) -> None:
    """By this version a browser learns that the page it kept, with the name, is not the present one."""
    version = "SELECT data_version FROM organizations_organization WHERE id = %s"
    before = owner.execute(version, [world.cedar.pk]).fetchone()
    commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    assert owner.execute(version, [world.cedar.pk]).fetchone() > before


def test_sessions_and_rights_end_at_once(world: SimpleNamespace, zoe: Person, client: Client) -> None:
    client.force_login(zoe)
    assert client.get("/accounts/profile/").status_code == 200
    commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    assert client.get("/accounts/profile/").status_code == 302
    assert acting(zoe, world.cedar) == Access()
    client.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    assert client.get("/accounts/profile/").status_code == 302


def test_it_is_recorded_with_ids(world: SimpleNamespace, zoe: Person, owner: Any) -> None:
    commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    assert events(owner, "privacy.part_ended") == [(world.admin.pk, world.cedar.pk, zoe.pk)]
    assert events(owner, "privacy.person_erased") == [(world.admin.pk, world.cedar.pk, zoe.pk)]


def test_the_address_can_come_again_as_a_new_person(world: SimpleNamespace, zoe: Person, owner: Any) -> None:
    commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    row = {"customer": "cedar", "key": KEY, "name": NAME, "email": ADDRESS, "workspaces": "north"}
    assert import_records([("people", [row])])
    (again,) = owner.execute("SELECT id FROM accounts_person WHERE email = %s", [ADDRESS]).fetchone()
    assert again != zoe.pk


# Known to several customers


def test_a_customer_ends_its_own_part_only(world: SimpleNamespace, zoe: Person, owner: Any, client: Client) -> None:
    make_known_to_birch(world, zoe)
    assert not commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    assert Person.objects.get(pk=zoe.pk).name == NAME
    for table in ("organizations_membership", "organizations_accessgrant"):
        rows = owner.execute(f"SELECT customer_id FROM {table} WHERE person_id = %s", [zoe.pk]).fetchall()
        assert rows == [(world.birch.pk,)], table
    titles = {title for (title,) in owner.execute("SELECT title FROM ledger_entrydetail").fetchall()}
    assert "Birch course" in titles
    assert "Her own course" not in titles
    client.force_login(zoe)
    assert "Birch unified" in client.get("/customer-activity/").content.decode()
    assert events(owner, "privacy.person_erased") == []


def test_the_customer_that_ended_its_part_sees_no_name_any_more(
    world: SimpleNamespace, zoe: Person, client: Client
) -> None:
    make_known_to_birch(world, zoe)
    commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    client.force_login(world.learning)
    address = f"/customer-activity/entitlements/{world.cedar_education.pk}/entries.csv"
    assert NAME not in b"".join(client.get(address).streaming_content).decode()


def test_the_last_customer_that_knows_them_erases_them(world: SimpleNamespace, zoe: Person, owner: Any) -> None:
    make_known_to_birch(world, zoe)
    owner.execute("DELETE FROM ledger_entrydetail WHERE title LIKE '%%another word'")
    commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    assert commands.end_part(acting(world.stranger, world.birch), zoe.pk, confirmation=NAME)
    assert with_traces(owner) == set()


def test_a_person_erases_themselves_everywhere(world: SimpleNamespace, zoe: Person, owner: Any, client: Client) -> None:
    make_known_to_birch(world, zoe)
    owner.execute("DELETE FROM ledger_entrydetail WHERE title LIKE '%%another word'")
    client.force_login(zoe)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    answer = client.post("/accounts/my-data/erase/", {"confirmation": f" {ADDRESS.upper()} "})
    assert answer["Location"] == "/accounts/login/"
    assert with_traces(owner) == set()
    assert client.get("/accounts/profile/").status_code == 302
    assert sorted(events(owner, "privacy.person_erased")) == [
        (zoe.pk, world.cedar.pk, zoe.pk),
        (zoe.pk, world.birch.pk, zoe.pk),
    ]


def test_the_operator_erases_by_address(world: SimpleNamespace, zoe: Person, owner: Any) -> None:
    owner.execute("DELETE FROM ledger_entrydetail WHERE title LIKE '%%another word'")
    assert commands.erase_by_operator(Access.of_system(), address=ADDRESS.upper())
    assert with_traces(owner) == set()
    assert events(owner, "privacy.person_erased") == [(None, world.cedar.pk, zoe.pk)]
    assert not commands.erase_by_operator(Access.of_system(), address=ADDRESS)


# Who may, and what is refused


@pytest.mark.parametrize(
    ("who", "where", "error"),
    [
        ("coordinator", "cedar", None),
        ("csam", "cedar", Forbidden),
        ("engineer", "cedar", Forbidden),
        ("north_admin", "cedar", Forbidden),
        ("reader", "cedar", Forbidden),
        ("stranger", "birch", ObjectDoesNotExist),
    ],
)
def test_customer_administrators_and_coordinators_may_inside_their_customer(
    world: SimpleNamespace, zoe: Person, who: str, where: str, error: Any
) -> None:
    access = acting(getattr(world, who), getattr(world, where))
    if error is None:
        assert commands.end_part(access, zoe.pk, confirmation=NAME)
        return
    with pytest.raises(error):
        commands.end_part(access, zoe.pk, confirmation=NAME)
    assert Person.objects.filter(pk=zoe.pk).exists()


@pytest.mark.parametrize("who", ["csam", "coordinator", "engineer", "admin"])
def test_the_providers_people_and_oneself_are_not_ones_to_erase(world: SimpleNamespace, who: str) -> None:
    person = getattr(world, who)
    with pytest.raises(ObjectDoesNotExist):
        commands.end_part(acting(world.admin, world.cedar), person.pk, confirmation=person.name)


def test_without_the_name_nothing_happens(world: SimpleNamespace, zoe: Person, owner: Any, client: Client) -> None:
    before = dump(owner)
    with pytest.raises(Invalid):
        commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation="Zoe")
    assert dump(owner) == before
    client.force_login(world.admin)
    answer = client.post(f"/people/{zoe.pk}/erase/", {"confirmation": "Zoe"})
    assert answer.status_code == 400
    assert "That is not what must be typed" in answer.content.decode()


def test_a_fault_in_the_middle_erases_nothing(
    world: SimpleNamespace, zoe: Person, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tallyhub.privacy import steps

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(steps, "touch_customer", fail)
    before = dump(owner)
    with pytest.raises(ZeroDivisionError):
        commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    assert dump(owner) == before


def test_a_row_that_still_points_at_them_stops_it(world: SimpleNamespace, zoe: Person, owner: Any) -> None:
    """A table that nobody declared: the whole erasure is refused, not half of it done."""
    address = psycopg.conninfo.conninfo_to_dict(os.environ["TALLYHUB_OWNER_URL"])
    with psycopg.connect(os.environ["TALLYHUB_TEST_ADMIN"], dbname=address["dbname"], autocommit=True) as admin:
        admin.execute("CREATE TABLE newcomer (person_id bigint REFERENCES accounts_person (id))")
        admin.execute("GRANT SELECT ON newcomer TO PUBLIC")
        admin.execute("INSERT INTO newcomer VALUES (%s)", [zoe.pk])
    before = dump(owner)
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        commands.end_part(acting(world.admin, world.cedar), zoe.pk, confirmation=NAME)
    assert dump(owner) == before


# On screen


def test_first_one_sees_what_goes_and_what_stays(world: SimpleNamespace, zoe: Person, client: Client) -> None:
    client.force_login(world.admin)
    page = client.get(f"/people/{zoe.pk}/erase/").content.decode()
    for expected in (
        "Titles of what was learnt or used: 1",
        "Roles: 1",
        "Memberships of workspaces: 1",
        "Names in other systems: 1",
        "Titles in which they are named: 1",
        "Consumption booked for this account: 1",
        "No other organisation knows this person",
    ):
        assert expected in page, expected
    make_known_to_birch(world, zoe)
    page = client.get(f"/people/{zoe.pk}/erase/").content.decode()
    assert "Other organisations know this person" in page
    assert "Birch" not in page
    assert "Signed-in browsers" not in page


def test_an_administrator_finds_the_person_and_erases_them(world: SimpleNamespace, zoe: Person, client: Client) -> None:
    client.force_login(world.admin)
    assert NAME in client.get("/people/", {"text": "quillfeather@"}).content.decode()
    assert NAME not in client.get("/people/", {"text": "somebody else"}).content.decode()
    assert "stranger" not in client.get("/people/").content.decode()
    answer = client.post(f"/people/{zoe.pk}/erase/", {"confirmation": NAME.lower()}, follow=True)
    assert "The person was erased" in answer.content.decode()
    assert client.get(f"/people/{zoe.pk}/erase/").status_code == 404


def test_who_is_long_signed_in_confirms_with_the_password_first(
    world: SimpleNamespace, zoe: Person, client: Client
) -> None:
    client.force_login(zoe)
    answer = client.post("/accounts/my-data/erase/", {"confirmation": ADDRESS})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert Person.objects.filter(pk=zoe.pk).exists()


def test_somebody_known_by_a_key_alone_is_listed_and_erased(world: SimpleNamespace, owner: Any) -> None:
    import_records([("people", [{"customer": "cedar", "key": "K-9", "name": "Ann Lee", "workspaces": ""}])])
    (ann,) = owner.execute("SELECT id FROM accounts_person WHERE name = 'Ann Lee'").fetchone()
    assert commands.end_part(acting(world.admin, world.cedar), ann, confirmation="ann  lee")
    assert "Ann Lee" not in str(dump(owner))


def test_a_second_role_of_staff_protects_them(world: SimpleNamespace) -> None:
    """Somebody of the account team who also is a member stays the provider's to erase."""
    both = make_person("both")
    grant(both, "member", world.north)
    grant(both, "csam", world.cedar)
    with pytest.raises(ObjectDoesNotExist):
        commands.end_part(acting(world.admin, world.cedar), both.pk, confirmation="both")
