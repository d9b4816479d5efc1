"""The rows behind on-demand education: records with the entry that stands for each, and entries that are no record's.

They add up to the total: what was booked here and taken back is no row, and a reversal of an entry that stands for a
record is part of its row.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from tallyhub.kernel.grid import COUNT_MAX, PAGE_ROWS, Place, SortKind
from tallyhub.kernel.scope import streamed
from tallyhub.learning.rules import SOURCE

STREAM_ROWS = 2_000  # per fetch of an export
SORTS: dict[str, SortKind] = {"occurred_on": date, "charged": int}


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows. ``workspaces`` are those in which the reader may see named learning: the first wall."""

    entitlements: tuple[int, ...]
    workspaces: tuple[int, ...]
    first_day: date | None = None
    last_day: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An entry; ``title`` to ``progress_pct`` are the record's, or what another system wrote about a bare entry."""

    id: int
    occurred_on: date
    workspace_id: int
    entitlement_id: int
    person_id: int | None
    email: str
    reference: str
    source: str
    charged: int
    real: int
    multiplier: str
    is_reversal: bool
    is_reversed: bool
    reason: str
    activity: int | None
    activity_code: str
    title: str
    format: str
    product: str
    level: str
    language: str
    assigned_by: int | None
    due_on: date | None
    last_activity_on: date | None
    completed_on: date | None
    progress_pct: int | None

    @property
    def is_record(self) -> bool:
        return self.activity is not None


_BOUNDS = f"""
    (%(first_day)s::date IS NULL OR e.occurred_on >= %(first_day)s)
    AND (%(last_day)s::date IS NULL OR e.occurred_on <= %(last_day)s)
    AND (%(reference)s = '' OR e.external_id = %(reference)s)
    AND NOT EXISTS (SELECT FROM learning_record r WHERE r.entry_id = e.reverses_id)
    AND (e.source <> '{SOURCE}' OR EXISTS (SELECT FROM learning_record r WHERE r.entry_id = e.id)
        OR e.reverses_id IS NULL AND NOT EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id))"""
_COLUMNS = """
SELECT e.id, e.occurred_on, e.workspace_id, e.entitlement_id, e.person_id, coalesce(p.email, ''), e.external_id,
    e.source, e.charged + CASE WHEN r.id IS NULL THEN 0 ELSE coalesce(v.charged, 0) END, e.real_amount,
    e.multiplier_numerator || '/' || e.multiplier_denominator,
    e.reverses_id IS NOT NULL, v.id IS NOT NULL, e.reason, a.id, coalesce(a.code, ''),
    coalesce(nullif(a.names ->> %(reader)s, ''), a.names ->> 'en', d.title, ''), coalesce(a.format, ''),
    coalesce(o.names ->> %(reader)s, o.names ->> 'en', ''), coalesce(a.level, ''), coalesce(a.language, ''),
    s.assigned_by_id, s.due_on, r.last_activity_on, r.completed_on, r.progress_pct
"""
_JOINS = """
LEFT JOIN ledger_entry v ON v.reverses_id = e.id
LEFT JOIN ledger_entrydetail d ON d.entry_id = e.id
LEFT JOIN accounts_person p ON p.id = e.person_id
LEFT JOIN learning_record r ON r.entry_id = e.id
LEFT JOIN learning_activity a ON a.id = r.activity_id
LEFT JOIN agreements_product o ON o.id = a.product_id
LEFT JOIN learning_assignment s ON s.workspace_id = r.workspace_id AND s.person_id = r.person_id
    AND s.activity_id = r.activity_id AND s.withdrawn_at IS NULL
"""
# Merged from one index walk per entitlement and workspace, as the ledger's own rows are (ADR 0010).
_PAGE = """
{columns} FROM (
    SELECT part.*
    FROM unnest(%(entitlements)s::bigint[]) AS entitlement (id), unnest(%(workspaces)s::bigint[]) AS workspace (id)
    CROSS JOIN LATERAL (
        SELECT e.* FROM ledger_entry e
        WHERE e.entitlement_id = entitlement.id AND e.workspace_id = workspace.id AND {bounds} {after}
        ORDER BY e.{sort} {direction}, e.id {direction} LIMIT {limit}
    ) part
    ORDER BY {sort} {direction}, id {direction} LIMIT {limit}
) e {joins} ORDER BY e.{sort} {direction}, e.id {direction}
"""
_ALL = f"""
{_COLUMNS} FROM ledger_entry e {_JOINS}
WHERE e.entitlement_id = ANY (%(entitlements)s) AND e.workspace_id = ANY (%(workspaces)s) AND {_BOUNDS}
ORDER BY e.occurred_on, e.id
"""


def list_page(wanted: RowFilter, place: Place) -> list[Row]:
    """Up to a page of rows and one more, in the place's reading order."""
    direction, beyond = ("DESC", "<") if place.reads_descending else ("ASC", ">")
    params = _params(wanted)
    after, kind = "", {date: "date", int: "bigint"}[SORTS[place.sort]]
    if place.key:
        after = f"AND (e.{place.sort}, e.id) {beyond} (%(value)s::{kind}, %(id)s)"
        params |= {"value": place.key.value, "id": place.key.id}
    statement = _PAGE.format(
        columns=_COLUMNS, joins=_JOINS, bounds=_BOUNDS, after=after, sort=place.sort, direction=direction,
        limit=PAGE_ROWS + 1,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [Row(*one) for one in cursor.fetchall()]


@streamed
def stream(wanted: RowFilter) -> Generator[list[Row], None, None]:
    """Every row, oldest first, in batches. Runs in the caller's scope and ends with it."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ALL, _params(wanted))
        while batch := cursor.fetchmany(STREAM_ROWS):
            yield [Row(*one) for one in batch]


def count(wanted: RowFilter, *, exact_max: int = COUNT_MAX) -> int:
    """How many there are for all readers together in these workspaces, by a definer function that tells the number
    only: exact up to ``exact_max``, one more than that beyond.
    """
    asked = [list(wanted.entitlements), list(wanted.workspaces), wanted.first_day, wanted.last_day, wanted.reference]
    with connection.cursor() as cursor:
        cursor.execute("SELECT learning_count_rows(%s, %s, %s, %s, %s, %s)", [*asked, exact_max + 1])
        found: int = cursor.fetchone()[0]
        return found


def count_of_nothing(wanted: RowFilter) -> int:
    """How many of the rows, whatever days are asked for, were taken back or take back: they add up to nothing."""
    asked = [list(wanted.entitlements), list(wanted.workspaces)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT learning_count_rows_of_nothing(%s, %s)", asked)
        found: int = cursor.fetchone()[0]
        return found


@dataclass(frozen=True, slots=True)
class Counts:
    """Of what stands; people once each."""

    started: int
    completed: int
    learners: int


def count_learning(wanted: RowFilter) -> Counts:
    """For all readers together, whatever days are asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM learning_counts(%s, %s)", [list(wanted.entitlements), list(wanted.workspaces)])
        return Counts(*cursor.fetchone())


def _params(wanted: RowFilter) -> dict[str, Any]:
    return {
        "reader": get_language() or "en",
        "entitlements": list(wanted.entitlements),
        "workspaces": list(wanted.workspaces),
        "first_day": wanted.first_day,
        "last_day": wanted.last_day,
        "reference": wanted.reference,
    }
