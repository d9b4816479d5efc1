"""The database is gone for a while under a hub that serves."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import psycopg
import pytest

from tallyhub.site import postgres
from tests import migrated

BINARIES = os.environ.get("TALLYHUB_POSTGRES_BIN", "")
SECONDS_MAX = 90
FAST = ("-c", "fsync=off")


@dataclass
class Served:
    address: str
    server: postgres.Server
    log: Path

    def get(self, path: str) -> tuple[int, str, dict[str, str]]:
        request = urllib.request.Request(self.address + path, headers={"Cookie": "sessionid=nobodys"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
                return answer.status, answer.read().decode(), _lower(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), _lower(error.headers)
        except OSError:
            return 0, "", {}

    def ask(self, statement: str) -> object:
        with psycopg.connect(self.server.address(postgres.OWNER), autocommit=True) as connection:
            row = connection.execute(statement).fetchone()
            return row and row[0]


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """`tallyhub serve`, with its job worker, over a PostgreSQL that this test may stop."""
    with postgres.running(tmp_path / "db", binaries=BINARIES, options=FAST) as database:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {
            "TALLYHUB_DATABASE_URL": database.app,
            "TALLYHUB_OWNER_URL": database.owner,
            "TALLYHUB_DATA_DIR": str(tmp_path / "data"),
            "TALLYHUB_BIND": f"127.0.0.1:{port}",
        }
        migrated.fill(database)
        log = tmp_path / "log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "tallyhub", "serve"], env=environment, stdout=file, stderr=file
            )
        hub = Served(f"http://127.0.0.1:{port}", postgres._server((tmp_path / "db").resolve(), BINARIES, FAST), log)
        try:
            until(lambda: hub.get("/readyz")[0] == 200, "does not serve")
            yield hub
        finally:
            print(log.read_text()[-5000:])  # noqa: T201 - pytest shows it when the test fails
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    postgres.remove(tmp_path / "db")


def defer(hub: Served) -> int:
    """A job that is safe to repeat; its row is gone when it is done."""
    statement = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', "
        "'tallyhub.ledger.jobs.refresh_snapshots', '{\"timestamp\": 0}') RETURNING id"
    )
    found = hub.ask(statement)
    assert isinstance(found, int)
    return found


def test_the_hub_says_so_and_recovers_by_itself(served: Served) -> None:
    first = defer(served)
    until(lambda: not served.ask(f"SELECT count(*) FROM procrastinate_jobs WHERE id = {first}"), "no worker")

    postgres._stop(served.server)
    status, page, headers = served.get("/accounts/login/")
    assert (status, headers["retry-after"]) == (503, "10")
    assert "The hub is not available for a moment" in page
    assert "Traceback" not in page
    assert served.get("/readyz")[:2] == (503, "database\n")
    assert served.get("/healthz")[:2] == (200, "ok\n")

    process = postgres._start(served.server, print)
    try:
        until(lambda: served.get("/readyz")[0] == 200, "is not ready again")
        for _ in range(6):  # every web worker
            assert served.get("/accounts/login/")[0] == 200
        job = defer(served)
        done = f"SELECT count(*) FROM procrastinate_jobs WHERE id = {job}"
        until(lambda: not served.ask(done), "no worker after the outage")
    finally:
        postgres._stop(served.server)
        if process:
            process.wait()


def test_metrics_come_from_every_process_and_logs_are_json(served: Served) -> None:  # R10.3
    for _ in range(8):
        served.get("/accounts/login/")
    until(lambda: 'view="account_login"' in served.get("/metrics")[1], "no metrics")
    text = served.get("/metrics")[1]
    counted = [line for line in text.splitlines() if line.startswith("tallyhub_request_seconds_count{")]
    assert sum(float(line.rpartition(" ")[2]) for line in counted if 'view="account_login"' in line) == 8
    lines = [json.loads(line) for line in served.log.read_text().splitlines() if line.startswith("{")]
    assert len([line for line in lines if line.get("view") == "account_login"]) == 8
