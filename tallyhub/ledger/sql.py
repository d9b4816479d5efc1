"""The ledger's statements. One statement books a batch, so that the lock is held for two round trips and no more."""

from dataclasses import dataclass
from typing import Any

from tallyhub.agreements.rules import ServiceKind
from tallyhub.ledger.models import REASON

COLUMNS = """line bigint, customer_id bigint, workspace_id bigint, entitlement_id bigint, occurred_on date,
    real_amount bigint, multiplier_numerator smallint, multiplier_denominator smallint, rounding_step int,
    charged bigint, source text, external_id text, person_id bigint, reverses_id bigint, reason text, title text"""


@dataclass(frozen=True, slots=True)
class Batch:
    """A WITH clause that gives the rows to book the name ``staged``, and its parameters."""

    source: str
    params: list[Any]


JSON_BATCH = f"WITH staged AS MATERIALIZED (SELECT * FROM json_to_recordset(%s::json) AS rows ({COLUMNS}))"
STAGED_BATCH = "WITH staged AS (SELECT * FROM staged_entry)"

_SAME_KEY = "e.customer_id = s.customer_id AND e.external_id = s.external_id AND e.source = s.source"

COUNT_NEW = f"""
SELECT count(*), count(*) FILTER (WHERE e.id IS NULL) FROM staged s LEFT JOIN ledger_entry e ON {_SAME_KEY}
"""

_BOOKED = """
SELECT e.*, coalesce(d.title, '') AS title FROM ledger_entry e LEFT JOIN ledger_entrydetail d ON d.entry_id = e.id
"""
_CONTENT = """{0}.workspace_id, {0}.entitlement_id, {0}.occurred_on, {0}.real_amount, {0}.multiplier_numerator,
    {0}.multiplier_denominator, {0}.rounding_step, {0}.charged, {0}.person_id, {0}.reverses_id, {0}.reason, {0}.title"""
_DIFFERS = f"({_CONTENT.format('e')}) IS DISTINCT FROM ({_CONTENT.format('s')})"

DIFFERING_ENTRIES = f"""
SELECT s.line, s.external_id FROM staged s JOIN ({_BOOKED}) e ON {_SAME_KEY} WHERE {_DIFFERS}
ORDER BY s.line LIMIT %s
"""

# What takes other tables to check: what a row reverses, and whether its workspace has a part in the package.
# A reversal may reach behind a mapping that is gone and into an archive, as it may reach behind a term that was cut
# short.
_JUDGED = f"""
, judged AS (
    SELECT s.*, CASE
        WHEN s.source = '' OR s.external_id = '' THEN 'name_missing'
        WHEN s.reason !~ '{REASON}' THEN 'reason_not_a_code'
        WHEN s.reverses_id IS NULL AND m.id IS NULL THEN 'workspace_not_mapped'
        WHEN s.reverses_id IS NULL AND w.archived_at IS NOT NULL THEN 'booked_in_archived'
        WHEN s.reverses_id IS NULL AND v.kind = '{ServiceKind.BENEFIT}' THEN 'benefit_not_counted'
        WHEN s.reverses_id IS NULL THEN NULL
        WHEN s.reason = '' THEN 'reversal_without_reason'
        WHEN NOT EXISTS (
            SELECT FROM ledger_entry o
            WHERE o.id = s.reverses_id
                AND (o.customer_id, o.workspace_id, o.entitlement_id, o.occurred_on, o.real_amount,
                     o.multiplier_numerator, o.multiplier_denominator, o.rounding_step, o.charged, o.person_id)
                IS NOT DISTINCT FROM (s.customer_id, s.workspace_id, s.entitlement_id, s.occurred_on, -s.real_amount,
                     s.multiplier_numerator, s.multiplier_denominator, s.rounding_step, -s.charged, s.person_id)
            ) THEN 'reversal_differs'  -- which a reversal of a reversal does, too: both are negative
        WHEN EXISTS (SELECT FROM ledger_entry r WHERE r.reverses_id = s.reverses_id) THEN 'already_reversed'
        END AS code
    FROM staged s JOIN agreements_entitlement t ON t.id = s.entitlement_id
        JOIN agreements_service v ON v.id = t.service_id
        LEFT JOIN agreements_mapping m ON m.package_id = t.package_id AND m.workspace_id = s.workspace_id
        LEFT JOIN organizations_workspace w ON w.id = s.workspace_id
)
"""

