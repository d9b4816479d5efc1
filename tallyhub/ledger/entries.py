"""Reading the rows behind a number: a page of them, all of them, or how many."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from tallyhub.kernel.grid import COUNT_MAX, PAGE_ROWS, Place
from tallyhub.kernel.scope import streamed
from tallyhub.ledger.rules import Sum

STREAM_ROWS = 5_000  # per fetch of an export
SORTS: dict[str, type[date] | type[int]] = {"occurred_on": date, "charged": int}


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which rows. ``workspaces`` are those whose rows the asker may see: the first wall, named by the caller."""

    entitlements: tuple[int, ...]
    workspaces: tuple[int, ...]
    first_day: date | None = None
    last_day: date | None = None
    reference: str = ""
    version: int | None = None  # only what this version of the ledger knew; None: everything

    @property
    def is_bounded(self) -> bool:
        return bool(self.first_day or self.last_day or self.reference or self.version is not None)


@dataclass(frozen=True, slots=True)
class EntryRow:
    id: int
    occurred_on: date
    workspace_id: int
    entitlement_id: int
    real_amount: int
    multiplier_numerator: int
    multiplier_denominator: int
    rounding_step: int
    charged: int
    source: str
    external_id: str
    person_id: int | None
    reverses_id: int | None
    reason: str
    title: str
    is_reversed: bool = field(default=False)


_COLUMNS = """e.id, e.occurred_on, e.workspace_id, e.entitlement_id, e.real_amount, e.multiplier_numerator,
    e.multiplier_denominator, e.rounding_step, e.charged, e.source, e.external_id, e.person_id, e.reverses_id,
    e.reason"""
_BOUNDS = """
    (%(first_day)s::date IS NULL OR e.occurred_on >= %(first_day)s)
    AND (%(last_day)s::date IS NULL OR e.occurred_on <= %(last_day)s)
    AND (%(reference)s = '' OR e.external_id = %(reference)s)
    AND (%(version)s::bigint IS NULL OR e.ledger_version <= %(version)s)"""
_TEXTS = """, coalesce(d.title, ''), EXISTS (SELECT FROM ledger_entry r WHERE r.reverses_id = e.id
    AND (%(version)s::bigint IS NULL OR r.ledger_version <= %(version)s))"""

# A page is merged from one index walk per entitlement and workspace: each stops after a page's worth of rows, so
# depth and emptiness cost nothing. One walk over several of them would have to read and sort all.
_PAGE = """
SELECT e.*{texts} FROM (
    SELECT part.*
    FROM unnest(%(entitlements)s::bigint[]) AS entitlement (id), unnest(%(workspaces)s::bigint[]) AS workspace (id)
    CROSS JOIN LATERAL (
        SELECT {columns} FROM ledger_entry e
        WHERE e.entitlement_id = entitlement.id AND e.workspace_id = workspace.id AND {bounds} {after}
        ORDER BY e.{sort} {direction}, e.id {direction} LIMIT %(limit)s
    ) part
    ORDER BY {sort} {direction}, id {direction} LIMIT %(limit)s
) e LEFT JOIN ledger_entrydetail d ON d.entry_id = e.id ORDER BY e.{sort} {direction}, e.id {direction}
"""
_ALL = """
SELECT {columns}{texts} FROM ledger_entry e LEFT JOIN ledger_entrydetail d ON d.entry_id = e.id
WHERE e.entitlement_id = ANY (%(entitlements)s) AND e.workspace_id = ANY (%(workspaces)s) AND {bounds}
ORDER BY {by_entitlement}e.occurred_on, e.id
"""
_COUNT = f"""
SELECT count(*) FROM (SELECT FROM ledger_entry e
    WHERE e.entitlement_id = ANY (%(entitlements)s) AND e.workspace_id = ANY (%(workspaces)s) AND {_BOUNDS}
    LIMIT %(limit)s) counted
"""
_COUNT_ALL = """
SELECT coalesce(sum(entries), 0)::bigint FROM ledger_workspacetotal
WHERE entitlement_id = ANY (%(entitlements)s) AND workspace_id = ANY (%(workspaces)s)
"""


