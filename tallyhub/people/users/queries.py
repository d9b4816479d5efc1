"""Who belongs to the workspaces that one manages: members, open invitations, and roles in the whole customer.

A page merges a walk of an index for each workspace (ADR 0010, 0014), so it costs the same with fifty members and with
fifty thousand. What an invited person is called elsewhere is not the inviter's to know, nor whether they are known
there: until they accept, name and address are those of the invitation, and its id stands for theirs.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import COUNT_MAX, PAGE_ROWS, Key, Place, SortKind
from tallyhub.organizations.rules import STAFF, Role
from tallyhub.people.models import Invitation
from tallyhub.people.users.rules import Source, Status, is_staff

STREAM_ROWS = 1_000  # per statement of an export
ASKED = "i"  # before the id of an invitation, where people are named by ids
SORTS: dict[str, SortKind] = {"name": str, "seen": int}
_COLUMNS = {"name": "sort_name", "seen": "seen_seconds"}


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which people. ``workspaces``: those looked at, all of which one manages; ``is_all``: all of the customer."""

    workspaces: tuple[int, ...]
    is_all: bool = False
    text: str = ""
    role: Role | None = None
    status: Status | None = None
    source: Source | None = None
    group_id: int | None = None
    contacts_only: bool = False
    people: tuple[int, ...] | None = None  # None: whoever it is


@dataclass(frozen=True, slots=True)
class RoleHeld:
    role: Role
    workspace_id: int | None  # None: in the whole customer
    source: str


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    id: int
    workspace_id: int
    roles: tuple[Role, ...]
    is_good: bool  # its link can still be used


@dataclass(frozen=True, slots=True)
class User:
    """Somebody of the list. ``workspaces``: those looked at of which they are a member."""

    person_id: int
    sort_value: str
    name: str
    email: str
    status: Status
    source: Source
    seen_seconds: int  # since 1970; 0: never, or not told, because staff's is not the customer's to know
    workspaces: tuple[int, ...]
    roles: tuple[RoleHeld, ...]
    groups: tuple[str, ...]
    invitations: tuple[OpenInvitation, ...]
    invitation_id: int | None  # that stands for whoever has not joined, whose own id nobody may see; None: has joined

    @property
    def handle(self) -> str:
        """What a form calls them."""
        return str(self.person_id) if self.invitation_id is None else f"{ASKED}{self.invitation_id}"

    @property
    def is_staff(self) -> bool:
        return is_staff([one.role for one in self.roles])

    @property
    def is_contact(self) -> bool:
        return any(one.role is Role.SUPPORT_CONTACT for one in self.roles)

    @property
    def is_asked_as_contact(self) -> bool:
        """Takes a place, too (``people.contacts``)."""
        return any(Role.SUPPORT_CONTACT in one.roles for one in self.invitations)


_SEEN = "coalesce(floor(extract(epoch FROM p.last_login))::bigint, 0)"
_IN_FORCE = "g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s)"
_REACHING = "(g.workspace_id = ANY (%(workspaces)s::bigint[]) OR g.workspace_id IS NULL)"
_HELD = f"g.person_id = p.id AND g.customer_id = %(customer)s AND {_REACHING} AND {_IN_FORCE}"
_THERE = "workspace_id = ANY (%(workspaces)s::bigint[])"
_OPEN = "i.accepted_at IS NULL AND i.voided_at IS NULL"
_FROM_DIRECTORY = f"""EXISTS (
    SELECT FROM organizations_accessgrant g WHERE g.person_id = p.id AND g.customer_id = %(customer)s
        AND {_REACHING} AND g.source LIKE 'directory:%%')"""
_INVITED = f"EXISTS (SELECT FROM people_invitation i WHERE i.person_id = p.id AND i.{_THERE} AND {_OPEN}{{}})"
_STATUS = f"""CASE
    WHEN NOT p.is_active THEN '{Status.KNOWN}'
    WHEN p.password NOT LIKE '!%%' THEN '{Status.REGISTERED}'
    WHEN {_FROM_DIRECTORY} THEN '{Status.DIRECTORY}'
    WHEN p.last_login IS NOT NULL THEN '{Status.REGISTERED}'
    WHEN {_INVITED.format(" AND i.expires_at > %(now)s")} THEN '{Status.INVITED}'
    WHEN {_INVITED.format("")} THEN '{Status.EXPIRED}'
    ELSE '{Status.KNOWN}' END"""
_SOURCE = f"""coalesce(
    (SELECT CASE WHEN i.made_by_id IS NULL THEN '{Source.AGREEMENT}' ELSE '{Source.INVITED}' END
     FROM people_invitation i WHERE i.person_id = p.id AND i.{_THERE} AND i.voided_at IS NULL ORDER BY i.id LIMIT 1),
    CASE WHEN {_FROM_DIRECTORY} THEN '{Source.DIRECTORY}' ELSE '{Source.IMPORT}' END)"""
