"""The files below deploy/: read where they cannot be run here, run where they can (R10.2)."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from tallyhub.site import postgres, programs

ROOT = Path(__file__).parents[2]
CONTAINER = (ROOT / "deploy/Containerfile").read_text()
LAST_STAGE = CONTAINER[CONTAINER.rindex("\nFROM ") :]
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))


def test_every_source_that_the_container_copies_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", CONTAINER, re.MULTILINE)
    sources = [one for line in copied for one in line.split()[:-1]]
    assert len(sources) > 5
    assert [one for one in sources if not (ROOT / one).exists()] == []


def test_the_container_does_not_run_as_root_and_holds_no_build_tools() -> None:
    user = re.search(r"^USER (\d+)$", LAST_STAGE, re.MULTILINE)
    assert user is not None
    assert int(user[1]) > 0
    assert LAST_STAGE.index("\nUSER ") < LAST_STAGE.index("\nENTRYPOINT ")
    assert not re.search(r"build-essential|gcc|nodejs|npm|pip install", LAST_STAGE)
    assert "/healthz" in LAST_STAGE
    assert not re.search(r"SECRET|PASSWORD|_URL=", LAST_STAGE)


def test_the_container_writes_to_its_volume_only() -> None:
    assert "TALLYHUB_DATA_DIR=/var/lib/tallyhub" in LAST_STAGE
    assert "\nVOLUME /var/lib/tallyhub\n" in LAST_STAGE


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_a_verb_that_is_there_with_little_power(unit: Path) -> None:
    from tallyhub.site.cli import app

    text = unit.read_text()
    verb = re.search(r"^ExecStart=\S+ -m tallyhub ([a-z-]+)", text, re.MULTILINE)
    known = {(one.name or getattr(one.callback, "__name__", "")).replace("_", "-") for one in app.registered_commands}
    assert verb is not None
    assert verb[1] in known
    for line in ("User=tallyhub", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet="):
        assert f"\n{line}\n" in text
    assert not re.search(r"^[A-Za-z]*=.*OWNER_URL", text, re.MULTILINE)


def test_web_and_worker_are_units_of_their_own() -> None:
    assert [unit.stem for unit in UNITS] == ["tallyhub-web", "tallyhub-worker"]


@pytest.fixture
def bare_server(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A PostgreSQL of its own, without the hub's roles: PostgreSQL 15 where it is installed."""
    old = Path("/usr/lib/postgresql/15/bin")
    binaries = os.environ.get("TALLYHUB_POSTGRES_BIN") or (str(old) if (old / "postgres").exists() else "")
    with postgres.running(tmp_path, binaries=binaries, options=("-c", "fsync=off")) as server:
        with psycopg.connect(server.admin, autocommit=True) as admin:
            admin.execute("DROP DATABASE tallyhub")
            admin.execute("DROP ROLE tallyhub_owner")
            admin.execute("DROP ROLE tallyhub_app")
            admin.execute("CREATE ROLE administrator LOGIN CREATEDB CREATEROLE PASSWORD 'a'")  # as managed ones have
            major = admin.info.server_version // 10_000
        yield programs.find(major, binaries), conninfo.make_conninfo(server.admin, user="administrator", password="a")
    postgres.remove(tmp_path)


def test_the_roles_script_makes_what_the_hub_needs(bare_server: tuple[Path, str], tmp_path: Path) -> None:
    """R10.2: run twice by an administrator who is no superuser; then migrate and doctor are content."""
    folder, administrator = bare_server
    where, environment = programs.reach(administrator)
    words = ["-v", "owner_password=it's", "-v", "app_password=b"]
    for _ in range(2):
        command = [folder / "psql", "-X", "-q", *words, "-f", ROOT / "deploy/roles.sql", where]
        subprocess.run(command, env=environment, check=True, capture_output=True)

    def named(role: str, password: str) -> str:
        return conninfo.make_conninfo(administrator, user=role, password=password, dbname="tallyhub")

    ours = {
        "TALLYHUB_OWNER_URL": named("tallyhub_owner", "it's"),
        "TALLYHUB_DATABASE_URL": named("tallyhub_app", "b"),
        "TALLYHUB_DATA_DIR": str(tmp_path),
        "TALLYHUB_SECRET_KEY": "0123456789abcdef0123456789abcdef",
        "COLUMNS": "400",
    }
    run = [sys.executable, "-m", "tallyhub"]
    subprocess.run([*run, "migrate"], env=os.environ | ours, check=True, capture_output=True)
    said = subprocess.run([*run, "doctor"], env=os.environ | ours, capture_output=True, text=True, check=False)
    assert (said.returncode, "No difference found" in said.stderr) == (0, True), said.stderr
    assert "Row-level security binds the app's role." in said.stderr
