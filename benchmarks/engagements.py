"""The rows behind proactive services: a page among few deliveries and among very many, each of an engagement.

Few are more than are ever counted, so that both pages do the same.
"""

from collections.abc import Iterator
from functools import partial
from statistics import median

import psycopg

from benchmarks import data
from benchmarks.ground import Database, Ground, use
from benchmarks.report import Result
from benchmarks.requests import timed
from benchmarks.sizes import Sizes

_PATH = "/customer-activity/entitlements/1/rows/?workspace=all"
PATHS = {
    "the first page": _PATH,
    "the last page": f"{_PATH}&page=last",
    "by what was charged": f"{_PATH}&sort=-charged",
}
_FEW, _RATIO_MAX = 20_000, 1.5

# What the ledger holds already, said by an engagement each, delivered and accepted.
_ENGAGEMENTS = """
INSERT INTO engagements_engagement (id, customer_id, workspace_id, number, title, state, requested_at, wish,
    planned_minutes, entitlement_id, choice, reason, late_charge, source, external_id, changed_at, serial, version)
SELECT id, customer_id, workspace_id, id::text || '0', 'Review ' || id, 'accepted', recorded_at, '', charged,
    entitlement_id, '{}', '', 0, '', '', recorded_at, 1, 1
FROM ledger_entry
"""
_DELIVERIES = """
INSERT INTO engagements_engagementdelivery (id, customer_id, workspace_id, engagement_id, day, minutes, note, logged_at,
    reason, unbooked, acceptance, due_on, dispute, answer, source, external_id, version)
SELECT id, customer_id, workspace_id, id, occurred_on, charged, '', recorded_at, '', '', 'accepted', occurred_on, '',
    '', '', '', 1
FROM ledger_entry
"""
_BOOKINGS = """
INSERT INTO engagements_engagementbooking (customer_id, workspace_id, engagement_id, delivery_id, entitlement_id,
    entry_id)
SELECT customer_id, workspace_id, id, id, entitlement_id, id FROM ledger_entry
"""


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    few, many = (ground.database(f"services_{n}", partial(_fill, count=n)) for n in (_FEW, sizes.entries_deep))
    times: dict[str, dict[str, list[float]]] = {few.name: {}, many.name: {}}
    for turn in range(sizes.rounds):  # what else the machine does falls on both
        for database in (few, many) if turn % 2 else (many, few):
            for name, seconds in _pages(database, max(sizes.pages // 8, 1)).items():
                times[database.name].setdefault(name, []).extend(seconds)
    medians = {name: {path: median(each) for path, each in found.items()} for name, found in times.items()}
    worst = max(PATHS, key=lambda path: medians[many.name][path] / medians[few.name][path])
    ours, bare = (medians[one.name][worst] for one in (many, few))
    said = f"{ours * 1000:.1f} ms of {bare * 1000:.1f} ms, {worst}, the worst"
    raw = {name: {path: round(one * 1000, 3) for path, one in each.items()} for name, each in medians.items()}
    yield Result("services, rows", ours / bare, _RATIO_MAX, False, said, {"deliveries": sizes.entries_deep} | raw)


def _fill(database: Database, count: int) -> None:
    data.fill_deep(database, count)
    with psycopg.connect(database.admin) as connection:
        connection.execute("SET session_replication_role = replica")  # right by construction
        for statement in (_ENGAGEMENTS, _DELIVERIES, _BOOKINGS):
            connection.execute(statement)


def _pages(database: Database, count: int) -> dict[str, list[float]]:
    """The seconds that each page takes, the first ones left out."""
    from django.test import Client

    from tallyhub.accounts.models import Person

    use(database)
    client = Client()
    client.force_login(Person.objects.get(name=data.WHO))

    def ask(path: str) -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"the hub answered {answer.status_code} for {path}")

    return {name: timed(partial(ask, path), count) for name, path in PATHS.items()}