# Of the invitations of somebody who is none of the people already, the oldest stands for them.
_IS_LISTED_BY = f"""{_OPEN}
    AND NOT EXISTS (SELECT FROM organizations_membership m WHERE m.person_id = i.person_id AND m.{_THERE})
    AND NOT EXISTS (SELECT FROM organizations_accessgrant g
        WHERE g.person_id = i.person_id AND g.customer_id = %(customer)s AND g.workspace_id IS NULL AND {_IN_FORCE})
    AND NOT EXISTS (SELECT FROM people_invitation o WHERE o.person_id = i.person_id AND o.{_THERE}
        AND o.accepted_at IS NULL AND o.voided_at IS NULL AND o.id < i.id)"""
_IN_WHOLE = f"""p.id IN (SELECT g.person_id FROM organizations_accessgrant g
        WHERE g.customer_id = %(customer)s AND g.workspace_id IS NULL AND {_IN_FORCE})
    AND NOT EXISTS (SELECT FROM organizations_membership m WHERE m.person_id = p.id AND m.{_THERE})"""

# The order must not tell what the column does not.
_SEEN_OF_WHOLE = f"""CASE WHEN EXISTS (SELECT FROM organizations_accessgrant g
        WHERE {_HELD} AND g.role IN ({", ".join(f"'{role}'" for role in sorted(STAFF))}))
    THEN 0::bigint ELSE {_SEEN} END"""

_WALKS = """
SELECT w.person_id, w.key, NULL::bigint AS invitation_id
FROM unnest(%(workspaces)s::bigint[]) place CROSS JOIN LATERAL (
    SELECT m.person_id, m.{column} AS key FROM organizations_membership m {join}
    WHERE m.workspace_id = place AND {of_members} AND {after_member}
    ORDER BY m.{column} {order}, m.person_id {order} LIMIT {limit}) w
UNION
(SELECT p.id, {whole_key}, NULL FROM accounts_person p
 WHERE {in_whole} AND {of_whole} AND {after_whole} ORDER BY 2 {order}, 1 {order} LIMIT {limit})
UNION ALL
SELECT v.person_id, v.key, v.id
FROM unnest(%(workspaces)s::bigint[]) place CROSS JOIN LATERAL (
    SELECT i.person_id, {invitation_key} AS key, i.id FROM people_invitation i
    WHERE i.workspace_id = place AND {listed} AND {of_invitations} AND {after_invitation}
    ORDER BY {invitation_order} LIMIT {limit}) v
"""
_PAGE = f"""
WITH found AS (SELECT * FROM ({{walks}}) walks ORDER BY key {{order}}, person_id {{order}} LIMIT {{limit}})
SELECT f.person_id, f.key::text, f.invitation_id, p.name, coalesce(p.email, ''),
    coalesce(nullif(i.name, ''), i.email), i.email,
    CASE WHEN f.invitation_id IS NULL THEN {_STATUS}
         WHEN i.expires_at > %(now)s THEN '{Status.INVITED}' ELSE '{Status.EXPIRED}' END,
    {_SOURCE},
    CASE WHEN f.invitation_id IS NULL THEN {_SEEN} ELSE 0 END,
    (SELECT jsonb_agg(m.workspace_id) FROM organizations_membership m WHERE m.person_id = p.id AND m.{_THERE}),
    (SELECT jsonb_agg(jsonb_build_array(g.role, g.workspace_id, g.source) ORDER BY g.role, g.workspace_id, g.source)
     FROM organizations_accessgrant g WHERE {_HELD}),
    (SELECT jsonb_agg(u.name ORDER BY u.name) FROM people_groupmember b JOIN people_group u ON u.id = b.group_id
     WHERE b.person_id = p.id AND b.{_THERE}),
    (SELECT jsonb_agg(jsonb_build_array(i.id, i.workspace_id, to_jsonb(i.roles), i.expires_at > %(now)s) ORDER BY i.id)
     FROM people_invitation i WHERE i.person_id = p.id AND i.{_THERE} AND {_OPEN})
FROM found f JOIN accounts_person p ON p.id = f.person_id LEFT JOIN people_invitation i ON i.id = f.invitation_id
ORDER BY f.key {{order}}, f.person_id {{order}}
"""
# The page asks a dozen tables through their policies: to plan that anew takes three times as long as to do it, and the
# plan is the same for everybody.
_PLAN_ONCE = "SELECT set_config('plan_cache_mode', 'force_generic_plan', true)"
# Members of one workspace are counted by its index; of all of them by the customer's, each person once.
_MEMBERS_OF_ONE = """
SELECT m.person_id FROM organizations_membership m {join}
WHERE m.workspace_id = %(workspace)s AND {of_members}"""
_MEMBERS_OF_ALL = """
SELECT DISTINCT m.person_id FROM organizations_membership m {join}
WHERE m.customer_id = %(customer)s AND {of_members} ORDER BY 1"""
_COUNT = """
SELECT count(*) FROM (
    ({members} LIMIT {limit})
    UNION ALL
    SELECT p.id FROM accounts_person p WHERE {in_whole} AND {of_whole}
    UNION ALL
    SELECT i.person_id FROM people_invitation i WHERE i.{there} AND {listed} AND {of_invitations}
    LIMIT {limit}) people
"""


