"""One archive of everything: database, private files and key; written while the hub runs, read back whole or not.

The archive is a ZIP without compression of its own (the dump is compressed), so that ordinary tools open it. Its last
member is the manifest, with the SHA-256 of every other one. Memory stays constant in both directions.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import IO, Annotated, Any
from zipfile import BadZipFile, ZipFile, ZipInfo

import psycopg
from django.db.migrations.loader import MigrationLoader
from pydantic import Field, TypeAdapter, ValidationError

from tallyhub.integrations.webhooks.rules import State as Message
from tallyhub.kernel import clock
from tallyhub.kernel.errors import HubError
from tallyhub.notifications.rules import State as Mail
from tallyhub.site import database, programs
from tallyhub.site.config import SECRET_LENGTH_MIN, Config, write_secret
from tallyhub.site.release import RELEASE

FORMAT = 1
MANIFEST, DUMP, KEY, FILES = "manifest.json", "database.dump", "secret-key", "files/"
CHUNK_BYTES = 1024 * 1024
KEY_BYTES_MAX = 64 * 1024
_KEY = re.compile(rb"[\x21-\x7e]{%d,}" % SECRET_LENGTH_MIN)
MANIFEST_BYTES_MAX = 256 * 1024 * 1024  # a line per file
LOCK_SECONDS_MAX = 10  # for a target that somebody still works in
# The archive's workers are not here, however fresh their hearts were: the jobs they had begun are begun again.
_FORGET_WORKERS = "IF to_regclass('procrastinate_workers') IS NOT NULL THEN DELETE FROM procrastinate_workers; END IF;"
# What waits to go out is settled as not sent, and what would have become such is forgotten. A message can be replayed.
_HOLD = f"""
IF to_regclass('notifications_mail') IS NOT NULL THEN
    UPDATE notifications_mail SET state = '{Mail.STOPPED}', error = 'restored' WHERE state = '{Mail.WAITING}';
END IF;
IF to_regclass('integrations_delivery') IS NOT NULL THEN
    UPDATE integrations_delivery SET state = '{Message.FAILED}' WHERE state = '{Message.PENDING}';
END IF;
IF to_regclass('procrastinate_jobs') IS NOT NULL THEN
    DELETE FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
        AND task_name IN ('notifications.tell', 'integrations.spread');
END IF;
"""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    format: int
    release: Annotated[str, Field(pattern=r"^[0-9][0-9A-Za-z.+-]{0,40}$")]
    made_at: str
    postgres: int  # major version of the server
    app_role: str
    migrations: list[str]
    members: dict[str, "Member"]  # by name


@dataclass(frozen=True, slots=True)
class Member:
    bytes: int
    sha256: str


_MANIFEST = TypeAdapter(Manifest)


class _Unreadable(Exception):
    """The archive is not what was written; the text says where."""


# --- writing -----------------------------------------------------------------------------------------------


def back_up(config: Config, target: Path, say: Say) -> Manifest:
    """Write ``target``, readable by its owner only: beside first, then renamed, so that half an archive never has its
    name. Raises HubError, and leaves nothing behind, where the disk is full."""
    if target.exists():
        raise HubError(f"{target} is there already. Choose another name: a backup is never written over.")
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            manifest = _write(config, file)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    except OSError as error:
        raise HubError(f"The backup could not be written: {error.strerror}. Nothing was left behind.") from error
    finally:
        part.unlink(missing_ok=True)
    say(f"{target}: {target.stat().st_size:,} bytes, {len(manifest.members) - 2:,} files besides database and key.")
    return manifest


def _write(config: Config, file: IO[bytes]) -> Manifest:
    members: dict[str, Member] = {}
    with ZipFile(file, "w") as archive:
        with (
            _snapshot(_owner_url(config)) as (snapshot, version, migrations),
            _added(archive, DUMP, members) as member,
        ):
            _dump(config, version, snapshot, member)
        # After the dump: what a row of it names is there, unless its retention has ended meanwhile.
        for name, path in _private_files(config):
            with _opened(path) as source:
                if source:
                    with _added(archive, name, members) as member:
                        shutil.copyfileobj(source, member, CHUNK_BYTES)
        with _added(archive, KEY, members) as member:
            member.write(config.secret().encode())
        made_at = clock.now().isoformat(timespec="seconds")
        manifest = Manifest(FORMAT, RELEASE, made_at, version, config.app_role, migrations, members)
        archive.writestr(_info(MANIFEST), json.dumps(asdict(manifest), indent=1))
    return manifest


@contextmanager
def _snapshot(address: str) -> Iterator[tuple[str, int, list[str]]]:
    """One instant of the database: its name for pg_dump, the server's major version, and the migrations it has."""
    with psycopg.connect(address) as connection:
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        connection.commit()
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = connection.execute("SELECT pg_export_snapshot()").fetchone()
        rows = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY app, name").fetchall()
        yield str(found and found[0]), connection.info.server_version // 10_000, [name for (name,) in rows]


