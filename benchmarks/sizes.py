"""How much is measured."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    entries_few: int = 10_000  # below 8,000 the reference would not find its 40 days
    entries_many: int = 1_000_000
    entries_deep: int = 1_000_000  # of one entitlement: grid and export
    imported: int = 200_000
    members: int = 50_000
    stated: int = 100_000  # lines of a statement
    rounds: int = 7  # how often what is compared takes turns; odd, for the median
    warm_ups: int = 1  # turns that do not count
    seconds: float = 4  # of one turn
    pages: int = 40  # of one turn, where single ones are timed
    writers: int = 8
    has_demo: bool = True
    is_safe: bool = True  # the server waits for the disk


_FULL = Sizes(entries_many=10_000_000, imported=1_000_000)
_TINY = Sizes(entries_many=10_000, entries_deep=500, imported=200, members=200, stated=500, rounds=1, warm_ups=0,
              seconds=0.2, pages=3, writers=2, has_demo=False, is_safe=False)  # fmt: skip


def chosen(*, full: bool) -> Sizes:
    """The smoke test asks for tiny ones, which show that everything works and nothing else."""
    if os.environ.get("TALLYHUB_BENCH_SIZES") == "tiny":
        return _TINY
    return _FULL if full else Sizes()
