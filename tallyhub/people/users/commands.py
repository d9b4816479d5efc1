"""What an administrator does with the people of a workspace. Every change counts from the next request on (R1.4, R7.1).

Each locks the customer's people, so that two administrators never undo each other's change, and is refused where it
takes the last administrator. An id of another customer or workspace is not there: DoesNotExist, and nothing is written.
"""

from collections.abc import Collection

from django.core.exceptions import ObjectDoesNotExist

from tallyhub.journal.steps import News, record, record_many
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations import queries as organizations
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.rules import Role
from tallyhub.organizations.steps import NewGrant, give_roles, leave_workspace, take_roles
from tallyhub.people.groups.steps import leave_groups, set_groups
from tallyhub.people.models import Invitation
from tallyhub.people.naming.steps import settle_namings
from tallyhub.people.users import queries, steps
from tallyhub.people.users.rules import check_workspace_roles, is_edited, wanted_roles


@command
def change_roles(access: Access, workspace_id: int, person_id: int, roles: Collection[str]) -> None:
    """From now on the member holds these roles in the workspace, and what groups and the directory give."""
    wanted = check_workspace_roles(roles)
    with steps.keeping_administrators(access):
        workspace = steps.get_managed(access, workspace_id)
        _require_members(access, workspace, [person_id])
        steps.set_roles(access, workspace, {person_id: wanted_roles(wanted)})


@command
def give_role(access: Access, workspace_id: int, people: Collection[int], role: str) -> None:
    """To each of these members."""
    (given,) = check_workspace_roles([role])
    _change_each(access, workspace_id, people, give=given)


@command
def take_role(access: Access, workspace_id: int, people: Collection[int], role: str) -> None:
    """From each of these members, as far as it was given here; what a group or the directory gives stays."""
    (taken,) = check_workspace_roles([role])
    _change_each(access, workspace_id, people, take=taken)


@command
def switch_contact(access: Access, workspace_id: int, person_id: int, *, is_contact: bool) -> None:
    """The support-contact switch. Raises Conflict where the agreement allows no more."""
    role = Role.SUPPORT_CONTACT
    _change_each(access, workspace_id, [person_id], **{"give" if is_contact else "take": role})


def _change_each(
    access: Access, workspace_id: int, people: Collection[int], *, give: Role | None = None, take: Role | None = None
) -> None:
    with steps.keeping_administrators(access):
        workspace = steps.get_managed(access, workspace_id)
        _require_members(access, workspace, people)
        wanted = {}
        for person, roles in steps.edited_roles(access, workspace.pk, people).items():
            kept = (roles | ({give} if give else set())) - {take, Role.MEMBER}
            wanted[person] = wanted_roles({role for role in kept if role})
        steps.set_roles(access, workspace, wanted)


def _require_members(access: Access, workspace: Workspace, people: Collection[int]) -> None:
    steps.check_chosen(people)
    steps.require_members(access, workspace, people)


@command
def make_administrator(access: Access, person_id: int) -> None:
    """Of the whole customer. Only somebody who administers it gives that, and only to its own people."""
    access.require(Right.MANAGE_USERS)
    with steps.keeping_administrators(access):
        steps.require_still(access, [])
        _require_own(access, person_id)
        steps.check_receives(access, [person_id])
        give_roles(access, [NewGrant(access.customer_id or 0, None, person_id, Role.CUSTOMER_ADMINISTRATOR)])


@command
def unmake_administrator(access: Access, person_id: int) -> None:
    """Take the customer's administration back. Raises Conflict for the last one."""
    access.require(Right.MANAGE_USERS)
    with steps.keeping_administrators(access):
        steps.require_still(access, [])
        _require_own(access, person_id)
        held = organizations.list_given(access, [], [person_id])
        given = [one for one in held if one.role is Role.CUSTOMER_ADMINISTRATOR and is_edited(one.source)]
        take_roles(access, [steps.as_grant(access.customer_id or 0, one) for one in given])


def _require_own(access: Access, person_id: int) -> None:
    """A person of the customer who has come in already: an invitation to a workspace is no reason to give all of it."""
    user = queries.get_user(access, person_id, access.workspaces)
    if not user.workspaces and not user.roles:
        raise ObjectDoesNotExist


@command
def remove_people(
    access: Access,
    workspace_id: int,
    people: Collection[int],
    *,
    invitations: Collection[int] = (),
    is_oneself_meant: bool = False,
) -> None:
    """They leave the workspace with their roles, groups and invitations there; elsewhere nothing changes.

    ``invitations``: for whoever has not joined. Raises Invalid for oneself as long as that is not confirmed.
    """
    with steps.keeping_administrators(access):
        workspace = steps.get_managed(access, workspace_id)
        asked = queries.list_asked(access, invitations, [workspace.pk])
        steps.check_chosen([*people, *asked])
        _require_listed(access, workspace, people)
        people = {*people, *asked}
        steps.check_leaves(access, workspace, people)
        if access.person_id in people and not is_oneself_meant:
            raise Invalid("removing_oneself")
        leave_groups(access, workspace, people)
        _take_back(access, workspace, people)
        leave_workspace(access, workspace, organizations.list_members(access, workspace.pk, people))
        settle_namings(access, workspace.customer_id, people)


def _require_listed(access: Access, workspace: Workspace, people: Collection[int]) -> None:
    """Whoever has joined, there or in the customer. Who was only asked is named by the invitation, and not here."""
    listed = queries.list_users(access, people, [workspace.pk])
    joined = {one.person_id for one in listed if one.invitation_id is None and (one.workspaces or one.invitations)}
    if joined != set(people):
        raise ObjectDoesNotExist


def _take_back(access: Access, workspace: Workspace, people: Collection[int]) -> None:
    """Their invitations go, accepted ones, too: whoever is asked in again begins anew."""
    found = Invitation.objects.visible_to(access).filter(workspace=workspace, person_id__in=people)
    open_ones = found.filter(accepted_at=None, voided_at=None).values_list("pk", flat=True)
    news = [News("people.invitation_removed", workspace.customer_id, one, workspace.pk) for one in open_ones]
    found.delete()
    record_many(access, news)


@command
def change_groups(access: Access, workspace_id: int, person_id: int, groups: Collection[int]) -> None:
    """From now on the member is in these groups of the workspace, and in no others."""
    with steps.keeping_administrators(access):
        workspace = steps.get_managed(access, workspace_id)
        _require_members(access, workspace, [person_id])
        set_groups(access, workspace, person_id, groups)


@command
def note_download(access: Access, workspace_id: int | None) -> None:
    """Somebody takes the list of people; ``workspace_id`` None: of the whole customer."""
    record(access, "people.list_downloaded", workspace_id=workspace_id)
