"""Backup and restore: R10.1. Real archives, real databases, and everything that can befall a file."""

import json
import os
import random
import resource
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tallyhub.kernel.errors import HubError
from tallyhub.site import backup, postgres, programs
from tallyhub.site.config import Config
from tests.site.hubs import Hub, another_hub, here

# Every figure, by row, in whichever database; ids and amounts only.
FIGURES = """
SELECT 'entry', id, charged, occurred_on::text FROM ledger_entry UNION ALL
SELECT 'total', entitlement_id, charged, entries::text FROM ledger_entitlementtotal UNION ALL
SELECT 'allotment', id, amount, term::text FROM ledger_allotment UNION ALL
SELECT 'person', id, 0, email FROM accounts_person UNION ALL
SELECT 'version', version, customer_id, at::text FROM ledger_ledgerversion
"""
RIGHTS = """
SELECT c.relname, c.relrowsecurity, string_agg(x.privilege_type, ',' ORDER BY x.privilege_type)
FROM pg_class c LEFT JOIN LATERAL (SELECT privilege_type FROM aclexplode(c.relacl)
    WHERE grantee = 'tallyhub_app'::regrole) x ON true
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S') GROUP BY 1, 2 ORDER BY 1
"""


def say(_text: str) -> None:
    pass


@pytest.fixture
def full(world: Any, tmp_path: Path) -> Hub:
    """The world, with private files."""
    hub = here(tmp_path / "full")
    with psycopg.connect(os.environ["TALLYHUB_TEST_ADMIN"], autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {hub.name} OWNER TO {postgres.OWNER}")  # a copy is the copier's
    (hub.files / "exports").mkdir(parents=True)
    (hub.files / "exports" / "1.csv").write_bytes(b"a;b\n" * 1000)
    (hub.files / "Über.pdf").write_bytes(os.urandom(200_000))
    return hub


@pytest.fixture
def archive(full: Hub, tmp_path: Path) -> Path:
    path = tmp_path / "hub.backup"
    backup.back_up(full.config, path, say)
    return path


@pytest.fixture
def empty_hub(tmp_path: Path) -> Iterator[Hub]:
    with another_hub(tmp_path / "other", "restored") as hub:
        yield hub


def contents(folder: Path) -> dict[str, bytes]:
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_what_is_restored_elsewhere_has_no_difference(full: Hub, empty_hub: Hub, tmp_path: Path) -> None:  # R10.1
    path = tmp_path / "hub.backup"
    assert "2 files besides database and key" in full.run("backup", str(path))
    assert "Restored" in empty_hub.run("restore", str(path))
    assert "No difference found in 2 customers, 17 entries" in empty_hub.run("doctor")
    assert sorted(empty_hub.ask(FIGURES)) == sorted(full.ask(FIGURES))
    assert empty_hub.ask(RIGHTS) == full.ask(RIGHTS)
    assert contents(empty_hub.files) == contents(full.files)


def test_the_restored_hub_goes_on(full: Hub, archive: Path, empty_hub: Hub) -> None:  # R10.1
    """Sequences stand behind their rows, and new tables are born with the app's rights."""
    backup.restore(empty_hub.config, archive, replace=False, say=say)
    (highest,) = empty_hub.ask("SELECT max(id) FROM ledger_entry")[0]
    assert empty_hub.ask("SELECT last_value FROM ledger_entry_id_seq") == [(highest,)]
    rights = "SELECT count(*) FROM pg_default_acl WHERE defaclrole = 'tallyhub_owner'::regrole"
    empty_hub.run("migrate")
    assert empty_hub.ask(rights) == [(2,)]


def test_an_archive_is_for_its_owner_alone(archive: Path) -> None:  # R10.1
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


def test_a_key_of_the_hubs_own_comes_along(full: Hub, empty_hub: Hub, tmp_path: Path) -> None:  # R10.1
    full.folder.mkdir(exist_ok=True)
    (full.folder / "secret-key").write_text("made-once-and-kept-for-as-long-as-it-is")
    path = tmp_path / "hub.backup"
    full.run("backup", str(path), TALLYHUB_SECRET_KEY="")
    empty_hub.run("restore", str(path), TALLYHUB_SECRET_KEY="")
    key = empty_hub.folder / "secret-key"
    assert (key.read_text(), stat.S_IMODE(key.stat().st_mode)) == ("made-once-and-kept-for-as-long-as-it-is", 0o600)


def test_a_key_that_could_not_read_what_comes_is_refused(archive: Path, empty_hub: Hub) -> None:  # R10.1
    said = empty_hub.run("restore", str(archive), code=1, TALLYHUB_SECRET_KEY="another-one")
    assert "is another key than the archive's" in said
    assert_untouched(empty_hub)


def test_a_backup_is_of_one_instant_while_others_write(full: Hub, world: Any, empty_hub: Hub, tmp_path: Path) -> None:
    """R10.1: what is posted while the dump runs is whole or absent; the totals agree."""
    from datetime import date
    from threading import Event, Thread

    from django.db import connections

    from tests.make import book

    stop, path = Event(), tmp_path / "hub.backup"

    def write() -> None:
        while not stop.is_set():
            book(world.cedar_credits, world.north, 1, date(2026, 5, 6))
        for one in connections.all():  # they are this thread's own
            one.close()

    writer = Thread(target=write)
    writer.start()
    try:
        backup.back_up(full.config, path, say)
    finally:
        stop.set()
        writer.join()
    empty_hub.run("restore", str(path))
    assert "No difference found" in empty_hub.run("doctor")


WAITING = """
INSERT INTO notifications_mail (key, person_id, letter, params, thread, state, attempts, next_at, created_at, error)
    SELECT 'key', min(id), 'accounts.password_changed', '{}', '', 'waiting', 0, now(), now(), '' FROM accounts_person;
INSERT INTO integrations_endpoint (id, customer_id, url, types, secret, old_secret, is_paused, made_at)
    SELECT 1, min(customer_id), 'https://hooks.example', '{}', 'x', '', false, now() FROM organizations_workspace;
INSERT INTO integrations_delivery (id, customer_id, endpoint_id, type, body, state, tries, next_at, made_at)
    SELECT 1, customer_id, 1, 'ping', '{}', 'pending', 0, now(), now() FROM integrations_endpoint;
INSERT INTO procrastinate_workers (id) OVERRIDING SYSTEM VALUE VALUES (77);
INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id) VALUES
    ('default', 'notifications.tell', 'doing', 77),
    ('default', 'integrations.spread', 'todo', NULL), ('default', 'notifications.send', 'todo', NULL);
"""
OUTGOING = """
SELECT state FROM notifications_mail UNION ALL SELECT state FROM integrations_delivery UNION ALL
SELECT task_name FROM procrastinate_jobs WHERE task_name <> 'notifications.send'
"""


@pytest.fixture
def waiting(full: Hub, owner: Any, tmp_path: Path) -> Path:
    """An archive of a hub that works, with a mail and a message to send, and news that will become such."""
    owner.execute(WAITING)
    path = tmp_path / "waiting.backup"
    backup.back_up(full.config, path, say)
    return path


def test_the_archives_workers_are_not_here_and_their_jobs_are_taken_up(waiting: Path, empty_hub: Hub) -> None:  # R10.1
    said = empty_hub.run("restore", str(waiting))
    assert "1 mails and 1 messages to other systems are waiting" in said
    assert "--hold" in said
    assert "No job worker runs." in empty_hub.run("doctor")
    assert empty_hub.ask("SELECT worker_id FROM procrastinate_jobs WHERE status = 'doing'") == [(None,)]
    found = sorted(str(one) for (one,) in empty_hub.ask(OUTGOING))
    assert found == ["integrations.spread", "notifications.tell", "pending", "waiting"]


def test_a_copy_that_is_held_sends_nothing_that_was_waiting(waiting: Path, empty_hub: Hub) -> None:  # R10.1
    assert "were waiting are stopped" in empty_hub.run("restore", str(waiting), "--hold")
    assert sorted(empty_hub.ask(OUTGOING)) == [("failed",), ("stopped",)]
    assert "0 are waiting" in empty_hub.run("doctor")


# refusals: the target stays as it was


def assert_untouched(hub: Hub) -> None:
    assert hub.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    assert not hub.files.exists()
    assert not list(hub.folder.glob("files.*")) if hub.folder.exists() else True


def assert_refused(hub: Hub, path: Path, words: str) -> None:
    with pytest.raises(HubError, match=words):
        backup.restore(hub.config, path, replace=True, say=say)
    assert_untouched(hub)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99, 0.9999])
