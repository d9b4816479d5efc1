"""The rows behind proactive services, dedicated engineers and credits: engagements with what they planned and drew, and
entries that are no engagement's, from consumption imports. Together they add up to the total, reversals included.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tallyhub.kernel.grid import COUNT_MAX, PAGE_ROWS, Place
from tallyhub.kernel.scope import streamed

STREAM_ROWS = 2_000  # per fetch of an export
SORTS: dict[str, type[date] | type[int]] = {"occurred_on": date, "charged": int}


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows. ``workspaces`` are the chosen ones that one may read."""

    entitlements: tuple[int, ...]
    workspaces: tuple[int, ...]
    first_day: date | None = None
    last_day: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """``id`` is the engagement's, or the entry's less 10^17, so that each sort keeps its order. An engagement that drew
    of two entitlements is a row of each: ``entitlement_id`` tells them apart."""

    id: int
    reference: str
    title: str
    category: str
    kind: str
    state: str
    starts_on: date | None
    ends_on: date | None
    occurred_on: date  # when it was last delivered, else requested; of an entry its day
    person_id: int | None  # the engineer
    ordered_by_id: int | None
    planned_minutes: int | None
    delivered_minutes: int | None
    rate: int | None
    held: int
    workspace_id: int
    entitlement_id: int
    charged: int
    real: int | None
    source: str
    is_reversal: bool
    is_reversed: bool
    reason: str
    running: int  # all that was drawn until this row, oldest first, of the filtered rows

    @property
    def is_engagement(self) -> bool:
        return self.id > 0


_ROWS = """
WITH mine AS (
    SELECT b.engagement_id, b.entitlement_id, sum(e.charged)::bigint AS charged, max(e.occurred_on) AS day
    FROM engagements_engagementbooking b JOIN ledger_entry e ON e.id = b.entry_id
    WHERE b.entitlement_id = ANY (%(entitlements)s) AND e.workspace_id = ANY (%(workspaces)s)
        AND NOT EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id)
        AND (%(first_day)s::date IS NULL OR e.occurred_on >= %(first_day)s)
        AND (%(last_day)s::date IS NULL OR e.occurred_on <= %(last_day)s)
    GROUP BY 1, 2
), planned AS (
    SELECT g.id AS engagement_id, g.entitlement_id FROM engagements_engagement g
    WHERE g.entitlement_id = ANY (%(entitlements)s) AND g.workspace_id = ANY (%(workspaces)s)
        AND (%(first_day)s::date IS NULL OR (g.requested_at AT TIME ZONE 'UTC')::date >= %(first_day)s)
        AND (%(last_day)s::date IS NULL OR (g.requested_at AT TIME ZONE 'UTC')::date <= %(last_day)s)
    UNION SELECT engagement_id, entitlement_id FROM mine
), rows AS (
    SELECT g.id, g.number AS reference, g.title, coalesce(o.category, '') AS category, coalesce(o.kind, '') AS kind,
        g.state, (g.starts_at AT TIME ZONE a.zone)::date AS starts_on, (g.ends_at AT TIME ZONE a.zone)::date AS ends_on,
        coalesce(m.day, (g.requested_at AT TIME ZONE 'UTC')::date) AS occurred_on, g.engineer_id AS person_id,
        g.requested_by_id AS ordered_by_id, g.planned_minutes,
        (SELECT coalesce(sum(d.minutes), 0) FROM engagements_engagementdelivery d
         WHERE d.engagement_id = g.id AND d.removed_at IS NULL)::bigint AS delivered_minutes,
        g.credit_rate AS rate,
        (SELECT coalesce(sum(h.amount), 0) FROM ledger_hold h WHERE h.entitlement_id = p.entitlement_id
             AND h.source = 'engagements' AND h.held_for = g.number)::bigint AS held,
        g.workspace_id, p.entitlement_id, coalesce(m.charged, 0) AS charged, NULL::bigint AS real, '' AS source,
        false AS is_reversal, false AS is_reversed, '' AS reason
    FROM planned p JOIN engagements_engagement g ON g.id = p.engagement_id
    JOIN agreements_entitlement t ON t.id = p.entitlement_id JOIN agreements_package k ON k.id = t.package_id
    JOIN agreements_agreement a ON a.id = k.agreement_id
    LEFT JOIN engagements_offering o ON o.id = g.offering_id
    LEFT JOIN mine m ON m.engagement_id = p.engagement_id AND m.entitlement_id = p.entitlement_id
    WHERE g.workspace_id = ANY (%(workspaces)s) AND (%(reference)s = '' OR g.number = %(reference)s)
    UNION ALL
    SELECT e.id - 100000000000000000, e.external_id, coalesce(x.title, ''), '', '', '', e.occurred_on, e.occurred_on,
        e.occurred_on, NULL, e.person_id, NULL, NULL, NULL, 0, e.workspace_id, e.entitlement_id, e.charged,
        e.real_amount, e.source, e.reverses_id IS NOT NULL,
        EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id), e.reason
    FROM ledger_entry e LEFT JOIN ledger_entrydetail x ON x.entry_id = e.id
    WHERE e.entitlement_id = ANY (%(entitlements)s) AND e.workspace_id = ANY (%(workspaces)s)
        AND NOT EXISTS (SELECT FROM engagements_engagementbooking b WHERE b.entry_id = coalesce(e.reverses_id, e.id))
        AND (%(first_day)s::date IS NULL OR e.occurred_on >= %(first_day)s)
        AND (%(last_day)s::date IS NULL OR e.occurred_on <= %(last_day)s)
        AND (%(reference)s = '' OR e.external_id = %(reference)s)
), listed AS (
    SELECT r.*, sum(r.charged) OVER (PARTITION BY r.entitlement_id ORDER BY r.occurred_on, r.id)::bigint AS running
    FROM rows r
)
"""


