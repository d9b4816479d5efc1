"""What an administrator does with the groups of a workspace. What a group gives counts from the next request on."""

from collections.abc import Collection

from tallyhub.accounts.queries import find_by_address
from tallyhub.journal.steps import record
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations import queries as organizations
from tallyhub.people.groups import queries, steps
from tallyhub.people.models import Group
from tallyhub.people.users.rules import check_workspace_roles
from tallyhub.people.users.steps import (
    check_chosen,
    check_open,
    check_receives,
    get_managed,
    keeping_administrators,
    require_members,
)


@command
def make_group(access: Access, workspace_id: int, *, name: str) -> Group:
    """An empty one that gives nothing yet."""
    with keeping_administrators(access):
        workspace = get_managed(access, workspace_id)
        check_open(workspace)
        _check_name(access, workspace.pk, name)
        group = Group.objects.create(customer_id=workspace.customer_id, workspace=workspace, name=name)
        record(access, "people.group_made", group.pk, workspace_id=workspace.pk)
    return group


@command
def rename_group(access: Access, group_id: int, *, name: str) -> None:
    with keeping_administrators(access):
        group = _lock(access, group_id)
        _check_name(access, group.workspace_id, name, but=group.pk)
        group.name = name
        group.save(update_fields=["name"])
        record(access, "people.group_renamed", group.pk, workspace_id=group.workspace_id)


def _lock(access: Access, group_id: int) -> Group:
    """One that is there and managed. Needs the lock of the people, which comes first everywhere."""
    group = queries.lock_group(access, group_id)
    get_managed(access, group.workspace_id)
    return group


def _check_name(access: Access, workspace_id: int, name: str, *, but: int = 0) -> None:
    taken = Group.objects.visible_to(access).filter(workspace_id=workspace_id, name=name).exclude(pk=but)
    if taken.exists():
        raise Conflict("group_name_taken", name=name)


@command
def change_roles(access: Access, group_id: int, roles: Collection[str]) -> None:
    """From now on the group gives these roles to each of its members, and no others."""
    wanted = check_workspace_roles(roles)
    with keeping_administrators(access):
        group = _lock(access, group_id)
        if set(group.roles) == wanted:
            return
        if wanted - set(group.roles):
            check_open(group.workspace)
        group.roles = sorted(wanted)
        group.save(update_fields=["roles"])
        record(access, "people.group_roles_changed", group.pk, workspace_id=group.workspace_id)
        steps.settle(access, group.workspace, [group], queries.list_member_ids(access, group.pk))


@command
def delete_group(access: Access, group_id: int) -> None:
    """With what it gave."""
    with keeping_administrators(access):
        group = _lock(access, group_id)
        people = queries.list_member_ids(access, group.pk)
        record(access, "people.group_deleted", group.pk, workspace_id=group.workspace_id)
        Group.objects.filter(pk=group.pk).delete()
        steps.settle(access, group.workspace, [group], people)


@command
def add_people(access: Access, group_id: int, people: Collection[int], *, workspace_id: int) -> None:
    """Members of its workspace, who get what it gives. Raises DoesNotExist for anybody else, and another workspace."""
    with keeping_administrators(access):
        group = _lock(access, group_id)
        if group.workspace_id != workspace_id:
            raise Group.DoesNotExist
        check_chosen(people)
        require_members(access, group.workspace, people)
        check_receives(access, people)
        steps.add_members(access, group, people)


@command
def add_by_address(access: Access, group_id: int, *, address: str) -> None:
    """Raises Invalid where nobody of the workspace has it, which says nothing about whether anybody else does."""
    with keeping_administrators(access):
        group = _lock(access, group_id)
        person = find_by_address(address)
        if person is None or not organizations.list_members(access, group.workspace_id, [person.pk]):
            raise Invalid("group_member_unknown")
        check_receives(access, [person.pk])
        steps.add_members(access, group, [person.pk])


@command
def remove_person(access: Access, group_id: int, person_id: int) -> None:
    with keeping_administrators(access):
        group = _lock(access, group_id)
        queries.require_person(access, group.pk, person_id)
        steps.remove_members(access, group, [person_id])
