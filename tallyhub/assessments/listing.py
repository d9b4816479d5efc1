"""The rows behind on-demand assessments: set-ups with what they draw, and entries that are no run's.

An active set-up counts as one of the entitlement that holds it, and draws what its runs were booked for; so the rows of
all readers together add up to the total. Whoever may not read results is shown the entries of other systems alone.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from tallyhub.assessments.rules import SOURCE, SetUpStatus, passed_share, quality_index, status_of
from tallyhub.kernel import clock
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.grid import COUNT_MAX, PAGE_ROWS, Place
from tallyhub.kernel.scope import streamed

STREAM_ROWS = 2_000  # per fetch of an export
SORTS: dict[str, type[date] | type[int]] = {"occurred_on": date, "charged": int}


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows. ``seen_workspaces`` are those whose set-ups may be shown, ``entry_workspaces`` whose bare entries."""

    entitlements: tuple[int, ...]
    workspaces: tuple[int, ...]
    seen_workspaces: tuple[int, ...]
    entry_workspaces: tuple[int, ...]
    first_day: date | None = None
    last_day: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """``id`` is the set-up's, or the entry's less 10^17, so that each sort keeps its order."""

    id: int
    reference: str
    title: str
    occurred_on: date  # configured, or used
    workspace_id: int
    is_ended: bool
    runs: int  # that count
    last_at: datetime | None  # of the last of them, and what it found
    high: int | None
    passed: int | None
    failed: int | None
    prerequisites: int | None
    prerequisites_passed: int | None
    entitlements: list[int]
    drawn: dict[Unit, int]
    charged: int  # for the order alone: of several units
    source: str
    is_reversal: bool
    is_reversed: bool
    reason: str

    @property
    def is_set_up(self) -> bool:
        return self.id > 0

    @property
    def status(self) -> SetUpStatus | None:
        """Of a set-up; an entry of another system has none."""
        return status_of(is_ended=self.is_ended, runs=self.runs) if self.is_set_up else None

    @property
    def quality(self) -> int | None:
        return quality_index(self.prerequisites_passed or 0, self.prerequisites or 0)

    @property
    def share(self) -> int | None:
        return passed_share(self.passed or 0, self.failed or 0)


_DRAWN = list(Row.__dataclass_fields__).index("drawn")
# A set-up is active on the day of its agreement, as assessments_count_setups has it.
_ROWS = """
WITH booked AS (
    SELECT r.set_up_id, e.entitlement_id, e.charged FROM assessments_run r JOIN ledger_entry e ON e.id = r.entry_id
    WHERE r.entitlement_id = ANY (%(entitlements)s) AND e.workspace_id = ANY (%(seen)s)
        AND NOT EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id) AND {in_days}
), drew AS (
    SELECT set_up_id, sum(charged)::bigint AS charged, array_agg(DISTINCT entitlement_id) AS entitlements
    FROM booked GROUP BY 1
), held AS (
    SELECT s.id, s.entitlement_id, t.unit = 'setups' AND p.is_active
        AND (s.ended_on IS NULL OR s.ended_on > p.today) AND s.configured_on <= p.today AS counts
    FROM assessments_setup s
    JOIN agreements_entitlement e ON e.id = s.entitlement_id
    JOIN agreements_service t ON t.id = e.service_id
    JOIN (SELECT k.id, (%(now)s AT TIME ZONE a.zone)::date AS today,
              (%(now)s AT TIME ZONE a.zone)::date BETWEEN greatest(lower(k.term), lower(a.term))
              AND least(upper(k.term) - 1, upper(a.term) - 1, k.terminated_on, a.terminated_on) AS is_active
          FROM agreements_package k JOIN agreements_agreement a ON a.id = k.agreement_id) p ON p.id = e.package_id
    WHERE s.entitlement_id = ANY (%(entitlements)s) AND s.workspace_id = ANY (%(seen)s)
        AND (%(first_day)s::date IS NULL OR s.configured_on >= %(first_day)s)
        AND (%(last_day)s::date IS NULL OR s.configured_on <= %(last_day)s)
), listed AS (
    SELECT s.id, s.id::text AS reference,
        concat_ws(' · ', coalesce(d.names ->> %(language)s, d.names ->> 'en', d.code), nullif(s.label, '')) AS title,
        s.configured_on AS occurred_on, s.workspace_id, s.ended_on IS NOT NULL AS is_ended,
        (SELECT count(*) FROM assessments_run n WHERE n.set_up_id = s.id AND n.withdrawn_at IS NULL) AS runs,
        l.collected_at AS last_at, l.high, l.passed, l.failed, l.prerequisites, l.prerequisites_passed,
        ARRAY(SELECT DISTINCT x FROM unnest(coalesce(w.entitlements, '{{}}') || h.entitlement_id) x
              WHERE x IS NOT NULL) AS entitlements,
        json_strip_nulls(json_build_object('setups', CASE WHEN h.counts THEN 1 END, 'runs', w.charged)) AS drawn,
        coalesce(w.charged, 0) + CASE WHEN h.counts THEN 1 ELSE 0 END AS charged,
        '' AS source, false AS is_reversal, false AS is_reversed, '' AS reason
    FROM assessments_setup s
    JOIN assessments_definition d ON d.id = s.definition_id
    LEFT JOIN drew w ON w.set_up_id = s.id
    LEFT JOIN held h ON h.id = s.id
    LEFT JOIN LATERAL (SELECT n.* FROM assessments_run n WHERE n.set_up_id = s.id AND n.withdrawn_at IS NULL
        ORDER BY n.collected_at DESC, n.id DESC LIMIT 1) l ON true
    WHERE s.workspace_id = ANY (%(seen)s) AND (w.set_up_id IS NOT NULL OR h.id IS NOT NULL)
        AND (%(reference)s = '' OR s.id::text = %(reference)s)
    UNION ALL
    SELECT e.id - 100000000000000000, e.external_id, coalesce(x.title, ''), e.occurred_on, e.workspace_id, false, 0,
        NULL, NULL, NULL, NULL, NULL, NULL, ARRAY[e.entitlement_id], json_build_object(t.unit, e.charged), e.charged,
        e.source, e.reverses_id IS NOT NULL, EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id), e.reason
    FROM ledger_entry e
    JOIN agreements_entitlement n ON n.id = e.entitlement_id
    JOIN agreements_service t ON t.id = n.service_id
    LEFT JOIN ledger_entrydetail x ON x.entry_id = e.id
    WHERE e.entitlement_id = ANY (%(entitlements)s) AND e.workspace_id = ANY (%(places)s)
        AND (e.source <> %(source)s OR e.workspace_id = ANY (%(seen)s))  -- who sees no run takes its entry for none
        AND NOT EXISTS (SELECT FROM assessments_run b WHERE b.entry_id = coalesce(e.reverses_id, e.id))
        AND {in_days} AND (%(reference)s = '' OR e.external_id = %(reference)s)
)
"""
_IN_DAYS = """(%(first_day)s::date IS NULL OR e.occurred_on >= %(first_day)s)
        AND (%(last_day)s::date IS NULL OR e.occurred_on <= %(last_day)s)"""
