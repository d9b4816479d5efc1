"""``tallyhub backup`` and ``restore``, as processes, over pg_dump and pg_restore of the same database."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import psycopg

from benchmarks import data
from benchmarks.ground import FOLDER, ROOT, Database, Ground, leave
from benchmarks.report import Result, rounded
from benchmarks.sizes import Sizes

RATIO_MAX = 3
ROUNDS_MAX = 3
_EMPTY = "bench_restored"


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    database = data.wide(ground, sizes.entries_deep)
    leave()
    programs = ground.binaries
    archive, dump = FOLDER / "hub.backup", FOLDER / "hub.dump"
    taken: dict[str, list[float]] = {"backup": [], "pg_dump": [], "restore": [], "pg_restore": []}
    for _ in range(min(sizes.rounds, ROUNDS_MAX)):
        archive.unlink(missing_ok=True)
        taken["backup"].append(_hub("backup", archive, database))
        taken["pg_dump"].append(_run([programs / "pg_dump", "-Fc", "-f", dump, database.owner], os.environ))
        _empty(database)
        taken["restore"].append(_hub("restore", archive, _other(database)))
        _empty(database)
        command = [programs / "pg_restore", "--no-owner", "-d", _other(database).owner, dump]
        taken["pg_restore"].append(_run(command, os.environ))
    raw = {name: rounded(seconds, 3) for name, seconds in taken.items()} | {"entries": sizes.entries_deep}
    for ours, theirs in (("backup", "pg_dump"), ("restore", "pg_restore")):
        ratio = median(taken[ours]) / median(taken[theirs])
        said = f"{median(taken[ours]):.1f} s of {median(taken[theirs]):.1f} by {theirs}, {sizes.entries_deep:,} entries"
        yield Result(ours, ratio, RATIO_MAX, False, said, raw)
    for path in (archive, dump):
        path.unlink()


def _hub(verb: str, archive: Path, database: Database) -> float:
    environment = database.environment | {"TALLYHUB_DATA_DIR": str(FOLDER / f"hub-{verb}")}
    return _run([sys.executable, "-m", "tallyhub", verb, archive], environment)


def _run(command: list[str | Path], environment: "os._Environ[str] | dict[str, str]") -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - began


def _other(database: Database) -> Database:
    return Database(_EMPTY, database.addresses)


def _empty(database: Database) -> None:
    """The database to restore into, made anew."""
    with psycopg.connect(database.admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {_EMPTY} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {_EMPTY} OWNER tallyhub_owner TEMPLATE template0")
