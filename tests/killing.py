"""A process that is killed in the middle of what it writes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import psycopg

SECONDS = 60
_WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"


def kill_while_it_writes(owner: Any, code: str, arguments: Sequence[str], table: str) -> None:
    """Runs Python code, holds it by a lock of a table that it writes, and kills it there."""
    with psycopg.connect(os.environ["TALLYHUB_OWNER_URL"]) as holder:
        holder.execute(f"LOCK TABLE {table} IN SHARE MODE")  # reading goes on, writing waits
        process = subprocess.Popen([sys.executable, "-c", code, *arguments], start_new_session=True)
        try:
            deadline = time.monotonic() + SECONDS
            while owner.execute(_WAITS, [table]).fetchone() == (0,):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)


def run_to_its_end(code: str, arguments: Sequence[str]) -> None:
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, timeout=SECONDS)
