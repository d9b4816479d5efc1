"""What is there of what another system says. Each reads in the scope as it is."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

from tallyhub.engagements.models import Engagement, EngagementDelivery, Offering
from tallyhub.engagements.rules import SOURCE

Key = tuple[int, str, str]  # customer, source, external id


def is_reserved(source: str) -> bool:
    """What the hub's own entries are called."""
    return source == SOURCE


def find_offerings(codes: Collection[str]) -> dict[str, Offering]:
    """By code, those included that are offered no more."""
    return {one.code: one for one in Offering.objects.filter(code__in=codes)}


def find_engagements(keys: Collection[Key]) -> dict[Key, Engagement]:
    narrowed = Engagement.objects.filter(
        customer_id__in={customer for customer, _source, _name in keys},
        external_id__in={name for _customer, _source, name in keys} - {""},
    )
    found = {(one.customer_id, one.source, one.external_id): one for one in narrowed}
    return {key: one for key, one in found.items() if key in keys}


def find_deliveries(keys: Collection[Key]) -> dict[Key, EngagementDelivery]:
    """By what their system calls them; what was corrected here too."""
    narrowed = EngagementDelivery.objects.filter(
        customer_id__in={customer for customer, _source, _name in keys},
        external_id__in={name for _customer, _source, name in keys} - {""},
    )
    found = {(one.customer_id, one.source, one.external_id): one for one in narrowed}
    return {key: one for key, one in found.items() if key in keys}


def delivered_among(engagements: Collection[int]) -> set[int]:
    """Those of which something was delivered."""
    rows = EngagementDelivery.objects.filter(engagement_id__in=engagements, removed_at=None)
    return set(rows.values_list("engagement_id", flat=True))


# Names that an entry may have in common with an engagement or a delivery.
_NAMED = """
SELECT g.id FROM engagements_engagement g JOIN {staged} s USING (customer_id, source, external_id)
WHERE g.external_id <> ''
UNION
SELECT d.engagement_id FROM engagements_engagementdelivery d JOIN {staged} s USING (customer_id, source, external_id)
WHERE d.external_id <> ''
ORDER BY 1
"""


def named_by_staged() -> list[int]:
    """Engagements whose names the entries of ``staged_entry`` (ledger) have."""
    return _ids(_NAMED.format(staged="staged_entry"))


def named_by(keys: Sequence[Key]) -> list[int]:
    """The same, of a few entries."""
    columns = [list(column) for column in zip(*keys, strict=True)] or [[], [], []]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH named (customer_id, source, external_id) AS (SELECT * FROM unnest(%s::bigint[], %s::text[], "
            f"%s::text[])) {_NAMED.format(staged='named')}",
            columns,
        )
        return [row[0] for row in cursor.fetchall()]


_UNDONE = "SELECT DISTINCT engagement_id FROM engagements_engagementbooking WHERE entry_id = ANY ({0}) ORDER BY 1"


def undone_by_staged() -> list[int]:
    """Engagements whose entries those of ``staged_entry`` take back."""
    return _ids(_UNDONE.format("ARRAY(SELECT reverses_id FROM staged_entry WHERE reverses_id IS NOT NULL)"))


def undone_with(entries: Collection[int]) -> list[int]:
    """Engagements that booked one of these."""
    return _ids(_UNDONE.format("%s"), list(entries))


def _ids(statement: str, *params: Any) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return [row[0] for row in cursor.fetchall()]