def test_a_truncated_archive_is_refused(archive: Path, empty_hub: Hub, share: float) -> None:  # R10.1
    os.truncate(archive, int(archive.stat().st_size * share))
    assert_refused(empty_hub, archive, "is not a whole backup")


def is_accepted(path: Path, intact: dict[str, bytes]) -> bool:
    try:
        with backup._archive(path) as opened:
            backup._checked(opened)
            assert {name: opened.read(name) for name in opened.namelist()} == intact
    except HubError:
        return False
    return True


def test_a_flipped_bit_is_refused_or_harmless(archive: Path, tmp_path: Path) -> None:  # R10.1
    """Wherever it is: what the reader lets pass has every member as it was."""
    random.seed(10_1)
    intact = {name: zipfile.ZipFile(archive).read(name) for name in zipfile.ZipFile(archive).namelist()}
    data, refused = archive.read_bytes(), 0
    tail = range(len(data) - 2_000, len(data))  # the directory, where each byte means something
    for position in [*random.choices(range(len(data)), k=150), *random.choices(tail, k=150)]:
        flipped = bytearray(data)
        flipped[position] ^= 1 << random.randrange(8)
        path = tmp_path / "flipped"
        path.write_bytes(flipped)
        refused += not is_accepted(path, intact)
    assert refused > 200


