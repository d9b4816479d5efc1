"""The one writer of the journal, and what clears it."""

import json
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
INSERT INTO journal_event (customer_id, actor_id, kind, subject_id, details, at) VALUES (%s, %s, %s, %s, %s::jsonb, %s)
"""
_CLEAR_JOBS = """
DELETE FROM procrastinate_jobs j WHERE j.status IN ('failed', 'cancelled', 'aborted')
AND NOT EXISTS (SELECT FROM procrastinate_events e WHERE e.job_id = j.id AND e.at >= %s)
"""


def record(
    access: Access, kind: str, subject_id: int | None = None, *, customer_id: int | None = None, **details: Any
) -> None:
    """Write down what the running command did. ``details``: ids, codes, numbers, days; free text is refused.

    The jobs that ``site.wiring`` names for this kind are deferred with it: no event, no job, and the other way round.
    """
    require_transaction()
    about = {"customer_id": customer_id or access.customer_id, "actor_id": access.person_id}
    values = (*about.values(), kind, subject_id, json.dumps(check_details(details)), clock.now())
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
    for job in settings.TALLYHUB_NEWS.get(kind, ()):
        app.configure_task(job).defer(kind=kind, subject_id=subject_id, **about)


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
