"""The ground that is measured on: a PostgreSQL of its own as one would run it, and databases that are kept."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo, sql

from tallyhub.site import postgres

ROOT = Path(__file__).parents[1]
# The API's limit is lifted: one program of a benchmark asks more than a thousand times in a minute.
_SERVED = {"TALLYHUB_WORKERS": "2", "TALLYHUB_API_RATE": "100000"}
FOLDER = Path(os.environ.get("TALLYHUB_BENCH_DIR", ROOT / "var" / "bench"))
START_SECONDS_MAX = 300
# Safe, as in production: fsync, synchronous commit and autovacuum stay on. More memory than the default's 128 MB.
_OPTIONS = ("-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB", "-c", "max_connections=100")
_TEMPLATE = "bench_template"


@dataclass(frozen=True, slots=True)
class Database:
    """One database of the ground, by role."""

    name: str
    addresses: postgres.Addresses

    @property
    def app(self) -> str:
        return conninfo.make_conninfo(self.addresses.app, dbname=self.name)

    @property
    def owner(self) -> str:
        return conninfo.make_conninfo(self.addresses.owner, dbname=self.name)

    @property
    def admin(self) -> str:
        return conninfo.make_conninfo(self.addresses.admin, dbname=self.name)

    @property
    def environment(self) -> dict[str, str]:
        """For a process that works in it."""
        return os.environ | {"TALLYHUB_DATABASE_URL": self.app, "TALLYHUB_OWNER_URL": self.owner}


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub that serves."""

    host: str
    port: int
    pid: int

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def connect(self) -> HTTPConnection:
        return HTTPConnection(self.host, self.port, timeout=60)


class Ground:
    def __init__(self, addresses: postgres.Addresses) -> None:
        self._addresses = addresses

    @property
    def binaries(self) -> Path:
        """Where the running server's programs are, pgbench among them."""
        with psycopg.connect(self._addresses.admin) as connection:
            found = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
        return Path(found[0]) if found else Path()

    def database(self, name: str, fill: Callable[[Database], None]) -> Database:
        """The database of that name; made and filled unless it is there from an earlier run of the same code."""
        database = Database(f"bench_{name}", self._addresses)
        if self._stamp(database.name) != _stamp():
            self._make(database)
            use(database)
            fill(database)
            with psycopg.connect(database.admin, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE)")
            self._admin(f"COMMENT ON DATABASE {database.name} IS '{_stamp()}'")
        use(database)
        return database

    def fresh(self, name: str, fill: Callable[[Database], None]) -> Database:
        """The same, made anew: for what writes."""
        self._admin(f"DROP DATABASE IF EXISTS bench_{name} WITH (FORCE)")
        return self.database(name, fill)

    def prepare(self) -> None:
        """A migrated database to copy from, made in a process of its own, and Django set up in this one."""
        template = Database(_TEMPLATE, self._addresses)
        if self._stamp(_TEMPLATE) != _stamp():
            self._admin(f"DROP DATABASE IF EXISTS {_TEMPLATE} WITH (FORCE)")
            self._admin(f"CREATE DATABASE {_TEMPLATE} OWNER {postgres.OWNER}")
            subprocess.run(
                [sys.executable, "-m", "tallyhub", "migrate"], env=template.environment, cwd=ROOT, check=True
            )
            self._admin(f"COMMENT ON DATABASE {_TEMPLATE} IS '{_stamp()}'")
        os.environ.update(template.environment)
        import django

        django.setup()
        from tallyhub.site import static_files

        static_files.prepare()

    def _make(self, database: Database) -> None:
        print(f"making {database.name} …", file=sys.stderr)
        leave()
        self._admin(f"DROP DATABASE IF EXISTS {database.name} WITH (FORCE)")
        self._admin(f"CREATE DATABASE {database.name} TEMPLATE {_TEMPLATE} OWNER {postgres.OWNER}")

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self._addresses.admin, autocommit=True) as connection:
            connection.execute(sql.SQL(statement))

    def _stamp(self, name: str) -> str | None:
        asked = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        with psycopg.connect(self._addresses.admin) as connection:
            found = connection.execute(asked, [name]).fetchone()
        return found[0] if found else None


def _stamp() -> str:
    """What the data hangs on: the schema, how it is made, and the year, because agreements run for three."""
    digest = sha256(str(time.gmtime().tm_year).encode())
    for path in [*sorted(ROOT.glob("tallyhub/*/migrations/*.py")), Path(__file__).parent / "data.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def ground(*, is_safe: bool = True) -> Iterator[Ground]:
    """A running server with a migrated template, and Django set up. Its data stays below var/bench.

    ``is_safe=False`` does not wait for the disk: quicker where nothing is to be learnt from the time.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tallyhub.site.settings",
        "TALLYHUB_DATA_DIR": str(FOLDER / "hub"),
        "TALLYHUB_SECRET_KEY": "only-for-benchmarks",
    }
    binaries = os.environ.get("TALLYHUB_POSTGRES_BIN", "")
    options = _OPTIONS if is_safe else (*_OPTIONS, "-c", "fsync=off", "-c", "synchronous_commit=off")
    with postgres.running(FOLDER, binaries=binaries, options=options) as addresses:
        made = Ground(addresses)
        made.prepare()
        try:
            yield made
        finally:
            leave()


def use(database: Database) -> None:
    """Let this process's Django work in another database."""
    from django.db import connections

    leave()
    for connection in connections.all():
        connection.settings_dict["NAME"] = database.name


def leave() -> None:
    """Close every connection of this process's Django."""
    from django.db import connections

    for connection in connections.all():
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


@contextmanager
def serving(database: Database) -> Iterator[Hub]:
    """``tallyhub serve`` in that database, without the job worker: nothing is to be refreshed."""
    leave()
    with started(["serve", "--no-worker"], _SERVED | database.environment) as hub:
        yield hub


@contextmanager
def started(command: list[str], environment: dict[str, str]) -> Iterator[Hub]:
    """A verb of the command line that serves, from its first answer until the block ends."""
    host, port = "127.0.0.1", _free_port()
    log = FOLDER / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "tallyhub", *command],
            env=environment | {"TALLYHUB_BIND": f"{host}:{port}"},
            cwd=ROOT,
            stdout=file,
            stderr=file,
        )
    hub = Hub(host, port, process.pid)
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not _answers(hub):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the hub does not serve: {log.read_text()[-2000:]}")
            time.sleep(0.02)
        yield hub
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _answers(hub: Hub) -> bool:
    connection = hub.connect()
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def peak_bytes(pid: int) -> int:
    """The most memory that the process or one below it has held so far; 0 where there is no /proc.

    Not ``getrusage``: what a child inherits of its parent's peak counts there.
    """
    return max(map(_peak_of, _family(pid)), default=0)


def forget_peaks(pid: int) -> None:
    """Let ``peak_bytes`` count from now on: checking a password alone takes 100 MiB for a moment."""
    for one in _family(pid):
        path = Path(f"/proc/{one}/clear_refs")
        if path.exists():
            path.write_text("5")


def _family(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    below = path.read_text().split() if path.exists() else []
    return [pid, *(one for child in below for one in _family(int(child)))]


def _peak_of(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def row_of(database: Database, statement: str, *params: Any) -> tuple[Any, ...]:
    """One row, read past both walls."""
    with psycopg.connect(database.admin) as connection:
        found: Any = connection.execute(statement, params).fetchone()
    return tuple(found)