def altered(archive: Path, changes: dict[str, bytes | None], more: dict[str, bytes] | None = None) -> Path:
    """A well-formed ZIP with other members, as somebody could make it."""
    path = archive.with_name("altered.backup")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = changes.get(name, old.read(name)) if name in changes else old.read(name)
            if data is not None:
                new.writestr(name, data)
        for name, data in (more or {}).items():
            new.writestr(name, data)
    return path


def test_an_altered_member_is_refused(archive: Path, empty_hub: Hub) -> None:  # R10.1
    assert_refused(empty_hub, altered(archive, {"files/exports/1.csv": b"other"}), "was altered")


def test_a_missing_member_is_refused(archive: Path, empty_hub: Hub) -> None:  # R10.1
    assert_refused(empty_hub, altered(archive, {"files/exports/1.csv": None}), "its members are not those")


def test_an_additional_member_is_refused(archive: Path, empty_hub: Hub) -> None:  # R10.1
    assert_refused(empty_hub, altered(archive, {}, {"files/more": b""}), "its members are not those")


def manifest_of(archive: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zipfile.ZipFile(archive).read("manifest.json"))
    return found


@pytest.mark.parametrize(
    "odd",
    [
        b"[1]",
        b"null",
        b"[" * 100_000,
        {"release": None},
        {"release": "1.x; y"},
        {"members": [1]},
        {"members": {"database.dump": {"bytes": 1}}},
        {"migrations": [["a"]]},
        {"app_role": 1},
        {"postgres": "no"},
    ],
)
def test_a_manifest_that_is_none_is_refused(archive: Path, empty_hub: Hub, odd: Any) -> None:  # R10.1
    content = odd if isinstance(odd, bytes) else json.dumps(manifest_of(archive) | odd).encode()
    assert_refused(empty_hub, altered(archive, {"manifest.json": content}), "is not a whole backup")


@pytest.mark.parametrize("key", [b"", b"short", b"x" * 31, b"\xff" * 40, b"with a line\n" * 4])
def test_a_key_that_a_hub_could_not_start_with_is_refused(
    archive: Path, empty_hub: Hub, monkeypatch: pytest.MonkeyPatch, key: bytes
) -> None:  # R10.1
    monkeypatch.setenv("TALLYHUB_SECRET_KEY", "")
    manifest = manifest_of(archive)
    manifest["members"]["secret-key"] = {"bytes": len(key), "sha256": sha256(key).hexdigest()}
    changes: dict[str, bytes | None] = {"secret-key": key, "manifest.json": json.dumps(manifest).encode()}
    assert_refused(empty_hub, altered(archive, changes), "key is no secret")
    assert not empty_hub.config.secret_file.exists()


