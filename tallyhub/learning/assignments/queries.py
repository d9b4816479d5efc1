"""Whom a learning manager follows, and what they were asked to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.grid import PAGE_ROWS, Place, SortKind
from tallyhub.learning.models import Activity, Assignment
from tallyhub.organizations.queries import list_members, names_of

SORTS: dict[str, SortKind] = {"name": str}


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which members of a workspace. ``overdue_only``: those with something that should be completed by now."""

    workspace_id: int
    text: str = ""
    overdue_only: bool = False


@dataclass(frozen=True, slots=True)
class Learner:
    id: int
    sort_name: str
    name: str
    email: str
    assigned: int
    overdue: int
    started: int
    completed: int
    last_activity_on: date | None


# Members by the index of their names; what each learnt is looked up for those of the page alone.
_PAGE = """
SELECT m.person_id, m.sort_name, p.name, coalesce(p.email, ''), s.assigned, s.overdue, r.started, r.completed, r.last
FROM organizations_membership m JOIN accounts_person p ON p.id = m.person_id
CROSS JOIN LATERAL (
    SELECT count(r.id) FILTER (WHERE r.started_on IS NOT NULL) AS started, count(r.completed_on) AS completed,
        max(r.last_activity_on) AS last
    FROM learning_record r
    WHERE r.workspace_id = m.workspace_id AND r.person_id = m.person_id AND r.customer_id = m.customer_id) r
CROSS JOIN LATERAL (
    SELECT count(*) AS assigned, count(*) FILTER (WHERE s.due_on < %(today)s AND NOT EXISTS (
            SELECT FROM learning_record d WHERE d.workspace_id = s.workspace_id AND d.person_id = s.person_id
                AND d.activity_id = s.activity_id AND d.completed_on IS NOT NULL)) AS overdue
    FROM learning_assignment s
    WHERE s.workspace_id = m.workspace_id AND s.person_id = m.person_id AND s.customer_id = m.customer_id
        AND s.withdrawn_at IS NULL) s
WHERE m.workspace_id = %(workspace)s
    AND (%(text)s = '' OR strpos(m.sort_name, organizations_folded(%(text)s)) > 0
        OR strpos(lower(p.email), lower(%(text)s)) > 0)
    AND (NOT %(overdue_only)s OR s.overdue > 0) {after}
ORDER BY m.sort_name {direction}, m.person_id {direction} LIMIT {limit}
"""


def choose_workspace(access: Access, wanted: str, right: Right = Right.VIEW_LEARNING) -> int:
    """The one that is named, else the one that one is signed in to, else the first of those with the right.

    Raises Forbidden where it is held nowhere, DoesNotExist for what is not on offer.
    """
    managed = access.workspaces_with(right)
    if not managed:
        raise Forbidden(right)
    if not wanted:
        return access.workspace_id if access.workspace_id in managed else managed[0]
    if wanted not in map(str, managed):
        raise ObjectDoesNotExist
    return int(wanted)


def list_page(access: Access, wanted: PeopleFilter, place: Place, today: date) -> list[Learner]:
    """Up to a page of people and one more, in the place's reading order."""
    access.require(Right.VIEW_LEARNING, workspace_id=wanted.workspace_id)
    direction, beyond = ("DESC", "<") if place.reads_descending else ("ASC", ">")
    params: dict[str, Any] = {
        "today": today,
        "workspace": wanted.workspace_id,
        "text": wanted.text,
        "overdue_only": wanted.overdue_only,
    }
    after = ""
    if place.key:
        after = f"AND (m.sort_name, m.person_id) {beyond} (%(value)s, %(id)s)"
        params |= {"value": place.key.value, "id": place.key.id}
    statement = _PAGE.format(after=after, direction=direction, limit=PAGE_ROWS + 1)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [Learner(*row) for row in cursor.fetchall()]


def get_assignment(access: Access, assignment_id: int) -> Assignment:
    """One that stands. Raises DoesNotExist."""
    found: Assignment = Assignment.objects.visible_to(access).get(pk=assignment_id, withdrawn_at=None)
    return found


def is_followed(access: Access, person_id: int) -> bool:
    """Whether they are a member of a workspace in which one follows people's learning."""
    return any(list_members(access, one, [person_id]) for one in access.workspaces_with(Right.VIEW_LEARNING))


def list_named(access: Access, workspace_id: int, people: Sequence[int]) -> list[tuple[int, str, str]]:
    """(id, name, no address) of those of these people who are members of the workspace, by name."""
    if not people:
        return []
    names = names_of(access, list_members(access, workspace_id, people))
    return sorted(((one, name, "") for one, name in names.items()), key=lambda one: one[1].casefold())


@dataclass(frozen=True, slots=True)
class Asked:
    """What a mail says of an assignment."""

    activity_id: int
    title: str
    due_on: date


def get_learner(access: Access, assignment_id: int) -> int:
    """Who was asked; for the hub itself."""
    return int(get_assignment(access, assignment_id).person_id)


def find_asked(person_id: int, assignment_id: int) -> Asked:
    """The person's own that stands and is not completed, in whichever customer: a definer function tells two of it.

    Raises DoesNotExist where it is no news any more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM learning_asked(%s, %s)", [person_id, assignment_id])
        found = cursor.fetchone()
    if found is None:
        raise Assignment.DoesNotExist
    activity = Activity.objects.get(pk=found[0])
    return Asked(activity.pk, activity.name, found[1])
