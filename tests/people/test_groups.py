"""Groups: members of a workspace under one name, and what it gives them (R7.1)."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.people.models import Group, GroupMember
from tests.make import grant
from tests.people.people import make_group, roles_of


@pytest.fixture
def shift(world: SimpleNamespace) -> Group:
    return make_group(world.north, "Night shift")


def post(client: Any, path: str, **fields: Any) -> int:
    status: int = client.post(f"/groups/{path}", fields).status_code
    return status


def inside(group: Group) -> set[int]:
    return set(GroupMember.objects.using("owner").filter(group=group).values_list("person_id", flat=True))


def test_a_group_is_made_renamed_and_deleted(world: SimpleNamespace, client: Any, owner: Any) -> None:
    client.force_login(world.north_admin)
    assert "No group yet" in client.get("/groups/").content.decode()
    assert post(client, "make/", workspace=world.north.pk, name="Night shift") == 302
    group = Group.objects.using("owner").get()
    assert (group.name, group.workspace_id, group.roles) == ("Night shift", world.north.pk, [])
    assert post(client, f"{group.pk}/rename/", name="Day shift") == 302
    assert "Day shift" in client.get(f"/groups/{group.pk}/").content.decode()
    assert post(client, f"{group.pk}/delete/") == 302
    assert client.get(f"/groups/{group.pk}/").status_code == 404
    kinds = owner.execute("SELECT kind, workspace_id FROM journal_event ORDER BY id").fetchall()
    assert kinds == [(f"people.group_{act}", world.north.pk) for act in ("made", "renamed", "deleted")]


def test_a_name_is_there_once_in_a_workspace(world: SimpleNamespace, client: Any, shift: Group) -> None:
    client.force_login(world.admin)
    assert post(client, "make/", workspace=world.north.pk, name="Night shift") == 409
    assert post(client, "make/", workspace=world.south.pk, name="Night shift") == 302
    assert post(client, f"{shift.pk}/rename/", name="Night shift") == 302
    for name in ("", " ", "x" * 101, "a\x00b"):
        assert post(client, "make/", workspace=world.north.pk, name=name) == 400


def test_what_it_gives_counts_from_the_next_request(world: SimpleNamespace, client: Any, shift: Group) -> None:  # R1.4
    theirs = Client()
    theirs.force_login(world.member)
    client.force_login(world.north_admin)
    assert post(client, f"{shift.pk}/add/", address="MEMBER@example.test") == 302
    assert post(client, f"{shift.pk}/roles/", role=["customer_activity"]) == 302
    assert theirs.get("/customer-activity/").status_code == 200
    assert ("customer_activity", f"group:{shift.pk}") in roles_of(world.member, world.north)
    assert post(client, f"{shift.pk}/remove/", person=world.member.pk) == 302
    assert theirs.get("/customer-activity/").status_code == 403


def test_roles_and_members_are_settled_together(world: SimpleNamespace, client: Any, shift: Group) -> None:
    source = f"group:{shift.pk}"
    client.force_login(world.north_admin)
    post(client, f"{shift.pk}/roles/", role=["customer_activity", "learning_manager"])
    post(client, f"{shift.pk}/add/", address="member@example.test")
    post(client, f"{shift.pk}/roles/", role=["learning_manager", "support_contact"])
    assert roles_of(world.member, world.north) == {
        ("member", "membership"), ("learning_manager", source), ("support_contact", source),
    }  # fmt: skip
    post(client, f"{shift.pk}/delete/")
    assert roles_of(world.member, world.north) == {("member", "membership")}


def test_what_somebody_has_from_elsewhere_stays(world: SimpleNamespace, client: Any, shift: Group) -> None:
    client.force_login(world.north_admin)
    post(client, f"{shift.pk}/roles/", role=["customer_activity"])
    post(client, f"{shift.pk}/add/", address="reader@example.test")
    post(client, f"{shift.pk}/delete/")
    assert roles_of(world.reader, world.north) == {("customer_activity", "membership")}


def test_the_person_page_sets_all_groups_of_a_workspace(world: SimpleNamespace, client: Any, shift: Group) -> None:
    other = make_group(world.north, "Day shift", world.member, roles=["support_contact"])
    grant(world.member, "support_contact", world.north, source=f"group:{other.pk}")
    client.force_login(world.north_admin)
    path = f"/users/{world.member.pk}/groups/"
    assert client.post(path, {"workspace": world.north.pk, "group": [shift.pk]}).status_code == 302
    assert inside(shift) == {world.member.pk}
    assert inside(other) == set()
    assert roles_of(world.member, world.north) == {("member", "membership")}


def test_only_members_of_its_workspace_are_added(world: SimpleNamespace, client: Any, shift: Group) -> None:
    grant(world.newcomer, "member", world.south)
    client.force_login(world.north_admin)
    for address in ("newcomer@example.test", "stranger@birch.test", "nobody@example.test", "no address", ""):
        answer = client.post(f"/groups/{shift.pk}/add/", {"address": address})
        assert answer.status_code == 400
        assert "Nobody with this address belongs to the workspace." in answer.content.decode()
    assert inside(shift) == set()


def test_a_group_of_another_workspace_or_customer_is_not_there(world: SimpleNamespace, client: Any) -> None:  # R3.3
    client.force_login(world.north_admin)
    for workspace in (world.south, world.birch_main):
        group = make_group(workspace, "Theirs")
        assert client.get(f"/groups/{group.pk}/").status_code == 404
        assert post(client, f"{group.pk}/rename/", name="Ours") == 404
        assert post(client, f"{group.pk}/roles/", role=["customer_activity"]) == 404
        assert post(client, f"{group.pk}/add/", address="member@example.test") == 404
        assert post(client, f"{group.pk}/delete/") == 404
        assert post(client, "make/", workspace=workspace.pk, name="Mine") == 404
        fields = {"workspace": world.north.pk, "group": [group.pk]}
        assert client.post(f"/users/{world.member.pk}/groups/", fields).status_code == 404
        fields = {"workspace": world.north.pk, "group": group.pk, "person": [world.member.pk]}
        assert client.post("/users/several/group/", fields).status_code == 404
        assert inside(group) == set()
    assert "Theirs" not in client.get("/groups/").content.decode()


def test_a_group_gives_no_role_of_the_whole_customer(world: SimpleNamespace, client: Any, shift: Group) -> None:
    client.force_login(world.north_admin)
    assert post(client, f"{shift.pk}/roles/", role=["customer_administrator"]) == 400
    assert post(client, f"{shift.pk}/roles/", role=["csam"]) == 400
    assert Group.objects.using("owner").get().roles == []


def test_whoever_has_their_right_from_a_group_can_leave_all_at_once(world: SimpleNamespace) -> None:
    """The database lets nobody write any more once that right is gone, so it must be the last that goes."""
    from tallyhub.people.users import commands
    from tests.people.people import acting

    for name, role in (("A", "workspace_administrator"), ("B", "support_contact"), ("C", "learning_manager")):
        group = make_group(world.north, name, world.member, roles=[role])
        grant(world.member, role, world.north, source=f"group:{group.pk}")
    joined = make_group(world.north, "D", roles=["customer_activity"])
    commands.change_groups(acting(world.member, world.cedar), world.north.pk, world.member.pk, [joined.pk])
    assert roles_of(world.member, world.north) == {
        ("member", "membership"), ("customer_activity", f"group:{joined.pk}"),
    }  # fmt: skip


def test_the_statements_do_not_grow_with_the_members(world: SimpleNamespace, client: Any, statements: Any) -> None:
    from tests.make import make_person

    counts = []
    for size in (2, 40):
        people = [make_person(f"m{size}-{number}") for number in range(size)]
        for person in people:
            grant(person, "member", world.north)
        group = make_group(world.north, f"Of {size}", *people)
        client.force_login(world.north_admin)
        with statements() as made:
            assert post(client, f"{group.pk}/roles/", role=["customer_activity", "learning_manager"]) == 302
        counts.append(len(made))
    assert counts[0] == counts[1], counts
