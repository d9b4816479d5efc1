"""The web workers and the job worker, as children of the process that owns the embedded database."""

import subprocess
import sys
from contextlib import ExitStack

from granian import Granian
from granian.constants import Interfaces

from tallyhub.site.config import Config


def run(config: Config, *, with_worker: bool) -> None:
    """Serve until interrupted; both kinds of worker end with us."""
    host, _, port = config.bind.rpartition(":")
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
