"""Reads that several rooms need: one's own learning, what one has to do, and who may be a learner."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, DateField, F, OuterRef, QuerySet, Subquery, Window

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.learning.models import Activity, Assignment, Fact, Record
from tallyhub.learning.rules import Unbooked, is_overdue
from tallyhub.organizations.queries import get_customer

DUE_MAX = 6  # listed where one is told what is due


@dataclass(frozen=True, slots=True)
class Due:
    """What a learning manager asked for, and is not completed."""

    activity_id: int
    title: str
    due_on: date
    is_started: bool
    is_overdue: bool


def today(access: Access) -> date:
    """The day by which things are due: the customer's."""
    return clock.today(get_customer(access).zone)


def due(access: Access, at_most: int = DUE_MAX) -> tuple[list[Due], int]:
    """The reader's own assignments that are not completed, what is due first ahead, by the customer's day; and how
    many there are beside these.

    Of a workspace that one has left, nothing is due any more. One statement.
    """
    if not access.customers or access.person_id is None:
        return [], 0
    own = Record.objects.filter(
        workspace=OuterRef("workspace"), person=OuterRef("person"), activity=OuterRef("activity")
    )
    found = list(
        Assignment.objects.visible_to(access)
        .filter(person_id=access.person_id, withdrawn_at=None, workspace_id__in=access.workspaces)
        .annotate(
            zone=F("customer__zone"), started_on=_day_of(own, "started_on"), completed_on=_day_of(own, "completed_on")
        )
        .filter(completed_on=None)
        .annotate(of_all=Window(Count("pk")))
        .select_related("activity")
        .order_by("due_on", "pk")[:at_most]
    )
    more = found[0].of_all - len(found) if found else 0
    return [
        Due(
            one.activity_id,
            one.activity.name,
            one.due_on,
            bool(one.started_on),
            is_overdue(one.due_on, None, clock.today(one.zone)),
        )
        for one in found
    ], more


# As the list of people counts them (``assignments.queries``), each workspace by the day of its customer.
_OVERDUE = """
SELECT s.workspace_id, count(*) FROM learning_assignment s
JOIN organizations_membership m
    ON m.workspace_id = s.workspace_id AND m.person_id = s.person_id AND m.customer_id = s.customer_id
JOIN organizations_organization o ON o.id = s.customer_id
WHERE s.workspace_id = ANY (%(workspaces)s) AND s.withdrawn_at IS NULL
    AND s.due_on < (%(now)s::timestamptz AT TIME ZONE o.zone)::date
    AND NOT EXISTS (
        SELECT FROM learning_record d WHERE d.workspace_id = s.workspace_id AND d.person_id = s.person_id
            AND d.activity_id = s.activity_id AND d.completed_on IS NOT NULL)
GROUP BY 1
"""


def count_overdue(access: Access) -> dict[int, int]:
    """How many assignments of members are overdue, for each workspace whose learning one follows and that has any.

    One statement; none for whoever follows nobody's.
    """
    managed = access.workspaces_with(Right.VIEW_LEARNING)
    if not managed:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, {"workspaces": list(managed), "now": clock.now()})
        found = dict(cursor.fetchall())
    return {one: found[one] for one in managed if one in found}


def _day_of(rows: "QuerySet[Record]", column: str) -> Subquery:
    return Subquery(rows.values(column)[:1], output_field=DateField())


def get_activity(access: Access, activity_id: int) -> Activity:
    """One that is not offered any more is there for whoever has to do with it. Raises DoesNotExist."""
    found = Activity.objects.select_related("product").get(pk=activity_id)
    if found.is_offered or _concerns(access, activity_id):
        return found
    raise Activity.DoesNotExist


def _concerns(access: Access, activity_id: int) -> bool:
    wanted = {"activity_id": activity_id}
    seen = Record.objects.visible_to(access).filter(**wanted), Assignment.objects.visible_to(access).filter(**wanted)
    return any(one.exists() for one in seen)


def find_own(access: Access, activity_id: int) -> Record | None:
    """In the workspace that one is signed in to."""
    mine = Record.objects.visible_to(access).filter(person_id=access.person_id or 0, activity_id=activity_id)
    found: Record | None = mine.filter(workspace_id=access.workspace_id or 0).first()
    return found


def find_assignment(access: Access, activity_id: int) -> Assignment | None:
    mine = Assignment.objects.visible_to(access).filter(person_id=access.person_id or 0, activity_id=activity_id)
    found: Assignment | None = mine.filter(workspace_id=access.workspace_id or 0, withdrawn_at=None).first()
    return found


def list_unbooked(access: Access, *, after: int, at_most: int) -> list[int]:
    """Ids of records that nobody pays yet, the first ones behind an id. What was taken back waits for nothing."""
    waiting = Record.objects.visible_to(access).exclude(unbooked__in=["", Unbooked.TAKEN_BACK]).filter(pk__gt=after)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:at_most])


def customers_with_unbooked() -> list[int]:
    """Of all customers: a definer function that tells ids only, because a job begins without knowing any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(learning_customers_with_unbooked()) ORDER BY 1")
        return [customer for (customer,) in cursor.fetchall()]


def customers_of(person_id: int) -> set[int]:
    """The customers in which the person learnt or was to learn something, whatever the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(learning_customers_of(%s))", [person_id])
        return {customer for (customer,) in cursor.fetchall()}


def list_facts(records: Collection[int]) -> list[Fact]:
    return list(Fact.objects.filter(record_id__in=records).order_by("pk"))


# For programs: in the order of ids, so that what is added comes after the last page

_COLUMNS = {
    "workspace_id": "workspace_id",
    "learner_id": "person_id",
    "activity": "activity__code",
    "started_from": "started_on__gte",
    "started_to": "started_on__lte",
}


def list_activities_after(wanted: Mapping[str, Any], *, after: int, limit: int) -> list[Activity]:
    """``wanted``: columns and their values."""
    found = Activity.objects.filter(pk__gt=after, **wanted).select_related("product").order_by("pk")
    return list(found[:limit])


def list_records_after(access: Access, wanted: Mapping[str, Any], *, after: int, limit: int) -> list[Record]:
    """What was started, as far as the access may see it. ``wanted``: the names of ``_COLUMNS`` and their values."""
    asked = {_COLUMNS[name]: value for name, value in wanted.items()}
    rows = Record.objects.visible_to(access).filter(pk__gt=after, started_on__isnull=False, **asked)
    return list(rows.select_related("activity").order_by("pk")[:limit])
