"""A real PostgreSQL for every test: the embedded one, or another's binaries by TALLYHUB_POSTGRES_BIN.

The main process owns the server. A template database is migrated once; each worker takes copies of it, and a test
that wants the world gets a fresh copy, because nothing runs inside an outer transaction: the scope of one request
would live on in the next.
"""

import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from psycopg import conninfo, sql

from tallyhub.site import postgres

# Tests may lose their data; waiting for the disk would only make them slow.
_FAST = (
    "-c",
    "fsync=off",
    "-c",
    "synchronous_commit=off",
    "-c",
    "full_page_writes=off",
    "-c",
    "autovacuum=off",
    "-c",
    "max_connections=200",
)
TEMPLATE = "tallyhub_template"
# How long something takes says more of what else the machine does than of the code.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.sharing import Sharing

    return Sharing(config, log)


def pytest_configure(config: pytest.Config) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tallyhub.site.settings"
    if "TALLYHUB_TEST_OWNER" not in os.environ:
        _start_server(config)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    os.environ["TALLYHUB_DATABASE_URL"] = _named(os.environ["TALLYHUB_TEST_APP"], f"tallyhub_{worker}")
    os.environ["TALLYHUB_OWNER_URL"] = _named(os.environ["TALLYHUB_TEST_OWNER"], f"tallyhub_{worker}")
    os.environ["TALLYHUB_DATA_DIR"] = str(Path(os.environ["TALLYHUB_TEST_DIR"]) / worker)
    os.environ["TALLYHUB_SECRET_KEY"] = "only-for-tests-and-as-long-as-a-real-one"
    os.environ.pop("TALLYHUB_BASE_URL", None)
    import django

    django.setup()
    from django.conf import settings
    from django.test import override_settings

    # The browser tests serve the real, collected files; here the plain addresses will do.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}, WHITENOISE_AUTOREFRESH=True).enable()


def _start_server(config: pytest.Config) -> None:
    stack = ExitStack()
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tallyhub-tests-"))
    stack.callback(postgres.remove, Path(folder))
    binaries = os.environ.get("TALLYHUB_POSTGRES_BIN", "")
    server = stack.enter_context(postgres.running(Path(folder), binaries=binaries, options=_FAST))
    os.environ |= {
        "TALLYHUB_TEST_APP": server.app,
        "TALLYHUB_TEST_OWNER": server.owner,
        "TALLYHUB_TEST_ADMIN": server.admin,
        "TALLYHUB_TEST_DIR": folder,
    }
    config.add_cleanup(stack.close)
    _make_template(server)


def _make_template(server: postgres.Addresses) -> None:
    """Migrated in a process of its own, because this one's Django must come to know a worker's copy."""
    import subprocess
    import sys

    with psycopg.connect(server.admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE} OWNER {postgres.OWNER}")
    environment = os.environ | {
        "TALLYHUB_DATABASE_URL": _named(server.app, TEMPLATE),
        "TALLYHUB_OWNER_URL": _named(server.owner, TEMPLATE),
        "TALLYHUB_DATA_DIR": os.environ["TALLYHUB_TEST_DIR"],
    }
    subprocess.run([sys.executable, "-m", "tallyhub.site.cli", "migrate"], env=environment, check=True)


def _named(url: str, database: str) -> str:
    return conninfo.make_conninfo(url, dbname=database)


def _leave() -> None:
    from django.db import connections

    for connection in connections.all():
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


_TABLES = """
SELECT relid::regclass::text FROM pg_stat_user_tables {where} ORDER BY relid
"""
_SEQUENCES = """
SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), coalesce(last_value, start_value),
    last_value IS NOT NULL
FROM pg_sequences
"""
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_DEFINED = " UNION ALL ".join(
    f"SELECT xmin::text::bigint AS x FROM {catalog}"
    for catalog in ("pg_class", "pg_proc", "pg_policy", "pg_trigger", "pg_constraint", "pg_index")
)


