"""The CSV of every row, over HTTP as a person gets it, over COPY of the same rows as the owner."""

import time
from collections.abc import Iterator
from statistics import median

import psycopg

from benchmarks import data
from benchmarks.ground import Database, Ground, Hub, forget_peaks, peak_bytes, serving
from benchmarks.load import sign_in
from benchmarks.report import Result, rounded
from benchmarks.sizes import Sizes

PATH = "/customer-activity/entitlements/1/entries.csv?workspace=all"
MEMORY_MIB_MAX = 200
ROUNDS_MAX = 3  # each takes seconds, so few do
_COPY = """
COPY (SELECT e.occurred_on, e.external_id, d.title, w.name, e.real_amount, e.multiplier_numerator,
             e.multiplier_denominator, e.charged, e.source, e.reason
      FROM ledger_entry e JOIN organizations_workspace w ON w.id = e.workspace_id
      LEFT JOIN ledger_entrydetail d ON d.entry_id = e.id
      WHERE e.entitlement_id = 1 ORDER BY e.occurred_on, e.id) TO STDOUT (FORMAT csv)
"""


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    from tests.make import PASSWORD

    database = data.deep(ground, sizes.entries_deep)
    copied, exported = [], []
    with serving(database) as hub:
        cookie = sign_in(hub, f"{data.WHO}@example.test", PASSWORD)
        forget_peaks(hub.pid)
        before = peak_bytes(hub.pid)
        for _ in range(min(sizes.rounds, ROUNDS_MAX)):
            copied.append(_copy(database, sizes.entries_deep))
            exported.append(_export(hub, cookie, sizes.entries_deep))
        peak = peak_bytes(hub.pid) / 2**20
    rows = sizes.entries_deep
    fast, ours = rows / median(copied), rows / median(exported)
    raw = {"rows": rows, "copy_seconds": rounded(copied, 3), "export_seconds": rounded(exported, 3)}
    yield Result("export", ours / fast, 0.12, True, f"{ours:,.0f} rows/s of {fast:,.0f} by COPY, {rows:,} rows", raw)
    about = {"rows": rows, "mib_before": round(before / 2**20, 1)}
    yield Result("export, memory in MiB", peak, MEMORY_MIB_MAX, False, "of the web process that streamed", about)


def _copy(database: Database, rows: int) -> float:
    begun = time.perf_counter()
    with psycopg.connect(database.owner) as connection, connection.cursor().copy(_COPY) as source:
        lines = sum(bytes(block).count(b"\n") for block in source)
    _check(lines, rows)
    return time.perf_counter() - begun


def _export(hub: Hub, cookie: str, rows: int) -> float:
    connection = hub.connect()
    begun = time.perf_counter()
    connection.request("GET", PATH, headers={"Cookie": cookie})
    answer = connection.getresponse()
    lines = sum(block.count(b"\n") for block in iter(lambda: answer.read(1 << 16), b""))
    seconds = time.perf_counter() - begun
    connection.close()
    _check(lines - 1, rows)  # the first line names the columns
    return seconds


def _check(lines: int, rows: int) -> None:
    if lines != rows:
        raise RuntimeError(f"{lines} lines of {rows} rows")
