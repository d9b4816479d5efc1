"""The web workers and the job worker, as children of the process that owns the embedded database."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

from tallyhub.kernel.errors import HubError
from tallyhub.site import database
from tallyhub.site.config import Config


def run(config: Config, *, with_worker: bool) -> None:
    """Serve until interrupted; both kinds of worker end with us."""
    host, _, port = config.bind.rpartition(":")
    database.let_go()  # the workers are forked: two processes on one connection would read each other's answers
    share_metrics(config)
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
