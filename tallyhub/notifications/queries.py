"""Reads of the outbox."""

from datetime import datetime

from django.db import connection

from tallyhub.notifications.models import Mail, Mailbox
from tallyhub.notifications.rules import EARLIER_MAX

DUE_MAX = 200  # mails that one run of the job takes up


def list_due(instant: datetime) -> list[tuple[str, int]]:
    """(key, person) of what is to be sent now, whoever it is for, oldest first: a definer function answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, person_id FROM notifications_due(%s, %s)", [instant, DUE_MAX])
        return list(cursor.fetchall())


def find_reader(key: str) -> int | None:
    """The person whose mail has this key. Who knows a key has had the mail, or is the one it came back to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT notifications_person_of(%s)", [key])
        found: int | None = cursor.fetchone()[0]
        return found


def find_mailbox(person_id: int) -> Mailbox | None:
    return Mailbox.objects.filter(pk=person_id).first()


def earlier_keys(mail: Mail) -> list[str]:
    """Mails of the same thread that this person has had, oldest first."""
    if not mail.thread:
        return []
    sent = Mail.objects.filter(person_id=mail.person_id, thread=mail.thread, sent_at__isnull=False)
    newest = sent.exclude(pk=mail.pk).order_by("-sent_at").values_list("key", flat=True)[:EARLIER_MAX]
    return list(reversed(newest))
