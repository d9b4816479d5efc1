"""Who learnt what: one row per learner, workspace and activity, started or assigned, for learning managers (R2.2)."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.utils.translation import get_language

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.grid import COUNT_MAX, PAGE_ROWS, Place, SortKind
from tallyhub.kernel.scope import streamed
from tallyhub.learning.queries import today
from tallyhub.learning.report.rules import Period, year_of
from tallyhub.learning.rules import Format, Level
from tallyhub.learning.steps import offers_of_education

STREAM_ROWS = 2_000  # per fetch of an export
SORTS: dict[str, SortKind] = {"on_day": date, "learner": str}


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which rows. ``workspaces``: those whose named learning the reader may see; ``period`` None: whenever."""

    workspaces: tuple[int, ...]
    period: Period | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """``id`` is the record's, or the assignment's less 10^17 where nothing was started. ``on_day``: started, else
    assigned. Whom the customer does not know any more has neither name nor address.
    """

    id: int
    on_day: date
    learner: str  # as it is sorted
    person_id: int
    learner_name: str
    learner_email: str
    workspace_id: int
    agreement: str
    activity: int
    activity_id: str  # its code
    activity_title: str
    format: Format
    product: str
    level: Level
    language: str
    minutes: int
    assignment_id: int | None
    assigned_by: int | None
    assigned_on: date | None
    due_on: date | None
    started_on: date | None
    last_activity_on: date | None
    completed_on: date | None
    progress_pct: int
    unbooked: str


# The workspaces are the first wall; by the policies one reads one's own, too, so they are asked for here.
_ROWS = """
WITH found AS (
    SELECT r.id, coalesce(r.started_on, s.assigned_on) AS on_day, r.person_id, r.workspace_id, r.activity_id,
        r.entitlement_id, s.id AS assignment_id, s.assigned_by_id, s.assigned_on, s.due_on, r.started_on,
        r.last_activity_on, r.completed_on, r.progress_pct, r.unbooked
    FROM learning_record r LEFT JOIN learning_assignment s ON s.workspace_id = r.workspace_id
        AND s.person_id = r.person_id AND s.activity_id = r.activity_id AND s.withdrawn_at IS NULL
    WHERE r.workspace_id = ANY (%(workspaces)s) AND (r.started_on IS NOT NULL OR s.id IS NOT NULL)
    UNION ALL
    SELECT s.id - 100000000000000000, s.assigned_on, s.person_id, s.workspace_id, s.activity_id,
        NULL, s.id, s.assigned_by_id, s.assigned_on, s.due_on, NULL, NULL, NULL, 0, ''
    FROM learning_assignment s
    WHERE s.workspace_id = ANY (%(workspaces)s) AND s.withdrawn_at IS NULL AND NOT EXISTS (
        SELECT FROM learning_record r WHERE r.workspace_id = s.workspace_id AND r.person_id = s.person_id
            AND r.activity_id = s.activity_id)
), known AS MATERIALIZED (
    SELECT n.id, n.name FROM organizations_names(
        (SELECT w.customer_id FROM organizations_workspace w WHERE w.id = (%(workspaces)s::bigint[])[1]),
        (SELECT array_agg(DISTINCT f.person_id) FROM found f)) n
), listed AS (
    SELECT f.id, f.on_day, lower(coalesce(n.name, '')) AS learner, f.person_id, coalesce(n.name, '') AS learner_name,
        CASE WHEN n.id IS NULL THEN '' ELSE coalesce(p.email, '') END AS learner_email,
        f.workspace_id, coalesce(g.number, '') AS agreement,
        a.id AS activity, a.code AS activity_id,
        coalesce(nullif(a.names ->> %(reader)s, ''), a.names ->> 'en') AS activity_title, a.format,
        coalesce(d.names ->> %(reader)s, d.names ->> 'en', '') AS product, a.level, a.language, a.minutes,
        f.assignment_id, f.assigned_by_id, f.assigned_on, f.due_on, f.started_on, f.last_activity_on, f.completed_on,
        f.progress_pct, f.unbooked
    FROM found f JOIN accounts_person p ON p.id = f.person_id JOIN learning_activity a ON a.id = f.activity_id
    LEFT JOIN known n ON n.id = f.person_id
    LEFT JOIN agreements_product d ON d.id = a.product_id
    LEFT JOIN agreements_entitlement t ON t.id = f.entitlement_id
    LEFT JOIN agreements_package k ON k.id = t.package_id
    LEFT JOIN agreements_agreement g ON g.id = k.agreement_id
    WHERE (%(person)s::bigint IS NULL OR f.person_id = %(person)s)
        AND (%(last)s::date IS NULL OR f.on_day <= %(last)s)
        AND (%(first)s::date IS NULL OR f.assignment_id IS NOT NULL AND f.completed_on IS NULL
            OR f.last_activity_on >= %(first)s)
)
"""


