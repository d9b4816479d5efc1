"""The embedded PostgreSQL: it starts, it survives, it keeps to itself (R9.4, design 5.9)."""

import os
import shutil
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest

from tallyhub.site import doctor, postgres
from tallyhub.site.config import Config

BINARIES = os.environ.get("TALLYHUB_POSTGRES_BIN", "")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    postgres.remove(tmp_path)


def running(folder: Path, said: list[str] | None = None, **over: Any) -> Any:
    say = (said if said is not None else []).append
    return postgres.running(folder, **{"binaries": BINARIES, "options": ("-c", "fsync=off"), "say": say} | over)


def server_of(folder: Path) -> postgres.Server:
    return postgres._server(folder.resolve(), BINARIES, ())


def ask(address: str, statement: str) -> Any:
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


def pid_of(folder: Path) -> int:
    return int((server_of(folder).data / "postmaster.pid").read_text().splitlines()[0])


def test_the_app_role_owns_nothing_and_cannot_pass_the_wall(folder: Path) -> None:  # R3.8
    with running(folder) as server:
        powers = "rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole"
        assert ask(server.app, f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") is False
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(server.app, "CREATE TABLE mine ()")


def test_the_doctor_says_where_the_data_really_is(folder: Path, world: Any) -> None:  # R10.2
    """As root it is not below the data folder."""
    with running(folder) as server:
        data = Path(ask(server.admin, "SHOW data_directory"))
    assert data.parent == postgres.folder_of(folder.resolve())
    config = Config(data_dir=folder, database_url="", owner_url="")
    assert f"embedded, data in {data.parent}" in doctor._server(config).text
    assert any(data.is_relative_to(one) for one in doctor._folders(config))


def test_only_its_owner_can_enter(folder: Path) -> None:
    """The folders are 0700, there is no port, and a password is asked for even on the socket."""
    with running(folder) as server:
        about = server_of(folder)
        for path in (about.folder, about.sockets, about.data):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
        assert ask(server.admin, "SHOW listen_addresses") == ""
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(about.sockets), user="postgres", dbname="postgres")


def test_parent_folders_keep_their_modes(folder: Path) -> None:
    folder.chmod(0o750)
    with running(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o750


def test_it_recovers_from_a_kill_and_says_so(folder: Path) -> None:
    """kill -9 of the server: what was committed is there, and the next start works."""
    with running(folder) as server:
        with psycopg.connect(server.owner, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
        os.kill(pid_of(folder), signal.SIGKILL)
    said: list[str] = []
    with running(folder, said) as server:
        assert ask(server.owner, "SELECT n FROM kept") == 42
    assert "recovering" in " ".join(said)


def test_a_clean_start_says_nothing(folder: Path) -> None:
    with running(folder):
        pass
    said: list[str] = []
    with running(folder, said):
        pass
    assert said == []


def test_a_stale_pid_file_does_not_stop_it(folder: Path) -> None:
    """After a power cut the number in it may be that of any program: here our own."""
    with running(folder):
        pass
    about = server_of(folder)
    pid_file = about.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{about.data}\n0\n5432\n{about.sockets}\n\n")
    if about.user:
        shutil.chown(pid_file, about.user)
    with running(folder) as server:
        assert ask(server.app, "SELECT 1") == 1


def test_a_half_made_data_folder_is_made_again(folder: Path) -> None:
    about = server_of(folder)
    about.data.mkdir()
    (about.data / "PG_VERSION").write_text("16\n")
    with running(folder) as server:
        assert ask(server.app, "SELECT 1") == 1


def test_a_second_process_attaches_and_does_not_stop_it(folder: Path) -> None:
    with running(folder) as first:
        with running(folder) as second:
            assert second == first
        assert ask(first.app, "SELECT 1") == 1


def test_a_hub_waits_for_the_command_that_has_the_database_and_takes_over(folder: Path) -> None:  # R10.2
    waits = Event()
    found: list[Any] = []

    def serve() -> None:
        with running(folder, must_own=True, say=lambda _text: waits.set()) as server:
            found.append(ask(server.app, "SELECT 1"))
            with running(folder) as attached:  # a command that comes and goes
                found.append(ask(attached.app, "SELECT 2"))
            found.append(ask(server.app, "SELECT 3"))

    hub = Thread(target=serve)
    with running(folder):
        hub.start()
        assert waits.wait(60)
        assert found == []
    hub.join(60)
    assert found == [1, 2, 3]


def test_a_server_that_was_killed_keeps_nobody_waiting(folder: Path) -> None:  # R9.4
    """Its programs would wait a minute for a process that is dead, and not yet buried by us."""
    with running(folder):
        os.kill(pid_of(folder), signal.SIGKILL)
        ended = time.monotonic()
    assert time.monotonic() - ended < 20
    with running(folder) as server:
        assert ask(server.app, "SELECT 1") == 1


def test_data_of_another_major_version_is_refused_in_words(folder: Path) -> None:
    with running(folder):
        pass
    (server_of(folder).data / "PG_VERSION").write_text("9\n")
    with pytest.raises(postgres.PostgresError, match="of PostgreSQL 9"), running(folder):
        pass


def test_secrets_are_for_their_owner_alone(folder: Path) -> None:
    with running(folder):
        assert stat.S_IMODE((server_of(folder).folder / "secrets.json").stat().st_mode) == 0o600