_LISTED = _ROWS.format(in_days=_IN_DAYS)


def _parameters(wanted: RowFilter) -> dict[str, Any]:
    return {
        "entitlements": list(wanted.entitlements),
        "seen": list(wanted.seen_workspaces),
        "places": list(wanted.entry_workspaces),
        "first_day": wanted.first_day,
        "last_day": wanted.last_day,
        "reference": wanted.reference,
        "language": get_language() or "en",
        "now": clock.now(),
        "source": SOURCE,
    }


def _row(*columns: Any) -> Row:
    drawn = {Unit(unit): charged for unit, charged in columns[_DRAWN].items()}
    made: Any = Row
    row: Row = made(*columns[:_DRAWN], drawn, *columns[_DRAWN + 1 :])
    return row


def list_page(wanted: RowFilter, place: Place) -> list[Row]:
    """Up to a page of rows and one more, in the place's reading order."""
    parameters = _parameters(wanted)
    direction, beyond = ("DESC", "<") if place.reads_descending else ("ASC", ">")
    kind = {date: "date", int: "bigint"}[SORTS[place.sort]]
    after = ""
    if place.key:
        after = f"WHERE ({place.sort}, id) {beyond} (%(key_value)s::{kind}, %(key_id)s)"
        parameters |= {"key_value": place.key.value, "key_id": place.key.id}
    order = f"ORDER BY {place.sort} {direction}, id {direction} LIMIT {PAGE_ROWS + 1}"
    with connection.cursor() as cursor:
        cursor.execute(f"{_LISTED} SELECT * FROM listed {after} {order}", parameters)
        return [_row(*one) for one in cursor.fetchall()]


@streamed
def stream(wanted: RowFilter) -> Generator[list[Row], None, None]:
    """Every row, oldest first, in batches. Runs in the caller's scope and ends with it."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{_LISTED} SELECT * FROM listed ORDER BY occurred_on, id", _parameters(wanted))
        while batch := cursor.fetchmany(STREAM_ROWS):
            yield [_row(*one) for one in batch]


def count(wanted: RowFilter, *, exact_max: int = COUNT_MAX) -> int:
    """How many there are for this reader: exact up to ``exact_max``, one more than that beyond."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_LISTED} SELECT count(*) FROM (SELECT FROM listed LIMIT %(limit)s) counted",
            _parameters(wanted) | {"limit": exact_max + 1},
        )
        found: int = cursor.fetchone()[0]
        return found


def count_states(wanted: RowFilter) -> tuple[int, int, int]:
    """(set up, active, runs) behind these entitlements, for all readers together, whatever days are asked for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM assessments_count_states(%s, %s)", [list(wanted.entitlements), list(wanted.workspaces)]
        )
        set_ups, active, runs = cursor.fetchone()
        return set_ups, active, runs


def count_all(wanted: RowFilter, *, exact_max: int = COUNT_MAX) -> int:
    """How many there are for all readers together, by a definer function that tells the number only."""
    params: Sequence[Any] = [
        list(wanted.entitlements), list(wanted.workspaces), wanted.first_day, wanted.last_day, wanted.reference,
        exact_max + 1,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT assessments_count_rows(%s, %s, %s, %s, %s, %s)", params)
        found: int = cursor.fetchone()[0]
        return found
