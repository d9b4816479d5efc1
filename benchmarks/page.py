"""Customer activity, signed in, 40 tiles in German: pages per second over the reference's transactions."""

from collections.abc import Iterator
from statistics import median

from benchmarks import data, reference
from benchmarks.ground import Database, Ground, Hub, serving
from benchmarks.load import Answer, Connection, Team, hammer, request_bytes, sign_in, team
from benchmarks.report import Result, rounded
from benchmarks.sizes import Sizes

PATH = "/customer-activity/?workspace=all"
CONNECTIONS = 4


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    from tests.make import PASSWORD

    database = data.wide(ground, sizes.entries_many)
    with serving(database) as hub, team(CONNECTIONS) as clients:
        cookie = sign_in(hub, f"{data.WHO}@example.test", PASSWORD)
        page = Connection(hub).answer(request_bytes(hub, PATH, cookie))
        _check(page)
        full = request_bytes(hub, PATH, cookie)
        unchanged = request_bytes(hub, PATH, cookie, **{"If-None-Match": page.header("etag")})
        rates = _rates(ground, database, sizes, hub, clients, full, unchanged)
    base, pages, same = (median(each) for each in rates)
    about = {"reference_per_second": rounded(rates[0]), "entries": sizes.entries_many}
    yield Result(
        "page", pages / base, 0.012, True, f"{pages:.0f} pages/s of {base:.0f} reference/s",
        {"pages_per_second": rounded(rates[1]), "bytes": len(page.body), "tiles": data.TILES, **about},
    )  # fmt: skip
    yield Result(
        "page, unchanged", same / base, 0.06, True, f"{same:.0f} answers/s of {base:.0f} reference/s",
        {"answers_per_second": rounded(rates[2]), **about},
    )  # fmt: skip


def _check(page: Answer) -> None:
    """The figure means nothing if the page is not the one that is spoken of."""
    tiles = page.body.count(b'class="card tile')
    if page.status != 200 or tiles != data.TILES or b'lang="de"' not in page.body or not page.header("etag"):
        raise RuntimeError(f"this is not the page: {page.status}, {tiles} tiles, {page.head!r}")


def _rates(
    ground: Ground, database: Database, sizes: Sizes, hub: Hub, clients: Team, full: bytes, unchanged: bytes
) -> tuple[list[float], list[float], list[float]]:
    """Per second of each turn: the reference, the page, the unchanged page. The first turns only warm up."""

    def answers(request: bytes, status: int) -> float:
        return sum(clients.run(hammer, [(hub, request, status, sizes.seconds)] * CONNECTIONS))

    turns = [
        (reference.rate(ground, database, sizes.seconds), answers(full, 200), answers(unchanged, 304))
        for _ in range(sizes.warm_ups + sizes.rounds)
    ]
    base, pages, same = zip(*turns[sizes.warm_ups :], strict=True)
    return list(base), list(pages), list(same)
