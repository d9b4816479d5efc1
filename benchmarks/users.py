"""Manage users with fifty members and with fifty thousand: the page's time over HTTP, in turns, and its statements."""

import time
from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

import psycopg

from benchmarks import data
from benchmarks.ground import Database, Ground, serving, use
from benchmarks.load import Connection, request_bytes, sign_in
from benchmarks.report import Result
from benchmarks.sizes import Sizes

FEW = 50
# Both orders, from the first and from the last page on, in one workspace and in all of them.
PATHS = {
    f"{sort}{place}{where}": f"/users/?sort={sort}{place}{where}"
    for sort in ("name", "-seen")
    for place in ("", "&page=last")
    for where in ("", "&workspace=all")
}
_RATIO_MAX, _STATEMENTS_MAX, _WARM_UP = 1.5, 8, 7  # a plan is chosen at the sixth time

_PEOPLE = """
INSERT INTO accounts_person (name, email, language, zone, theme, is_active, created_at, password, last_login)
SELECT 'Person ' || md5(n::text), 'p' || n || '@example.test', 'en', 'UTC', 'auto', true, now(), 'unused$x',
    CASE WHEN n % 3 > 0 THEN now() - n * interval '1 minute' END
FROM generate_series(1, %s) n
"""
_MEMBERS = """
INSERT INTO organizations_membership (customer_id, workspace_id, person_id)
SELECT w.customer_id, w.id, p.id FROM organizations_workspace w, accounts_person p
WHERE p.email LIKE 'p%%@example.test' AND (w.is_default OR p.id %% 10 = w.id %% 10)
"""
_GRANTS = """
INSERT INTO organizations_accessgrant (customer_id, workspace_id, person_id, role, source, starts_at)
SELECT customer_id, workspace_id, person_id, role, 'membership', now() - interval '1 day'
FROM organizations_membership m, unnest(ARRAY['member', 'customer_activity']) role
WHERE role = 'member' OR m.person_id % 2 = 0
"""


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    members = sizes.members
    few, many = (ground.database(f"users_{count}", partial(_fill, count=count)) for count in (FEW, members))
    counts = {database.name: _statements(database) for database in (few, many)}
    times: dict[str, dict[str, list[float]]] = {few.name: {}, many.name: {}}
    for turn in range(sizes.rounds):  # what else the machine does falls on both, and so does going first
        for database in (few, many) if turn % 2 else (many, few):
            for name, seconds in _times(database, max(sizes.pages // 8, 1)).items():
                times[database.name].setdefault(name, []).extend(seconds)
    medians = {name: {path: median(each) for path, each in found.items()} for name, found in times.items()}
    worst = max(PATHS, key=lambda path: medians[many.name][path] / medians[few.name][path])
    ratio = medians[many.name][worst] / medians[few.name][worst]
    said = f"{medians[many.name][worst] * 1000:.1f} ms of {medians[few.name][worst] * 1000:.1f} ms, {worst}, the worst"
    raw: dict[str, Any] = {
        name: {path: round(value * 1000, 3) for path, value in found.items()} for name, found in medians.items()
    }
    yield Result("users, time", ratio, _RATIO_MAX, False, said, raw | {"members": members})
    most = max(max(found) for found in counts.values())
    raw = {name: sorted(found) for name, found in counts.items()}
    said = f"the most, with {FEW} and with {members:,} members"
    yield Result("users, statements", most, _STATEMENTS_MAX, False, said, raw)


def _fill(database: Database, count: int) -> None:
    """Everybody in the first of six workspaces, a tenth in each of the others, and a cap on support contacts."""
    from tests import make

    agreement, workspaces = data.customer("c1")
    package = make.make_package(agreement, *workspaces, code="BASE", name="Basispaket")
    make.make_entitlement(package, make.make_service("contacts", "people"), bought=500)
    with psycopg.connect(database.admin) as connection:
        connection.execute(_PEOPLE.replace("% 3", "%% 3"), [count])
        connection.execute(_MEMBERS, [])
        connection.execute(_GRANTS)


def _times(database: Database, count: int) -> dict[str, list[float]]:
    """The seconds that each page takes, the first ones of a new hub left out."""
    from tests.make import PASSWORD

    found: dict[str, list[float]] = {name: [] for name in PATHS}
    with serving(database) as hub:
        cookie = sign_in(hub, f"{data.WHO}@example.test", PASSWORD)
        connection = Connection(hub)
        asked = {name: request_bytes(hub, path, cookie) for name, path in PATHS.items()}
        for turn in range(_WARM_UP + count):
            for name, request in asked.items():
                begun = time.perf_counter()
                status, _length = connection.ask(request)
                if status != 200:
                    raise RuntimeError(f"the hub answered {status} for {name}")
                if turn >= _WARM_UP:
                    found[name].append(time.perf_counter() - begun)
    return found


def _statements(database: Database) -> set[int]:
    """How many statements each of the pages sends."""
    from django.db import connection
    from django.test import Client

    from tallyhub.accounts.models import Person

    use(database)
    client = Client()
    client.force_login(Person.objects.get(name=data.WHO))
    counts: list[int] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        counts[-1] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        for path in PATHS.values():
            counts.append(0)
            client.get(path)
    return set(counts)
