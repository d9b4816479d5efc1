"""The rows behind proactive services, dedicated engineers and credits: what the ledger holds, and what is open.

Each entry that stands is a row, with the engagement that it belongs to; an engagement is a row of its own while
something of it is open, or where nothing of it is booked (``Engagement.listed_on``). What an engagement booked and took
back is no row; of entries that are no engagement's, from consumption imports, reversals are rows, too. So the rows add
up to the total.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tallyhub.engagements.rules import SOURCE
from tallyhub.kernel.grid import COUNT_MAX, PAGE_ROWS, Place, SortKind
from tallyhub.kernel.scope import streamed

STREAM_ROWS = 2_000  # per fetch of an export
SORTS: dict[str, SortKind] = {"occurred_on": date, "charged": int}
ENTRIES_BELOW = 10**17  # an entry's id less this: each row has one place in an order, entries before engagements


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
    """``id`` is the engagement's, or the entry's less ``ENTRIES_BELOW``. ``title`` to ``rate`` are the engagement's, or
    what another system wrote about a bare entry; ``planned_minutes`` and ``rate`` stand on each row of it.
    """

    id: int
    occurred_on: date  # of an entry its day; of an open engagement the day of its request
    charged: int
    entitlement_id: int
    workspace_id: int
    reference: str
    title: str
    category: str
    kind: str
    state: str
    starts_on: date | None
    ends_on: date | None
    person_id: int | None  # the engineer
    ordered_by_id: int | None
    planned_minutes: int | None
    delivered_minutes: int | None  # of this entry; by credits, which are spent once, of the whole
    rate: int | None
    held: int  # of the engagement's own row
    has_engagement: bool  # else it is a bare entry
    real: int | None  # of an entry
    multiplier: str
    source: str
    is_reversal: bool
    is_reversed: bool
    reason: str

    @property
    def is_open(self) -> bool:
        """The row of an engagement itself, of which more may come."""
        return self.id > 0


# Looked up for one row after the other, as what stands here is not made into a join as EXISTS is, which reads all.
_BOOKED = "coalesce((SELECT true FROM engagements_engagementbooking b WHERE b.entry_id = {entry}), false)"
_ENTRIES = f"""
SELECT e.id - {ENTRIES_BELOW} AS id, e.occurred_on, e.charged, e.id AS entry_id, NULL::bigint AS engagement_id,
    e.entitlement_id, e.workspace_id
FROM ledger_entry e
WHERE {{where_entry}}
    AND (%(first_day)s::date IS NULL OR e.occurred_on >= %(first_day)s)
    AND (%(last_day)s::date IS NULL OR e.occurred_on <= %(last_day)s)
    AND (%(reference)s = '' OR e.external_id = %(reference)s OR EXISTS (
        SELECT FROM engagements_engagementbooking b JOIN engagements_engagement g ON g.id = b.engagement_id
        WHERE b.entry_id = e.id AND g.number = %(reference)s))
    AND (e.reverses_id IS NULL OR NOT {_BOOKED.format(entry="e.reverses_id")})
    AND NOT ({_BOOKED.format(entry="e.id")}
        AND coalesce((SELECT true FROM ledger_entry v WHERE v.reverses_id = e.id), false))
"""
_OPEN = """
SELECT g.id, g.listed_on AS occurred_on, 0::bigint AS charged, NULL::bigint AS entry_id, g.id AS engagement_id,
    g.entitlement_id, g.workspace_id
FROM engagements_engagement g
WHERE {where_open} AND g.listed_on IS NOT NULL
    AND (%(first_day)s::date IS NULL OR g.listed_on >= %(first_day)s)
    AND (%(last_day)s::date IS NULL OR g.listed_on <= %(last_day)s)
    AND (%(reference)s = '' OR g.number = %(reference)s)
