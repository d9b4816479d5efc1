"""Workspaces that the account team makes, changes, archives and restores (R3.2, R3.3)."""

import os
import time
from datetime import date
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.test import Client

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command, scope
from tallyhub.office.workspaces import commands, rules
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.queries import get_workspace
from tallyhub.organizations.sign_on import act_for
from tallyhub.people.models import Invitation
from tallyhub.people.steps import Invitee, invite, persons_of
from tests.ledger.test_concurrency import together
from tests.make import book, days, grant, make_package, make_person, make_workspace
from tests.office.agreed import invited
from tests.office.writing import ADA, approve, rows, save, written

PATH = "/office/workspaces/"
ROWS = "/customer-activity/enterprise/as_needed/"


def fields(**over: Any) -> dict[str, Any]:
    given = {"name": "Harbour automation", "goal": "Cranes without drivers", "language": "it"}
    return given | {"administrators": "ada@cedar.test\nbo@cedar.test"} | over


def team(world: SimpleNamespace) -> Access:
    return act_for(world.csam.pk, world.cedar.pk).access


def named(name: str) -> Workspace:
    return Workspace.objects.using("owner").get(name=name)


# Making


def test_a_new_workspace_has_a_goal_packages_and_administrators_of_its_own(
    world: SimpleNamespace, client: Client
) -> None:  # R3.2
    client.force_login(world.csam)
    packages = [world.base.pk, world.unmapped.pk]
    page = client.post(f"{PATH}new/", fields(packages=packages, allows_personal="on"), follow=True).content.decode()
    made = named("Harbour automation")
    assert (made.code, made.goal, made.is_default) == ("harbour-automation", "Cranes without drivers", False)
    assert made.allows_personal
    assert set(made.mappings.using("owner").values_list("package_id", flat=True)) == set(packages)
    assert invited(world.cedar) == {
        "ada@cedar.test": (["workspace_administrator"], "it"),
        "bo@cedar.test": (["workspace_administrator"], "it"),
    }
    assert "ada@cedar.test (invited)" in page
    listed = client.get(PATH).content.decode()
    for text in ("Harbour automation", "Cranes without drivers", "Unmapped extra", "north_admin"):
        assert text in listed


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "NORTH"}, "a workspace with the name NORTH already"),
        ({"goal": " "}, "This field is required"),
        ({"administrators": " \n"}, "This field is required"),
        ({"administrators": ",;"}, "needs an administrator"),
        ({"administrators": "ada@cedar.test, nobody"}, "“nobody” is no mail address"),
        ({"administrators": "\n".join(f"a{n}@b.test" for n in range(21))}, "more than 20 addresses"),
        ({"language": "fr"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_made(
    world: SimpleNamespace, client: Client, over: dict[str, Any], sentence: str
) -> None:
    client.force_login(world.csam)
    answer = client.post(f"{PATH}new/", fields(**over))
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert Workspace.objects.using("owner").filter(customer=world.cedar).count() == 2
    assert invited(world.cedar) == {}


def test_a_package_of_another_customer_is_not_there(world: SimpleNamespace, client: Client) -> None:  # R3.3
    client.force_login(world.csam)
    over = make_package(world.agreement, term=days(date(2026, 1, 1), date(2026, 6, 30)))
    for package in (world.birch_base.pk, over.pk, world.old.pk, 0, "x", "9" * 30):
        assert client.post(f"{PATH}new/", fields(packages=[package])).status_code == 404
    assert Workspace.objects.using("owner").filter(customer=world.cedar).count() == 2


@pytest.mark.parametrize(
    "address",
    ["аda@cedar.test", "adａ@cedar.test", "a\u200dda@cedar.test", "aſ@cedar.test", "a@[127.0.0.1]", "a@localhost",
     "İ@x.test", "ada@xİ.test"],
)  # fmt: skip
def test_the_office_takes_no_other_addresses_than_invitations_do(
    world: SimpleNamespace, client: Client, address: str
) -> None:
    client.force_login(world.csam)
    answer = client.post(f"{PATH}new/", fields(administrators=address))
    assert answer.status_code == 400
    assert "mail address" in answer.content.decode() or "alphabet" in answer.content.decode()
    draft_id = written(client, world)
    save(client, "draft_contacts", draft_id, **rows("c", ADA | {"email": address}))
    assert approve(client, draft_id).status_code == 400
    assert not Person.objects.using("owner").filter(email=address).exists()


def test_both_spellings_of_a_domain_are_one_person(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.csam)
    both = "ada@b\u00fccher.test, Ada@xn--bcher-kva.test"
    assert client.post(f"{PATH}new/", fields(administrators=both)).status_code == 302
    assert Person.objects.using("owner").filter(email="ada@xn--bcher-kva.test").count() == 1
    assert not Person.objects.using("owner").filter(email__icontains="b\u00fccher").exists()


def test_an_address_that_an_older_release_took_is_found_as_the_database_folds_it(world: SimpleNamespace) -> None:
    """Python's lower() of this letter is another one than the database's."""
    odd = [Invitee("\u0130@x.test", (), "en"), Invitee("ada@x\u0130.test", (), "en")]
    with scope(Access.of_system([world.cedar.pk]), writing=True):
        made = persons_of(odd)
        assert [one.pk for one in persons_of(odd)] == [one.pk for one in made]
        assert [one.email for one in made] == [one.email for one in odd]


def test_an_address_counts_once_however_it_is_written(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.csam)
    client.post(f"{PATH}new/", fields(administrators="Ada@cedar.test; ada@Cedar.test ,member@example.test"))
    assert set(invited(world.cedar)) == {"Ada@cedar.test", "member@example.test"}
    found = Invitation.objects.using("owner").get(email="member@example.test")
    assert found.person_id == world.member.pk


@pytest.mark.parametrize(
    ("name", "taken", "code"),
    [
        ("Harbour automation", [], "harbour-automation"),
        ("  Ölmühle, Süd & Co. ", [], "olmuhle-sud-co"),
        ("Железная дорога", [], "workspace"),
        ("Железная дорога", ["workspace", "workspace-2"], "workspace-3"),
        ("North", ["north"], "north-2"),
        ("x" * 200, [], "x" * 60),
    ],
)
def test_a_code_follows_from_the_name(name: str, taken: list[str], code: str) -> None:
    assert rules.code_for(name, taken) == code


def test_two_at_once_do_not_get_the_same_name(world: SimpleNamespace) -> None:
    new = commands.NewWorkspace("Twice", "A goal", ["a@cedar.test"], "en")
    done = together(*[lambda: commands.make_workspace(team(world), new) for _ in range(3)])
    assert sorted(type(one).__name__ for one in done) == ["Invalid", "Invalid", "Workspace"]


# Changing


def test_name_and_goal_change_and_the_code_stays(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.coordinator)
    address = f"{PATH}{world.south.pk}/"
    assert client.post(address, {"name": "Southern mills", "goal": "Less waste"}).status_code == 302
    changed = named("Southern mills")
    assert (changed.pk, changed.code, changed.goal) == (world.south.pk, "south", "Less waste")
    assert client.post(address, {"name": "north", "goal": ""}).status_code == 400
    assert client.post(f"{PATH}{world.birch_main.pk}/", {"name": "Mine", "goal": ""}).status_code == 404


# The archive


def test_an_archived_workspace_is_kept_and_nothing_new_happens_in_it(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.csam)
    page = client.post(f"{PATH}{world.south.pk}/archive/", follow=True).content.decode()
    assert "South is archived" in page
    with pytest.raises(Conflict, match="workspace_archived"):
        _invite(team(world), world.south.pk, "late@cedar.test")
    with pytest.raises(Invalid, match="booked_in_archived"):
        book(world.cedar_advisory, world.south, 30, date(2026, 11, 2))
    address = f"{ROWS}?workspace={world.south.pk}"
    assert client.get(address).status_code == 200
    client.force_login(world.admin)
    assert "South case" in client.get(address).content.decode()  # it can be read
    client.force_login(world.csam)
    assert "South is in use again" in client.post(f"{PATH}{world.south.pk}/restore/", follow=True).content.decode()
    assert _invite(team(world), world.south.pk, "late@cedar.test")
    book(world.cedar_advisory, world.south, 30, date(2026, 11, 2))


def test_an_archived_workspace_is_closed_to_its_members_and_read_in_the_whole_customer(world: SimpleNamespace) -> None:
    """R3.2: from the next request on, and back again when it is restored."""
    member = make_person("southerner")
    grant(member, "workspace_administrator", world.south)
    commands.archive_workspace(team(world), world.south.pk)
    assert act_for(member.pk, world.cedar.pk).access == Access()
    assert act_for(world.admin.pk, world.cedar.pk).access.workspaces == (world.north.pk, world.south.pk)
    commands.restore_workspace(team(world), world.south.pk)
    assert act_for(member.pk, world.cedar.pk).access.workspaces == (world.south.pk,)


@command
def _invite(access: Access, workspace_id: int, address: str) -> list[Invitation]:
    return invite(access, get_workspace(access, workspace_id), [Invitee(address, (), "en")])


def test_the_default_workspace_and_the_last_one_stay(world: SimpleNamespace, owner: Any) -> None:
    with pytest.raises(Conflict, match="workspace_is_default"):
        commands.archive_workspace(team(world), world.north.pk)
    commands.archive_workspace(team(world), world.south.pk)
    owner.execute("UPDATE organizations_workspace SET is_default = false")
    with pytest.raises(Conflict, match="workspace_is_last"):
        commands.archive_workspace(team(world), world.north.pk)
    commands.archive_workspace(team(world), world.south.pk)  # again is nothing
    found = "SELECT count(*) FROM journal_event WHERE kind = 'office.workspace_archived'"
    assert owner.execute(found).fetchone() == (1,)


def test_two_at_once_do_not_archive_the_last_two(world: SimpleNamespace, owner: Any) -> None:
    """Both are held back before they write, so that each has looked while the other one was still in use."""
    owner.execute("UPDATE organizations_workspace SET is_default = false")
    with psycopg.connect(os.environ["TALLYHUB_OWNER_URL"]) as holder:
        holder.execute("LOCK TABLE organizations_workspace IN SHARE MODE")
        done = together(
            lambda: commands.archive_workspace(team(world), world.north.pk),
            lambda: commands.archive_workspace(team(world), world.south.pk),
            lambda: _let_go(owner, holder),
        )
    assert sorted(type(one).__name__ for one in done[:2]) == ["Conflict", "Workspace"]


def _let_go(owner: Any, holder: Any) -> None:
    while owner.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (2,):
        time.sleep(0.02)
    holder.rollback()


# Reading


def test_the_customers_administrators_read_theirs(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    page = client.get("/workspaces/").content.decode()
    assert "North" in page
    assert "South" in page
    assert "Ask for a workspace" in page
    client.force_login(world.north_admin)
    page = client.get("/workspaces/").content.decode()
    assert "North" in page
    assert "South" not in page  # R3.3
    assert "Ask for a workspace" not in page


@pytest.mark.parametrize("who", ["csam", "admin"])
def test_the_list_takes_the_same_statements_for_two_and_for_forty(
    world: SimpleNamespace, client: Client, statements: Any, who: str
) -> None:
    client.force_login(getattr(world, who))
    address = PATH if who == "csam" else "/workspaces/"
    with statements() as few:
        client.get(address)
    for n in range(38):
        make_package(world.agreement, make_workspace(world.cedar, f"w{n}"))
    with statements() as many:
        assert client.get(address).content.decode().count('data-label="Goal"') == 40
    assert len(few) == len(many) <= 8
