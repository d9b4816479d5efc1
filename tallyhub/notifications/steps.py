"""The one way to send mail."""

import secrets
from datetime import datetime
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app

from tallyhub.journal.rules import check_details
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.notifications.letters import LETTERS
from tallyhub.notifications.models import Mail


def send(access: Access, person_id: int, letter: str, *, thread: str = "", **params: Any) -> None:
    """Put a mail into the outbox; it leaves after the running command has committed, or not at all.

    ``letter`` is one of ``letters.LETTERS``, ``params`` are ids, codes, numbers and days for it: never a name, an
    address or a secret. Mails of one ``thread`` to a person are shown together by their mail program.
    """
    require_transaction()
    if letter not in LETTERS:
        raise ValueError(f"no such letter: {letter}")
    now, key = clock.now(), secrets.token_hex(16)
    Mail.objects.create(
        key=key,
        person_id=person_id,
        letter=letter,
        params=check_details(params),
        thread=thread,
        created_at=now,
        next_at=now,
    )
    app.configure_task("notifications.send").defer(key=key, person_id=person_id)


def clear_mails(before: datetime) -> int:
    """Forget mails that were made before and are not waiting any more; returns how many. A definer function does it."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT notifications_clear(%s)", [before])
        return int(cursor.fetchone()[0])