# What is booked already is excused at the end and row by row, because only few are refused and the ledger is long.
REFUSED_ENTRIES = f"""{_JUDGED}
, refused AS MATERIALIZED (SELECT * FROM judged WHERE code IS NOT NULL)
SELECT s.line, s.external_id, s.code FROM refused s
WHERE NOT (SELECT EXISTS (SELECT FROM ledger_entry e WHERE {_SAME_KEY}))
ORDER BY s.line LIMIT %s
"""

# All of that of a short batch at once: what is booked already, whether it differs, and why a row is refused. One after
# the other by the key, because a plan for an empty ledger is kept while the ledger grows.
LOOK = f"""{_JUDGED}
SELECT s.line, s.external_id, s.code, e.id IS NOT NULL, e.id IS NOT NULL AND {_DIFFERS}
FROM judged s LEFT JOIN LATERAL ({_BOOKED} WHERE {_SAME_KEY} LIMIT 1) e ON true
WHERE e.id IS NOT NULL OR s.code IS NOT NULL ORDER BY s.line
"""

# Takes each customer's lock, in the order of their ids; the row is made with the first version.
RAISE_VERSIONS = """
WITH raised AS (
    INSERT INTO ledger_customerledger AS l (customer_id, version, at)
    SELECT id, 1, %s FROM unnest(%s::bigint[]) AS id ORDER BY id
    ON CONFLICT (customer_id) DO UPDATE
    SET version = l.version + 1, at = greatest(l.at, excluded.at)  -- clocks differ, and locks wait
    RETURNING customer_id, version, at
) INSERT INTO ledger_ledgerversion (customer_id, version, at) SELECT customer_id, version, at FROM raised
"""

# Totals are touched in the order of their ids, so that two transactions never wait for each other in a ring.
INSERT_ENTRIES = f"""
new AS (
    INSERT INTO ledger_entry (customer_id, workspace_id, entitlement_id, occurred_on, real_amount, multiplier_numerator,
        multiplier_denominator, rounding_step, charged, source, external_id, person_id, reverses_id, reason,
        ledger_version, recorded_at, recorded_by_id)
    SELECT s.customer_id, s.workspace_id, s.entitlement_id, s.occurred_on, s.real_amount, s.multiplier_numerator,
        s.multiplier_denominator, s.rounding_step, s.charged, s.source, s.external_id, s.person_id, s.reverses_id,
        s.reason, l.version, %s, %s
    FROM staged s JOIN ledger_customerledger l ON l.customer_id = s.customer_id
    ORDER BY s.line
    ON CONFLICT DO NOTHING  -- on both keys: booked before, and reversed before
    RETURNING id, customer_id, workspace_id, entitlement_id, occurred_on, charged, source, external_id, ledger_version
), details AS (
    INSERT INTO ledger_entrydetail (entry_id, customer_id, workspace_id, title)
    SELECT e.id, e.customer_id, e.workspace_id, s.title FROM new e JOIN staged s ON {_SAME_KEY} AND s.title <> ''
), workspace_totals AS (
    INSERT INTO ledger_workspacetotal AS t (customer_id, entitlement_id, workspace_id, charged, entries)
    SELECT customer_id, entitlement_id, workspace_id, sum(charged), count(*) FROM new GROUP BY 1, 2, 3 ORDER BY 2, 3
    ON CONFLICT (entitlement_id, workspace_id) DO UPDATE
    SET charged = t.charged + excluded.charged, entries = t.entries + excluded.entries
), daily_totals AS (
    INSERT INTO ledger_dailytotal AS t (customer_id, entitlement_id, workspace_id, day, charged, entries)
    SELECT customer_id, entitlement_id, workspace_id, occurred_on, sum(charged), count(*) FROM new
    GROUP BY 1, 2, 3, 4 ORDER BY 2, 3, 4
    ON CONFLICT (entitlement_id, workspace_id, day) DO UPDATE
    SET charged = t.charged + excluded.charged, entries = t.entries + excluded.entries
), entitlement_totals AS (
    INSERT INTO ledger_entitlementtotal AS t (customer_id, entitlement_id, charged, entries, version)
    SELECT customer_id, entitlement_id, sum(charged), count(*), max(ledger_version) FROM new GROUP BY 1, 2 ORDER BY 2
    ON CONFLICT (entitlement_id) DO UPDATE
    SET charged = t.charged + excluded.charged, entries = t.entries + excluded.entries, version = excluded.version
), entitlement_days AS (
    INSERT INTO ledger_entitlementday AS t (customer_id, entitlement_id, day, charged, entries)
    SELECT customer_id, entitlement_id, occurred_on, sum(charged), count(*) FROM new GROUP BY 1, 2, 3 ORDER BY 2, 3
    ON CONFLICT (entitlement_id, day) DO UPDATE
    SET charged = t.charged + excluded.charged, entries = t.entries + excluded.entries
)
"""
# What has become of the batch: its new rows.
THEIR_COUNT = "SELECT count(*) FROM new"
THEIR_IDS = f"SELECT s.line, e.id FROM new e JOIN staged s ON {_SAME_KEY}"

