"""The one writer of the journal."""

import json
from typing import Any

from django.db import connection

from tallyhub.journal.rules import check_details
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
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