def _dump(config: Config, version: int, snapshot: str, member: Any) -> None:
    where, environment = programs.reach(_owner_url(config))
    program = programs.find(version, config.postgres_bin) / "pg_dump"
    command: list[str | Path] = [
        program,
        "--format=custom",
        "--no-owner",
        f"--snapshot={snapshot}",
        f"--dbname={where}",
    ]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=environment) as process:
            assert process.stdout  # noqa: S101 - it is a pipe
            shutil.copyfileobj(process.stdout, member, CHUNK_BYTES)
        _check_ended("pg_dump", process.returncode, said)


def _private_files(config: Config) -> Iterator[tuple[str, Path]]:
    for path in sorted(config.files_dir.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield FILES + path.relative_to(config.files_dir).as_posix(), path


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes] | None]:
    """None when it was removed since it was listed."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        yield file


@contextmanager
def _added(archive: ZipFile, name: str, members: dict[str, Member]) -> Iterator[Any]:
    """A member to write to; its size and hash are noted when it is complete."""
    with archive.open(_info(name), "w", force_zip64=True) as file:
        hashed = _Hashed(file)
        yield hashed
    members[name] = Member(hashed.bytes, hashed.digest.hexdigest())


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name)
    info.external_attr = 0o600 << 16
    return info


class _Hashed:
    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.bytes, self.digest = file, 0, sha256()

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        self.digest.update(data)
        return self._file.write(data)


# --- reading back ------------------------------------------------------------------------------------------


def restore(config: Config, source: Path, *, replace: bool, say: Say, hold: bool = False) -> Manifest:
    """Bring an archive back. Everything is checked before anything is touched; the database changes in one transaction.

    ``hold``: mail and messages to other systems that the archive's hub still had to send are not sent by this one.

    Raises HubError and leaves the target as it was: an archive that is not whole or from a newer release, a target
    that holds something (unless ``replace``), another role or key.
    """
    with _archive(source) as archive:
        manifest = _checked(archive)
        _check_fits(config, archive, manifest)
        _check_target(config, replace=replace)
        say(f"The archive of release {manifest.release}, made at {manifest.made_at}, is whole.")
        fresh = config.files_dir.with_name("files.restoring")
        try:
            _unpack(archive, manifest, fresh)
            _restore_database(config, archive, replace=replace, hold=hold)
            _put(fresh, config.files_dir)
        except OSError as error:
            raise HubError(f"Not restored: {error.strerror}. The database is as it was.") from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        if not config.secret_key:
            write_secret(config.secret_file, archive.read(KEY))
    database.migrate()
    say(_what_goes_out(config, hold=hold))
    say("Restored. Now run: tallyhub doctor")
    return manifest


def _what_goes_out(config: Config, *, hold: bool) -> str:
    if hold:
        return "Mails and messages to other systems that were waiting are stopped."
    waiting = f"""
        SELECT (SELECT count(*) FROM notifications_mail WHERE state = '{Mail.WAITING}'),
               (SELECT count(*) FROM integrations_delivery WHERE state = '{Message.PENDING}')"""
    with psycopg.connect(_owner_url(config)) as connection:
        mails, messages = connection.execute(waiting).fetchone() or (0, 0)
    return (
        f"{mails:,} mails and {messages:,} messages to other systems are waiting, and are sent when a worker runs: "
        "once more, where the hub of the archive has sent them since. To stop them: restore again with --replace --hold"
    )


@contextmanager
def _archive(source: Path) -> Iterator[ZipFile]:
    """Anything odd about the file becomes one refusal: zipfile has an exception for each way to be broken."""
    try:
        with ZipFile(source) as archive:
            yield archive
    except HubError:
        raise
    except (_Unreadable, BadZipFile, EOFError, ValueError, LookupError, NotImplementedError, RuntimeError) as error:
        raise HubError(f"{source} is not a whole backup: {error}. Nothing was changed.") from error
    except OSError as error:
        raise HubError(f"{source} cannot be read: {error.strerror or error}. Nothing was changed.") from error


def _checked(archive: ZipFile) -> Manifest:
    """Read every byte once."""
    if archive.getinfo(MANIFEST).file_size > MANIFEST_BYTES_MAX:
        raise _Unreadable("its manifest is too large")
    told = json.loads(archive.read(MANIFEST))
    if isinstance(told, dict) and told.get("format", FORMAT) != FORMAT:
        raise HubError(f"The archive is of format {told['format']}, this release reads {FORMAT}. Upgrade first.")
    try:
        manifest = _MANIFEST.validate_python(told)
    except ValidationError:
        raise _Unreadable("its manifest is none of ours") from None
    names = sorted(archive.namelist())
    if names != sorted([*manifest.members, MANIFEST]) or not {DUMP, KEY} <= set(names):
        raise _Unreadable("its members are not those of its manifest")
    for name, about in manifest.members.items():
        _check_name(name)
        digest = sha256()
        with archive.open(name) as member:
            while chunk := member.read(CHUNK_BYTES):
                digest.update(chunk)
        if digest.hexdigest() != about.sha256:
            raise _Unreadable(f"{name} was altered")
    return manifest


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    is_ours = name in (DUMP, KEY) or (name.startswith(FILES) and path.as_posix() == name)
    if not is_ours or ".." in path.parts or "\\" in name:
        raise _Unreadable("it holds a member with an odd name")


def _check_fits(config: Config, archive: ZipFile, manifest: Manifest) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if _numbers(manifest.release) > _numbers(RELEASE) or not known.issuperset(manifest.migrations):
        raise HubError(f"The archive is of the newer release {manifest.release}, this is {RELEASE}. Upgrade first.")
    if manifest.app_role != config.app_role:
        raise HubError(
            f"The archive gives its rights to the role {manifest.app_role}. "
            f"Set TALLYHUB_APP_ROLE={manifest.app_role} and make that role, then restore."
        )
    _check_key(config, archive)


def _check_key(config: Config, archive: ZipFile) -> None:
    if archive.getinfo(KEY).file_size > KEY_BYTES_MAX:
        raise _Unreadable("its key is too large")
    key = archive.read(KEY)
    if not config.secret_key and not _KEY.fullmatch(key):
        raise HubError(
            f"The archive's key is no secret of {SECRET_LENGTH_MIN} characters or more, and a hub with it could not "
            "start or keep a secret. Set TALLYHUB_SECRET_KEY to that of the hub that was backed up."
        )
    if config.secret_key and config.secret_key.encode() != key:
        raise HubError(
            "TALLYHUB_SECRET_KEY is another key than the archive's, so that what was signed or sealed with it could "
            f"not be read. Set it to the content of the archive's member {KEY}, or unset it."
        )


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".") if part.isdigit())


def _check_target(config: Config, *, replace: bool) -> None:
    with psycopg.connect(_owner_url(config)) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    holds_files = config.files_dir.exists() and any(config.files_dir.iterdir())
    if not replace and ((found and found[0]) or holds_files):
        raise HubError("There is data here already. To lose it and take the archive's instead, add --replace.")


def _unpack(archive: ZipFile, manifest: Manifest, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    for name in manifest.members:
        if name.startswith(FILES):
            path = folder / name.removeprefix(FILES)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with archive.open(name) as member, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                shutil.copyfileobj(member, file, CHUNK_BYTES)


def _put(fresh: Path, place: Path) -> None:
    """Two renames: what was there is removed only when the new ones have its name."""
    old = place.with_name("files.replaced")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    fresh.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _restore_database(config: Config, archive: ZipFile, *, replace: bool, hold: bool) -> None:
    """pg_restore writes the statements, psql runs them; COMMIT is said only when all of them were written.

    So a kill of any of the three, and an error anywhere, leaves the database as it was.
    """
    with psycopg.connect(_owner_url(config)) as connection:
        folder = programs.find(connection.info.server_version // 10_000, config.postgres_bin)
    where, environment = programs.reach(_owner_url(config))
    with tempfile.TemporaryDirectory() as temporary:
        contents = Path(temporary) / "contents"
        contents.write_bytes(_contents(folder, archive))
        reading = [folder / "pg_restore", "--no-owner", f"--use-list={contents}", "--file=-"]
        running: list[str | Path] = [
            folder / "psql",
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            f"--dbname={where}",
            "-f",
            "-",
        ]
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(
                running, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=environment
            ) as psql,
        ):
            assert psql.stdin  # noqa: S101 - it is a pipe
            try:
                psql.stdin.write(f"BEGIN; SET LOCAL lock_timeout = '{LOCK_SECONDS_MAX}s';\n".encode())
                if replace:
                    psql.stdin.write(b"DROP OWNED BY CURRENT_USER;\n")
                _feed(reading, archive, psql.stdin)
                settled = _FORGET_WORKERS + (_HOLD if hold else "")
                psql.stdin.write(f"SET LOCAL search_path = public; DO $$ BEGIN {settled} END $$;\n".encode())
                psql.stdin.write(b"COMMIT; ANALYZE;\n")
                psql.stdin.close()
            except BrokenPipeError:
                pass  # it ended, and has said why
            except BaseException:
                psql.kill()  # closing its input is no COMMIT either, but takes longer
                raise
            psql.wait()
            _check_ended("psql", psql.returncode, said)


def _contents(folder: Path, archive: ZipFile) -> bytes:
    """The dump's list of contents without the owner's default rights: they name a role, and ``migrate`` gives them."""
    with tempfile.TemporaryFile() as listed:
        _feed([folder / "pg_restore", "--list"], archive, listed)
        listed.seek(0)
        return b"".join(line for line in listed if b" DEFAULT ACL " not in line)


def _feed(command: list[Any], archive: ZipFile, target: IO[bytes]) -> None:
    """Give the dump to a program and what it says to ``target``. Raises HubError unless it ended well."""
    with (
        archive.open(DUMP) as dump,
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as process,
    ):
        assert process.stdin  # noqa: S101 - they are pipes
        assert process.stdout  # noqa: S101
        feeder = Thread(target=_pour, args=(dump, process.stdin), daemon=True)
        feeder.start()
        try:
            shutil.copyfileobj(process.stdout, target, CHUNK_BYTES)
        except BaseException:
            process.kill()
            raise
        finally:
            feeder.join()
        process.wait()
        _check_ended("pg_restore", process.returncode, said)


def _pour(source: Any, target: IO[bytes]) -> None:
    try:
        shutil.copyfileobj(source, target, CHUNK_BYTES)
        target.close()
    except BrokenPipeError:
        pass  # the program had enough: a list needs the dump's beginning only


def _check_ended(program: str, code: int, said: IO[bytes]) -> None:
    if code:
        said.seek(0)
        lines = said.read(4_096).decode(errors="replace").strip().splitlines() or [f"exit code {code}"]
        raise HubError(f"{program} failed, and nothing was changed: {lines[0]}")


def _owner_url(config: Config) -> str:
    if not config.owner_url:
        raise HubError("Set TALLYHUB_OWNER_URL: only the owner's role reads and writes every row.")
    return config.owner_url