def list_page(wanted: EntryFilter, place: Place) -> list[EntryRow]:
    """Up to a page of rows and one more, in the place's reading order."""
    direction, beyond = ("DESC", "<") if place.reads_descending else ("ASC", ">")
    kind = {date: "date", int: "bigint"}[SORTS[place.sort]]
    after = f"AND (e.{place.sort}, e.id) {beyond} (%(value)s::{kind}, %(id)s)" if place.key else ""
    statement = _PAGE.format(
        columns=_COLUMNS, texts=_TEXTS, bounds=_BOUNDS, after=after, sort=place.sort, direction=direction
    )
    parameters = _parameters(wanted) | {"limit": PAGE_ROWS + 1}
    if place.key:
        parameters |= {"value": place.key.value, "id": place.key.id}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [EntryRow(*row) for row in cursor.fetchall()]


@streamed
def stream(wanted: EntryFilter, *, by_entitlement: bool = False) -> Generator[list[EntryRow], None, None]:
    """Every row, oldest first, in batches, so in constant memory. Runs in the caller's scope and ends with it.

    ``by_entitlement``: all of the first entitlement that is wanted, then all of the next.
    """
    order = "array_position(%(entitlements)s::bigint[], e.entitlement_id), " if by_entitlement else ""
    statement = _ALL.format(columns=_COLUMNS, texts=_TEXTS, bounds=_BOUNDS, by_entitlement=order)
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, _parameters(wanted))
        while rows := cursor.fetchmany(STREAM_ROWS):
            yield [EntryRow(*row) for row in rows]


def count(wanted: EntryFilter, *, exact_max: int = COUNT_MAX) -> int:
    """How many rows: exact up to ``exact_max``, one more than that beyond; without bounds always exact, from the
    totals."""
    with connection.cursor() as cursor:
        parameters = _parameters(wanted) | {"limit": exact_max + 1}
        cursor.execute(_COUNT if wanted.is_bounded else _COUNT_ALL, parameters)
        found: int = cursor.fetchone()[0]
    return found


def _parameters(wanted: EntryFilter) -> dict[str, Any]:
    return {
        "entitlements": list(wanted.entitlements),
        "workspaces": list(wanted.workspaces),
        "first_day": wanted.first_day,
        "last_day": wanted.last_day,
        "reference": wanted.reference,
        "version": wanted.version,
    }


# A sum of hashes needs no order and no memory. md5, because the database's own hashes may change with its release.
_SUMS = f"""
SELECT e.entitlement_id, count(*), sum(e.charged)::bigint,
    sum(('x' || left(md5(concat_ws(',', e.id, e.occurred_on, e.workspace_id, e.real_amount, e.multiplier_numerator,
        e.multiplier_denominator, e.charged, e.reverses_id)), 12))::bit(48)::bigint)
FROM ledger_entry e
WHERE e.entitlement_id = ANY (%(entitlements)s) AND e.workspace_id = ANY (%(workspaces)s) AND {_BOUNDS}
GROUP BY e.entitlement_id
"""


def sums(wanted: EntryFilter) -> dict[int, Sum]:
    """By entitlement; one without rows is not among them."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, _parameters(wanted))
        return {one: Sum(rows, charged, int(checksum)) for one, rows, charged, checksum in cursor.fetchall()}


_MONTHS = """
SELECT entitlement_id, date_trunc('month', day)::date, sum(charged)::bigint FROM ledger_dailytotal
WHERE entitlement_id = ANY (%s) AND workspace_id = ANY (%s) AND day >= %s GROUP BY 1, 2
"""


def monthly(entitlements: list[int], workspaces: list[int], since: date) -> list[tuple[int, date, int]]:
    """(entitlement, first day of the month, charged), for months with any use."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, [entitlements, workspaces, since])
        return list(cursor.fetchall())
