"""The list of support requests among a thousand and among a million, and the search, for a person with mixed rights."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any

import psycopg

from benchmarks import data
from benchmarks.ground import Database, Ground, use
from benchmarks.report import Result
from benchmarks.sizes import Sizes

FEW = 1_000
MIXED = "mixed"  # oversees two of six workspaces; in the others, some is shared with them and with their ten groups
_ALL = "/support/?workspace=all"
PATHS = {
    "open": _ALL,
    "any status": f"{_ALL}&status=all",
    "the last page": f"{_ALL}&status=all&page=last",
    "mine": f"{_ALL}&status=all&mine=yes",
    "given only": "/support/?workspace={given}&status=all",
}
WORDS = {"rare": "unusual7", "frequent": "sometimes", "in every one": "request"}
_RATIO_MAX, _SEARCH_MAX, _WARM_UP = 1.5, 20, 7

# Which workspace, status and sharing a request has hangs on nothing else: hashes, each with a factor of its own.
_REQUESTS = """
INSERT INTO support_request (id, customer_id, workspace_id, number, kind, request_class, title, description, impact,
    severity, status, opened_by_id, primary_contact_id, opened_at, changed_at, called_for, source, external_id, version,
    words)
SELECT n, w.customer_id, w.id, n::text || '0', 'problem', '', 'Request ' || n, 'It stops', '', 'C',
    CASE WHEN abs(hashint8(n * 3)) %% 10 = 0 THEN 'submitted' ELSE 'closed' END, p.id, p.id, at, at, '', 'page', '', 1,
    to_tsvector('simple', 'request ' || n || CASE WHEN n %% 50 = 0 THEN ' sometimes' ELSE '' END
                || ' unusual' || n / 100)
FROM generate_series(1, %(count)s) n
JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM organizations_workspace WHERE customer_id = 1) w
    ON w.place = abs(hashint8(n)) %% 6
CROSS JOIN LATERAL (SELECT now() - n * interval '1 minute' AS at) t
JOIN accounts_person p ON p.name = CASE WHEN abs(hashint8(n * 5)) %% 20 = 0 THEN 'mixed' ELSE 'admin' END
"""
_VIEWERS = """
INSERT INTO support_requestviewer (customer_id, workspace_id, request_id, person_id, group_id, why, opened_at, given_at)
SELECT r.customer_id, r.workspace_id, r.id, v.person_id, v.group_id, v.why, r.opened_at, r.opened_at
FROM support_request r JOIN LATERAL (
    SELECT r.primary_contact_id AS person_id, NULL::bigint AS group_id, 'primary' AS why
    UNION ALL SELECT p.id, NULL, 'shared' FROM accounts_person p
        WHERE p.name = 'mixed' AND p.id <> r.primary_contact_id AND abs(hashint8(r.id * 7)) % 20 = 0
    UNION ALL SELECT NULL, g.id, 'shared' FROM people_group g
        WHERE g.workspace_id = r.workspace_id AND abs(hashint8(r.id * 11 + g.id)) % 10 = 0
) v ON true
"""
_BARE = """
SELECT id FROM support_request WHERE words @@ to_tsquery('simple', %s || ':*')
ORDER BY opened_at DESC, id DESC LIMIT %s
"""


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    few, many = (ground.database(f"requests_{n}", partial(_fill, count=n)) for n in (FEW, sizes.entries_deep))
    yield compare("requests, list", few, many, _pages, sizes, "requests")
    yield _search(many, sizes.pages)


def compare(
    name: str, few: Database, many: Database, pages: Callable[[Database, int], dict[str, list[float]]], sizes: Sizes,
    what: str,
) -> Result:  # fmt: skip
    """The page that suffers most from many rows, over the same among few. ``pages`` says what each took, so often."""
    times: dict[str, dict[str, list[float]]] = {few.name: {}, many.name: {}}
    for turn in range(sizes.rounds):  # what else the machine does falls on both
        for database in (few, many) if turn % 2 else (many, few):
            for path, seconds in pages(database, max(sizes.pages // 8, 1)).items():
                times[database.name].setdefault(path, []).extend(seconds)
    medians = {database: {path: median(each) for path, each in found.items()} for database, found in times.items()}
    ratios = {path: found / medians[few.name][path] for path, found in medians[many.name].items()}
    worst = max(ratios, key=lambda path: ratios[path])
    ours, theirs = (medians[one.name][worst] * 1000 for one in (many, few))
    said = f"{ours:.1f} ms of {theirs:.1f} ms, {worst}, the worst"
    raw: dict[str, Any] = {
        database: {path: round(one * 1000, 3) for path, one in each.items()} for database, each in medians.items()
    }
    return Result(name, ratios[worst], _RATIO_MAX, False, said, raw | {what: sizes.entries_deep})


def _fill(database: Database, count: int) -> None:
    from tests import make
    from tests.people.people import make_group

    _agreement, workspaces = data.customer("c1")
    person = make.make_person(MIXED)
    for n, workspace in enumerate(workspaces):
        make.grant(person, "view_all_support_requests" if n < 2 else "member", workspace)
    for n in range(10):
        make_group(workspaces[2 + n % 4], f"Group {n}", person)
    with psycopg.connect(database.admin) as connection:
        connection.execute(_REQUESTS, {"count": count})
        connection.execute(_VIEWERS)


def _pages(database: Database, count: int) -> dict[str, list[float]]:
    """The seconds that each page takes, the first ones left out."""
    from django.test import Client

    from tallyhub.accounts.models import Person
    from tallyhub.organizations.models import Workspace

    use(database)
    client = Client()
    client.force_login(Person.objects.get(name=MIXED))
    given = Workspace.objects.using("owner").get(code="w3").pk

    def ask(path: str) -> None:
        answer = client.get(path.format(given=given))
        if answer.status_code != 200:
            raise RuntimeError(f"the hub answered {answer.status_code} for {path}")

    return {name: timed(partial(ask, path), count) for name, path in PATHS.items()}


def _search(database: Database, count: int) -> Result:
    """The search as the person, against as many by the index of words alone, without any policy."""
    from tallyhub.accounts.models import Person
    from tallyhub.kernel.scope import scope
    from tallyhub.organizations.sign_on import act_for
    from tallyhub.support.requests.queries import search

    use(database)
    access = act_for(Person.objects.get(name=MIXED).pk, 1).access
    found: dict[str, tuple[float, float]] = {}
    with psycopg.connect(database.owner) as connection:
        for name, word in WORDS.items():
            with scope(access):
                ours = median(timed(partial(search, access, word, access.workspaces), count))
            bare = median(timed(partial(_fetch, connection, word), count))
            found[name] = ours, bare
    worst = max(found, key=lambda name: found[name][0])
    ours, bare = found[worst]
    said = f"{ours * 1000:.1f} ms of {bare * 1000:.1f} ms without policies, a word that is {worst}, the slowest"
    raw = {name: [round(one * 1000, 3) for one in each] for name, each in found.items()}
    return Result("requests, search", max(one / other for one, other in found.values()), _SEARCH_MAX, False, said, raw)


def _fetch(connection: "psycopg.Connection[Any]", word: str) -> None:
    from tallyhub.support.requests.queries import FOUND_MAX

    connection.execute(_BARE, [word, FOUND_MAX]).fetchall()


def timed(ask: Callable[[], object], count: int) -> list[float]:
    found = []
    for turn in range(_WARM_UP + count):
        begun = time.perf_counter()
        ask()
        if turn >= _WARM_UP:
            found.append(time.perf_counter() - begun)
    return found
