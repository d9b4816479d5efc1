"""How long the demo takes to serve again, its data being there: from the command to the first answer."""

import os
import sys
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.ground import FOLDER, Ground, started
from benchmarks.report import Result, rounded
from benchmarks.sizes import Sizes

SECONDS_MAX = 5


def measure(_ground: Ground, sizes: Sizes) -> Iterator[Result]:
    if not sizes.has_demo:
        return
    (FOLDER / "demo").mkdir(exist_ok=True)
    is_new = not any((FOLDER / "demo").iterdir())
    first = _start()
    again = [_start() for _ in range(min(sizes.rounds, 3))]
    said = f"until the first answer; {'the very first' if is_new else 'the one before'} took {first:.1f}"
    raw = {"seconds": rounded(again, 2), "first_seconds": round(first, 2), "first_was_new": is_new}
    yield Result("second start in s", median(again), SECONDS_MAX, False, said, raw)


def _start() -> float:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TALLYHUB_")}
    environment = ours | {"TALLYHUB_DATA_DIR": str(FOLDER / "demo")}
    print("starting the demo …", file=sys.stderr)
    begun = time.perf_counter()
    with started(["demo"], environment):
        return time.perf_counter() - begun