def test_a_secret_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # R10.1
    def out_of_power(_file: int) -> None:
        raise OSError

    config = Config(secret_key="", data_dir=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", out_of_power)
        with pytest.raises(OSError):
            config.secret()
    assert not config.secret_file.exists()
    assert config.secret() == config.secret_file.read_text()
    assert stat.S_IMODE(config.secret_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["files/../../escaped", "/etc/escaped", "files//x", "elsewhere", "files/a\\..\\b"])
def test_a_member_outside_of_the_files_is_refused(archive: Path, empty_hub: Hub, name: str) -> None:  # R10.1
    told = manifest_of(archive)
    told["members"][name] = {"bytes": 0, "sha256": backup.sha256().hexdigest()}
    path = altered(archive, {"manifest.json": json.dumps(told).encode()}, {name: b""})
    assert_refused(empty_hub, path, "odd name")


NEWER = {
    "its release": {"release": "99.0.0"},
    "a migration of it": {"migrations": ["ledger.9999_from_the_future"]},
}


@pytest.mark.parametrize("what", NEWER)
def test_a_newer_releases_archive_is_refused(archive: Path, empty_hub: Hub, what: str) -> None:  # R10.1
    changed = json.dumps(manifest_of(archive) | NEWER[what]).encode()
    assert_refused(empty_hub, altered(archive, {"manifest.json": changed}), "newer release")


def test_an_archive_for_another_role_says_which(archive: Path, empty_hub: Hub) -> None:  # R10.1
    changed = json.dumps(manifest_of(archive) | {"app_role": "other_app"}).encode()
    assert_refused(empty_hub, altered(archive, {"manifest.json": changed}), "TALLYHUB_APP_ROLE=other_app")


def test_a_target_with_data_is_refused_and_kept(archive: Path, full: Hub) -> None:  # R10.1
    before = full.ask(FIGURES)
    assert "add --replace" in full.run("restore", str(archive), code=1)
    assert full.ask(FIGURES) == before


def test_a_target_with_files_only_is_refused(archive: Path, empty_hub: Hub) -> None:  # R10.1
    empty_hub.files.mkdir(parents=True)
    (empty_hub.files / "kept").write_text("x")
    assert "add --replace" in empty_hub.run("restore", str(archive), code=1)
    assert (empty_hub.files / "kept").read_text() == "x"


def test_replace_takes_the_archives_place(archive: Path, full: Hub, owner: Any) -> None:  # R10.1
    before, files = full.ask(FIGURES), contents(full.files)
    owner.execute("CREATE TABLE left_over (id bigint)")
    owner.execute("UPDATE ledger_workspacetotal SET charged = charged + 1")
    (full.files / "later").write_text("x")
    full.run("restore", str(archive), "--replace")
    assert sorted(full.ask(FIGURES)) == sorted(before)
    assert full.ask("SELECT to_regclass('left_over')") == [(None,)]
    assert contents(full.files) == files
    assert "No difference found" in full.run("doctor")


def test_a_target_in_use_is_refused_and_kept(archive: Path, full: Hub, monkeypatch: Any) -> None:  # R10.1
    monkeypatch.setattr(backup, "LOCK_SECONDS_MAX", 1)
    before, files = full.ask(FIGURES), contents(full.files)
    with psycopg.connect(full.owner) as busy:
        busy.execute("SELECT count(*) FROM ledger_entry")
        with pytest.raises(HubError, match="lock timeout"):
            backup.restore(full.config, archive, replace=True, say=say)
    assert (full.ask(FIGURES), contents(full.files)) == (before, files)


# faults of the machine


def test_a_full_disk_leaves_no_archive_behind(full: Hub, tmp_path: Path) -> None:  # R10.1
    path = tmp_path / "out" / "hub.backup"
    path.parent.mkdir()

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        [sys.executable, "-m", "tallyhub", "backup", str(path)],
        env=full.environment | {"COLUMNS": "400"}, preexec_fn=small_files, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "The backup could not be written: File too large" in done.stderr
    assert list(path.parent.iterdir()) == []


def test_a_backup_is_never_written_over(archive: Path, full: Hub) -> None:  # R10.1
    before = archive.read_bytes()
    assert "is there already" in full.run("backup", str(archive), code=1)
    assert archive.read_bytes() == before


def test_a_restore_killed_at_any_moment_leaves_the_target_as_it_was(archive: Path, full: Hub) -> None:  # R10.1
    """Killed before it has ended, the database has all of its old rows or all of the archive's: the same ones here."""
    random.seed(10_1)
    with psycopg.connect(full.owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE mark (id bigint)")
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-m", "tallyhub", "restore", str(archive), "--replace"],
            env=full.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            process.wait(random.uniform(0.5, 2.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert full.ask("SELECT count(*) FROM ledger_entry") == [(17,)]
    full.run("restore", str(archive), "--replace")
    assert "No difference found" in full.run("doctor")
    assert full.ask("SELECT to_regclass('mark')") == [(None,)]


def test_programs_that_are_missing_are_named(tmp_path: Path) -> None:  # R10.1
    with pytest.raises(HubError, match=r"pg_dump, pg_restore, psql of PostgreSQL 16 or newer are needed"):
        programs.find(16, str(tmp_path))


def test_a_password_is_no_argument_of_a_program() -> None:
    where, environment = programs.reach("postgresql://owner:pass%20word@db.example.test/hub")
    assert "pass" not in where
    assert environment["PGPASSWORD"] == "pass word"
