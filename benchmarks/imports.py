"""``tallyhub import`` of a file of consumption, as a process, over COPY of the rows it made into the same tables."""

import csv
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median

import psycopg

from benchmarks import data
from benchmarks.ground import FOLDER, ROOT, Database, Ground, leave, peak_bytes, row_of
from benchmarks.report import Result, rounded
from benchmarks.sizes import Sizes

MEMORY_MIB_MAX = 200
ROUNDS_MAX = 3
_TABLES = ("ledger_entry", "ledger_entrydetail")  # in the order of their keys
_COLUMNS = ("agreement", "package", "entitlement", "workspace", "occurred_on", "amount", "unit", "external_id",
            "source", "title")  # fmt: skip
_LINES = """
SELECT a.number, p.code, e.code, s.unit FROM agreements_entitlement e
JOIN agreements_service s ON s.id = e.service_id AND s.kind <> 'benefit'
JOIN agreements_package p ON p.id = e.package_id JOIN agreements_agreement a ON a.id = p.agreement_id ORDER BY e.id
"""


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    path = FOLDER / "consumption.csv"
    imported, copied, peaks = [], [], []
    for _ in range(min(sizes.rounds, ROUNDS_MAX)):
        database = data.unused(ground)
        write(database, path, sizes.imported)
        leave()
        seconds, peak = run(database, str(path), "--kind", "consumption")
        imported.append(seconds)
        peaks.append(peak / 2**20)
        if row_of(database, "SELECT count(*) FROM ledger_entry") != (sizes.imported,):
            raise RuntimeError("the import did not book every row")
        copied.append(copy_back(database, _TABLES))
    rows = sizes.imported
    fast, ours = rows / median(copied), rows / median(imported)
    raw = {"rows": rows, "copy_seconds": rounded(copied, 3), "import_seconds": rounded(imported, 3)}
    yield Result("import", ours / fast, 0.10, True, f"{ours:,.0f} rows/s of {fast:,.0f} by COPY, {rows:,} rows", raw)
    said = f"of the process, {rows:,} rows in {path.stat().st_size / 2**20:.0f} MiB"
    yield Result("import, memory in MiB", max(peaks), MEMORY_MIB_MAX, False, said, {"mib": rounded(peaks)})


def write(database: Database, path: Path, rows: int) -> None:
    """Rows in the order of their days, over every entitlement and workspace, each with a title."""
    with psycopg.connect(database.admin) as connection:
        lines = connection.execute(_LINES).fetchall()
    first = data.first_day()
    days = (data.today() - first).days
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for n in range(rows):
            agreement, package, line, unit = lines[n % len(lines)]
            workspace = f"w{1 + n // len(lines) % data.WORKSPACES}"
            day, amount = first + timedelta(n * days // rows), 1 + n * 7919 % 59
            title = f"Review of platform {n}"
            writer.writerow((agreement, package, line, workspace, day, amount, unit, f"R-{n:09}", "bench", title))


def run(database: Database, *arguments: str) -> tuple[float, int]:
    """The seconds and the most memory of the process, from its start to its end."""
    begun, peak = time.perf_counter(), 0
    command = [sys.executable, "-m", "tallyhub", "import", *arguments]
    with subprocess.Popen(
        command, env=database.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            peak = max(peak, peak_bytes(process.pid))
            time.sleep(0.05)
    if process.returncode:
        raise RuntimeError(f"the import ended with {process.returncode}")
    return time.perf_counter() - begun, peak


def copy_back(database: Database, tables: Sequence[str]) -> float:
    """The seconds that COPY takes to put the same rows back, indexes and constraints as they are.

    ``tables`` in the order of their keys; what hangs on them must be empty.
    """
    files = {table: FOLDER / f"{table}.copy" for table in tables}
    with psycopg.connect(database.owner) as connection:
        for table, path in files.items():
            with path.open("wb") as file, connection.cursor().copy(f"COPY {table} TO STDOUT") as source:
                file.writelines(bytes(block) for block in source)
        connection.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        connection.commit()
        begun = time.perf_counter()
        for table, path in files.items():
            with path.open("rb") as file, connection.cursor().copy(f"COPY {table} FROM STDIN") as target:
                while block := file.read(1 << 16):
                    target.write(block)
        connection.commit()
        seconds = time.perf_counter() - begun
    for path in files.values():
        path.unlink()
    return seconds
