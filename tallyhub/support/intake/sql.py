"""The statements of steps.py. Rows wait in temporary tables that are private to the transaction."""

from tallyhub.support.intake.rules import ENDED, MOVED, OPENED
from tallyhub.support.rules import OPEN, Status, Why


def _words(*statuses: str) -> str:
    return ", ".join(f"'{one}'" for one in sorted(statuses))


MAKE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_request (
    line bigint, id bigint, number text, is_new boolean, customer_id bigint, workspace_id bigint, source text,
    external_id text, digest bytea, kind text, request_class text, title text, description text, impact text,
    product_id bigint, severity text, status text, primary_contact_id bigint, assigned_to_id bigint,
    agreement_id bigint, package_id bigint, opened_at timestamptz, resolved_at timestamptz, closed_at timestamptz,
    said_at timestamptz) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_change (
    line bigint, customer_id bigint, request_id bigint, status text, at timestamptz, actor_id bigint) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_message (
    line bigint, customer_id bigint, request_id bigint, source text, external_id text, author_id bigint,
    is_by_staff boolean, body text, at timestamptz) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS settled_request (id bigint, said_at timestamptz) ON COMMIT DROP
"""

FIND = """
SELECT r.customer_id, r.source, r.external_id, r.id, r.source_digest FROM support_request r
JOIN unnest(%s::bigint[], %s::text[], %s::text[]) AS k (customer_id, source, external_id)
    USING (customer_id, source, external_id)
WHERE r.external_id <> ''  -- which the index is for
"""
NEXT_SERIALS = "SELECT nextval('support_request_serial') FROM generate_series(1, %s::int)"

REPEATED = """
SELECT max(line), min(line), external_id, count(*) OVER () FROM {table}
GROUP BY {key}, external_id HAVING count(*) > 1 ORDER BY 1 LIMIT %s
"""
REPEATED_REQUESTS = REPEATED.format(table="staged_request", key="customer_id, source")
REPEATED_MESSAGES = REPEATED.format(table="staged_message", key="request_id, source")
REPEATED_CHANGES = """
SELECT max(line), min(line), status, count(*) OVER () FROM staged_change
GROUP BY request_id, at, status HAVING count(*) > 1 ORDER BY 1 LIMIT %s
"""

# What is settled when a request is made, and is the hub's own from then on.
FIXED = """
SELECT s.line, CASE WHEN r.workspace_id <> s.workspace_id THEN 'workspace' WHEN r.kind <> s.kind THEN 'kind'
    ELSE 'opened_at' END, count(*) OVER ()
FROM staged_request s JOIN support_request r ON r.id = s.id
WHERE NOT s.is_new AND r.source_digest IS DISTINCT FROM s.digest
    AND (r.workspace_id, r.kind, r.opened_at) <> (s.workspace_id, s.kind, s.opened_at)
ORDER BY 1 LIMIT %s
"""

_TITLED = "setweight(to_tsvector('simple', {number} || ' ' || {external_id} || ' ' || {title}), 'A')"
_WORDS = _TITLED + " || setweight(to_tsvector('simple', {description}), 'B')"
_OF_NEW = _WORDS.format(
    number="s.number", external_id="s.external_id", title="s.title", description="coalesce(s.description, '')"
)
_OF_KNOWN = _WORDS.format(number="r.number", external_id="r.external_id", title="w.title", description="w.description")


def _ends(known: str) -> str:
    """``resolved_at, closed_at`` as they go with the status: what is open has not ended, whatever the row says."""
    return f"""
    CASE WHEN s.status IN ({_words(*OPEN)}) THEN NULL WHEN s.status = '{Status.RESOLVED}'
        THEN coalesce(s.resolved_at, {known}.resolved_at, s.said_at)
        ELSE coalesce(s.resolved_at, {known}.resolved_at) END AS resolved_at,
    CASE WHEN s.status IN ({_words(*ENDED)}) THEN coalesce(s.closed_at, {known}.closed_at, s.said_at)
        END AS closed_at"""


# Not RETURNING: whoever writes a request may read it only when it was given to them.
INSERT = f"""
INSERT INTO support_request (id, customer_id, workspace_id, number, kind, request_class, title, description, impact,
    product_id, severity, status, primary_contact_id, assigned_to_id, agreement_id, package_id, opened_at, changed_at,
    resolved_at, closed_at, waiting_since, called_for, source, external_id, source_digest, version, words)
SELECT s.id, s.customer_id, s.workspace_id, s.number, s.kind, coalesce(s.request_class, ''), s.title,
    coalesce(s.description, ''), coalesce(s.impact, ''), s.product_id, s.severity, s.status, s.primary_contact_id,
    s.assigned_to_id, s.agreement_id, s.package_id, s.opened_at, s.said_at, e.resolved_at, e.closed_at,
    CASE WHEN s.status = '{Status.WAITING}' THEN s.said_at END, '', s.source, s.external_id, s.digest, 1, {_OF_NEW}
