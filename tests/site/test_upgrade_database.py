"""A new major version of the embedded PostgreSQL, with data: R10.2."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from tallyhub.site import cli, postgres
from tests import migrated

OLD = Path("/usr/lib/postgresql/15/bin")
FAST = ("-c", "fsync=off")

pytestmark = pytest.mark.skipif(
    not (OLD / "postgres").exists() or bool(os.environ.get("TALLYHUB_POSTGRES_BIN")),
    reason="needs a PostgreSQL 15 beside the wheel's newer one",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A stopped hub's data folder, made by PostgreSQL 15, with the real schema and a row."""
    folder = tmp_path_factory.mktemp("made")
    with postgres.running(folder, binaries=str(OLD), options=FAST) as server:
        migrated.fill(server)
        with psycopg.connect(server.owner, autocommit=True) as connection:
            connection.execute("INSERT INTO accounts_cache VALUES ('kept', 'value', now())")
    yield folder
    postgres.remove(folder)


@pytest.fixture
def old_data(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it for one test."""
    source, copy = (postgres._server(folder.resolve(), str(OLD), ()).folder for folder in (made, tmp_path))
    subprocess.run(["cp", "-a", f"{source}/.", copy], check=True)
    yield tmp_path
    postgres.remove(tmp_path)


def environment(folder: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TALLYHUB_")}
    return ours | {"TALLYHUB_DATA_DIR": str(folder), "COLUMNS": "400"}


def run(folder: Path, *command: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tallyhub", *command],
        env=environment(folder), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def ask(folder: Path, binaries: str = "") -> tuple[int, str]:
    """The server's major version, and the row."""
    with postgres.running(folder, binaries=binaries, options=FAST) as server, psycopg.connect(server.app) as connection:
        row = connection.execute("SELECT value FROM accounts_cache WHERE cache_key = 'kept'").fetchone()
        return connection.info.server_version // 10_000, str(row and row[0])


def test_serve_on_older_data_says_what_to_do(old_data: Path) -> None:
    code, said = run(old_data, "serve")
    assert code == 1
    assert "is of PostgreSQL 15" in said
    assert "tallyhub upgrade-database --old-bin" in said


def test_data_comes_along_and_doctor_is_content(old_data: Path) -> None:
    code, said = run(old_data, "upgrade-database", "--old-bin", str(OLD))
    assert (code, "Done." in said) == (0, True), said
    assert ask(old_data) == (16, "value")
    code, said = run(old_data, "doctor")
    assert "Row-level security binds the app's role." in said
    assert "No difference found" in said
    server = postgres._server(old_data.resolve(), "", ())
    assert (server.replaced / "PG_VERSION").read_text() == "15\n"
    assert run(old_data, "upgrade-database", "--old-bin", str(OLD))[1] == "The data is of PostgreSQL 16 already."


def test_a_kill_in_the_middle_leaves_the_old_data(old_data: Path) -> None:
    random.seed(10_2)
    command = [sys.executable, "-m", "tallyhub", "upgrade-database", "--old-bin", str(OLD)]
    for seconds in (random.uniform(1, 2.5), random.uniform(2.5, 4)):
        process = subprocess.Popen(command, env=environment(old_data), stdout=subprocess.DEVNULL)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        server = postgres._server(old_data.resolve(), "", ())
        assert ask(old_data, "" if server.made_by == "16" else str(OLD))[1] == "value"
    code, said = run(old_data, "upgrade-database", "--old-bin", str(OLD))
    assert code == 0, said
    assert ask(old_data) == (16, "value")


def test_a_kill_between_the_two_renames_is_mended(old_data: Path) -> None:
    server = postgres._server(old_data.resolve(), "", ())
    server.data.rename(server.replaced)
    assert ask(old_data, str(OLD)) == (15, "value")


def test_programs_of_another_version_are_refused(old_data: Path) -> None:
    code, said = run(old_data, "upgrade-database", "--old-bin", str(postgres.wheel_binaries()))
    assert (code, "--old-bin is of PostgreSQL 16, the data is of PostgreSQL 15" in said) == (1, True)
    assert ask(old_data, str(OLD)) == (15, "value")


def test_a_running_hub_is_not_upgraded(old_data: Path) -> None:
    with postgres.running(old_data, binaries=str(OLD), options=FAST):
        code, said = run(old_data, "upgrade-database", "--old-bin", str(OLD))
    assert (code, said) == (1, "The hub runs. Stop it first.")


def test_ones_own_server_is_left_alone() -> None:
    answer = CliRunner().invoke(cli.app, ["upgrade-database", "--old-bin", str(OLD)])
    assert "is for the embedded server" in str(answer.exception)
