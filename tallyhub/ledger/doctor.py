"""Adds everything up again from the entries, as the owner, over all customers, and says where what is stored differs.

One statement per check, all of one instant. The statements repeat rules that the code holds elsewhere: on purpose,
because a check that calls what it checks agrees with every mistake in it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from django.db import connections, transaction

from tallyhub.ledger import queries
from tallyhub.ledger.models import Snapshot

OWNER = "owner"  # the connection that row-level security does not bind
ROWS_AT_ONCE = 1_000
REPLAYED_AT_ONCE = 200  # entitlements; bounds the memory of the one check that needs the engine


@dataclass(frozen=True, slots=True)
class Difference:
    """``about`` names the row by its ids, never by what people wrote."""

    check: str
    customer_id: int
    about: str
    stored: str | None  # None: not there
    expected: str | None

    def __str__(self) -> str:
        found, wanted = self.stored or "nothing", self.expected or "nothing"
        return f"{self.check} of customer {self.customer_id}, {self.about}: {found}, expected {wanted}"


def find_differences() -> Iterator[Difference]:
    """Every difference, in constant memory. Reads one instant, so that it may run while others write."""
    with transaction.atomic(using=OWNER):
        connections[OWNER].cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for check, statement in CHECKS.items():
            yield from _differences(check, statement)
        yield from _differing_snapshots()


def count_checked() -> dict[str, int]:
    """How much there is to look at."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(_COUNTS)
        customers, entries, totals, snapshots = cursor.fetchone()
    return {"customers": customers, "entries": entries, "totals": totals, "snapshots": snapshots}


def _differences(check: str, statement: str) -> Iterator[Difference]:
    with connections[OWNER].chunked_cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from (Difference(check, *row) for row in rows)


def _differing_snapshots() -> Iterator[Difference]:
    """Among those of a current version: an older one is read by nobody."""
    with connections[OWNER].chunked_cursor() as cursor:
        cursor.execute(_CURRENT_SNAPSHOTS)
        while rows := cursor.fetchmany(REPLAYED_AT_ONCE):
            yield from _replayed([entitlement_id for (entitlement_id,) in rows])


def _replayed(entitlement_ids: Collection[int]) -> Iterator[Difference]:
    stored = Snapshot.objects.using(OWNER).in_bulk(entitlement_ids)
    from_day = {entitlement_id: one.from_day for entitlement_id, one in stored.items()}
    for entitlement_id, timeline in queries.replay(from_day.keys(), from_day, using=OWNER).items():
        one = stored[entitlement_id]
        segments = zip_longest(one.segments, queries.write_segments(timeline))
        if differing := next(((found, wanted) for found, wanted in segments if found != wanted), None):
            yield Difference("snapshot", one.customer_id, f"entitlement {entitlement_id}", *map(str, differing))


_COUNTS = """
SELECT (SELECT count(*) FROM ledger_customerledger), (SELECT count(*) FROM ledger_entry),
       (SELECT count(*) FROM ledger_workspacetotal) + (SELECT count(*) FROM ledger_dailytotal)
       + (SELECT count(*) FROM ledger_entitlementtotal) + (SELECT count(*) FROM ledger_entitlementday),
       (SELECT count(*) FROM ledger_snapshot)
"""
_CURRENT_SNAPSHOTS = """
SELECT n.entitlement_id FROM ledger_snapshot n
JOIN ledger_entitlementtotal t ON t.entitlement_id = n.entitlement_id AND t.version = n.version
"""


def _total(table: str, *more: str) -> str:
    """A total against the sum of its entries; a row that is not there counts as 0 in 0 entries."""
    keys = ["customer_id", "entitlement_id", *more]
    columns = ", ".join("occurred_on AS day" if key == "day" else key for key in keys)
    about = " || ', ' || ".join(f"'{key.removesuffix('_id')} ' || {key}" for key in keys[1:])
    return f"""
    SELECT customer_id, {about}, t.charged || ' in ' || t.entries, s.charged || ' in ' || s.entries
    FROM (SELECT {columns}, sum(charged) AS charged, count(*) AS entries FROM ledger_entry
          GROUP BY {", ".join(map(str, range(1, len(keys) + 1)))}) s
    FULL JOIN {table} t USING ({", ".join(keys)})
    WHERE (coalesce(t.charged, 0), coalesce(t.entries, 0)) <> (coalesce(s.charged, 0), coalesce(s.entries, 0))
    """