ALLOTMENTS = """
WITH rows AS (
    SELECT line - 1 AS line, customer_id, entitlement_id, kind, amount, daterange(starts_on, ends_on, '[]') AS term,
        coalesce(priority, 0::smallint) AS priority, source, external_id
    FROM ROWS FROM (jsonb_to_recordset({}::jsonb) AS (customer_id bigint, entitlement_id bigint, kind text,
        amount bigint, starts_on date, ends_on date, priority smallint, source text, external_id text))
    WITH ORDINALITY AS rows (customer_id, entitlement_id, kind, amount, starts_on, ends_on, priority, source,
        external_id, line)
)"""
_SAME_ALLOTMENT = "a.customer_id = r.customer_id AND a.external_id = r.external_id AND a.source = r.source"

DIFFERING_ALLOTMENTS = f"""{ALLOTMENTS.format("%s")}
SELECT r.external_id FROM rows r JOIN ledger_allotment a ON {_SAME_ALLOTMENT}
WHERE (a.entitlement_id, a.kind, a.amount, a.term, a.priority)
    IS DISTINCT FROM (r.entitlement_id, r.kind, r.amount, r.term, r.priority)
ORDER BY r.line
"""
NEW_ALLOTMENTS = f"""{ALLOTMENTS.format("%s")}
SELECT r.line FROM rows r WHERE NOT EXISTS (SELECT FROM ledger_allotment a WHERE {_SAME_ALLOTMENT}) ORDER BY r.line
"""
REFUSED_ALLOTMENTS = f"""{ALLOTMENTS.format("%s")}, judged AS (
    SELECT r.line, r.external_id, CASE
        WHEN r.source = '' OR r.external_id = '' THEN 'name_missing'
        WHEN v.kind = '{ServiceKind.BENEFIT}' THEN 'benefit_not_counted' WHEN t.is_as_needed THEN 'allotment_as_needed'
        END AS code
    FROM rows r JOIN agreements_entitlement t ON t.id = r.entitlement_id
        JOIN agreements_service v ON v.id = t.service_id
    WHERE NOT EXISTS (SELECT FROM ledger_allotment a WHERE {_SAME_ALLOTMENT})
) SELECT line, external_id, code FROM judged WHERE code IS NOT NULL ORDER BY line
"""
# In the order of the input, because the engine takes ascending ids for the order of recording.
INSERT_ALLOTMENTS = f"""{ALLOTMENTS.format("%(rows)s")}, new AS (
    INSERT INTO ledger_allotment (customer_id, entitlement_id, kind, amount, term, priority, source, external_id,
        ledger_version, recorded_at)
    SELECT r.customer_id, r.entitlement_id, r.kind, r.amount, r.term, r.priority, r.source, r.external_id,
        l.version, %(now)s
    FROM rows r JOIN ledger_customerledger l ON l.customer_id = r.customer_id
    ORDER BY r.line
    ON CONFLICT (customer_id, external_id, source) DO NOTHING
    RETURNING customer_id, entitlement_id, ledger_version
), totals AS (
    INSERT INTO ledger_entitlementtotal AS t (customer_id, entitlement_id, charged, entries, version)
    SELECT customer_id, entitlement_id, 0, 0, max(ledger_version) FROM new GROUP BY 1, 2 ORDER BY 2
    ON CONFLICT (entitlement_id) DO UPDATE SET version = excluded.version
) SELECT count(*) FROM new
"""
