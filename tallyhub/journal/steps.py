"""The one writer of the journal, and of what was answered; and what clears them."""

import json
from collections import defaultdict
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
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import require_transaction

NEWS_AT_ONCE = 500  # subjects that a job which takes many gets at once
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
            "details": check_details({**one.details, "as": access.acts_as} if access.acts_as else one.details),
            "at": clock.now().isoformat(),
        }
        for one in news
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [json.dumps(rows)])
        ids = [row[0] for row in cursor.fetchall()]
    _hand_on(access, list(zip(ids, news, strict=True)))


def _hand_on(access: Access, told: Sequence[tuple[int, News]]) -> None:
    """Defer the jobs that wait for these kinds (site/wiring.py): no event, no job, and the other way round.

    One statement for each job that waits, however many the events.
    """
    alike: dict[tuple[str, int | None], list[tuple[int, int | None]]] = defaultdict(list)
    for event_id, one in told:
        alike[one.kind, one.customer_id].append((event_id, one.subject_id))
    calls: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (kind, customer_id), events in alike.items():
        about = {"kind": kind, "customer_id": customer_id, "actor_id": access.person_id}
        for job in settings.TALLYHUB_NEWS.get(kind, ()):
            calls[job] += [about | each for each in _arguments(job, events)]
    for job, waiting in calls.items():
        app.configure_task(job).batch_defer(*waiting)


def _arguments(job: str, events: Sequence[tuple[int, int | None]]) -> list[dict[str, Any]]:
    """Of each call: an event, or, for a job that takes many, the subjects of a batch of them."""
    if job not in settings.TALLYHUB_TAKES_MANY:
        return [{"event_id": event_id, "subject_id": subject_id} for event_id, subject_id in events]
    subjects = [subject_id for _, subject_id in events]
    return [{"subject_ids": subjects[at : at + NEWS_AT_ONCE]} for at in range(0, len(subjects), NEWS_AT_ONCE)]


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


@dataclass(frozen=True, slots=True)
class Request:
    """A request that may come twice. ``fingerprint``: 32 bytes that stand for all of it; an empty key: never again."""

    token_id: int
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str  # ids and codes only
    is_replayed: bool = False


_BEGIN = """
INSERT INTO journal_answered (customer_id, token_id, key, fingerprint, body, at) VALUES (%s, %s, %s, %s, '', %s)
ON CONFLICT (token_id, key) DO NOTHING
"""
_KNOWN = """
SELECT fingerprint, status, body FROM journal_answered WHERE token_id = %s AND key = %s
"""
_KEEP = """
UPDATE journal_answered SET status = %s, body = %s WHERE token_id = %s AND key = %s
"""


def find_answer(access: Access, request: Request) -> Answer | None:
    """What this request was answered before; None for a new one, whose key is taken until the transaction ends.

    The same key in another transaction waits here for the end of the first one: then it is answered, or, where that
    one failed, free again. Raises Invalid for a key that came with another request.
    """
    require_transaction()
    if not request.key:
        return None
    named = (request.token_id, request.key)
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [access.customer_id, *named, request.fingerprint, clock.now()])
        if cursor.rowcount:
            return None
        cursor.execute(_KNOWN, named)
        fingerprint, status, body = cursor.fetchone()
    if bytes(fingerprint) != request.fingerprint:
        raise Invalid("key_reused")
    return Answer(status, body, is_replayed=True)


def keep_answer(access: Access, request: Request, answer: Answer) -> Answer:
    """Remember it, in the transaction of what was done, and hand it back."""
    require_transaction()
    if request.key:
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [answer.status, answer.body, request.token_id, request.key])
    return answer


def forget_answers(before: datetime) -> None:
    """Of all customers, by a definer function, because a job begins without knowing any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_forget_answers(%s)", [before])