"""
# Merged from two index walks per entitlement and workspace, one of entries and one of open engagements (ADR 0010).
_WALKS = f"""
SELECT part.*
FROM unnest(%(entitlements)s::bigint[]) AS entitlement (id), unnest(%(workspaces)s::bigint[]) AS workspace (id)
CROSS JOIN LATERAL (
    ({
    _ENTRIES.format(where_entry="e.entitlement_id = entitlement.id AND e.workspace_id = workspace.id {after_entry}")
} ORDER BY e.{{sort}} {{direction}}, e.id {{direction}} LIMIT %(limit)s)
    UNION ALL
    ({
    _OPEN.format(where_open="g.entitlement_id = entitlement.id AND g.workspace_id = workspace.id {after_open}")
} ORDER BY {{open_order}} g.id {{direction}} LIMIT %(limit)s)
) part
"""
_EVERY = (
    _ENTRIES.format(where_entry="e.entitlement_id = ANY (%(entitlements)s) AND e.workspace_id = ANY (%(workspaces)s)")
    + "UNION ALL"
    + _OPEN.format(where_open="g.entitlement_id = ANY (%(entitlements)s) AND g.workspace_id = ANY (%(workspaces)s)")
)
_TOLD = f"""
SELECT r.id, r.occurred_on, r.charged, r.entitlement_id, r.workspace_id, coalesce(g.number, e.external_id),
    coalesce(g.title, x.title, ''), coalesce(o.category, ''), coalesce(o.kind, ''), coalesce(g.state, ''),
    (g.starts_at AT TIME ZONE a.zone)::date, (g.ends_at AT TIME ZONE a.zone)::date,
    coalesce(d.engineer_id, g.engineer_id), CASE WHEN g.id IS NULL THEN e.person_id ELSE g.requested_by_id END,
    g.planned_minutes,
    CASE WHEN s.unit = 'credits' THEN (SELECT sum(n.minutes) FROM engagements_engagementdelivery n
        WHERE n.engagement_id = g.id AND n.removed_at IS NULL)::bigint ELSE d.minutes END,
    g.credit_rate,
    CASE WHEN r.engagement_id IS NULL THEN 0 ELSE (SELECT coalesce(sum(h.amount), 0) FROM ledger_hold h
        WHERE h.entitlement_id = r.entitlement_id AND h.source = '{SOURCE}' AND h.held_for = g.number)::bigint END,
    g.id IS NOT NULL, e.real_amount,
    coalesce(e.multiplier_numerator || '/' || e.multiplier_denominator, ''),
    CASE WHEN g.id IS NULL THEN e.source ELSE '' END, e.reverses_id IS NOT NULL, v.id IS NOT NULL,
    coalesce(e.reason, '')
FROM ({{rows}}) r
JOIN agreements_entitlement t ON t.id = r.entitlement_id
JOIN agreements_service s ON s.id = t.service_id
JOIN agreements_package k ON k.id = t.package_id
JOIN agreements_agreement a ON a.id = k.agreement_id
LEFT JOIN ledger_entry e ON e.id = r.entry_id
LEFT JOIN ledger_entry v ON v.reverses_id = r.entry_id
LEFT JOIN ledger_entrydetail x ON x.entry_id = r.entry_id
LEFT JOIN engagements_engagementbooking b ON b.entry_id = r.entry_id
LEFT JOIN engagements_engagementdelivery d ON d.id = b.delivery_id
LEFT JOIN engagements_engagement g  -- behind a wall no index is asked for a COALESCE, which is not leakproof
    ON g.id = CASE WHEN r.engagement_id IS NULL THEN b.engagement_id ELSE r.engagement_id END
