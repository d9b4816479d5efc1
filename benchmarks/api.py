"""Entries posted through the API in batches, over the same rows by ``tallyhub import``; what a thousand balances ask.

Both are processes on the same ground: a served hub with one program that waits for each answer, and the command line.
"""

import csv
import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from benchmarks import data, imports
from benchmarks.ground import FOLDER, Database, Ground, leave, row_of, serving, use
from benchmarks.report import Result, rounded
from benchmarks.sizes import Sizes

BATCH = 100
BALANCES = 1_000
ROUNDS_MAX = 3
_CUSTOMER = "SELECT customer_id FROM agreements_agreement ORDER BY number LIMIT 1"


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    path = FOLDER / "consumption.csv"
    posted, imported = [], []
    for _ in range(min(sizes.rounds, ROUNDS_MAX)):
        database = data.unused(ground)
        imports.write(database, path, sizes.imported)
        leave()
        rows, seconds = _post(database, path)
        posted.append(seconds / rows)
        database = data.unused(ground)
        leave()
        imported.append(imports.run(database, str(path), "--kind", "consumption")[0] / sizes.imported)
    ours, theirs = 1 / median(posted), 1 / median(imported)
    raw = {"rows": sizes.imported, "post_seconds_per_row": rounded(posted, 6), "import": rounded(imported, 6)}
    said = f"{ours:,.0f} rows/s in batches of {BATCH}, {theirs:,.0f} by import, {sizes.imported:,} rows"
    yield Result("api, posting", ours / theirs, 0.5, True, said, raw)
    asked = _statements(data.unused(ground))
    yield Result("api, statements", asked, 5, False, f"for {BALANCES:,} balances, none of them in a snapshot")


def _post(database: Database, path: Path) -> tuple[int, float]:
    """Rows and seconds of all but the first tenth.

    That one is for the statistics, which autovacuum would bring within a minute: a session that began with an empty
    ledger keeps plans for an empty one until then.
    """
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    headers = {"Authorization": f"Bearer {_token(database)}", "Content-Type": "application/json"}
    with serving(database) as hub, closing(hub.connect()) as connection:
        first = max(BATCH, len(rows) // 10)
        _book(connection, headers, rows[:first])
        with psycopg.connect(database.admin, autocommit=True) as admin:
            admin.execute("ANALYZE")
        began = time.perf_counter()
        _book(connection, headers, rows[first:])
        return len(rows) - first, time.perf_counter() - began


def _book(connection: HTTPConnection, headers: dict[str, str], rows: list[dict[str, str]]) -> None:
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        key = {"Idempotency-Key": batch[0]["external_id"]}
        connection.request("POST", "/api/v1/entries", json.dumps({"entries": batch}), headers | key)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        if answer.status != 200 or told["new"] != len(batch):
            raise RuntimeError(f"a batch was not booked: {told}")


def _token(database: Database) -> str:
    """Of the customer whose rows they are, made past the pages: this data has no people."""
    from tallyhub.accounts.models import Token
    from tallyhub.accounts.tokens import OF_CUSTOMERS, digest_of, new_secret
    from tallyhub.kernel.access import Access, Right
    from tallyhub.kernel.scope import scope

    use(database)
    secret, (customer_id,) = new_secret(), row_of(database, _CUSTOMER)
    with scope(Access.of_system([customer_id]), writing=True):
        Token.objects.create(
            customer_id=customer_id, name="Benchmark", digest=digest_of(secret), scopes=sorted(OF_CUSTOMERS),
            rights=sorted(Right), made_by_id=0, made_at=datetime.now(UTC), expires_at=datetime(9000, 1, 1, tzinfo=UTC),
        )  # fmt: skip
    leave()
    return secret


def _statements(database: Database) -> int:
    """How many reach the database for a page of a thousand balances, the token's own among them."""
    from django.db import connection
    from django.test import Client

    secret = _token(database)
    _more_entitlements(database)
    use(database)
    made: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        made.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = Client().get(f"/api/v1/entitlements?limit={BALANCES}", headers={"Authorization": f"Bearer {secret}"})
    found = len(answer.json()["items"])
    if answer.status_code != 200 or found < BALANCES:
        raise RuntimeError(f"{found} balances were read, status {answer.status_code}")
    return len(made)


def _more_entitlements(database: Database) -> None:
    """A thousand with something bought, in the first package."""
    with psycopg.connect(database.admin) as connection:
        connection.execute(
            """
WITH p AS (SELECT p.* FROM agreements_package p WHERE p.customer_id = %(customer)s ORDER BY p.id LIMIT 1
), e AS (
    INSERT INTO agreements_entitlement (customer_id, package_id, service_id, code, is_as_needed, rounding_step)
    SELECT p.customer_id, p.id, (SELECT min(id) FROM agreements_service WHERE kind <> 'benefit'), 'MORE-' || n, false, 1
    FROM p, generate_series(1, %(count)s) n RETURNING id, customer_id
), a AS (
    INSERT INTO ledger_allotment (customer_id, entitlement_id, kind, amount, term, priority, source, external_id,
        ledger_version, recorded_at)
    SELECT e.customer_id, e.id, 'purchase', 60, p.term, 0, 'bench', 'more-' || e.id, 1, now() FROM e, p
) INSERT INTO ledger_entitlementtotal (customer_id, entitlement_id, charged, entries, version)
SELECT customer_id, id, 0, 0, 1 FROM e
""",
            {"customer": row_of(database, _CUSTOMER)[0], "count": BALANCES},
        )
