"""A server of a test's own with the hub's schema in it, sooner than by migrating an empty database."""

import os
import subprocess
from pathlib import Path

import psycopg
from psycopg import conninfo

from tallyhub.site import postgres, programs
from tests.conftest import TEMPLATE


def fill(server: postgres.Addresses) -> None:
    """What this run's template holds, with its owners and rights, in the empty database of ``server``."""
    dump = Path(os.environ["TALLYHUB_TEST_DIR"]) / f"template-{os.getpid()}.sql"
    if not dump.exists():
        _run("pg_dump", conninfo.make_conninfo(os.environ["TALLYHUB_TEST_ADMIN"], dbname=TEMPLATE), f"--file={dump}")
    database = conninfo.conninfo_to_dict(server.owner)["dbname"]
    address = conninfo.make_conninfo(server.admin, dbname=str(database))
    _run("psql", address, "-X", "-q", "-v", "ON_ERROR_STOP=1", f"--file={dump}", "--output=/dev/null")


def _run(program: str, address: str, *words: str) -> None:
    """With the programs of this run's server: those of an older one would not read what these wrote."""
    with psycopg.connect(os.environ["TALLYHUB_TEST_ADMIN"]) as connection:
        major = connection.info.server_version // 10_000
    where, environment = programs.reach(address)
    command = [programs.find(major, os.environ.get("TALLYHUB_POSTGRES_BIN", "")) / program, f"--dbname={where}", *words]
    subprocess.run(command, env=environment, check=True)
