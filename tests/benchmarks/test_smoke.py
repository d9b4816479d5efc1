"""The benchmarks run and say what they found. How fast anything is no test may ask: machines differ."""

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.__main__ import BENCHMARKS
from benchmarks.ground import ROOT
from benchmarks.visit import find_browser

FIGURES = {
    "page": ["page", "page, unchanged"],
    "statements": ["statements, number", "statements, time"],
    "grid": ["grid, last page", "grid, middle page"],
    "users": ["users, time", "users, statements"],
    "requests": ["requests, list", "requests, search"],
    "services": ["services, rows"],
    "import": ["import", "import, memory in MiB"],
    "requests_import": ["requests", "requests, again", "requests, memory in MiB"],
    "backup": ["backup", "restore"],
    "api": ["api, posting", "api, statements"],
    "export": ["export", "export, memory in MiB"],
    "statement": ["statement, page in MiB", "statement, XLSX in MiB"],
    "activation": ["activation, statements", "activation in s"],
    "writers": ["writers", "writers, customers"],
    "visit": ["first visit in KiB", "requests to other hosts"],
    "start": [],  # the browser tests start the demo; twice more would be slow
}


def test_every_benchmark_says_its_figures_as_a_row_and_as_a_line(tmp_path: Path):
    names = [name for name in BENCHMARKS if name != "visit" or find_browser()]
    tiny = {"TALLYHUB_BENCH_SIZES": "tiny", "TALLYHUB_BENCH_DIR": str(tmp_path), "TALLYHUB_WORKERS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *names],
        env=os.environ | tiny,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [one["name"] for one in found] == [figure for name in names for figure in FIGURES[name]]
    assert all(one.keys() == {"name", "figure", "target", "at_least", "met", "raw"} for one in found)
    assert all(f"\n{one['name']} " in done.stdout for one in found)
