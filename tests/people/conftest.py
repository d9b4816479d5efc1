"""Two at once, so that they really meet."""

from collections.abc import Callable
from threading import Event, Lock
from time import monotonic
from typing import Any

import pytest

SECONDS = 20  # a test that waits longer than this hangs
WAITING = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@pytest.fixture
def meet(monkeypatch: Any, owner: Any) -> Callable[[Any, str], None]:
    """``meet(module, "name")``: whoever comes to that function first goes on only when the other one is there, too, or
    waits for a lock. So what only a lock keeps apart goes wrong without it every time, and not by chance."""

    def arrange(module: Any, name: str) -> None:
        go_on, other_came, first = getattr(module, name), Event(), Lock()

        def wait(*args: Any, **kwargs: Any) -> Any:
            if not first.acquire(blocking=False):
                other_came.set()
                return go_on(*args, **kwargs)
            deadline = monotonic() + SECONDS
            while not other_came.wait(0.01) and owner.execute(WAITING).fetchone() == (0,):
                assert monotonic() < deadline, "nobody else came"
            return go_on(*args, **kwargs)

        monkeypatch.setattr(module, name, wait)

    return arrange