LEFT JOIN engagements_offering o ON o.id = g.offering_id
ORDER BY r.{{sort}} {{direction}}, r.id {{direction}}
"""


def list_page(wanted: RowFilter, place: Place) -> list[Row]:
    """Up to a page of rows and one more, in the place's reading order."""
    direction = "DESC" if place.reads_descending else "ASC"
    after_entry, after_open, keys = _after(place)
    walks = _WALKS.format(
        sort=place.sort,
        direction=direction,
        after_entry=after_entry,
        after_open=after_open,
        open_order=f"g.listed_on {direction}," if place.sort == "occurred_on" else "",
    )
    rows = f"{walks} ORDER BY {place.sort} {direction}, id {direction} LIMIT %(limit)s"
    statement = _TOLD.format(rows=rows, sort=place.sort, direction=direction)
    with connection.cursor() as cursor:
        cursor.execute(statement, _params(wanted) | keys | {"limit": PAGE_ROWS + 1})
        return [Row(*one) for one in cursor.fetchall()]


def _after(place: Place) -> tuple[str, str, dict[str, Any]]:
    """Where a page begins: of entries, of open engagements, and the parameters of both."""
    if place.key is None:
        return "", "", {}
    beyond = "<" if place.reads_descending else ">"
    kind = {date: "date", int: "bigint"}[SORTS[place.sort]]
    keys = {"value": place.key.value, "id": place.key.id, "entry": place.key.id + ENTRIES_BELOW}
    after_entry = f"AND (e.{place.sort}, e.id) {beyond} (%(value)s::{kind}, %(entry)s)"
    if place.sort == "occurred_on":
        return after_entry, f"AND (g.listed_on, g.id) {beyond} (%(value)s::date, %(id)s)", keys
    charged = int(place.key.value)  # an open engagement has charged nothing
    if charged == 0:
        return after_entry, f"AND g.id {beyond} %(id)s", keys
    return after_entry, "" if (charged > 0) is place.reads_descending else "AND false", keys


@streamed
def stream(wanted: RowFilter) -> Generator[list[Row], None, None]:
    """Every row, oldest first, in batches. Runs in the caller's scope and ends with it."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_TOLD.format(rows=_EVERY, sort="occurred_on", direction="ASC"), _params(wanted))
        while batch := cursor.fetchmany(STREAM_ROWS):
            yield [Row(*one) for one in batch]


def count(wanted: RowFilter, *, exact_max: int = COUNT_MAX) -> int:
    """How many there are: exact up to ``exact_max``, one more than that beyond."""
    walks = _WALKS.format(
        sort="occurred_on", direction="ASC", after_entry="", after_open="", open_order="g.listed_on ASC,"
    )
    statement = f"SELECT count(*) FROM (SELECT FROM ({walks}) every LIMIT %(limit)s) counted"
    with connection.cursor() as cursor:
        cursor.execute(statement, _params(wanted) | {"limit": exact_max + 1})
        found: int = cursor.fetchone()[0]
        return found


_BY_DAY = """
SELECT entitlement_id, day, sum(sum(charged)) OVER (PARTITION BY entitlement_id ORDER BY day)::bigint
FROM ledger_dailytotal WHERE entitlement_id = ANY (%s) AND workspace_id = ANY (%s) GROUP BY 1, 2 ORDER BY 2
"""


def used_by_day(wanted: RowFilter) -> Callable[[int, date], int]:
    """What these workspaces had used of an entitlement by the end of a day, whatever the filters say. One statement,
    which reads a row per day of use and workspace.
    """
    days, used = defaultdict(list), defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, [list(wanted.entitlements), list(wanted.workspaces)])
        for entitlement_id, day, charged in cursor.fetchall():
            days[entitlement_id].append(day)
            used[entitlement_id].append(charged)

    def until(entitlement_id: int, day: date) -> int:
        place = bisect_right(days[entitlement_id], day)
        return used[entitlement_id][place - 1] if place else 0

    return until


def _params(wanted: RowFilter) -> dict[str, Any]:
    return {
        "entitlements": list(wanted.entitlements),
        "workspaces": list(wanted.workspaces),
        "first_day": wanted.first_day,
        "last_day": wanted.last_day,
        "reference": wanted.reference,
    }
