"""Pieces of changes of groups. What a group gives is settled in one step: grants of source ``group:ID``."""

from collections.abc import Collection, Sequence

from tallyhub.journal.steps import News, record_many
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.organizations import queries as organizations
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.rules import Role
from tallyhub.organizations.steps import NewGrant, give_roles, take_roles
from tallyhub.people import contacts
from tallyhub.people.groups import queries
from tallyhub.people.models import Group, GroupMember
from tallyhub.people.naming.steps import settle_namings
from tallyhub.people.users.steps import check_open, check_receives


def source_of(group_id: int) -> str:
    """What a grant says that a group gives."""
    return f"group:{group_id}"


def add_members(access: Access, group: Group, people: Collection[int]) -> None:
    """They get what the group gives; whoever is in it already stays. Raises Conflict for an archived workspace."""
    check_open(group.workspace)
    _join(access, group, people)
    settle(access, group.workspace, [group], people)


def remove_members(access: Access, group: Group, people: Collection[int]) -> None:
    """And what the group gave them goes."""
    _leave(access, group, people)
    settle(access, group.workspace, [group], people)


def set_groups(access: Access, workspace: Workspace, person_id: int, groups: Collection[int]) -> None:
    """The person is in these groups of the workspace and in no others."""
    wanted = queries.require_groups(access, workspace.pk, groups)
    there = queries.groups_of(access, person_id, [workspace.pk])
    joined = [group for group in wanted if group.pk not in there]
    left = queries.require_groups(access, workspace.pk, there - {group.pk for group in wanted})
    if joined:
        check_open(workspace)
        check_receives(access, [person_id])
    for group in joined:
        _join(access, group, [person_id])
    for group in left:
        _leave(access, group, [person_id])
    settle(access, workspace, [*joined, *left], [person_id])


def _join(access: Access, group: Group, people: Collection[int]) -> None:
    require_transaction()
    there = set(GroupMember.objects.filter(group=group, person_id__in=people).values_list("person_id", flat=True))
    new = sorted(set(people) - there)
    where = {"customer_id": group.customer_id, "workspace_id": group.workspace_id, "group": group}
    GroupMember.objects.bulk_create([GroupMember(**where, person_id=one) for one in new])
    record_many(access, [News("people.group_joined", *_about(group, one)) for one in new])


def _leave(access: Access, group: Group, people: Collection[int]) -> None:
    require_transaction()
    found = GroupMember.objects.filter(group=group, person_id__in=people)
    gone = sorted(found.values_list("person_id", flat=True))
    found.delete()
    record_many(access, [News("people.group_left", *_about(group, one)) for one in gone])


def leave_groups(access: Access, workspace: Workspace, people: Collection[int]) -> None:
    """Whoever leaves a workspace leaves its groups, too; the grants go with the workspace."""
    require_transaction()
    GroupMember.objects.filter(customer_id=workspace.customer_id, workspace=workspace, person_id__in=people).delete()


def settle(access: Access, workspace: Workspace, groups: Sequence[Group], people: Collection[int]) -> None:
    """Give and take so that these people hold of these groups of a workspace exactly what they give to their members.

    Raises Conflict where no support contact more is allowed. The same number of statements, however many people. What
    is taken comes last and at once: one's own right to change anything may be among it.
    """
    require_transaction()
    roles = {group.pk: set(map(Role, group.roles)) for group in groups}
    sources = {source_of(group): group for group in roles}
    inside = GroupMember.objects.filter(group__in=roles, person_id__in=people).values_list("group_id", "person_id")
    wanted = {(person, role, source_of(group)) for group, person in inside for role in roles[group]}
    everything = organizations.list_given(access, [workspace.pk], people)
    held = {(one.person_id, one.role, one.source) for one in everything if one.source in sources}
    contacts_already = {one.person_id for one in everything if one.role is Role.SUPPORT_CONTACT}
    new_contacts = {person for person, role, _source in wanted - held if role is Role.SUPPORT_CONTACT}
    contacts.check_room(access, workspace, new_contacts - contacts_already)
    give_roles(access, [NewGrant(workspace.customer_id, workspace.pk, *one) for one in sorted(wanted - held)])
    take_roles(access, [NewGrant(workspace.customer_id, workspace.pk, *one) for one in sorted(held - wanted)])
    settle_namings(access, workspace.customer_id, people)


def _about(group: Group, person_id: int) -> tuple[int, int, int, dict[str, int]]:
    """What an event says after its kind."""
    return group.customer_id, person_id, group.workspace_id, {"group": group.pk}
