"""The rows behind reactive and advisory support: requests with what they drew, and entries that are no request's.

A request is a row of every entitlement that it drew of, and of the one under which it is listed today; so the rows of
all readers together add up to the total.
"""

import json
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.grid import COUNT_MAX, PAGE_ROWS, Place
from tallyhub.kernel.scope import streamed
from tallyhub.support.placement.queries import Sort
from tallyhub.support.placement.rules import Wanted
from tallyhub.support.queries import ids_seen

STREAM_ROWS = 2_000  # per fetch of an export
SORTS: dict[str, type[date] | type[int]] = {"occurred_on": date, "charged": int}


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows. ``workspaces`` are the chosen ones, ``entry_workspaces`` those whose bare entries may be shown."""

    access: Access
    entitlements: tuple[int, ...]
    workspaces: tuple[int, ...]
    entry_workspaces: tuple[int, ...]
    placed: tuple[tuple[Wanted, int], ...] = ()  # sorts that are listed under one of the entitlements
    first_day: date | None = None
    last_day: date | None = None
    reference: str = ""


def placed_under(sorts: Iterable[Sort], entitlements: Iterable[int]) -> tuple[tuple[Wanted, int], ...]:
    wanted = set(entitlements)
    return tuple((one.wanted, held) for one in sorts if (held := one.placement.entitlement_id or 0) in wanted)


@dataclass(frozen=True, slots=True)
class Row:
    """``id`` is the request's, or the entry's less 10^17, so that each sort keeps its order.

    ``drawn`` by unit; empty where nothing was drawn yet.
    """

    id: int
    reference: str
    title: str
    product: str
    severity: str
    kind: str
    occurred_on: date  # opened, or used
    closed_on: date | None
    status: str
    person_id: int | None
    workspace_id: int
    entitlements: list[int]
    drawn: dict[Unit, int]
    charged: int  # for the order alone: of several units
    real: int | None
    multiplier: str
    source: str
    is_reversal: bool
    is_reversed: bool
    reason: str

    @property
    def is_request(self) -> bool:
        return self.id > 0


_DRAWN = list(Row.__dataclass_fields__).index("drawn")
_ROWS = """
WITH mine AS (
    SELECT b.request_id, b.entitlement_id, s.unit, e.charged FROM support_booking b
    JOIN ledger_entry e ON e.id = b.entry_id
    JOIN agreements_entitlement t ON t.id = b.entitlement_id
    JOIN agreements_service s ON s.id = t.service_id
    WHERE b.entitlement_id = ANY (%s) AND e.workspace_id = ANY (%s)
        AND NOT EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id)
        AND (%s::date IS NULL OR e.occurred_on >= %s) AND (%s::date IS NULL OR e.occurred_on <= %s)
), units AS (
    SELECT request_id, unit, sum(charged)::bigint AS charged FROM mine GROUP BY 1, 2
), drawn AS (
    SELECT request_id, json_object_agg(unit, charged) AS drawn, sum(charged)::bigint AS charged,
        (SELECT array_agg(DISTINCT m.entitlement_id) FROM mine m WHERE m.request_id = units.request_id) AS entitlements
    FROM units GROUP BY 1
), listed AS (
    SELECT r.id, r.number AS reference, r.title, coalesce(p.names ->> %s, p.names ->> 'en', '') AS product,
        r.severity, r.kind, (r.opened_at AT TIME ZONE 'UTC')::date AS occurred_on,
        (r.closed_at AT TIME ZONE 'UTC')::date AS closed_on, r.status, r.primary_contact_id AS person_id,
        r.workspace_id,
        coalesce(d.entitlements, ARRAY[h.entitlement_id]) AS entitlements, coalesce(d.drawn, '{{}}'::json) AS drawn,
        coalesce(d.charged, 0) AS charged, NULL::bigint AS real, '' AS multiplier, '' AS source, false AS is_reversal,
        false AS is_reversed, '' AS reason
    FROM support_request r
    LEFT JOIN agreements_product p ON p.id = r.product_id
    LEFT JOIN drawn d ON d.request_id = r.id
    LEFT JOIN jsonb_to_recordset(%s::jsonb) AS h (workspace_id bigint, kind text, request_class text,
            agreement_id bigint, package_id bigint, product_id bigint, entitlement_id bigint)
        ON h.workspace_id = r.workspace_id AND h.kind = r.kind AND h.request_class = r.request_class
            AND h.agreement_id IS NOT DISTINCT FROM r.agreement_id AND h.package_id IS NOT DISTINCT FROM r.package_id
            AND h.product_id IS NOT DISTINCT FROM r.product_id AND r.merged_into_id IS NULL AND r.status <> 'cancelled'
            AND (%s::date IS NULL OR r.opened_at::date >= %s) AND (%s::date IS NULL OR r.opened_at::date <= %s)
    WHERE (d.request_id IS NOT NULL OR h.entitlement_id IS NOT NULL) AND (%s = '' OR r.number = %s)
        AND r.id IN ({seen})
    UNION ALL
    SELECT e.id - 100000000000000000, e.external_id, coalesce(x.title, ''), '', '', '', e.occurred_on, NULL, '',
        e.person_id, e.workspace_id, ARRAY[e.entitlement_id], json_build_object(s.unit, e.charged), e.charged,
        e.real_amount, e.multiplier_numerator || '/' || e.multiplier_denominator, e.source, e.reverses_id IS NOT NULL,
        EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id), e.reason
    FROM ledger_entry e
    JOIN agreements_entitlement t ON t.id = e.entitlement_id
    JOIN agreements_service s ON s.id = t.service_id
    LEFT JOIN ledger_entrydetail x ON x.entry_id = e.id
    WHERE e.entitlement_id = ANY (%s) AND e.workspace_id = ANY (%s)
        AND NOT EXISTS (SELECT FROM support_booking b WHERE b.entry_id = coalesce(e.reverses_id, e.id))
        AND (%s::date IS NULL OR e.occurred_on >= %s) AND (%s::date IS NULL OR e.occurred_on <= %s)
        AND (%s = '' OR e.external_id = %s)
)
"""


def _rows(wanted: RowFilter) -> tuple[str, list[Any]]:
    """The clause that names the rows ``listed``, and its parameters."""
    seen, seen_params = ids_seen(wanted.access)
    days = [wanted.first_day, wanted.first_day, wanted.last_day, wanted.last_day]
    params = [
        list(wanted.entitlements), list(wanted.workspaces), *days, get_language() or "en", _placed(wanted), *days,
        wanted.reference, wanted.reference, *seen_params, list(wanted.entitlements), list(wanted.entry_workspaces),
        *days, wanted.reference, wanted.reference,
    ]  # fmt: skip
    return _ROWS.format(seen=seen), params


def _placed(wanted: RowFilter) -> str:
    return json.dumps(
        [
            {
                "workspace_id": one.workspace_id,
                "kind": one.kind,
                "request_class": one.request_class,
                "agreement_id": one.agreement_id,
                "package_id": one.package_id,
                "product_id": one.product_id,
                "entitlement_id": entitlement_id,
            }
            for one, entitlement_id in wanted.placed
        ]
    )


def _row(*columns: Any) -> Row:
    drawn = {Unit(unit): charged for unit, charged in columns[_DRAWN].items()}
    made: Any = Row
    row: Row = made(*columns[:_DRAWN], drawn, *columns[_DRAWN + 1 :])
    return row


def list_page(wanted: RowFilter, place: Place) -> list[Row]:
    """Up to a page of rows and one more, in the place's reading order."""
    rows, params = _rows(wanted)
    direction, beyond = ("DESC", "<") if place.reads_descending else ("ASC", ">")
    kind = {date: "date", int: "bigint"}[SORTS[place.sort]]
    after = ""
    if place.key:
        after = f"WHERE ({place.sort}, id) {beyond} (%s::{kind}, %s)"
        params += [place.key.value, place.key.id]
    order = f"ORDER BY {place.sort} {direction}, id {direction} LIMIT {PAGE_ROWS + 1}"
    with connection.cursor() as cursor:
        cursor.execute(f"{rows} SELECT * FROM listed {after} {order}", params)
        return [_row(*one) for one in cursor.fetchall()]