_TOTAL_VERSION = """
SELECT customer_id, 'entitlement ' || entitlement_id, t.version::text, s.version::text
FROM (SELECT customer_id, entitlement_id, max(version) AS version FROM (
          SELECT customer_id, entitlement_id, max(ledger_version) AS version FROM ledger_entry GROUP BY 1, 2 UNION ALL
          SELECT customer_id, entitlement_id, max(ledger_version) FROM ledger_allotment GROUP BY 1, 2 UNION ALL
          SELECT customer_id, entitlement_id, max(ledger_version) FROM ledger_hold GROUP BY 1, 2) f
      GROUP BY 1, 2) s
FULL JOIN ledger_entitlementtotal t USING (customer_id, entitlement_id)
WHERE t.version IS DISTINCT FROM s.version
"""
# Away from zero and in whole numbers: the step times the number of steps begun.
_CHARGED = """
SELECT customer_id, 'entry ' || id, charged::text, expected::text
FROM (SELECT *, sign(real_amount)::bigint * rounding_step
          * div(abs(real_amount) * multiplier_numerator + multiplier_denominator::bigint * rounding_step - 1,
                multiplier_denominator::bigint * rounding_step)::bigint AS expected FROM ledger_entry) e
WHERE charged <> expected
"""
_REVERSALS = """
SELECT r.customer_id, 'entry ' || r.id || ' that reverses ' || r.reverses_id, r.charged::text, (-o.charged)::text
FROM ledger_entry r LEFT JOIN ledger_entry o ON o.id = r.reverses_id
WHERE r.reverses_id IS NOT NULL AND (o.reverses_id IS NOT NULL OR (r.customer_id, r.workspace_id, r.entitlement_id,
        r.occurred_on, r.real_amount, r.multiplier_numerator, r.multiplier_denominator, r.rounding_step, r.charged,
        r.person_id)
    IS DISTINCT FROM (o.customer_id, o.workspace_id, o.entitlement_id, o.occurred_on, -o.real_amount,
        o.multiplier_numerator, o.multiplier_denominator, o.rounding_step, -o.charged, o.person_id))
"""
_NEGATIVE_DAYS = """
SELECT customer_id, 'entitlement ' || entitlement_id || ', workspace ' || workspace_id || ', day ' || day,
    charged::text, '0 or more'
FROM ledger_dailytotal WHERE charged < 0
"""
_VERSIONS = """
SELECT customer_id, 'versions', l.version::text, v.count || ' from ' || v.first || ' to ' || v.last
FROM (SELECT customer_id, count(*), min(version) AS first, max(version) AS last FROM ledger_ledgerversion
      GROUP BY 1) v
FULL JOIN ledger_customerledger l USING (customer_id)
WHERE (coalesce(v.count, 0), coalesce(v.first, 1), coalesce(v.last, 0))
    IS DISTINCT FROM (l.version, 1::bigint, l.version)
"""
_INSTANTS = """
SELECT customer_id, 'version ' || version, at::text, 'not before ' || before FROM (
    SELECT *, lag(at) OVER (PARTITION BY customer_id ORDER BY version) AS before FROM ledger_ledgerversion) v
WHERE at < before
"""
_UNVERSIONED = """
SELECT f.customer_id, f.about, f.ledger_version::text, NULL FROM (
    SELECT customer_id, 'entry ' || id AS about, ledger_version FROM ledger_entry UNION ALL
    SELECT customer_id, 'allotment ' || id, ledger_version FROM ledger_allotment UNION ALL
    SELECT customer_id, 'hold ' || id, ledger_version FROM ledger_hold) f
LEFT JOIN ledger_ledgerversion v ON v.customer_id = f.customer_id AND v.version = f.ledger_version
WHERE v.id IS NULL
"""
_HELD = """
SELECT customer_id, 'entitlement ' || entitlement_id, coalesce(t.held, 0)::text, coalesce(s.held, 0)::text
FROM (SELECT customer_id, entitlement_id, sum(amount) AS held FROM ledger_hold GROUP BY 1, 2) s
FULL JOIN ledger_entitlementtotal t USING (customer_id, entitlement_id)
WHERE coalesce(t.held, 0) <> coalesce(s.held, 0)
"""
# At each version: what is held for a matter is at no time less than nothing.
_HELD_BELOW_ZERO = """
SELECT DISTINCT ON (customer_id, entitlement_id, source, held_for)
    customer_id, 'entitlement ' || entitlement_id || ', held at version ' || ledger_version, held::text, '0 or more'
FROM (SELECT *, sum(amount) OVER (
          PARTITION BY customer_id, entitlement_id, source, held_for ORDER BY ledger_version) AS held
      FROM ledger_hold) h
WHERE held < 0 ORDER BY customer_id, entitlement_id, source, held_for, ledger_version
"""
CHECKS = {
    "workspace total": _total("ledger_workspacetotal", "workspace_id"),
    "daily total": _total("ledger_dailytotal", "workspace_id", "day"),
    "entitlement total": _total("ledger_entitlementtotal"),
    "entitlement day": _total("ledger_entitlementday", "day"),
    "version of a total": _TOTAL_VERSION,
    "charge": _CHARGED,
    "reversal": _REVERSALS,
    "net negative day": _NEGATIVE_DAYS,
    "ledger version": _VERSIONS,
    "instant of a version": _INSTANTS,
    "version of a row": _UNVERSIONED,
    "held": _HELD,
    "held below zero": _HELD_BELOW_ZERO,
}
