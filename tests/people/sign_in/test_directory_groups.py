"""Roles that come from the groups of a customer's directory, one sign-in at a time (R7.1)."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.organizations.models import AccessGrant, Membership
from tallyhub.people.models import DirectoryGroup, Naming
from tests.make import grant
from tests.people.people import allow_contacts
from tests.people.sign_in.conftest import Idp, connect, sign_in, who
from tests.world import NOW

MEMBER = {"email": "member@example.test", "email_verified": True}


@pytest.fixture
def linked(world: SimpleNamespace, hostile: Idp, client: Client) -> SimpleNamespace:
    """Cedar's directory has two groups with roles in two workspaces."""
    world.idp_of_cedar = connect(world.cedar, hostile)
    client.force_login(world.admin)
    for key, workspace, roles in (
        ("controllers", world.north, ["customer_activity", "learning_manager"]),
        ("all-south", world.south, ["member"]),
    ):
        fields = {"key": key, "name": key.title(), "workspace_id": workspace.pk, "roles": roles}
        assert client.post("/account-policy/groups/add/", fields).status_code == 302
    client.logout()
    return world


def said(hostile: Idp, *groups: str, **claims: Any) -> None:
    hostile.tell(claims={**MEMBER, "groups": list(groups), **claims})


def held(person: Person) -> set[tuple[int | None, str]]:
    grants = AccessGrant.objects.using("owner").filter(person_id=person.pk, source__startswith="directory:")
    return set(grants.values_list("workspace_id", "role"))


