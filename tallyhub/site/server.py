"""The web workers and the job worker, as children of the process that owns the embedded database."""

import subprocess
import sys
from contextlib import ExitStack

from django.db import connections
from granian import Granian
from granian.constants import Interfaces

from tallyhub.site.config import Config


def run(config: Config, *, with_worker: bool) -> None:
    """Serve until interrupted; both kinds of worker end with us."""
    host, _, port = config.bind.rpartition(":")
    _let_go_of_the_database()
    with ExitStack() as stack:
        if with_worker:
            worker = subprocess.Popen([sys.executable, "-m", "tallyhub.site.worker"])
            stack.callback(worker.wait, 10)
            stack.callback(worker.terminate)
        Granian(
            "tallyhub.site.wsgi:application",
            address=host,
            port=int(port),
            interface=Interfaces.WSGI,
            workers=config.workers,
            blocking_threads=1,
            log_enabled=False,
        ).serve()


def _let_go_of_the_database() -> None:
    """The workers are forked: two processes on one connection would read each other's answers."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
