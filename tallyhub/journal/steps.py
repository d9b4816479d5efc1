"""The one writer of the journal, and what clears it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app

from tallyhub.journal.rules import check_details
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction

# Not through the model: it asks for the new id back, and who writes an event need not be allowed to read it.
_INSERT = """
WITH fresh AS (
    SELECT nextval(pg_get_serial_sequence('journal_event', 'id')) AS id, e.*
    FROM jsonb_to_recordset(%s::jsonb) AS e (customer_id bigint, workspace_id bigint, actor_id bigint, kind text,
                                            subject_id bigint, details jsonb, at timestamptz)
), added AS (
    INSERT INTO journal_event (id, customer_id, workspace_id, actor_id, kind, subject_id, details, at)
    SELECT id, customer_id, workspace_id, actor_id, kind, subject_id, details, at FROM fresh
    ON CONFLICT DO NOTHING  -- a look is told once a day
)
SELECT id FROM fresh ORDER BY id
"""
_CLEAR_JOBS = """
DELETE FROM procrastinate_jobs j WHERE j.status IN ('failed', 'cancelled', 'aborted')
AND NOT EXISTS (SELECT FROM procrastinate_events e WHERE e.job_id = j.id AND e.at >= %s)
"""


@dataclass(frozen=True, slots=True)
class News:
    """One event of many that a command makes at once."""

    kind: str
    customer_id: int | None
    subject_id: int | None = None
    workspace_id: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


def record(
    access: Access,
    kind: str,
    subject_id: int | None = None,
    *,
    customer_id: int | None = None,
    workspace_id: int | None = None,
    **details: Any,
) -> None:
    """Write down what the running command did. ``details``: ids, codes, numbers, days; free text is refused.

    ``workspace_id``: where it concerns that workspace only, so that its administrators may read it.
    """
    record_many(access, [News(kind, customer_id or access.customer_id, subject_id, workspace_id, details)])


def record_many(access: Access, news: Sequence[News]) -> None:
    """As ``record``, for many events in one statement. The kind that others wait for is handed on to them."""
    require_transaction()
    rows = [
        {
            "customer_id": one.customer_id,
            "workspace_id": one.workspace_id,
            "actor_id": access.person_id,
            "kind": one.kind,
            "subject_id": one.subject_id,
            "details": check_details(one.details),
            "at": clock.now().isoformat(),
        }
        for one in news
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [json.dumps(rows)])
        ids = [row[0] for row in cursor.fetchall()]
    for event_id, one in zip(ids, news, strict=True):
        _hand_on(access, event_id, one)


def _hand_on(access: Access, event_id: int, news: News) -> None:
    """Defer the jobs that wait for this kind (site/wiring.py): no event, no job, and the other way round."""
    about = {"customer_id": news.customer_id, "actor_id": access.person_id, "subject_id": news.subject_id}
    for job in settings.TALLYHUB_NEWS.get(news.kind, ()):
        app.configure_task(job).defer(event_id=event_id, kind=news.kind, **about)


def clear_events(kind: str, before: datetime, at_most: int) -> int:
    """Clear old events of a kind; returns how many went. A definer function does it, and leaves a trace."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_clear(%s, %s, %s)", [kind, before, at_most])
        return int(cursor.fetchone()[0])


def clear_failed_jobs(before: datetime) -> int:
    """Forget jobs that ended before and not well; returns how many. Those that ended well are forgotten at once."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR_JOBS, [before])
        return int(cursor.rowcount)