FROM staged_request s, LATERAL (
    SELECT {_ends("nothing")} FROM (VALUES (NULL::timestamptz, NULL::timestamptz)) AS nothing (resolved_at, closed_at)
) e WHERE s.is_new ORDER BY s.line
"""
# R1.5: whoever is named as primary contact when it is created.
GIVE = f"""
INSERT INTO support_requestviewer (customer_id, workspace_id, request_id, person_id, why, opened_at, given_by_id,
    given_at)
SELECT customer_id, workspace_id, id, primary_contact_id, '{Why.PRIMARY}', opened_at, %s, %s
FROM staged_request WHERE is_new AND primary_contact_id IS NOT NULL ORDER BY line
"""
TELL_OPENED = f"""
INSERT INTO support_change (customer_id, workspace_id, request_id, kind, details, at)
SELECT customer_id, workspace_id, id, '{OPENED}', jsonb_build_object('severity', severity), opened_at
FROM staged_request WHERE is_new ORDER BY line
"""
# One that was merged into another is left as it is: its work is done there.
UPDATE = f"""
WITH wanted AS (
    SELECT s.customer_id, s.id, s.digest, s.said_at, coalesce(s.request_class, r.request_class) AS request_class,
        coalesce(s.title, r.title) AS title, coalesce(s.description, r.description) AS description,
        coalesce(s.impact, r.impact) AS impact, coalesce(s.product_id, r.product_id) AS product_id, s.severity,
        s.status, coalesce(s.assigned_to_id, r.assigned_to_id) AS assigned_to_id,
        coalesce(s.agreement_id, r.agreement_id) AS agreement_id, coalesce(s.package_id, r.package_id) AS package_id,
        {_ends("r")}
    FROM staged_request s JOIN support_request r ON r.id = s.id
    WHERE NOT s.is_new AND r.source_digest IS DISTINCT FROM s.digest AND r.merged_into_id IS NULL
), judged AS (
    SELECT w.*, (r.request_class, r.title, r.description, r.impact, r.product_id, r.severity, r.status,
            r.assigned_to_id, r.agreement_id, r.package_id, r.resolved_at, r.closed_at)
        IS DISTINCT FROM (w.request_class, w.title, w.description, w.impact, w.product_id, w.severity, w.status,
            w.assigned_to_id, w.agreement_id, w.package_id, w.resolved_at, w.closed_at) AS differs,
        (r.title, r.description) <> (w.title, w.description) AS is_reworded
    FROM wanted w JOIN support_request r USING (id)
), changed AS (
    UPDATE support_request r SET request_class = w.request_class, title = w.title, description = w.description,
        impact = w.impact, product_id = w.product_id, severity = w.severity, assigned_to_id = w.assigned_to_id,
        agreement_id = w.agreement_id, package_id = w.package_id, resolved_at = w.resolved_at,
        closed_at = w.closed_at, status = w.status, source_digest = w.digest, version = r.version + w.differs::int,
        changed_at = CASE WHEN w.differs THEN greatest(r.changed_at, w.said_at) ELSE r.changed_at END,
        waiting_since = CASE WHEN w.status <> '{Status.WAITING}' THEN NULL
            WHEN r.status = w.status THEN r.waiting_since ELSE w.said_at END,
        words = CASE WHEN w.is_reworded THEN {_OF_KNOWN} || setweight(to_tsvector('simple', coalesce((
            SELECT left(string_agg(m.body, ' '), 100000) FROM support_message m WHERE m.request_id = r.id), '')), 'C')
            ELSE r.words END
    FROM judged w WHERE r.id = w.id RETURNING w.customer_id, w.id, w.said_at, w.differs
), noted AS (
    INSERT INTO settled_request SELECT id, said_at FROM changed WHERE differs
) SELECT customer_id, count(*) FROM changed WHERE differs GROUP BY 1
"""
NOTE_NEW = "INSERT INTO settled_request SELECT id, said_at FROM staged_request WHERE is_new"

# The status that a line of a timeline leads to, of those the database has.
_TOLD = (
    f"SELECT c.id, c.request_id, c.at, c.details ->> 'becomes' AS status FROM support_change c WHERE c.kind = '{MOVED}'"
)
# A status that a request has already is no change. Of several at the same instant the file says the order, and what it
# does not name comes first: so the same file finds the same order again.
TELL_MOVES = f"""
WITH told AS MATERIALIZED (
    {_TOLD} AND c.request_id IN (SELECT request_id FROM staged_change)
), lined AS (
    SELECT coalesce(t.request_id, s.request_id) AS request_id, coalesce(t.at, s.at) AS at,
        coalesce(t.status, s.status) AS status, t.id, s.line, s.actor_id
    FROM told t FULL JOIN staged_change s ON s.request_id = t.request_id AND s.at = t.at AND s.status = t.status
), moves AS (
    SELECT *, coalesce(lag(status) OVER (PARTITION BY request_id ORDER BY at, line NULLS FIRST, id),
        '{Status.SUBMITTED}') AS was FROM lined
)
INSERT INTO support_change (customer_id, workspace_id, request_id, kind, details, actor_id, at)
SELECT r.customer_id, r.workspace_id, r.id, '{MOVED}', jsonb_build_object('was', m.was, 'becomes', m.status),
    m.actor_id, m.at
