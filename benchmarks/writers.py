"""Several connections that post single entries: to one entitlement, to one each of a customer, or of one each."""

from collections.abc import Iterator
from itertools import count
from statistics import median
from time import perf_counter

from benchmarks import data
from benchmarks.ground import Database, Ground, leave, use
from benchmarks.load import Team, team
from benchmarks.report import Result, rounded
from benchmarks.sizes import Sizes

Spot = tuple[int, int, int]  # customer, workspace, entitlement
_serial = count()


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    database = data.crowd(ground, sizes.writers)
    spots = _spots()
    leave()
    ways: dict[str, list[Spot]] = {
        "one entitlement": [spots[0][0]] * sizes.writers,
        "an entitlement each": spots[0],
        "a customer each": [of_customer[0] for of_customer in spots],
    }
    rates: dict[str, list[float]] = {way: [] for way in ways}
    with team(sizes.writers) as writers:
        writers.run(_begin, [(database,)] * sizes.writers)
        for turn in range(sizes.warm_ups + sizes.rounds):
            for way, places in ways.items():
                rate = _rate(writers, places, sizes.seconds)
                if turn >= sizes.warm_ups:
                    rates[way].append(rate)
    one, same, others = (median(rates[way]) for way in ways)
    raw = {way: rounded(found) for way, found in rates.items()}
    yield Result(
        "writers", one / same, 0.4, True, f"{one:.0f} posts/s to one entitlement, {same:.0f} to {sizes.writers}", raw
    )
    yield Result(
        "writers, customers",
        one / others,
        0.0,
        True,
        f"{one:.0f} posts/s to one entitlement, {others:.0f} to {sizes.writers} customers; no target",
        raw,
    )


def _spots() -> list[list[Spot]]:
    """By customer, one spot for each of its entitlements, all in the customer's first workspace."""
    from tallyhub.agreements.models import Entitlement
    from tallyhub.organizations.models import Workspace

    first = dict(Workspace.objects.using("owner").filter(is_default=True).values_list("customer_id", "id"))
    found: dict[int, list[Spot]] = {}
    for customer, line in Entitlement.objects.using("owner").order_by("id").values_list("customer_id", "id"):
        found.setdefault(customer, []).append((customer, first[customer], line))
    return list(found.values())


def _rate(writers: Team, places: list[Spot], seconds: float) -> float:
    return sum(writers.run(_post, [(place, seconds) for place in places]))


def _begin(database: Database) -> None:
    import django

    django.setup()
    use(database)


def _post(spot: Spot, seconds: float) -> float:
    """Posts per second of this process, each one entry in a transaction of its own."""
    import os

    from tallyhub.kernel.access import Access
    from tallyhub.kernel.amounts import Unit
    from tallyhub.kernel.scope import scope
    from tallyhub.ledger.steps import NewEntry, post

    customer, workspace, line = spot
    access, day = Access.of_system([customer]), data.first_day()
    begun = perf_counter()
    done = 0
    while perf_counter() - begun < seconds:
        reference = f"{os.getpid()}-{next(_serial)}"
        entry = NewEntry(customer, workspace, line, Unit.CASES, day, 1, "bench", reference)
        with scope(access, writing=True):
            post(access, [entry])
        done += 1
    return done / (perf_counter() - begun)
