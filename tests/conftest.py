"""A real PostgreSQL for every test: the embedded one, or another's binaries by TALLYHUB_POSTGRES_BIN.

The main process owns the server. A template database is migrated once; each worker takes copies of it, and a test
that wants the world gets a fresh copy, because nothing runs inside an outer transaction: the scope of one request
would live on in the next.
"""

import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

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
_TEMPLATE = "tallyhub_template"


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
        connection.execute(f"CREATE DATABASE {_TEMPLATE} OWNER {postgres.OWNER}")
    environment = os.environ | {
        "TALLYHUB_DATABASE_URL": _named(server.app, _TEMPLATE),
        "TALLYHUB_OWNER_URL": _named(server.owner, _TEMPLATE),
        "TALLYHUB_DATA_DIR": os.environ["TALLYHUB_TEST_DIR"],
    }
    subprocess.run([sys.executable, "-m", "tallyhub.site.cli", "migrate"], env=environment, check=True)


def _named(url: str, database: str) -> str:
    return conninfo.make_conninfo(url, dbname=database)


class Databases:
    """The copies this worker works on."""

    def __init__(self) -> None:
        self._server = os.environ["TALLYHUB_TEST_ADMIN"]
        self._name = conninfo.conninfo_to_dict(os.environ["TALLYHUB_OWNER_URL"])["dbname"]
        self._world: Any = None

    def fresh(self, template: str = _TEMPLATE) -> None:
        """Replace this worker's database with a copy of a template."""
        from django.db import connections

        for connection in connections.all():
            connection.close()
            if hasattr(connection, "close_pool"):
                connection.close_pool()
        self._copy(template, str(self._name))

    def world(self) -> Any:
        """A copy with the fixed cast in it, and the cast."""
        from tests import world

        template = f"{self._name}_world"
        if self._world is None:
            self.fresh()
            self._world = world.build()
            self._copy_out(template)
        self.fresh(template)
        return self._world

    def _copy_out(self, template: str) -> None:
        from django.db import connections

        for connection in connections.all():
            connection.close()
            if hasattr(connection, "close_pool"):
                connection.close_pool()
        self._copy(str(self._name), template)

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
        yield made
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
