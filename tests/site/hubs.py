"""A second hub beside the tests' own: a database and a data folder of its own, worked by the command line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from tallyhub.site import postgres
from tallyhub.site.config import Config


@dataclass(frozen=True)
class Hub:
    name: str  # of its database
    folder: Path

    @property
    def owner(self) -> str:
        return make_conninfo(os.environ["TALLYHUB_OWNER_URL"], dbname=self.name)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "TALLYHUB_OWNER_URL": self.owner,
            "TALLYHUB_DATABASE_URL": make_conninfo(os.environ["TALLYHUB_DATABASE_URL"], dbname=self.name),
            "TALLYHUB_DATA_DIR": str(self.folder),
        }

    @property
    def config(self) -> Config:
        return Config(owner_url=self.owner, data_dir=self.folder)

    @property
    def files(self) -> Path:
        return self.folder / "files"

    def run(self, *command: str, code: int = 0, **more: str) -> str:
        """A verb of the command line; returns what it said, in one line."""
        done = subprocess.run(
            [sys.executable, "-m", "tallyhub", *command],
            env=self.environment | {"COLUMNS": "400"} | more,
            capture_output=True,
            text=True,
            check=False,
        )
        said = " ".join((done.stdout + done.stderr).split())
        assert done.returncode == code, said
        return said

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.owner) as connection:
            return connection.execute(statement).fetchall()


@contextmanager
def another_hub(folder: Path, name: str) -> Iterator[Hub]:
    """With an empty database."""
    name = f"{name}_{os.getpid()}"
    with psycopg.connect(os.environ["TALLYHUB_TEST_ADMIN"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER {postgres.OWNER} TEMPLATE template0")
        try:
            yield Hub(name, folder)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def here(folder: Path) -> Hub:
    """The tests' own database, with a data folder for this test."""
    from django.db import connection

    return Hub(str(connection.settings_dict["NAME"]), folder)
