"""The one writer of the journal, and of what was answered."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tallyhub.journal.rules import check_details
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import require_transaction

# Not through the model: it asks for the new id back, and who writes an event need not be allowed to read it.
_INSERT = """
INSERT INTO journal_event (customer_id, actor_id, kind, subject_id, details, at) VALUES (%s, %s, %s, %s, %s::jsonb, %s)
"""


def record(
    access: Access, kind: str, subject_id: int | None = None, *, customer_id: int | None = None, **details: Any
) -> None:
    """Write down what the running command did. ``details``: ids, codes, numbers, days; free text is refused."""
    require_transaction()
    values = (
        customer_id or access.customer_id,
        access.person_id,
        kind,
        subject_id,
        json.dumps(check_details(details)),
        clock.now(),
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)


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
ON CONFLICT (customer_id, token_id, key) DO NOTHING
"""
_KNOWN = """
SELECT fingerprint, status, body FROM journal_answered WHERE customer_id = %s AND token_id = %s AND key = %s
"""
_KEEP = """
UPDATE journal_answered SET status = %s, body = %s WHERE customer_id = %s AND token_id = %s AND key = %s
"""


def find_answer(access: Access, request: Request) -> Answer | None:
    """What this request was answered before; None for a new one, whose key is taken until the transaction ends.

    The same key in another transaction waits here for the end of the first one: then it is answered, or, where that
    one failed, free again. Raises Invalid for a key that came with another request.
    """
    require_transaction()
    if not request.key:
        return None
    named = (access.customer_id, request.token_id, request.key)
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [*named, request.fingerprint, clock.now()])
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
            named = (access.customer_id, request.token_id, request.key)
            cursor.execute(_KEEP, [answer.status, answer.body, *named])
    return answer


def forget_answers(before: datetime) -> None:
    """Of all customers, by a definer function, because a job begins without knowing any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_forget_answers(%s)", [before])
