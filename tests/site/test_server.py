"""The workers, web and jobs: what they inherit, and that one which dies is replaced."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from tallyhub.organizations.models import Organization
from tallyhub.site import server
from tallyhub.site.children import Kept
from tallyhub.site.config import Config
from tests.served import serving


def test_the_workers_inherit_no_connection(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """R3.8: two processes on one connection would read each other's answers."""
    seen: list[Any] = []

    class Forking:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            pass

        def serve(self) -> None:
            seen.append([connection.connection for connection in connections.all()])
            seen.append(dict(DatabaseWrapper._connection_pools))

    monkeypatch.setattr(server, "WebServer", Forking)
    Organization.objects.exists()  # as `tallyhub demo` does before it serves
    assert DatabaseWrapper._connection_pools
    server.run(Config(), with_worker=False)
    assert seen == [[None, None], {}]


def until(is_so: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while not (found := is_so()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def children_of(pid: int) -> set[int]:
    said = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in said.splitlines()]
    return {int(child) for child, parent, state in rows if int(parent) == pid and not state.startswith("Z")}


def answers(served: Any) -> bool:
    with closing(served.connect()) as connection, suppress(OSError):
        connection.request("GET", "/healthz")
        return bool(connection.getresponse().status == 200)
    return False


def test_a_web_worker_that_is_killed_is_replaced_and_said_to_be_dead(
    world: SimpleNamespace, capfd: pytest.CaptureFixture[str]
) -> None:  # R10.2
    with serving() as served:
        (worker,) = children_of(served.process.pid)
        os.kill(worker, signal.SIGKILL)
        until(lambda: children_of(served.process.pid) - {worker})
        until(lambda: answers(served))
        assert served.process.poll() is None
    assert '"web worker died", "worker": 0, "exit_code": -9' in capfd.readouterr().err


def test_a_child_that_dies_is_started_again_and_ends_with_us(tmp_path: Path, caplog: Any) -> None:  # R10.2
    lives = tmp_path / "lives"
    script = f"import os, time; open({str(lives)!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(600)"

    def pids() -> list[int]:
        return [int(line) for line in lives.read_text().splitlines()] if lives.exists() else []

    with Kept("job worker", [sys.executable, "-c", script], wait_seconds=0.01):
        (first,) = until(pids)
        os.kill(first, signal.SIGKILL)
        _first, second = until(lambda: pids() if len(pids()) == 2 else None)
    until(lambda: not Path(f"/proc/{second}").exists())
    (said,) = [record for record in caplog.records if record.msg == "child process died"]
    assert (said.facts["child"], said.facts["exit_code"]) == ("job worker", -9)