class Rows:
    """What a database holds. Putting back the tables that a test wrote takes a fifth of the time that a copy takes."""

    def __init__(self, address: str) -> None:
        self._address = address
        with psycopg.connect(address, autocommit=True) as connection:
            self._rows = {
                table: b"".join(self._copied(connection, table))
                for (table,) in connection.execute(_TABLES.format(where="")).fetchall()
            }
            self._sequences = connection.execute(_SEQUENCES).fetchall()
            self._defined = self._newest_definition(connection)

    @staticmethod
    def _copied(connection: "psycopg.Connection[Any]", table: str) -> Iterator[bytes]:
        with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
            yield from map(bytes, copy)

    @staticmethod
    def _newest_definition(connection: "psycopg.Connection[Any]") -> Any:
        return connection.execute(f"SELECT max(x), count(*) FROM ({_DEFINED}) of_catalogs").fetchone()

    def restore(self) -> bool:
        """Whether it could be done: not where a test has defined something anew, or somebody still works in it."""
        with psycopg.connect(self._address, autocommit=True) as connection:
            if not self._is_left(connection) or self._newest_definition(connection) != self._defined:
                return False
            written = connection.execute(_TABLES.format(where="WHERE n_tup_ins + n_tup_upd + n_tup_del > 0")).fetchall()
            with connection.transaction():
                connection.execute("SET LOCAL session_replication_role = replica")  # no trigger, no foreign key
                for (table,) in written:
                    connection.execute(f"DELETE FROM {table}")
                    with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                        copy.write(self._rows[table])
                for sequence in self._sequences:
                    connection.execute("SELECT setval(%s, %s, %s)", sequence)
            connection.execute("SELECT pg_stat_force_next_flush()")
            connection.execute("SELECT pg_stat_reset()")
        return True

    @staticmethod
    def _is_left(connection: "psycopg.Connection[Any]") -> bool:
        """A server process counts what it wrote when it ends, which is a moment after its client has left."""
        for _turn in range(200):
            if connection.execute(_OTHERS).fetchone() == (0,):
                return True
            time.sleep(0.001)
        return False


class Databases:
    """The copies this worker works on."""

    def __init__(self) -> None:
        self._server = os.environ["TALLYHUB_TEST_ADMIN"]
        self._name = str(conninfo.conninfo_to_dict(os.environ["TALLYHUB_OWNER_URL"])["dbname"])
        self._world: Any = None
        self._rows: Rows | None = None  # of the world, where the database holds it or what a test has made of it
        self._kept: dict[str, str] = {}

    def fresh(self, template: str = TEMPLATE) -> None:
        """Replace this worker's database with a copy of a template."""
        _leave()
        self._rows = None
        self._copy(template, self._name)

    def world(self) -> Any:
        """A database with the fixed cast in it and nothing else, and the cast."""
        from tests import world

        template = f"{self._name}_world"
        if self._world is None:
            self.fresh()
            self._world = world.build()
            _leave()
            self._copy(self._name, template)
        _leave()
        if self._rows is None or not self._rows.restore():
            self.fresh(template)
            self._rows = Rows(_named(self._server, self._name))
        return self._world

    def kept(self, name: str, make: Callable[[], object]) -> None:
        """This worker's database as ``make`` left it: made at the first call with this name, a copy at each other."""
        _leave()
        self._rows = None
        if name in self._kept:
            self._copy(self._kept[name], self._name)
            return
        make()
        _leave()
        self._kept[name] = f"{self._name}_{name}"
        self._copy(self._name, self._kept[name])

    def _copy(self, source: str, target: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            names = sql.Identifier(target), sql.Identifier(source)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(names[0]))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))


@pytest.fixture(scope="session")
def databases() -> Databases:
    return Databases()


@pytest.fixture
def empty(databases: Databases) -> None:
    """A migrated database without a row of ours."""
    databases.fresh()


@pytest.fixture
def world(databases: Databases) -> Iterator[Any]:
    """The fixed cast of tests/world.py, in a database that this test may spoil, on the world's own day."""
    from tallyhub.kernel import clock, streams
    from tests.world import NOW

    made = databases.world()
    with clock.frozen(NOW):
        yield deepcopy(made)  # what a test changes of it is changed for that test alone, as in the database
    if streams.count_open():  # answers that the test began and did not read keep their places until they are collected
        gc.collect()


@pytest.fixture
def client() -> Any:
    """A browser without a face; ``client.force_login(world.admin)``."""
    from django.test import Client

    return Client()


@pytest.fixture
def owner() -> "Iterator[psycopg.Connection[Any]]":
    """The owner's own connection, past row-level security: to look at what is really there."""
    with psycopg.connect(os.environ["TALLYHUB_OWNER_URL"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def statements() -> Any:
    """``with statements() as made:`` collects the SQL that reaches the database, BEGIN and COMMIT left out."""
    from contextlib import contextmanager

    from django.db import connection

    @contextmanager
    def collect() -> Iterator[list[str]]:
        made: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            made.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            yield made

    return collect