def _params(wanted: RowFilter) -> dict[str, Any]:
    return {
        "entitlements": list(wanted.entitlements),
        "workspaces": list(wanted.workspaces),
        "first_day": wanted.first_day,
        "last_day": wanted.last_day,
        "reference": wanted.reference,
    }


def list_page(wanted: RowFilter, place: Place) -> list[Row]:
    """Up to a page of rows and one more, in the place's reading order."""
    direction, beyond = ("DESC", "<") if place.reads_descending else ("ASC", ">")
    kind = {date: "date", int: "bigint"}[SORTS[place.sort]]
    params, after = _params(wanted), ""
    if place.key:
        after = f"WHERE ({place.sort}, id) {beyond} (%(value)s::{kind}, %(id)s)"
        params |= {"value": place.key.value, "id": place.key.id}
    order = f"ORDER BY {place.sort} {direction}, id {direction} LIMIT {PAGE_ROWS + 1}"
    with connection.cursor() as cursor:
        cursor.execute(f"{_ROWS} SELECT * FROM listed {after} {order}", params)
        return [Row(*one) for one in cursor.fetchall()]


@streamed
def stream(wanted: RowFilter) -> Generator[list[Row], None, None]:
    """Every row, oldest first, in batches. Runs in the caller's scope and ends with it."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{_ROWS} SELECT * FROM listed ORDER BY occurred_on, id", _params(wanted))
        while batch := cursor.fetchmany(STREAM_ROWS):
            yield [Row(*one) for one in batch]


def count(wanted: RowFilter, *, exact_max: int = COUNT_MAX) -> int:
    """How many there are: exact up to ``exact_max``, one more than that beyond."""
    with connection.cursor() as cursor:
        params = _params(wanted) | {"limit": exact_max + 1}
        cursor.execute(f"{_ROWS} SELECT count(*) FROM (SELECT FROM rows LIMIT %(limit)s) counted", params)
        found: int = cursor.fetchone()[0]
        return found