FROM moves m JOIN support_request r ON r.id = m.request_id
WHERE m.id IS NULL AND m.was <> m.status ORDER BY m.at, m.line
RETURNING customer_id, request_id
"""
# Where the history goes on after what the request last said, the request goes along.
FOLLOW = f"""
WITH last AS (
    SELECT DISTINCT ON (t.request_id) t.request_id, t.at, t.status FROM ({_TOLD}
        AND c.request_id IN (SELECT request_id FROM staged_change)) t ORDER BY t.request_id, t.at DESC, t.id DESC
)
UPDATE support_request r SET status = l.status, changed_at = l.at, version = r.version + 1,
    waiting_since = CASE WHEN l.status = '{Status.WAITING}' THEN l.at END,
    resolved_at = CASE WHEN l.status IN ({_words(*OPEN)}) THEN NULL WHEN l.status = '{Status.RESOLVED}' THEN l.at
        ELSE r.resolved_at END,
    closed_at = CASE WHEN l.status IN ({_words(*ENDED)}) THEN l.at END
FROM last l WHERE r.id = l.request_id AND r.merged_into_id IS NULL AND l.at >= r.changed_at AND r.status <> l.status
"""
# A timeline ends with the status that its request has.
SETTLE = f"""
WITH told AS (
    SELECT DISTINCT ON (t.request_id) t.request_id, t.status FROM ({_TOLD}
        AND c.request_id IN (SELECT id FROM settled_request)) t ORDER BY t.request_id, t.at DESC, t.id DESC
)
INSERT INTO support_change (customer_id, workspace_id, request_id, kind, details, at)
SELECT r.customer_id, r.workspace_id, r.id, '{MOVED}',
    jsonb_build_object('was', coalesce(t.status, '{Status.SUBMITTED}'), 'becomes', r.status), max(s.said_at)
FROM settled_request s JOIN support_request r ON r.id = s.id LEFT JOIN told t ON t.request_id = r.id
WHERE coalesce(t.status, '{Status.SUBMITTED}') <> r.status
GROUP BY r.id, t.status ORDER BY r.id
"""

_SAME_MESSAGE = "m.request_id = s.request_id AND m.source = s.source AND m.external_id = s.external_id"
DIFFERING_MESSAGES = f"""
SELECT s.line, CASE WHEN m.body <> s.body THEN 'body' WHEN m.at <> s.at THEN 'at'
    WHEN m.is_by_staff <> s.is_by_staff THEN 'is_by_staff' ELSE 'author' END, count(*) OVER ()
FROM staged_message s JOIN support_message m ON {_SAME_MESSAGE}
WHERE (m.body, m.at, m.is_by_staff) <> (s.body, s.at, s.is_by_staff) OR m.author_id <> s.author_id
ORDER BY 1 LIMIT %s
"""
# The first word by staff is the answer that a goal waits for.
ADD_MESSAGES = f"""
WITH fresh AS (
    INSERT INTO support_message (customer_id, workspace_id, request_id, author_id, is_by_staff, body, source,
        external_id, at)
    SELECT r.customer_id, r.workspace_id, r.id, s.author_id, s.is_by_staff, s.body, s.source, s.external_id, s.at
    FROM staged_message s JOIN support_request r ON r.id = s.request_id
    WHERE NOT EXISTS (SELECT FROM support_message m WHERE {_SAME_MESSAGE})
    ORDER BY s.at, s.line RETURNING customer_id, request_id, is_by_staff, body, at
), noted AS (
    UPDATE support_request r SET changed_at = greatest(r.changed_at, f.at),
        answered_at = least(r.answered_at, f.answered_at),
        words = coalesce(r.words, '') || setweight(to_tsvector('simple', left(f.said, 100000)), 'C')
    FROM (SELECT request_id, max(at) AS at, min(at) FILTER (WHERE is_by_staff) AS answered_at,
        string_agg(body, ' ') AS said FROM fresh GROUP BY 1) f WHERE r.id = f.request_id
) SELECT customer_id, count(*) FROM fresh GROUP BY 1
"""

# An entry that was booked under the number of a request is that request's: joined once, never booked again.
_ADOPT = """
INSERT INTO support_booking (customer_id, workspace_id, request_id, entry_id, entitlement_id, why, is_reversed)
SELECT r.customer_id, r.workspace_id, r.id, e.id, e.entitlement_id, '',
    EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id)
FROM (SELECT DISTINCT customer_id, source, external_id FROM {staged}) s
JOIN support_request r USING (customer_id, external_id, source)
JOIN ledger_entry e USING (customer_id, external_id, source)
WHERE r.external_id <> '' AND e.reverses_id IS NULL
    AND NOT EXISTS (SELECT FROM support_booking b WHERE b.entry_id = e.id) ORDER BY e.id
"""
ADOPT_FOR_REQUESTS = _ADOPT.format(staged="staged_request WHERE is_new")
ADOPT_ENTRIES = _ADOPT.format(staged="staged_entry")
ADOPT_NAMED = _ADOPT.format(
    staged="unnest(%s::bigint[], %s::text[], %s::text[]) AS named (customer_id, source, external_id)"
)
