"""Somebody must stay who administers: the last one goes by no way (R7.1)."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from tallyhub.accounts.models import Person
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import AccessGrant, Workspace
from tallyhub.people.groups import commands as groups
from tallyhub.people.users import commands
from tallyhub.people.users import steps as user_steps
from tallyhub.privacy import commands as privacy
from tests.ledger.test_concurrency import together
from tests.make import grant, make_person
from tests.people.people import acting, is_member, make_group, make_known, roles_of
from tests.world import NOW

WHOLE = {("customer_administrator", "membership")}


def make_guest() -> Person:
    """Has a personal account, which cedar refuses."""
    return make_person("guest", email="guest@home.test")


def test_the_last_customer_administrator_stays(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.admin)
    answer = client.post(f"/users/{world.admin.pk}/administration/take/")
    assert answer.status_code == 409
    assert "Somebody must stay who administers the customer" in answer.content.decode()
    assert roles_of(world.admin, None) == WHOLE


def test_with_another_one_the_last_one_may_go(world: SimpleNamespace, client: Any) -> None:
    grant(world.member, "customer_administrator", world.cedar)
    client.force_login(world.admin)
    assert client.post(f"/users/{world.admin.pk}/administration/take/").status_code == 302
    assert roles_of(world.admin, None) == set()


@pytest.mark.parametrize(
    "other",
    [
        lambda world: grant(make_known("Imported"), "customer_administrator", world.cedar),  # cannot sign in
        lambda world: grant(make_person("away", is_active=False), "customer_administrator", world.cedar),
        lambda world: grant(world.member, "customer_administrator", world.cedar, ends_at=NOW + timedelta(days=9)),
        lambda world: grant(
            world.member, "customer_administrator", world.cedar, source="directory:1", ends_at=NOW + timedelta(hours=1)
        ),
        lambda world: grant(world.member, "customer_administrator", world.birch),
        lambda world: grant(make_guest(), "customer_administrator", world.cedar),
    ],
    ids=["known only", "not active", "ends", "of a session", "elsewhere", "refused"],
)
def test_only_who_can_sign_in_and_stays_counts(world: SimpleNamespace, other: Any) -> None:
    other(world)
    with pytest.raises(Conflict, match="last_customer_administrator"):
        commands.unmake_administrator(acting(world.admin, world.cedar), world.admin.pk)


def test_who_is_refused_keeps_nothing_in_order(world: SimpleNamespace, client: Any) -> None:  # R3.6
    """They hold the role and get 403 everywhere: without the real administrator nobody could undo it."""
    guest = make_guest()
    grant(guest, "customer_administrator", world.cedar)
    client.force_login(world.admin)
    assert client.post(f"/users/{world.admin.pk}/administration/take/").status_code == 409
    assert roles_of(world.admin, None) == WHOLE
    client.force_login(world.coordinator)
    assert client.post(f"/people/{world.admin.pk}/erase/", {"confirmation": "admin"}).status_code == 409
    Workspace.objects.using("owner").filter(customer=world.cedar).update(refuses_personal=False)
    client.force_login(world.admin)
    assert client.post(f"/users/{world.admin.pk}/administration/take/").status_code == 302


def test_nor_does_a_workspace_keep_a_refused_one(world: SimpleNamespace, client: Any) -> None:  # R3.6
    alone(world)
    grant(make_guest(), "workspace_administrator", world.north)
    client.force_login(world.north_admin)
    answer = client.post(f"/users/{world.north_admin.pk}/roles/", {"workspace": world.north.pk, "role": []})
    assert answer.status_code == 409
    assert "Somebody must stay who administers the workspace" in answer.content.decode()
    assert roles_of(world.north_admin, world.north) == {("workspace_administrator", "membership")}


def test_whom_the_customers_own_sign_in_vouches_for_counts(world: SimpleNamespace, owner: Any) -> None:  # R7.2
    vouched = make_known("Vouched")
    grant(vouched, "customer_administrator", world.cedar)
    statement = "INSERT INTO organizations_workaccount (customer_id, person_id, vouched_at) VALUES (%s, %s, now())"
    owner.execute(statement, [world.cedar.pk, vouched.pk])
    commands.unmake_administrator(acting(world.admin, world.cedar), world.admin.pk)
    assert roles_of(world.admin, None) == set()


def alone(world: SimpleNamespace) -> None:
    """Nobody administers the customer in whole any more; only north has an administrator."""
    AccessGrant.objects.using("owner").filter(person_id=world.admin.pk).delete()


@pytest.mark.parametrize(
    "go",
    [
        lambda me, world: commands.change_roles(me, world.north.pk, world.north_admin.pk, ["customer_activity"]),
        lambda me, world: commands.take_role(me, world.north.pk, [world.north_admin.pk], "workspace_administrator"),
        lambda me, world: commands.remove_people(me, world.north.pk, [world.north_admin.pk], is_oneself_meant=True),
        lambda me, world: commands.remove_people(
            me, world.north.pk, [world.member.pk, world.north_admin.pk], is_oneself_meant=True
        ),
    ],
    ids=["roles", "several", "remove", "remove several"],
)
def test_a_workspace_keeps_its_last_administrator(world: SimpleNamespace, go: Any) -> None:
    alone(world)
    with pytest.raises(Conflict, match="last_workspace_administrator"):
        go(acting(world.north_admin, world.cedar), world)
    assert roles_of(world.north_admin, world.north) == {("workspace_administrator", "membership")}
    assert is_member(world.member, world.north)
    grant(world.reader, "workspace_administrator", world.north)
    go(acting(world.north_admin, world.cedar), world)


def test_a_customer_administrator_is_enough_for_a_workspace(world: SimpleNamespace) -> None:
    commands.remove_people(acting(world.admin, world.cedar), world.north.pk, [world.north_admin.pk])
    assert not is_member(world.north_admin, world.north)


def test_what_a_group_gives_counts_and_is_kept_as_well(world: SimpleNamespace) -> None:
    alone(world)
    me = acting(world.north_admin, world.cedar)
    group = make_group(world.north, "Leads", roles=[])
    groups.change_roles(me, group.pk, ["workspace_administrator"])
    groups.add_people(me, group.pk, [world.member.pk], workspace_id=world.north.pk)
    commands.take_role(me, world.north.pk, [world.north_admin.pk], "workspace_administrator")
    other = acting(world.member, world.cedar)
    for go in (
        lambda: groups.delete_group(other, group.pk),
        lambda: groups.change_roles(other, group.pk, []),
        lambda: groups.remove_person(other, group.pk, world.member.pk),
        lambda: commands.change_groups(other, world.north.pk, world.member.pk, []),
    ):
        with pytest.raises(Conflict, match="last_workspace_administrator"):
            go()


def test_two_who_take_each_others_role_at_once_do_not_both_get_it(world: SimpleNamespace, meet: Any) -> None:
    meet(user_steps, "check_administrators")
    grant(world.member, "customer_administrator", world.cedar)
    one, other = acting(world.admin, world.cedar), acting(world.member, world.cedar)
    answers = together(
        lambda: commands.unmake_administrator(one, world.member.pk),
        lambda: commands.unmake_administrator(other, world.admin.pk),
    )
    assert sorted(str(answer) for answer in answers) == ["None", "rights_changed()"]
    assert len([person for person in (world.admin, world.member) if roles_of(person, None) == WHOLE]) == 1


def test_two_who_give_it_up_at_once_do_not_both(world: SimpleNamespace, meet: Any) -> None:
    """Neither takes anything from the other, so only the rule can know."""
    meet(user_steps, "check_administrators")
    grant(world.member, "customer_administrator", world.cedar)
    one, other = acting(world.admin, world.cedar), acting(world.member, world.cedar)
    answers = together(
        lambda: commands.unmake_administrator(one, world.admin.pk),
        lambda: commands.unmake_administrator(other, world.member.pk),
    )
    assert sorted(str(answer) for answer in answers) == ["None", "last_customer_administrator()"]


def test_two_who_leave_a_workspace_at_once_do_not_both(world: SimpleNamespace, meet: Any) -> None:
    meet(user_steps, "check_administrators")
    alone(world)
    grant(world.member, "workspace_administrator", world.north)
    both = [(acting(person, world.cedar), person.pk) for person in (world.north_admin, world.member)]
    answers = together(
        *[
            lambda me=me, own=own: commands.remove_people(me, world.north.pk, [own], is_oneself_meant=True)
            for me, own in both
        ]
    )
    assert sorted(str(answer) for answer in answers) == ["None", "last_workspace_administrator()"]


def test_two_who_remove_each_other_at_once_do_not_both_do(world: SimpleNamespace, meet: Any) -> None:
    meet(user_steps, "check_administrators")
    alone(world)
    grant(world.member, "workspace_administrator", world.north)
    one, other = acting(world.north_admin, world.cedar), acting(world.member, world.cedar)
    answers = together(
        lambda: commands.remove_people(one, world.north.pk, [world.member.pk]),
        lambda: commands.remove_people(other, world.north.pk, [world.north_admin.pk]),
    )
    assert sorted(str(answer) for answer in answers) == ["None", "rights_changed()"]
    assert [is_member(person, world.north) for person in (world.north_admin, world.member)].count(True) == 1


def test_the_look_up_tells_only_of_what_one_reads(world: SimpleNamespace) -> None:
    """A definer function: of another customer nothing, of another workspace nothing (R3.3)."""
    grant(world.newcomer, "workspace_administrator", world.south)

    def told(person: Any, customer: Any) -> set[tuple[int | None, int]]:
        with scope(acting(person, world.cedar)), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM people_administrators(%s, %s)", [customer.pk, NOW])
            return set(cursor.fetchall())

    ours = {(None, world.admin.pk), (world.north.pk, world.north_admin.pk)}
    assert told(world.north_admin, world.cedar) == ours
    assert told(world.admin, world.cedar) == ours | {(world.south.pk, world.newcomer.pk)}
    assert told(world.admin, world.birch) == set()


# Erasing


def test_the_last_one_is_not_erased_by_another(world: SimpleNamespace, client: Any) -> None:  # R10.4
    """The account coordinator may erase people, but not leave the customer without an administrator."""
    client.force_login(world.coordinator)
    answer = client.post(f"/people/{world.admin.pk}/erase/", {"confirmation": "admin"})
    assert answer.status_code == 409
    assert "Somebody must stay" in answer.content.decode()
    assert roles_of(world.admin, None) == WHOLE
    grant(world.member, "customer_administrator", world.cedar)
    assert client.post(f"/people/{world.admin.pk}/erase/", {"confirmation": "admin"}).status_code == 302


def test_two_who_erase_each_other_at_once_do_not_both_do(world: SimpleNamespace, meet: Any) -> None:
    meet(user_steps, "check_administrators")
    grant(world.member, "customer_administrator", world.cedar)
    one, other = acting(world.admin, world.cedar), acting(world.member, world.cedar)
    answers = together(
        lambda: privacy.end_part(one, world.member.pk, confirmation="member"),
        lambda: privacy.end_part(other, world.admin.pk, confirmation="admin"),
    )
    assert sorted(str(answer) for answer in answers) == ["True", "last_customer_administrator()"]


def test_oneself_one_may_always_erase(world: SimpleNamespace) -> None:
    """It is the person's right; the account team names another administrator."""
    privacy.erase_oneself(acting(world.admin, world.cedar), confirmation="admin@example.test")
    assert roles_of(world.admin, None) == set()
