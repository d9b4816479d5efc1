"""The files below deploy/: read where they cannot be run here, run where they can (R10.2)."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import conninfo

from tallyhub.site import postgres, programs
from tests.make import PASSWORD
from tests.site.behind import Browser, behind, program

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


# Behind a real proxy, where one is installed


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest) -> str:
    program(request.param)
    return str(request.param)


def sign_in(browser: Browser, who: str) -> None:
    browser.ask("GET", "/accounts/login/")
    answer, text = browser.post("/accounts/login/", login=f"{who}@example.test", password=PASSWORD)
    assert answer.status == 302, text


def test_one_signs_in_through_the_proxy_over_tls_only(world: Any, tmp_path: Path, proxy: str) -> None:  # R10.2
    with behind(proxy, tmp_path) as (browser, plain):
        sign_in(browser, "admin")
        answer, text = browser.ask("GET", "/customer-activity/")
        assert (answer.status, "Cedar unified" in text) == (200, True)
        assert answer.headers["Strict-Transport-Security"]
        assert {name for name, cookie in browser.cookies.items() if not cookie["secure"]} == set()
        assert browser.ask("GET", "/metrics")[0].status == 404
        if proxy == "nginx":
            connection = HTTPConnection("127.0.0.1", plain, timeout=30)
            connection.request("GET", "/audit/", headers={"Host": "hub.example.org"})
            answer = connection.getresponse()
            assert (answer.status, answer.headers["Location"]) == (301, "https://hub.example.org/audit/")
            connection.close()


def test_nobody_chooses_an_address_or_id_through_the_proxy(world: Any, tmp_path: Path, proxy: str) -> None:  # R10.7
    """Guesses from one machine are counted together, whatever it claims to forward."""
    with behind(proxy, tmp_path) as (browser, _plain):
        browser.ask("GET", "/accounts/login/")
        pages = []
        for number in range(11):
            claim = {"X-Forwarded-For": f"198.51.100.{number}", "X-Request-Id": "chosen-by-a-stranger"}
            answer, text = browser.post(
                "/accounts/login/", claim, login=f"nobody{number}@example.test", password="wrong"
            )
            assert answer.headers["X-Request-Id"] != "chosen-by-a-stranger"
            pages.append(text)
        assert ["Too many failed" in page for page in pages] == [False] * 10 + [True]


@pytest.mark.parametrize(("megabytes", "status"), [(45, 302), (70, 413)])
def test_a_large_file_passes_and_one_beyond_all_bounds_does_not(
    world: Any, tmp_path: Path, proxy: str, megabytes: int, status: int
) -> None:  # R8.1
    with behind(proxy, tmp_path) as (browser, _plain):
        sign_in(browser, "csam")
        browser.ask("GET", "/import/")
        part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
        token = part.format("csrfmiddlewaretoken", browser.cookies["csrftoken"].value)
        rows = "a row of a file that is large\r\n" * (megabytes * 1024 * 1024 // 31)
        body = (token + part.format('file"; filename="rows.csv', rows) + "--x--\r\n").encode()
        answer, text = browser.ask("POST", "/import/", body, {"Content-Type": "multipart/form-data; boundary=x"})
        assert answer.status == status, text


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_a_unit_and_finds_it_well_confined(unit: Path, tmp_path: Path) -> None:  # R10.2
    """With a program that is there; the hub's own lies in /opt."""
    analyze = program("systemd-analyze")
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/tallyhub/.venv/bin/python", sys.executable))
    verified = subprocess.run([analyze, "verify", "--man=no", copy], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", copy], capture_output=True, text=True, check=False
    )
    assert judged.returncode == 0, judged.stdout  # an exposure of 2.0 at most, of 10


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
