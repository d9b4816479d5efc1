"""Reading the history of support contacts: rows for whoever administers their workspace, numbers for everybody else."""

from collections.abc import Collection, Generator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import PAGE_ROWS, Place, instant_of
from tallyhub.kernel.scope import streamed
from tallyhub.organizations.queries import addresses_of, names_of
from tallyhub.people.naming.rules import Agreement, Wanted, end_of

SORTS: dict[str, type[date] | type[int]] = {"named_at": int}  # microseconds since 1970, in UTC
STREAM_ROWS = 1_000  # per fetch of an export


class Row(NamedTuple):
    """One naming. What an inviter wrote is there until whom they asked has come."""

    id: int
    person_id: int
    workspace_id: int | None
    named_at: datetime
    named_by_id: int | None
    registered_at: datetime | None
    ended_at: datetime | None
    ended_by_id: int | None
    asked_name: str
    asked_email: str
    agreements: list[str]  # the numbers of those that count it


# The first wall once more. Of a naming in the whole customer, every agreement counts.
_ROWS = """
WITH asked AS (
    SELECT * FROM unnest(%(agreements)s::bigint[], %(numbers)s::text[], %(begins)s::timestamptz[],
                         %(ends)s::timestamptz[]) AS q (agreement_id, number, begins_at, ends_at)
), places AS (
    SELECT DISTINCT k.agreement_id, m.workspace_id FROM agreements_mapping m
    JOIN agreements_package k ON k.id = m.package_id
    WHERE k.agreement_id = ANY (%(agreements)s::bigint[]) AND m.workspace_id = ANY (%(workspaces)s::bigint[])
), found AS (
    SELECT n.id, array_agg(a.number ORDER BY a.number) AS agreements
    FROM people_naming n JOIN asked a
      ON n.named_at <= a.ends_at AND (n.ended_at IS NULL OR n.ended_at > a.begins_at)
     AND (n.workspace_id IS NULL AND %(in_whole)s
          OR (a.agreement_id, n.workspace_id) IN (SELECT p.agreement_id, p.workspace_id FROM places p))
    WHERE n.customer_id = ANY (%(customers)s::bigint[])
    GROUP BY n.id
)
SELECT n.id, n.person_id, n.workspace_id, n.named_at, n.named_by_id, n.registered_at, n.ended_at, n.ended_by_id,
       coalesce(i.name, ''), coalesce(i.email, ''), f.agreements
FROM found f JOIN people_naming n ON n.id = f.id
LEFT JOIN people_invitation i
     ON n.registered_at IS NULL AND i.workspace_id = n.workspace_id AND i.person_id = n.person_id
"""


def list_page(access: Access, wanted: Wanted, place: Place) -> list[Row]:
    """Up to a page of namings and one more, in the place's reading order."""
    if place.key is None:
        return _rows(access, wanted, "", place.reads_descending, PAGE_ROWS + 1)
    sign = "<" if place.reads_descending else ">"
    behind = f"WHERE (n.named_at, n.id) {sign} (%(at)s, %(id)s)"
    key: dict[str, Any] = {"at": instant_of(place.key.value), "id": place.key.id}
    return _rows(access, wanted, behind, place.reads_descending, PAGE_ROWS + 1, **key)


def list_rows(access: Access, wanted: Wanted, *, at_most: int, after: int = 0) -> list[Row]:
    """The first so many, by when they were named; ``after``: those with a greater id, by id."""
    return _rows(access, wanted, "WHERE n.id > %(id)s", False, at_most, order="n.id", id=after)


def _rows(
    access: Access, wanted: Wanted, where: str, is_descending: bool, limit: int | None, *, order: str = "", **more: Any
) -> list[Row]:
    way = "DESC" if is_descending else "ASC"
    statement = f"{_ROWS} {where} ORDER BY {order or f'n.named_at {way}, n.id {way}'} LIMIT %(limit)s"
    with connection.cursor() as cursor:
        cursor.execute(statement, {**_parameters(access, wanted), **more, "limit": limit})
        return [Row(*row) for row in cursor.fetchall()]


@streamed
def stream(access: Access, wanted: Wanted) -> Generator[list[Row], None, None]:
    """Every naming, the latest first, in batches. Runs in the caller's scope and ends with it."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{_ROWS} ORDER BY n.named_at DESC, n.id DESC", _parameters(access, wanted))
        while rows := cursor.fetchmany(STREAM_ROWS):
            yield [Row(*row) for row in rows]


def count(access: Access, wanted: Wanted, *, exact_max: int) -> int:
    """Those that this person may read; exact up to so many, one more than that beyond."""
    statement = f"SELECT count(*) FROM (SELECT FROM ({_ROWS}) r LIMIT %(limit)s) n"
    with connection.cursor() as cursor:
        cursor.execute(statement, {**_parameters(access, wanted), "limit": exact_max + 1})
        found: int = cursor.fetchone()[0]
        return found


def count_all(wanted: Wanted) -> int:
    """Those in all workspaces of the agreements, which one may not all read: a number, by a definer function."""
    begins, ends = _bounds(wanted)
    with connection.cursor() as cursor:
        ids = [one.id for one in wanted.agreements]
        cursor.execute("SELECT people_count_namings(%s::bigint[], %s, %s)", [ids, begins, ends])
        found: int = cursor.fetchone()[0]
        return found


def named_on(
    agreements: Sequence[Agreement], days: Collection[date], *, now: datetime | None = None
) -> dict[date, dict[int, int]]:
    """How many people were named on each day, by agreement; each person once in each. One statement.

    ``now``: the instant that counts as now, for whoever must say the same later.
    """
    now = now or clock.now()
    asked = [(one, day, end_of(day, one.zone, now)) for one in agreements for day in days]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM people_named_at(%s::bigint[], %s)",
            [[one.id for one, _day, _at in asked], [at for _one, _day, at in asked]],
        )
        counted = {(agreement_id, at): named for agreement_id, at, named in cursor.fetchall()}
    found: dict[date, dict[int, int]] = {day: {} for day in days}
    for one, day, at in asked:
        found[day][one.id] = counted.get((one.id, at), 0)
    return found


def _bounds(wanted: Wanted) -> tuple[list[datetime], list[datetime]]:
    now = clock.now()
    bounds = [wanted.bounds(one.zone, now) for one in wanted.agreements]
    return [begins for begins, _ends in bounds], [ends for _begins, ends in bounds]


def _parameters(access: Access, wanted: Wanted) -> dict[str, Any]:
    begins, ends = _bounds(wanted)
    return {
        "agreements": [one.id for one in wanted.agreements],
        "numbers": [one.number for one in wanted.agreements],
        "begins": begins,
        "ends": ends,
        "workspaces": [one for one in wanted.workspaces if access.has(Right.ADMINISTER, workspace_id=one)],
        "customers": list(access.customers),
        "in_whole": access.in_whole and access.has(Right.ADMINISTER),
    }


class Known(NamedTuple):
    """Of somebody whom the customer knows now. Whoever has left, or was erased, is a number."""

    name: str
    email: str


def learn(access: Access, rows: Sequence[Row]) -> dict[int, Known]:
    """Who these namings are about, who began and who ended them. Two statements."""
    wanted = {one for row in rows for one in (row.person_id, row.named_by_id, row.ended_by_id) if one is not None}
    names = names_of(access, wanted)
    addresses = addresses_of(names)
    return {one: Known(name, addresses.get(one, "")) for one, name in names.items()}
