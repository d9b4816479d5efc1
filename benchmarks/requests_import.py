"""``tallyhub import`` of support requests and their histories, as a process, over COPY of the rows it made."""

import csv
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from benchmarks import data, imports
from benchmarks.ground import FOLDER, Database, Ground, leave, row_of
from benchmarks.report import Result, rounded
from benchmarks.sizes import Sizes

ROUNDS_MAX = 3
_TABLES = ("support_request", "support_requestviewer", "support_change")  # in the order of their keys
_STATUSES = ("in_progress", "waiting", "in_progress", "resolved", "closed")  # after each other, of every request
_REQUEST = ("customer", "workspace", "external_id", "source", "kind", "title", "description", "severity", "status",
            "opened_at", "resolved_at", "closed_at", "primary_contact")  # fmt: skip
_CHANGE = ("customer", "request", "source", "at", "status")
_PER_REQUEST = 3 + len(_STATUSES)  # rows: itself, whom it was given to, the opening, and each status


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    count = max(sizes.imported // _PER_REQUEST, 1)
    paths = [FOLDER / "requests.csv", FOLDER / "request_changes.csv"]
    imported, again, copied, peaks = [], [], [], []
    for _ in range(min(sizes.rounds, ROUNDS_MAX)):
        database = data.unused(ground)
        write(paths[0], paths[1], count)
        leave()
        seconds, peak = imports.run(database, *map(str, paths))
        imported.append(seconds)
        peaks.append(peak / 2**20)
        again.append(imports.run(database, *map(str, paths))[0])
        _check(database, count)
        copied.append(imports.copy_back(database, _TABLES))
    rows = count * _PER_REQUEST
    fast, ours, twice = (rows / median(each) for each in (copied, imported, again))
    raw = {"requests": count, "rows": rows, "copy_seconds": rounded(copied, 3), "import_seconds": rounded(imported, 3),
           "again_seconds": rounded(again, 3)}  # fmt: skip
    said = f"{ours:,.0f} rows/s of {fast:,.0f} by COPY, {count:,} requests with {_PER_REQUEST} rows each"
    yield Result("requests", ours / fast, 0.05, True, said, raw)
    yield Result("requests, again", twice / fast, 0.05, True, f"{twice:,.0f} rows/s that are known", raw)
    said = f"of the process, {count:,} requests"
    yield Result("requests, memory in MiB", max(peaks), imports.MEMORY_MIB_MAX, False, said, {"mib": rounded(peaks)})


def write(requests: Path, changes: Path, count: int) -> None:
    """Requests in the order of their opening, over every workspace, each with the same way from open to closed."""
    first = datetime.combine(data.first_day(), time(8), ZoneInfo("Europe/Berlin"))
    days = (data.today() - data.first_day()).days - 10
    with requests.open("w", newline="") as file, changes.open("w", newline="") as history:
        writer, mover = csv.writer(file), csv.writer(history)
        writer.writerow(_REQUEST)
        mover.writerow(_CHANGE)
        for n in range(count):
            number, opened = f"R-{n:09}", first + timedelta(days=n * days // count, minutes=n % 480)
            moves = [opened + timedelta(hours=7 * (place + 1)) for place in range(len(_STATUSES))]
            workspace, text = (
                f"w{1 + n % data.WORKSPACES}",
                f"Users of platform {n} see an empty page since this morning.",
            )
            ends = (moves[-2].isoformat(), moves[-1].isoformat())
            writer.writerow(("c1", workspace, number, "bench", "problem", f"Platform {n} stays empty", text,
                             "ABC"[n % 3], "closed", opened.isoformat(), *ends, "admin@example.test"))  # fmt: skip
            mover.writerows(("c1", number, "bench", at.isoformat(), status)
                            for at, status in zip(moves, _STATUSES, strict=True))  # fmt: skip


def _check(database: Database, count: int) -> None:
    """Every row once, though the files came twice."""
    query = "SELECT {}".format(", ".join(f"(SELECT count(*) FROM {table})" for table in _TABLES))
    if row_of(database, query) != (count, count, count * (1 + len(_STATUSES))):
        raise RuntimeError("the import did not make every row, once")
