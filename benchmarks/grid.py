"""A page of rows at the end and in the middle of very many, over the first page; over HTTP, in turns."""

import time
from collections.abc import Iterator
from statistics import median

from benchmarks import data
from benchmarks.ground import Ground, row_of, serving
from benchmarks.load import Connection, request_bytes, sign_in
from benchmarks.report import Result
from benchmarks.sizes import Sizes

PATH = "/customer-activity/entitlements/1/rows/?workspace=all"
_MIDDLE = "SELECT {sort}::text || '~' || id FROM ledger_entry ORDER BY {sort}, id OFFSET %s LIMIT 1"
_SORTS = ("occurred_on", "charged")


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    from tests.make import PASSWORD

    database = data.deep(ground, sizes.entries_deep)
    middle = {sort: row_of(database, _MIDDLE.format(sort=sort), sizes.entries_deep // 2)[0] for sort in _SORTS}
    with serving(database) as hub:
        cookie = sign_in(hub, f"{data.WHO}@example.test", PASSWORD)
        connection = Connection(hub)
        times = {}
        for sort in _SORTS:
            paths = {"first": "", "last": "&page=last", "middle": f"&after={middle[sort]}"}
            asked = {name: request_bytes(hub, f"{PATH}&sort=-{sort}{place}", cookie) for name, place in paths.items()}
            times[sort] = _times(connection, asked, sizes.pages * sizes.rounds)
    for place in ("last", "middle"):
        ratio, sort = max((found[place] / found["first"], sort) for sort, found in times.items())
        said = f"{times[sort][place] * 1000:.1f} ms of {times[sort]['first'] * 1000:.1f} ms"
        raw = {sort: round(found[place] * 1000, 3) for sort, found in times.items()}
        first = {sort: round(found["first"] * 1000, 3) for sort, found in times.items()}
        yield Result(
            f"grid, {place} page", ratio, 1.5, False, f"{said} by {sort}, the worse of two orders",
            {"rows": sizes.entries_deep, "milliseconds": raw, "first_milliseconds": first},
        )  # fmt: skip


def _times(connection: Connection, asked: dict[str, bytes], count: int) -> dict[str, float]:
    """The median of the seconds that each takes."""
    found: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(count):
        for name, request in asked.items():
            begun = time.perf_counter()
            status, _length = connection.ask(request)
            found[name].append(time.perf_counter() - begun)
            if status != 200:
                raise RuntimeError(f"the hub answered {status} for the {name} page")
    return {name: median(each) for name, each in found.items()}
