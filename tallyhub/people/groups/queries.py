"""Reads about groups and who is in them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count

from tallyhub.kernel.access import Access
from tallyhub.organizations.rules import Role
from tallyhub.people.models import Group, GroupMember

GROUPS_MAX = 500  # offered and listed
MEMBERS_SHOWN_MAX = 500


@dataclass(frozen=True, slots=True)
class GroupLine:
    id: int
    name: str
    workspace_id: int
    roles: tuple[Role, ...]
    members: int


def list_groups(access: Access, workspaces: Collection[int]) -> list[GroupLine]:
    """By name, with how many are in each."""
    found = Group.objects.visible_to(access).filter(workspace_id__in=workspaces).annotate(count=Count("members"))
    return [_line(one, one.count) for one in found.order_by("name", "pk")[:GROUPS_MAX]]


def list_choices(access: Access, workspaces: Collection[int]) -> list[tuple[int, str]]:
    """(id, name), for a filter or a form."""
    found = Group.objects.visible_to(access).filter(workspace_id__in=workspaces).order_by("name", "pk")
    return list(found.values_list("pk", "name")[:GROUPS_MAX])


def get_group(access: Access, group_id: int) -> GroupLine:
    found = Group.objects.visible_to(access).annotate(count=Count("members")).get(pk=group_id)
    return _line(found, found.count)


def _line(group: Group, members: int) -> GroupLine:
    return GroupLine(group.pk, group.name, group.workspace_id, tuple(map(Role, group.roles)), members)


def list_people(access: Access, group_id: int) -> list[tuple[int, str, str]]:
    """(id, name, address) of the first members, by name."""
    found = GroupMember.objects.visible_to(access).filter(group_id=group_id).order_by("person__name", "person_id")
    return list(found.values_list("person_id", "person__name", "person__email")[:MEMBERS_SHOWN_MAX])


def list_member_ids(access: Access, group_id: int) -> list[int]:
    found = GroupMember.objects.visible_to(access).filter(group_id=group_id).order_by("person_id")
    return list(found.values_list("person_id", flat=True))


def require_person(access: Access, group_id: int, person_id: int) -> None:
    """Raises DoesNotExist for whoever is not in the group."""
    GroupMember.objects.visible_to(access).get(group_id=group_id, person_id=person_id)


def groups_of(access: Access, person_id: int, workspaces: Collection[int]) -> set[int]:
    found = GroupMember.objects.visible_to(access).filter(person_id=person_id, workspace_id__in=workspaces)
    return set(found.values_list("group_id", flat=True))


def names_of(access: Access, groups: Collection[int]) -> dict[int, str]:
    """Of those groups whose workspace one may read, whether or not one manages it."""
    found = Group.objects.filter(pk__in=groups, customer_id__in=access.customers)
    readable = found if access.in_whole else found.filter(workspace_id__in=access.workspaces)
    return dict(readable.values_list("pk", "name"))


def list_in_workspace(access: Access, workspace_id: int) -> list[tuple[int, str]]:
    """(id, name) of its groups, by name, for whoever may read the workspace."""
    if workspace_id not in access.workspaces:
        return []
    found = Group.objects.filter(workspace_id=workspace_id, customer_id__in=access.customers).order_by("name", "pk")
    return list(found.values_list("pk", "name")[:GROUPS_MAX])


def list_own(access: Access) -> list[tuple[int, int, str]]:
    """(workspace, id, name) of the groups that one is in, in the workspaces that one may read."""
    mine = GroupMember.objects.filter(person_id=access.person_id or 0, workspace_id__in=access.workspaces)
    rows = mine.order_by("group__name", "group_id").values_list("workspace_id", "group_id", "group__name")
    return list(rows[:GROUPS_MAX])


def list_memberships(access: Access, groups: Collection[int], people: Collection[int]) -> list[tuple[int, int]]:
    """(group, person) of these people in these groups, in workspaces that one may read."""
    found = GroupMember.objects.filter(group_id__in=groups, person_id__in=people, workspace_id__in=access.workspaces)
    return list(found.order_by("group__name", "group_id").values_list("group_id", "person_id"))


def lock_group(access: Access, group_id: int) -> Group:
    found: Group = Group.objects.visible_to(access).select_for_update().get(pk=group_id)
    return found


def require_groups(access: Access, workspace_id: int, groups: Collection[int]) -> list[Group]:
    """Raises DoesNotExist where one of them is of another workspace."""
    found = Group.objects.visible_to(access).filter(workspace_id=workspace_id, pk__in=groups).order_by("pk")
    if len(found) != len(set(groups)):
        raise ObjectDoesNotExist
    return list(found)