@streamed
def stream(wanted: RowFilter) -> Generator[list[Row], None, None]:
    """Every row, oldest first, in batches. Runs in the caller's scope and ends with it."""
    rows, params = _rows(wanted)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{rows} SELECT * FROM listed ORDER BY occurred_on, id", params)
        while batch := cursor.fetchmany(STREAM_ROWS):
            yield [_row(*one) for one in batch]


def count(wanted: RowFilter, *, exact_max: int = COUNT_MAX) -> int:
    """How many there are for this reader: exact up to ``exact_max``, one more than that beyond."""
    rows, params = _rows(wanted)
    with connection.cursor() as cursor:
        cursor.execute(f"{rows} SELECT count(*) FROM (SELECT FROM listed LIMIT %s) counted", [*params, exact_max + 1])
        found: int = cursor.fetchone()[0]
        return found


def count_states(wanted: RowFilter, *, exact_max: int = COUNT_MAX) -> tuple[int, int]:
    """(open, closed) requests behind these entitlements, for all readers together, whatever days are asked for."""
    params: list[Any] = [list(wanted.entitlements), list(wanted.workspaces), _placed(wanted), exact_max + 1]
    states = [f"support_count_requests(%s, %s, %s::jsonb, {is_open}, %s)" for is_open in ("true", "false")]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(states)}", [*params, *params])
        are_open, are_closed = cursor.fetchone()
        return are_open, are_closed


def count_all(wanted: RowFilter, *, exact_max: int = COUNT_MAX) -> int:
    """How many there are for all readers together, by a definer function that tells the number only."""
    params: Sequence[Any] = [
        list(wanted.entitlements), list(wanted.workspaces), wanted.first_day, wanted.last_day, wanted.reference,
        _placed(wanted), exact_max + 1,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT support_count_rows(%s, %s, %s, %s, %s, %s::jsonb, %s)", params)
        found: int = cursor.fetchone()[0]
        return found