def read_workspaces(access: Access, wanted: str = "") -> tuple[int, ...]:
    """Those whose named learning one may read, or the wanted one of them.

    Raises Forbidden for whoever manages nobody's learning, DoesNotExist for a workspace that is not on offer.
    """
    managed = access.workspaces_with(Right.VIEW_LEARNING)
    if not managed:
        raise Forbidden(Right.VIEW_LEARNING)
    if not wanted:
        return managed
    if wanted not in map(str, managed):
        raise ObjectDoesNotExist
    return (int(wanted),)


def current_year(access: Access, workspaces: tuple[int, ...]) -> Period:
    """The running year of the agreement that pays for education there; of several the one that ends first."""
    now = clock.now()
    held = [one for one in offers_of_education() if one.is_in_force(now) and not one.workspaces.isdisjoint(workspaces)]
    if not held:
        day = today(access)
        return Period(day.replace(month=1, day=1), day.replace(month=12, day=31))
    first = min(held, key=lambda one: (one.ends_on, one.entitlement_id))
    return year_of(first.starts_on, first.ends_on, first.day_of(now))


def list_page(wanted: ReportFilter, place: Place) -> list[ReportRow]:
    """Up to a page of rows and one more, in the place's reading order."""
    direction, beyond = ("DESC", "<") if place.reads_descending else ("ASC", ">")
    params = _params(wanted)
    after, kind = "", {date: "date", str: "text"}[SORTS[place.sort]]
    if place.key:
        after = f"WHERE ({place.sort}, id) {beyond} (%(value)s::{kind}, %(id)s)"
        params |= {"value": place.key.value, "id": place.key.id}
    order = f"ORDER BY {place.sort} {direction}, id {direction} LIMIT {PAGE_ROWS + 1}"
    with connection.cursor() as cursor:
        cursor.execute(f"{_ROWS} SELECT * FROM listed {after} {order}", params)
        return [_row(*one) for one in cursor.fetchall()]


@streamed
def stream(wanted: ReportFilter) -> Generator[list[ReportRow], None, None]:
    """Every row, by learner, in batches. Runs in the caller's scope and ends with it."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{_ROWS} SELECT * FROM listed ORDER BY learner, person_id, on_day, id", _params(wanted))
        while batch := cursor.fetchmany(STREAM_ROWS):
            yield [_row(*one) for one in batch]


def count(wanted: ReportFilter, *, exact_max: int = COUNT_MAX) -> int:
    """Exact up to ``exact_max``, one more than that beyond."""
    with connection.cursor() as cursor:
        params = _params(wanted) | {"limit": exact_max + 1}
        cursor.execute(f"{_ROWS} SELECT count(*) FROM (SELECT FROM listed LIMIT %(limit)s) counted", params)
        found: int = cursor.fetchone()[0]
        return found


def _params(wanted: ReportFilter) -> dict[str, Any]:
    return {
        "reader": get_language() or "en",
        "workspaces": list(wanted.workspaces),
        "person": wanted.person_id,
        "first": wanted.period.first if wanted.period else None,
        "last": wanted.period.last if wanted.period else None,
    }


def _row(*columns: Any) -> ReportRow:
    made: Any = ReportRow
    row: ReportRow = made(*columns)
    return row