def list_page(access: Access, wanted: UserFilter, place: Place, *, limit: int = PAGE_ROWS + 1) -> list[User]:
    """Up to ``limit`` people, in the place's reading order. Two statements; three behind somebody not yet joined."""
    order = "DESC" if place.reads_descending else "ASC"
    walks = _WALKS.format(**_conditions(wanted), **_walk(place, order), limit=limit)
    statement = _PAGE.format(walks=walks, order=order, limit=limit)
    parameters = _parameters(access, wanted)
    if place.key:
        parameters |= {"value": place.key.value, "id": _person_at(access, place.key.id)}
    with connection.cursor() as cursor:
        cursor.execute(_PLAN_ONCE)
        cursor.execute(statement, parameters)
        return [_user(*row) for row in cursor.fetchall()]


def _person_at(access: Access, row_id: int) -> int:
    """By the id in a page's link, which for whoever has not joined is that of an invitation, below zero."""
    if row_id >= 0:
        return row_id
    found = Invitation.objects.visible_to(access).filter(pk=-row_id).values_list("person_id", flat=True)
    return found.first() or 0


def count(access: Access, wanted: UserFilter) -> int:
    """Exact up to COUNT_MAX, one more than that beyond."""
    conditions = _conditions(wanted)
    members = (_MEMBERS_OF_ALL if wanted.is_all else _MEMBERS_OF_ONE).format(**conditions)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT.format(members=members, there=_THERE, limit=COUNT_MAX + 1, **conditions), _parameters(access, wanted)
        )
        return int(cursor.fetchone()[0])


def stream(access: Access, wanted: UserFilter) -> Iterator[User]:
    """Everybody, by name. Runs in the caller's scope until it is used up, a page at a time."""
    place = Place("name", is_descending=False)
    while found := list_page(access, wanted, place, limit=STREAM_ROWS):
        yield from found
        place = replace(place, key=Key(found[-1].sort_value, found[-1].person_id))


def get_user(access: Access, person_id: int, workspaces: Sequence[int]) -> User:
    """Somebody of these workspaces. Raises DoesNotExist for whoever is not of the list, or has not joined."""
    found = list_users(access, [person_id], workspaces)
    if not found or found[0].invitation_id is not None:
        raise ObjectDoesNotExist
    return found[0]


def get_asked(access: Access, invitation_id: int, workspaces: Sequence[int]) -> User:
    """Whom this open invitation into one of these workspaces is for. Raises DoesNotExist."""
    (found,) = list_users(access, list_asked(access, [invitation_id], workspaces), workspaces)
    return found


def list_asked(access: Access, invitations: Collection[int], workspaces: Sequence[int]) -> list[int]:
    """The people whom these open invitations are for. Raises DoesNotExist where one is none of these workspaces."""
    still = Invitation.objects.visible_to(access).filter(pk__in=invitations, accepted_at=None, voided_at=None)
    found = still.filter(workspace_id__in=workspaces).values_list("person_id", flat=True)
    people = list(found) if invitations else []
    if len(people) != len(set(invitations)):
        raise ObjectDoesNotExist
    return people


def list_users(access: Access, people: Collection[int], workspaces: Sequence[int]) -> list[User]:
    """Those of these people who are of the list of these workspaces, by name."""
    wanted = UserFilter(tuple(workspaces), people=tuple(people))
    return list_page(access, wanted, Place("name", is_descending=False), limit=len(people)) if people else []


def _user(*row: Any) -> User:
    person_id, sort_value, invitation_id, name, email, said_name, said_email, status, source, seen, *lists = row
    workspaces, roles, groups, invitations = (json.loads(each) if each else [] for each in lists)
    seen = 0 if is_staff([role for role, _place, _whence in roles]) else seen
    return User(
        person_id,
        sort_value,
        name if invitation_id is None else said_name,
        email if invitation_id is None else said_email,
        Status(status),
        Source(source),
        seen,
        tuple(workspaces),
        tuple(RoleHeld(Role(role), place, whence) for role, place, whence in roles),
        tuple(groups),
        tuple(OpenInvitation(pk, place, tuple(map(Role, given)), good) for pk, place, given, good in invitations),
        invitation_id,
    )


