"""A hub that really serves: granian, in processes of its own, on this test's database and the real clock."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest

START_SECONDS_MAX = 120
_SERVE = """
import django; django.setup()
from tallyhub.site import server
from tallyhub.site.config import Config
server.run(Config(), with_worker=False)
"""


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    process: "subprocess.Popen[bytes]"

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=60)

    def kill(self) -> None:
        """As a machine that loses its power: every process at once, and no last word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)


_PAGES = "import django; django.setup(); from tallyhub.site import static_files; static_files.prepare()\n"


@contextmanager
def serving(*, has_pages: bool = False, **settings: str) -> Iterator[Served]:
    """From its first answer until the block ends. ``has_pages``: with the static files that a page needs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"TALLYHUB_BIND": f"127.0.0.1:{port}", "TALLYHUB_WORKERS": "1"} | settings
    process = subprocess.Popen(
        [sys.executable, "-c", (_PAGES if has_pages else "") + _SERVE], env=environment, start_new_session=True
    )
    served = Served(port, process)
    try:
        _wait(served)
        yield served
    finally:
        if process.poll() is None:
            served.kill()


def _wait(served: Served) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and served.process.poll() is None:
        connection = served.connect()
        try:
            connection.request("GET", "/api/v1/openapi.json")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    pytest.fail("the hub does not serve")
