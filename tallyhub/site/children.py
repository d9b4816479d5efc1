"""A process beside the web workers that is started again when it dies."""

import logging
import subprocess
from collections.abc import Sequence
from threading import Event, Thread
from time import monotonic

WAIT_SECONDS_MIN, WAIT_SECONDS_MAX = 1.0, 60.0  # before it is started again; twice as long each time
WELL_AFTER_SECONDS = 60.0  # it lived for so long: the next death counts as the first one
STOP_SECONDS_MAX = 10.0
log = logging.getLogger(__name__)


class Kept:
    """Runs while the block lasts. Each death is logged, and the metrics show meanwhile that jobs stand still."""

    def __init__(self, name: str, command: Sequence[str], *, wait_seconds: float = WAIT_SECONDS_MIN) -> None:
        self._name, self._command = name, command
        self._wait_seconds = wait_seconds
        self._stopped = Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = Thread(target=self._keep, name=f"keeps {name}", daemon=True)

    def __enter__(self) -> "Kept":
        self._process = subprocess.Popen(self._command)  # here, so that what cannot be started at all is raised
        self._keeper.start()
        return self

    def __exit__(self, *_about: object) -> None:
        self._stopped.set()
        if self._process:
            self._process.terminate()
        self._keeper.join(STOP_SECONDS_MAX)
        if self._process and self._process.poll() is None:
            self._process.kill()

    def _keep(self) -> None:
        wait = self._wait_seconds
        while self._process:
            begun = monotonic()
            code = self._process.wait()
            if self._stopped.is_set():
                return
            wait = self._wait_seconds if monotonic() - begun > WELL_AFTER_SECONDS else wait
            facts = {"child": self._name, "exit_code": code, "again_in_seconds": wait}
            log.error("child process died", extra={"facts": facts})
            if self._stopped.wait(wait):
                return
            wait = min(2 * wait, WAIT_SECONDS_MAX)
            self._process = subprocess.Popen(self._command)
            if self._stopped.is_set():  # told to stop while it was started
                self._process.terminate()