def _parameters(access: Access, wanted: UserFilter) -> dict[str, Any]:
    return {
        "customer": access.customer_id or 0,
        "workspaces": list(wanted.workspaces),
        "workspace": wanted.workspaces[0] if wanted.workspaces else 0,
        "now": clock.now(),
        "text": wanted.text,
        "role": wanted.role or "",
        "status": wanted.status or "",
        "source": wanted.source or "",
        "group": wanted.group_id or 0,
        "people": list(wanted.people or ()),
    }


def _walk(place: Place, order: str) -> dict[str, str]:
    """How each index is walked: its column, its order, and where it begins."""
    column, by_name = _COLUMNS[place.sort], place.sort == "name"
    whole_key = 'organizations_folded(p.name) COLLATE "C"' if by_name else _SEEN_OF_WHOLE
    comparison, kind = "<" if place.reads_descending else ">", "text" if by_name else "bigint"

    def after(key: str, person: str) -> str:
        return f"({key}, {person}) {comparison} (%(value)s::{kind}, %(id)s::bigint)" if place.key else "true"

    return {
        "column": column,
        "order": order,
        "whole_key": whole_key,
        "after_member": after(f"m.{column}", "m.person_id"),
        "after_whole": after(whole_key, "p.id"),
        "invitation_key": "i.sort_name" if by_name else "0::bigint",
        "invitation_order": f"i.sort_name {order}, i.person_id {order}" if by_name else f"i.person_id {order}",
        "after_invitation": after("i.sort_name", "i.person_id") if by_name else _after_unseen(place),
    }


def _after_unseen(place: Place) -> str:
    """Whoever is invited has never signed in: all of them have the value 0, so the index is walked by person."""
    if not place.key:
        return "true"
    value, is_down = int(place.key.value), place.reads_descending
    if value == 0:
        return f"i.person_id {'<' if is_down else '>'} %(id)s::bigint"
    return "true" if (value > 0) is is_down else "false"


def _conditions(wanted: UserFilter) -> dict[str, str]:
    """What the filters ask of a person, and of an invitation that stands for one."""
    of_person = [condition for is_asked, condition, _ in _filters(wanted) if is_asked]
    of_invitation = [condition for is_asked, _, condition in _filters(wanted) if is_asked]
    return {
        "join": "JOIN accounts_person p ON p.id = m.person_id" if of_person else "",
        "of_members": " AND ".join(["true", *of_person]),
        "of_whole": " AND ".join(["true", *of_person]),
        "of_invitations": " AND ".join(["true", *of_invitation]),
        "in_whole": _IN_WHOLE,
        "listed": _IS_LISTED_BY,
    }


def _filters(wanted: UserFilter) -> list[tuple[bool, str, str]]:
    """(is asked, of a person p, of an invitation i)."""
    holds = f"EXISTS (SELECT FROM organizations_accessgrant g WHERE {_HELD} AND g.role = {{}})"
    contact = f"'{Role.SUPPORT_CONTACT}'"
    asked = _INVITED.format(f" AND {contact} = ANY (i.roles)")
    in_group = (
        f"EXISTS (SELECT FROM people_groupmember b WHERE b.person_id = p.id AND b.group_id = %(group)s AND b.{_THERE})"
    )
    named = "(strpos({}, organizations_folded(%(text)s)) > 0 OR strpos(lower({}), lower(%(text)s)) > 0)"
    invited = f"CASE WHEN i.expires_at > %(now)s THEN '{Status.INVITED}' ELSE '{Status.EXPIRED}' END"
    asked_by = f"CASE WHEN i.made_by_id IS NULL THEN '{Source.AGREEMENT}' ELSE '{Source.INVITED}' END"
    return [
        (
            bool(wanted.text),
            named.format("organizations_folded(p.name)", "p.email"),
            named.format("i.sort_name", "i.email"),
        ),
        (wanted.role is not None, holds.format("%(role)s"), "%(role)s = ANY (i.roles)"),
        (wanted.contacts_only, f"({holds.format(contact)} OR {asked})", f"{contact} = ANY (i.roles)"),
        (wanted.status is not None, f"{_STATUS} = %(status)s", f"{invited} = %(status)s"),
        (wanted.source is not None, f"{_SOURCE} = %(source)s", f"{asked_by} = %(source)s"),
        (wanted.group_id is not None, in_group, "false"),
        (wanted.people is not None, "p.id = ANY (%(people)s::bigint[])", "i.person_id = ANY (%(people)s::bigint[])"),
    ]
