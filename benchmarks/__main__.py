"""``python -m benchmarks [name …] [--full]``: a row for each figure as it is found, then a JSON line for each."""

import argparse
import importlib
import os
import sys
from collections.abc import Iterator

from benchmarks import report, sizes
from benchmarks.ground import Ground, ground

LOAD_MAX = 1.0
# By name, the module whose ``measure(ground, sizes)`` yields results.
BENCHMARKS = {
    "page": "page",
    "statements": "statements",
    "grid": "grid",
    "users": "users",
    "requests": "requests",
    "services": "engagements",
    "import": "imports",
    "requests_import": "requests_import",
    "backup": "backup",
    "api": "api",
    "export": "export",
    "statement": "statement",
    "activation": "activation",
    "writers": "writers",
    "visit": "visit",
    "start": "start",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure; see docs/performance.md.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"all by default, or some of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--full", action="store_true", help="10,000,000 entries; takes disk space and a long while")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    if os.getloadavg()[0] > LOAD_MAX:
        print(
            f"The machine is busy (load {os.getloadavg()[0]:.1f}): these figures are not to be kept.", file=sys.stderr
        )
    print(report.HEADING)
    lines = []
    wanted = sizes.chosen(full=asked.full)
    with ground(is_safe=wanted.is_safe) as made:
        for result in _results(made, asked.names or list(BENCHMARKS), wanted):
            print(result.row(), flush=True)
            lines.append(result.line())
    print("", *lines, sep="\n")


def _results(made: Ground, names: list[str], wanted: sizes.Sizes) -> Iterator[report.Result]:
    for name in names:
        yield from importlib.import_module(f"benchmarks.{BENCHMARKS[name]}").measure(made, wanted)


if __name__ == "__main__":
    main()
