"""Statements and checks of holds. ``steps.hold`` and ``steps.post`` are the only ways in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel.amounts import AMOUNT_MAX, Unit
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.ledger.rules import Terms, check_unit


@dataclass(frozen=True, slots=True)
class NewHold:
    """Something to hold (positive) or to give back (negative), in the smallest steps of ``unit``.

    held_for             the matter, by its name in ``source``; what is held for it never falls below zero
    source, external_id  name of this one row; the same content again is ignored
    day                  on which it happens, in the agreement's zone
    """

    customer_id: int
    workspace_id: int
    entitlement_id: int
    unit: Unit
    day: date
    amount: int
    source: str
    held_for: str
    external_id: str


def check_hold(one: NewHold, terms: Terms) -> None:
    """Raise Invalid for a hold that must not be recorded. More than is left may be held; less than nothing never.

    Giving back is possible after the end of the term, too: expiry itself moves nothing.
    """
    check_unit(one.unit, terms)
    if one.amount == 0:
        raise Invalid("amount_zero")
    if abs(one.amount) > AMOUNT_MAX:
        raise Invalid("amount_too_large", amount=one.amount, amount_max=AMOUNT_MAX)
    if one.day > terms.today:
        raise Invalid("in_future", occurred_on=one.day, today=terms.today)
    if one.amount > 0 and one.day > terms.ends_on:
        raise Invalid("after_term", occurred_on=one.day, ends_on=terms.ends_on)


def check_holds(holds: Sequence[NewHold], terms: Mapping[int, Terms]) -> None:
    for one in holds:
        check_hold(one, terms[one.entitlement_id])


_ROWS = """
WITH staged AS MATERIALIZED (SELECT * FROM json_to_recordset(%s::json) AS rows (line bigint, customer_id bigint,
    workspace_id bigint, entitlement_id bigint, day date, amount bigint, source text, held_for text, external_id text))
"""
_SAME_KEY = "h.customer_id = s.customer_id AND h.external_id = s.external_id AND h.source = s.source"
_DIFFERS = """(h.workspace_id, h.entitlement_id, h.day, h.amount, h.held_for)
    IS DISTINCT FROM (s.workspace_id, s.entitlement_id, s.day, s.amount, s.held_for)"""
# Giving back may reach behind a mapping that is gone and into an archive, as a reversal may.
_LOOK = f"""{_ROWS}
SELECT s.line, h.id IS NOT NULL, h.id IS NOT NULL AND {_DIFFERS}, CASE
    WHEN s.source = '' OR s.external_id = '' OR s.held_for = '' THEN 'name_missing'
    WHEN v.kind = '{ServiceKind.BENEFIT}' THEN 'benefit_not_counted'
    WHEN s.amount > 0 AND m.id IS NULL THEN 'workspace_not_mapped'
    WHEN s.amount > 0 AND w.archived_at IS NOT NULL THEN 'booked_in_archived' END
FROM staged s JOIN agreements_entitlement t ON t.id = s.entitlement_id
    JOIN agreements_service v ON v.id = t.service_id
    LEFT JOIN agreements_mapping m ON m.package_id = t.package_id AND m.workspace_id = s.workspace_id
    LEFT JOIN organizations_workspace w ON w.id = s.workspace_id
    LEFT JOIN ledger_hold h ON {_SAME_KEY}
ORDER BY s.line
"""
# Of the matters of the batch: what is held for them, and what the batch would do to that.
_BELOW_ZERO = f"""{_ROWS}
, matters AS (
    SELECT customer_id, entitlement_id, source, held_for, sum(amount) AS amount FROM staged s
    WHERE NOT EXISTS (SELECT FROM ledger_hold h WHERE {_SAME_KEY}) GROUP BY 1, 2, 3, 4
) SELECT m.held_for FROM matters m WHERE m.amount + (
    SELECT coalesce(sum(h.amount), 0) FROM ledger_hold h
    WHERE h.entitlement_id = m.entitlement_id AND h.source = m.source AND h.held_for = m.held_for
) < 0 ORDER BY 1
"""
_INSERT = f"""{_ROWS}
, new AS (
    INSERT INTO ledger_hold (customer_id, workspace_id, entitlement_id, day, amount, source, held_for, external_id,
        ledger_version, recorded_at)
    SELECT s.customer_id, s.workspace_id, s.entitlement_id, s.day, s.amount, s.source, s.held_for, s.external_id,
        l.version, %s
    FROM staged s JOIN ledger_customerledger l ON l.customer_id = s.customer_id ORDER BY s.line
    ON CONFLICT (customer_id, external_id, source) DO NOTHING
    RETURNING customer_id, entitlement_id, amount, ledger_version
), moved AS (
    SELECT customer_id, entitlement_id, sum(amount)::bigint AS held, max(ledger_version) AS version
    FROM new GROUP BY 1, 2
), totals AS (  -- a row is judged before it conflicts, so what is given back is not what is inserted
    INSERT INTO ledger_entitlementtotal AS t (customer_id, entitlement_id, charged, entries, held, version)
    SELECT customer_id, entitlement_id, 0, 0, greatest(held, 0), version FROM moved ORDER BY 2
    ON CONFLICT (entitlement_id) DO UPDATE SET version = excluded.version,
        held = t.held + (SELECT m.held FROM moved m WHERE m.entitlement_id = t.entitlement_id)
) SELECT count(*) FROM new
"""


def count_new(holds: Sequence[NewHold]) -> int:
    """How many are not recorded yet. Raises Conflict for one that is there with other content, Invalid for a new one
    that other tables forbid."""
    if not holds:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [_encoded(holds)])
        rows = cursor.fetchall()
    if differing := [holds[line].external_id for line, _known, differs, _code in rows if differs]:
        raise Conflict("content_differs", external_ids=", ".join(differing))
    refused = [(code, line) for line, is_known, _differs, code in rows if code and not is_known]
    if refused:
        names = [holds[line].external_id for code, line in refused if code == refused[0][0]]
        raise Invalid(refused[0][0], external_ids=", ".join(names))
    return sum(not is_known for _line, is_known, *_rest in rows)


def insert(holds: Sequence[NewHold], now: datetime) -> int:
    """Under the customers' locks: what is held for a matter is added up again, so that two never give back the same."""
    if not holds:
        return 0
    encoded = _encoded(holds)
    with connection.cursor() as cursor:
        cursor.execute(_BELOW_ZERO, [encoded])
        if below := [matter for (matter,) in cursor.fetchall()]:
            raise Conflict("released_too_much", held_for=", ".join(below))
        cursor.execute(_INSERT, [encoded, now])
        inserted: int = cursor.fetchone()[0]
        return inserted


def _encoded(holds: Sequence[NewHold]) -> str:
    return json.dumps(
        [
            {
                "line": line,
                "customer_id": one.customer_id,
                "workspace_id": one.workspace_id,
                "entitlement_id": one.entitlement_id,
                "day": one.day.isoformat(),
                "amount": one.amount,
                "source": one.source,
                "held_for": one.held_for,
                "external_id": one.external_id,
            }
            for line, one in enumerate(holds)
        ]
    )
