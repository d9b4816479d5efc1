"""The web workers and the job worker, as children of the process that owns the embedded database."""

import logging
import os
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.server.mp import MPServer

from tallyhub.kernel.errors import HubError
from tallyhub.site import database
from tallyhub.site.children import Kept
from tallyhub.site.config import Config

# Of a web worker: bodies.AT_ONCE_MAX and QUEUED_MAX of them may wait for what people send, streams.AT_ONCE_MAX for what
# they read; the others answer meanwhile. A thread begins when it is needed and ends when it is not.
THREADS = 20
STOP_SECONDS_MAX = 20  # of a web worker: then it is killed, whatever it was doing
log = logging.getLogger(__name__)


class WebServer(MPServer):
    """Says when a web worker died. Its own log would tell more, and quote what people wrote."""

    def _respawn_workers(self, workers: list[int], *args: Any, **kwargs: Any) -> None:
        for number in workers:
            code = self.wrks[number].inner.exitcode
            if code is not None:
                log.error("web worker died", extra={"facts": {"worker": number, "exit_code": code}})
        super()._respawn_workers(workers, *args, **kwargs)


def run(config: Config, *, with_worker: bool) -> None:
    """Serve until interrupted; both kinds of worker end with us."""
    host, _, port = config.bind.rpartition(":")
    _publish_status_page()
    database.let_go()  # the workers are forked: two processes on one connection would read each other's answers
    share_metrics(config)
    with ExitStack() as stack:
        if with_worker:
            stack.enter_context(Kept("job worker", [sys.executable, "-m", "tallyhub.site.worker"]))
        web = WebServer(
            "tallyhub.site.wsgi:application",
            address=host,
            port=int(port),
            interface=Interfaces.WSGI,
            workers=config.workers,
            blocking_threads=THREADS,
            http=HTTPModes.http1,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS_MAX,
            log_enabled=False,
        )
        try:
            web.serve()
        except SystemExit:  # one died again within seconds: whoever started us knows better what to do
            log.critical("web workers keep dying")
            raise


def _publish_status_page() -> None:
    """So that it can be read from the first moment on. Without a database there is what was published before."""
    from django.db import DatabaseError

    from tallyhub.health.public import snapshot

    try:
        snapshot.publish()
    except (DatabaseError, OSError):
        log.exception("the public page could not be published")


def share_metrics(config: Config) -> None:
    """Let the processes that start from here on count into one folder. What ended processes left there is removed."""
    folder = config.data_dir.resolve() / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.db"):
        if not Path(f"/proc/{path.stem.rpartition('_')[2]}").exists():
            path.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def check_address(config: Config) -> None:
    """Raise when somebody serves there already: the workers share their port, so the system lets a second hub in."""
    host, _, port = config.bind.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that has just been left is free
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            raise HubError(
                f"{config.bind} cannot be served ({error.strerror}). Set TALLYHUB_BIND to another address."
            ) from error
