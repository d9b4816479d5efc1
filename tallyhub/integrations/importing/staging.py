"""Temporary tables of an import: what does not fit into memory waits in them, and the database sorts it.

They are private to the connection and vanish with the transaction.
"""

import json
from collections.abc import Generator, Iterable, Sequence
from typing import Any

from django.db import connection

from tallyhub.integrations.importing.files import Record
from tallyhub.kernel.scope import streamed

ROWS_PER_COPY = 2_000

_MAKE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_record (line bigint, key text, cells text) ON COMMIT DROP;
TRUNCATE staged_record
"""
_REPEATS = """
SELECT max(line), min(line), count(*) OVER () FROM staged_record WHERE key IS NOT NULL
GROUP BY key HAVING count(*) > 1 ORDER BY 1 LIMIT %s
"""
_WINNERS = """
SELECT line, cells FROM (
    SELECT DISTINCT ON (coalesce(key, line::text)) line, cells FROM staged_record
    ORDER BY coalesce(key, line::text), line {order}) AS won
ORDER BY line
"""
_ORDERS = {"first": "ASC", "last": "DESC"}


def execute(statements: str, *params: Any) -> None:
    """One or several statements; only a single one may have parameters."""
    with connection.cursor() as cursor:
        for statement in statements.split(";"):
            cursor.execute(statement, params or None)


def fetch(statement: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def copy(table: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as target:
        for row in rows:
            target.write_row(row)


def stage(keyed: Iterable[tuple[str | None, Record]]) -> None:
    """Put records aside, each under what names it."""
    execute(_MAKE)
    copy("staged_record", ((record.line, key, json.dumps(record.cells)) for key, record in keyed))


def repeats(limit: int) -> list[tuple[int, int, int]]:
    """(a line, the first line with the same key, how many keys are repeated in all), one for each such key."""
    return [(line, first, total) for line, first, total in fetch(_REPEATS, limit)]


@streamed
def staged(wins: str) -> Generator[Record, None, None]:
    """The records in the order of the file; of those with the same key only the ``first`` or the ``last``."""
    cursor: Any
    with connection.chunked_cursor() as cursor:
        cursor.itersize = ROWS_PER_COPY
        cursor.execute(_WINNERS.format(order=_ORDERS[wins]))
        for line, cells in cursor:
            yield Record(line, json.loads(cells))
