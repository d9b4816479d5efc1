"""The page's statements, how many and how long, in a small ledger and in a large one: the same page in both."""

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks import data
from benchmarks.ground import Database, Ground, use
from benchmarks.page import PATH
from benchmarks.report import Result
from benchmarks.sizes import Sizes

_WARM_UP = 5
_STATEMENTS_MAX = 8


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    few, many = (data.wide(ground, entries) for entries in (sizes.entries_few, sizes.entries_many))
    pages: dict[str, list[list[float]]] = {few.name: [], many.name: []}
    for turn in range(sizes.rounds):  # what else the machine does falls on both, and so does going first
        for database in (few, many) if turn % 2 else (many, few):
            pages[database.name] += _pages(database, sizes.pages)
    counts = {name: {len(page) for page in found} for name, found in pages.items()}
    times = {name: median(sum(page) for page in found) for name, found in pages.items()}
    said = f"{sizes.entries_few:,} and {sizes.entries_many:,} entries"
    most = max(count for found in counts.values() for count in found)
    raw = {name: {"statements": sorted(counts[name]), "milliseconds": round(times[name] * 1000, 3)} for name in pages}
    is_same = len(set.union(*counts.values())) == 1
    same = f"{most} statements" if is_same else "NOT the same number of statements"
    yield Result("statements, number", most, _STATEMENTS_MAX, False, f"{same} with {said}", raw | {"is_same": is_same})
    ratio = times[many.name] / times[few.name]
    spent = " and ".join(f"{times[name] * 1000:.2f} ms" for name in pages)
    yield Result("statements, time", ratio, 1.2, False, f"{spent} with {said}", raw)


def _pages(database: Database, count: int) -> list[list[float]]:
    """The seconds of each statement, page by page, the first ones of a new connection left out."""
    from django.db import connection
    from django.test import Client

    from tallyhub.accounts.models import Person

    use(database)
    client = Client()
    client.force_login(Person.objects.get(name=data.WHO))
    found: list[list[float]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            found[-1].append(time.perf_counter() - begun)

    with connection.execute_wrapper(note):
        for _ in range(_WARM_UP + count):
            found.append([])
            client.get(PATH)
    return found[_WARM_UP:]
