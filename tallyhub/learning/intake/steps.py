"""Learning records of another system, many at once. Rows wait in a temporary table, private to the transaction."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.bulk import Added, Row, add_missing, change_offered
from tallyhub.kernel.scope import require_transaction
from tallyhub.learning import steps
from tallyhub.learning.models import Activity
from tallyhub.learning.rules import PAGE, SOURCE

Counts = Mapping[int, int]  # rows by customer
Wrong = tuple[int, str, int]  # a line, what is wrong there, how many there are in all

MAKE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_learning (
    line bigint, customer_id bigint, workspace_id bigint, person_id bigint, activity_id bigint, source text,
    external_id text, started_on date, touched_on date, completed_on date, progress_pct smallint) ON COMMIT DROP
"""
_REPEATED = """
SELECT max(line), min(line), external_id, count(*) OVER () FROM staged_learning
GROUP BY customer_id, source, external_id HAVING count(*) > 1 ORDER BY 1 LIMIT %s
"""
_SAME_FACT = "f.customer_id = s.customer_id AND f.source = s.source AND f.external_id = s.external_id"
# Whose learning of what a name is about is settled when it comes.
_FIXED = f"""
SELECT s.line, CASE WHEN r.workspace_id <> s.workspace_id THEN 'workspace' WHEN r.person_id <> s.person_id THEN 'person'
    ELSE 'activity' END, count(*) OVER ()
FROM staged_learning s JOIN learning_fact f ON {_SAME_FACT} JOIN learning_record r ON r.id = f.record_id
WHERE (r.workspace_id, r.person_id, r.activity_id) <> (s.workspace_id, s.person_id, s.activity_id)
ORDER BY 1 LIMIT %s
"""
_SAYS = "(f.started_on, f.touched_on, f.completed_on, f.progress_pct)"
_SAID = "(s.started_on, s.touched_on, s.completed_on, s.progress_pct)"
_FORGET_KNOWN = f"""
DELETE FROM staged_learning s USING learning_fact f WHERE {_SAME_FACT} AND {_SAYS} IS NOT DISTINCT FROM {_SAID}
"""
_COUNT = f"""
SELECT s.customer_id, count(*) FROM staged_learning s
WHERE {{not_}}EXISTS (SELECT FROM learning_fact f WHERE {_SAME_FACT}) GROUP BY 1
"""
# In one order, so that whoever makes some of the same rows waits and does not cross us.
_MAKE_RECORDS = """
INSERT INTO learning_record (customer_id, workspace_id, person_id, activity_id, progress_pct, choice, unbooked, serial,
    made_at)
SELECT DISTINCT customer_id, workspace_id, person_id, activity_id, 0, '{}'::jsonb, '', 0, %s::timestamptz
FROM staged_learning ORDER BY workspace_id, person_id, activity_id ON CONFLICT DO NOTHING
"""
_LOCK = """
SELECT r.id FROM learning_record r WHERE EXISTS (
    SELECT FROM staged_learning s WHERE s.workspace_id = r.workspace_id AND s.person_id = r.person_id
        AND s.activity_id = r.activity_id)
ORDER BY r.id FOR UPDATE
"""
_KEEP = """
INSERT INTO learning_fact AS f (customer_id, workspace_id, person_id, record_id, source, external_id, started_on,
    touched_on, completed_on, progress_pct)
SELECT s.customer_id, s.workspace_id, s.person_id, r.id, s.source, s.external_id, s.started_on, s.touched_on,
    s.completed_on, s.progress_pct
FROM staged_learning s JOIN learning_record r USING (workspace_id, person_id, activity_id) ORDER BY s.line
ON CONFLICT (customer_id, external_id, source) DO UPDATE SET started_on = excluded.started_on,
    touched_on = excluded.touched_on, completed_on = excluded.completed_on, progress_pct = excluded.progress_pct
"""


def find_activities(codes: Collection[str]) -> dict[str, int]:
    """Ids by code, those included that are offered no more."""
    return dict(Activity.objects.filter(code__in=codes).values_list("code", "pk"))


def add_activities(rows: Sequence[Row]) -> Added[Activity]:
    return add_missing(Activity, rows, ("code",))


def offer_activities(offered: Mapping[str, bool]) -> int:
    return change_offered(Activity, offered)


def is_reserved(source: str) -> bool:
    """What the hub's own facts and entries are called."""
    return source in (PAGE, SOURCE) or source.startswith("xapi:")


def make_room() -> None:
    require_transaction()
    _execute(MAKE)
    _execute("TRUNCATE staged_learning")


def repeated(limit: int) -> list[tuple[int, int, str, int]]:
    """(a line, the first with the same name, that name, how many there are in all)."""
    return _fetch(_REPEATED, limit)


def fixed(access: Access, limit: int) -> list[Wrong]:
    """Rows whose name is there as that of somebody's other learning."""
    with steps.as_hub(access, _customers()):
        return _fetch(_FIXED, limit)


def add_staged(access: Access) -> tuple[Counts, Counts]:
    """(new, changed) rows by customer. ``book_staged`` must follow, as the transaction's last act for these customers.

    What is there with the same content is left alone.
    """
    require_transaction()
    with steps.as_hub(access, _customers()):
        _execute(_FORGET_KNOWN)
        new, changed = (dict(_fetch(_COUNT.format(not_=negated))) for negated in ("NOT ", ""))
        _execute(_MAKE_RECORDS, clock.now())
        _execute("ANALYZE staged_learning")
        _fetch(_LOCK)
        _execute(_KEEP)
    return new, changed


def book_staged(access: Access) -> None:
    """Work out the records that the file spoke of, and make the ledger say what was started."""
    require_transaction()
    with steps.as_hub(access, _customers()) as hub:
        ids = [record for (record,) in _fetch(_LOCK)]
        for begin in range(0, len(ids), steps.AT_ONCE):
            records = steps.lock_records(ids[begin : begin + steps.AT_ONCE])
            steps.refold(records)
            steps.adopt(hub, records)
            steps.book(hub, records)


def _customers() -> list[int]:
    return [customer for (customer,) in _fetch("SELECT DISTINCT customer_id FROM staged_learning")]


def _execute(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)


def _fetch(statement: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return list(cursor.fetchall())