def test_the_groups_of_the_answer_give_their_roles_until_the_session_ends(
    linked: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    said(hostile, "controllers", "of-no-meaning-here", *(f"group-{n}" for n in range(600)))
    sign_in(client, hostile)
    north = linked.north.pk
    assert held(linked.member) == {(north, "customer_activity"), (north, "learning_manager")}
    ends = AccessGrant.objects.using("owner").filter(source__startswith="directory:").values_list("ends_at", flat=True)
    assert set(ends) == {NOW + timedelta(seconds=settings.SESSION_COOKIE_AGE)}
    assert client.get("/customer-activity/").status_code == 200
    group = DirectoryGroup.objects.using("owner").get(key="controllers")
    assert group.seen_at == NOW


def test_leaving_a_group_takes_its_share_and_no_other(linked: SimpleNamespace, hostile: Idp, client: Client) -> None:
    said(hostile, "controllers", "all-south")
    sign_in(client, hostile)
    grant(linked.member, "learning_manager", linked.north)  # for themselves
    assert len(held(linked.member)) == 3
    said(hostile, "all-south")
    sign_in(Client(), hostile)
    assert held(linked.member) == {(linked.south.pk, "member")}
    roles = AccessGrant.objects.using("owner").filter(person_id=linked.member.pk, source="membership")
    assert {role for (role,) in roles.values_list("role")} == {"member", "learning_manager"}
    assert client.get("/customer-activity/").status_code == 403


def test_an_answer_without_groups_is_one_of_somebody_in_none(
    linked: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    said(hostile, "all-south")
    sign_in(client, hostile)
    hostile.tell(claims=MEMBER)
    sign_in(Client(), hostile)
    assert held(linked.member) == set()


def test_groups_come_from_userinfo_where_the_token_has_none(
    linked: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    hostile.tell(claims=MEMBER, userinfo={"groups": "all-south"})  # a single one as a text
    sign_in(client, hostile)
    assert held(linked.member) == {(linked.south.pk, "member")}


@pytest.mark.parametrize("cut", [{"_claim_names": {"groups": "src1"}}, {"hasgroups": True}])
def test_too_many_groups_are_said_to_be_too_many(
    linked: SimpleNamespace, hostile: Idp, client: Client, owner: Any, cut: dict[str, Any]
) -> None:
    """Nobody knows then which they are: nothing is renewed, and nothing taken."""
    said(hostile, "all-south")
    sign_in(client, hostile)
    hostile.tell(claims={**MEMBER, **cut})
    other = Client()
    sign_in(other, hostile)
    assert "you are in too many" in other.get("/").content.decode()
    assert held(linked.member) == {(linked.south.pk, "member")}
    assert owner.execute("SELECT count(*) FROM journal_event WHERE kind = 'people.groups_cut'").fetchone() == (1,)


def test_a_group_makes_no_support_contact_more_than_the_agreement_allows(
    linked: SimpleNamespace, hostile: Idp, client: Client, owner: Any
) -> None:  # R2.3
    """Signing in does not fail for it: the role is left out, the person is told, and administrators read why."""
    allow_contacts(linked, 2)
    client.force_login(linked.admin)
    for key, roles in (("desk", ["support_contact", "customer_activity"]), ("only-desk", ["support_contact"])):
        fields = {"key": key, "name": key, "workspace_id": linked.north.pk, "roles": roles}
        client.post("/account-policy/groups/add/", fields)
    client.logout()
    north = linked.north.pk
    said(hostile, "desk", sub="reader", email="reader@example.test")
    assert sign_in(Client(), hostile).status_code == 302
    assert held(linked.reader) == {(north, "support_contact"), (north, "customer_activity")}  # the second place
    assert sign_in(Client(), hostile).status_code == 302
    assert (north, "support_contact") in held(linked.reader)  # who has one keeps it
    said(hostile, "desk")
    assert sign_in(client, hostile).status_code == 302
    assert held(linked.member) == {(north, "customer_activity")}
    assert "makes you a support contact in North, but the agreement allows no more" in client.get("/").content.decode()
    said(hostile, "only-desk")
    sign_in(Client(), hostile)
    assert held(linked.member) == {(north, "member")}
    statement = "SELECT subject_id, workspace_id FROM journal_event WHERE kind = 'people.contacts_full'"
    assert set(owner.execute(statement).fetchall()) == {(linked.member.pk, north)}
    client.force_login(linked.north_admin)
    assert "allows no more support contacts" in client.get("/audit/").content.decode()
    AccessGrant.objects.using("owner").filter(person_id=linked.contact.pk).delete()
    said(hostile, "only-desk")
    sign_in(Client(), hostile)
    assert held(linked.member) == {(north, "support_contact")}


def test_a_group_lets_in_whom_nobody_invited(linked: SimpleNamespace, hostile: Idp, client: Client) -> None:
    """With an address of the customer's own; a directory says nothing about others."""
    joiner = {"sub": "joiner", "email": "joiner@example.test", "name": "Jo Ner"}
    said(hostile, "all-south", **joiner)
    assert sign_in(client, hostile).status_code == 302
    assert who(client) == "joiner@example.test"
    person = Person.objects.get(email="joiner@example.test")
    assert (person.name, person.has_usable_password()) == ("Jo Ner", False)
    assert Membership.objects.using("owner").filter(person_id=person.pk, workspace=linked.south).exists()
    said(hostile, "all-south", **{**joiner, "sub": "2", "email": "joiner@home.test"})
    assert sign_in(Client(), hostile).status_code == 403
    said(hostile, "nothing", **{**joiner, "sub": "3", "email": "other@example.test"})
    assert sign_in(Client(), hostile).status_code == 403


def test_what_no_column_can_hold_is_left_out(linked: SimpleNamespace, hostile: Idp, client: Client) -> None:
    joiner = {"sub": "a\0b", "email": "joiner@example.test", "name": "J\0o\n" + "x" * 300}
    said(hostile, "all-south", "a\0b", "x" * 5_000, **joiner)
    assert sign_in(client, hostile).status_code == 302
    assert Person.objects.get(email="joiner@example.test").name == "Jo" + "x" * 198
    long = {"sub": "2", "email": f"{'a' * 250}@example.test", "groups": [{"a": 1}, 7, "all-south"]}
    hostile.tell(claims=MEMBER | long)
    assert sign_in(Client(), hostile).status_code == 403


@pytest.mark.parametrize("name", ["http://evil.test <b>", "See www.evil.test", "<i>Jo</i>", " ", "\u200b", 7])
def test_a_name_that_nobody_may_have_is_not_taken(
    linked: SimpleNamespace, hostile: Idp, client: Client, name: Any
) -> None:
    """It stands in mails to others, as any name does."""
    said(hostile, "all-south", sub="joiner", email="joiner@example.test", name=name)
    assert sign_in(client, hostile).status_code == 302
    assert Person.objects.get(email="joiner@example.test").name == "joiner"


def test_nor_an_address_that_nobody_could_be_invited_with(
    linked: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    said(hostile, "all-south", sub="joiner", email="<b>@example.test")
    assert sign_in(client, hostile).status_code == 403
    assert not Person.objects.filter(email__startswith="<").exists()


def test_removing_a_group_takes_what_it_gave(linked: SimpleNamespace, hostile: Idp, client: Client) -> None:
    said(hostile, "controllers", "all-south")
    sign_in(Client(), hostile)
    client.force_login(linked.admin)
    page = client.get("/account-policy/").content.decode()
    assert page.count("1 person has them now") == 2
    group = DirectoryGroup.objects.using("owner").get(key="controllers")
    assert client.post(f"/account-policy/groups/{group.pk}/remove/").status_code == 302
    assert held(linked.member) == {(linked.south.pk, "member")}


def test_who_can_see_this_names_the_group(linked: SimpleNamespace, hostile: Idp, client: Client) -> None:  # R7.3
    said(hostile, "controllers")
    sign_in(Client(), hostile)
    client.force_login(linked.admin)
    assert "Directory group Controllers" in client.get("/who/").content.decode()
    client.force_login(linked.north_admin)  # who may not read the customer's groups
    assert "A group of the customer’s directory" in client.get("/who/").content.decode()


def test_a_group_is_checked_before_it_is_added(linked: SimpleNamespace, client: Client) -> None:
    client.force_login(linked.admin)
    well = {"key": "more", "name": "", "workspace_id": linked.north.pk, "roles": ["member"]}
    for wrong in (
        {"key": " "},
        {"key": "x" * 201},
        {"workspace_id": linked.birch_main.pk},
        {"workspace_id": 2**70},
        {"roles": []},
        {"roles": ["csam"]},
        {"key": "controllers"},
    ):
        assert client.post("/account-policy/groups/add/", well | wrong).status_code == 400, wrong
    assert client.post("/account-policy/groups/add/", well).status_code == 302
    client.force_login(linked.stranger)
    group = DirectoryGroup.objects.using("owner").get(key="more")
    assert client.post(f"/account-policy/groups/{group.pk}/remove/").status_code == 404
    answer = client.post("/account-policy/groups/add/", well | {"workspace_id": linked.birch_main.pk})
    assert "Connect your identity provider first" in answer.content.decode()


def test_an_archived_workspace_gets_nobody_new(linked: SimpleNamespace, hostile: Idp, client: Client) -> None:
    type(linked.south).objects.using("owner").filter(pk=linked.south.pk).update(archived_at=NOW)
    said(hostile, "all-south")
    sign_in(client, hostile)
    assert held(linked.member) == set()


def test_a_support_contact_of_a_group_is_named_until_the_group_ends(
    linked: SimpleNamespace, hostile: Idp, client: Client
) -> None:  # R2.3
    client.force_login(linked.admin)
    fields = {"key": "desk", "name": "Desk", "workspace_id": linked.north.pk, "roles": ["support_contact"]}
    assert client.post("/account-policy/groups/add/", fields).status_code == 302
    client.logout()
    said(hostile, "desk")
    sign_in(client, hostile)
    mine = Naming.objects.using("owner").filter(person_id=linked.member.pk)
    ends_at = NOW + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    assert [(one.named_at, one.ended_at) for one in mine] == [(NOW, ends_at)]
    with clock.frozen(NOW + timedelta(days=1)):
        sign_in(Client(), hostile)  # renewed: the same line, with a later end
        assert [(one.named_at, one.ended_at) for one in mine.all()] == [(NOW, ends_at + timedelta(days=1))]
        said(hostile, "all-south")
        sign_in(Client(), hostile)
    assert [(one.named_at, one.ended_at) for one in mine.all()] == [(NOW, NOW + timedelta(days=1))]
