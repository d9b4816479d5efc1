"""The rows of consumption for programs: over every entitlement, in the order in which they were recorded.

That order is one to continue in: a customer's entries are booked one transaction after the other, so what is recorded
later has a higher id, whatever day it is about.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tallyhub.activity.rules import OF_REQUESTS
from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel.access import Access, Right


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """Which rows; None means all that one may see. Ids are looked for inside the access only."""

    entry_id: int | None = None
    entitlement_id: int | None = None
    workspace_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    source: str | None = None
    external_id: str | None = None
    after: int = 0  # the id of the row before


@dataclass(frozen=True, slots=True)
class FeedRow:
    id: int
    agreement: str
    package: str
    entitlement_id: int
    entitlement: str
    workspace_id: int
    workspace: str
    occurred_on: date
    unit: str
    real: int
    multiplier_numerator: int
    multiplier_denominator: int
    charged: int
    source: str
    external_id: str
    reverses_id: int | None
    reversed_by_id: int | None
    reason: str
    title: str


_CONDITIONS = {
    "entry_id": "e.id = %(entry_id)s",
    "entitlement_id": "e.entitlement_id = %(entitlement_id)s",
    "workspace_id": "e.workspace_id = %(workspace_id)s",
    "first_day": "e.occurred_on >= %(first_day)s",
    "last_day": "e.occurred_on <= %(last_day)s",
    "source": "e.source = %(source)s",
    "external_id": "e.external_id = %(external_id)s",
}
# Each kind of service has its own workspaces, as on the page; ``drilldown.row_workspaces`` is the same rule for one.
_READ = f"""
SELECT e.id, a.number, p.code, t.id, t.code, w.id, w.code, e.occurred_on, v.unit, e.real_amount,
    e.multiplier_numerator, e.multiplier_denominator, e.charged, e.source, e.external_id, e.reverses_id, r.id,
    e.reason, coalesce(d.title, '')
FROM ledger_entry e
JOIN agreements_entitlement t ON t.id = e.entitlement_id
JOIN agreements_service v ON v.id = t.service_id
JOIN agreements_package p ON p.id = t.package_id
JOIN agreements_agreement a ON a.id = p.agreement_id
JOIN organizations_workspace w ON w.id = e.workspace_id
LEFT JOIN ledger_entrydetail d ON d.entry_id = e.id
LEFT JOIN ledger_entry r ON r.reverses_id = e.id
WHERE e.customer_id = %(customer)s AND e.id > %(after)s
    AND e.workspace_id = ANY (CASE
        WHEN v.kind = '{ServiceKind.EDUCATION}' THEN %(learning)s::bigint[]
        WHEN v.kind = ANY (%(for_administrators)s) THEN %(administered)s::bigint[]
        ELSE %(readable)s::bigint[] END)
    {{conditions}}
ORDER BY e.id LIMIT %(limit)s
"""


def list_rows(access: Access, wanted: FeedFilter, *, limit: int) -> list[FeedRow]:
    """Up to ``limit`` rows that the access may see, in the order of recording."""
    asked = [f"AND {condition}" for name, condition in _CONDITIONS.items() if getattr(wanted, name) is not None]
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(conditions=" ".join(asked)), _parameters(access, wanted) | {"limit": limit})
        return [FeedRow(*row) for row in cursor.fetchall()]


def _parameters(access: Access, wanted: FeedFilter) -> dict[str, Any]:
    def where(right: Right) -> list[int]:
        return [one for one in access.workspaces_with(Right.VIEW_ACTIVITY) if access.has(right, workspace_id=one)]

    return {
        **{name: getattr(wanted, name) for name in FeedFilter.__slots__},
        "customer": access.customer_id,
        "readable": where(Right.VIEW_ACTIVITY),
        "learning": where(Right.VIEW_LEARNING),
        "administered": where(Right.ADMINISTER),
        "for_administrators": list(OF_REQUESTS),
    }
