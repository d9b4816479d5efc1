"""The rows behind proactive services: a page among few deliveries and among very many, each of an engagement.

Few are more than are ever counted, so that both pages do the same.
"""

from collections.abc import Iterator
from functools import partial

import psycopg

from benchmarks import data
from benchmarks.ground import Database, Ground, use
from benchmarks.report import Result
from benchmarks.requests import compare, timed
from benchmarks.sizes import Sizes

_PATH = "/customer-activity/entitlements/1/rows/?workspace=all"
PATHS = {
    "the first page": _PATH,
    "the last page": f"{_PATH}&page=last",
    "by what was charged": f"{_PATH}&sort=-charged",
}
_FEW = 20_000

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
    yield compare("services, rows", few, many, _pages, sizes, "deliveries")


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
