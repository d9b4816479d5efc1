"""Pieces of changes that several commands need. Each demands an open transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import require_transaction
from tallyhub.organizations import queries as organizations
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.queries import Held
from tallyhub.organizations.rules import RIGHTS_OF, STAFF, Role
from tallyhub.organizations.steps import NewGrant, give_roles, lock_people, take_roles
from tallyhub.people import contacts
from tallyhub.people.naming.steps import settle_namings
from tallyhub.people.users.rules import TICKED_MAX, Administrators, check_administrators, is_edited


@contextmanager
def keeping_administrators(access: Access) -> Iterator[None]:
    """Around a change of people: one at a time in the customer, and refused where it takes the last administrator.

    Whoever comes second sees what the first one did, because the lock is held until the commit. Raises Conflict.
    """
    lock_people(access.customer_id or 0)
    before = _administrators(access)
    yield
    check_administrators(before, _administrators(access))


def _administrators(access: Access) -> Administrators:
    """A definer function answers: who administers a workspace does not see who can sign in."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_administrators(%s, %s)", [access.customer_id or 0, clock.now()])
        rows = cursor.fetchall()
    places: defaultdict[int | None, set[int]] = defaultdict(set)
    for workspace_id, person_id in rows:
        places[workspace_id].add(person_id)
    whole = frozenset(places.pop(None, set()))
    return Administrators(whole, {place: frozenset(people) for place, people in places.items() if place is not None})


def get_managed(access: Access, workspace_id: int) -> Workspace:
    """A workspace whose people one manages. Another one is not there; without the right anywhere it is Forbidden.

    Needs the lock of the people, and raises Conflict where somebody has just taken the right away.
    """
    managed = access.workspaces_with(Right.MANAGE_USERS)
    if not managed:
        raise Forbidden(Right.MANAGE_USERS)
    if workspace_id not in managed:
        raise ObjectDoesNotExist
    require_still(access, [workspace_id])
    return organizations.list_workspaces(access).get(pk=workspace_id)


def require_still(access: Access, workspaces: Collection[int]) -> None:
    """The right that the request began with is there after the lock, too; no workspaces: in the whole customer.

    Without it the database would find no row to change, and say nothing.
    """
    if access.person_id is None:  # the hub itself
        return
    held = organizations.list_held(access, workspaces, [access.person_id])
    if not any(Right.MANAGE_USERS in RIGHTS_OF[one.role] for one in held):
        raise Conflict("rights_changed")


def check_chosen(people: Collection[int]) -> None:
    """Raises Invalid for no or too many people."""
    if not 0 < len(set(people)) <= TICKED_MAX:
        raise Invalid("people_not_chosen", count=TICKED_MAX)


def check_receives(access: Access, people: Collection[int]) -> None:
    """Raises Conflict for staff, who are given nothing here. What they have of the customer's can be taken."""
    for held in organizations.list_given(access, access.workspaces, people):
        if held.role in STAFF:
            raise Conflict("staff_not_edited", name=held.name)


def check_open(workspace: Workspace) -> None:
    """Raises Conflict where the workspace is archived: nothing new happens in it, while everything there can go."""
    if workspace.archived_at is not None:
        raise Conflict("workspace_archived", name=workspace.name)


def check_leaves(access: Access, workspace: Workspace, people: Collection[int]) -> None:
    """Raises Conflict for whom the provider put into the workspace as staff: that goes as it came."""
    for held in organizations.list_given(access, [workspace.pk], people):
        if held.role in STAFF and held.workspace_id == workspace.pk:
            raise Conflict("staff_not_edited", name=held.name)


def require_members(access: Access, workspace: Workspace, people: Collection[int]) -> None:
    """Raises DoesNotExist where one of them does not belong to the workspace."""
    if organizations.list_members(access, workspace.pk, people) != set(people):
        raise ObjectDoesNotExist


def set_roles(access: Access, workspace: Workspace, wanted: Mapping[int, Collection[Role]]) -> None:
    """Give and take so that these members hold these roles there, as far as they are edited here.

    What a group or the directory gives stays. Raises Conflict where no support contact more is allowed, and where staff
    would be given something. MEMBER, which is what is left without any other, is not for them.
    """
    given = organizations.list_given(access, [workspace.pk], wanted)  # what does not count is changed here, too
    held = [one for one in given if one.workspace_id == workspace.pk]
    edited = [one for one in held if is_edited(one.source)]
    there = {(one.person_id, one.role) for one in edited}
    staff = {one.person_id for one in organizations.list_given(access, access.workspaces, wanted) if one.role in STAFF}
    new = [
        NewGrant(workspace.customer_id, workspace.pk, person, role)
        for person, roles in wanted.items()
        for role in sorted(roles)
        if (person, role) not in there and not (person in staff and role is Role.MEMBER)
    ]
    if any(one.role is not Role.MEMBER for one in new):
        check_open(workspace)
    check_receives(access, {one.person_id for one in new} & staff)
    contacts.check_room(
        access, workspace, {one.person_id for one in new if one.role is Role.SUPPORT_CONTACT} - contacts_in(held)
    )
    give_roles(access, new)
    taken = [one for one in edited if one.role not in wanted[one.person_id]]
    take_roles(access, [as_grant(workspace.customer_id, one) for one in taken])  # last: one's own may be among them
    settle_namings(access, workspace.customer_id, wanted)


def contacts_in(held: Collection[Held]) -> set[int]:
    return {one.person_id for one in held if one.role is Role.SUPPORT_CONTACT}


def as_grant(customer_id: int, held: Held) -> NewGrant:
    return NewGrant(customer_id, held.workspace_id, held.person_id, held.role, held.source)


def edited_roles(access: Access, workspace_id: int, people: Collection[int]) -> dict[int, set[Role]]:
    """What each of them holds there and is edited here."""
    found: dict[int, set[Role]] = {one: set() for one in people}
    for held in organizations.list_given(access, [workspace_id], people):
        if held.workspace_id == workspace_id and is_edited(held.source):
            found[held.person_id].add(held.role)
    return found
