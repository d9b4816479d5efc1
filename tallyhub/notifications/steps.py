"""The one way to send mail."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app

from tallyhub.journal.rules import check_details
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.notifications.health_letters import VISITOR_LETTERS
from tallyhub.notifications.letters import ADDRESS_LETTERS, LETTERS
from tallyhub.notifications.models import Mail


@dataclass(frozen=True, slots=True)
class NewMail:
    """``letter`` is one of ``letters.LETTERS``, ``params`` are ids, codes, numbers and days for it.

    Never a name, an address or a secret. A parameter ``language`` is that of the mail, instead of its reader's. To a
    visitor, who has no account, instead of a person: ``visitor`` is their id and that of the provider. To a mailbox of
    a customer: ``address`` is its id and that of the customer.
    """

    person_id: int | None
    letter: str
    params: Mapping[str, Any] = field(default_factory=dict)
    thread: str = ""  # mails of one thread to a person are shown together by their mail program
    visitor: tuple[int, int] | None = None
    address: tuple[int, int] | None = None


def send(access: Access, person_id: int, letter: str, *, thread: str = "", **params: Any) -> None:
    """Put a mail into the outbox; it leaves after the running command has committed, or not at all."""
    send_many(access, [NewMail(person_id, letter, params, thread)])


def send_many(access: Access, mails: Sequence[NewMail]) -> None:
    """As ``send``, for many. Two statements, however many."""
    require_transaction()
    if unknown := {one.letter for one in mails} - LETTERS.keys() - VISITOR_LETTERS.keys() - ADDRESS_LETTERS.keys():
        raise ValueError(f"no such letter: {min(unknown)}")
    now = clock.now()  # one moment for all of them
    rows = [_row(one, now) for one in mails]
    if rows:
        Mail.objects.bulk_create(rows)
        jobs: list[dict[str, Any]] = [
            {
                "key": row.key,
                "person_id": row.person_id,
                "organization_id": one.visitor[1] if one.visitor else None,
                "customer_id": one.address[1] if one.address else None,
            }
            for row, one in zip(rows, mails, strict=True)
        ]
        app.configure_task("notifications.send").batch_defer(*jobs)


def _row(mail: NewMail, now: datetime) -> Mail:
    return Mail(
        key=secrets.token_hex(16),
        person_id=mail.person_id,
        visitor_id=mail.visitor[0] if mail.visitor else None,
        address_id=mail.address[0] if mail.address else None,
        letter=mail.letter,
        params=check_details(mail.params),
        thread=mail.thread,
        created_at=now,
        next_at=now,
    )


def clear_mails(before: datetime) -> int:
    """Forget mails that were made before and are not waiting any more; returns how many. A definer function does it."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT notifications_clear(%s)", [before])
        return int(cursor.fetchone()[0])
