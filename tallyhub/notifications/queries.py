"""Reads of the outbox."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tallyhub.kernel.access import Access
from tallyhub.notifications.models import Mail, Mailbox
from tallyhub.notifications.rules import EARLIER_MAX

DUE_MAX = 200  # mails that one run of the job takes up


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose a mail is: a person's; of a visitor, who has no account, the provider's whose public page they follow; of a
    customer's mailbox, the customer's.
    """

    person_id: int | None
    organization_id: int | None = None
    customer_id: int | None = None

    @property
    def access(self) -> Access:
        if self.person_id is not None:
            return Access(person_id=self.person_id)
        if self.customer_id is not None:
            return Access.of_system([self.customer_id])
        return Access.of_system(organizations=[self.organization_id] if self.organization_id else [])


def list_due(instant: datetime) -> list[tuple[str, Reader]]:
    """(key, reader) of what is to be sent now, whoever it is for, oldest first: a definer function answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_due(%s, %s)", [instant, DUE_MAX])
        return [(key, Reader(*whose)) for key, *whose in cursor.fetchall()]


def find_reader(key: str) -> Reader | None:
    """Whose mail has this key. Who knows a key has had the mail, or is the one it came back to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_reader_of(%s)", [key])
        found = cursor.fetchone()
        return Reader(*found) if found else None


@dataclass(frozen=True, slots=True)
class Had:
    """Who has had a mail: a person, as somebody of a customer or of a partner; or a mailbox (its id, its customer)."""

    person_id: int | None
    whose: dict[str, int | None]
    box: tuple[int, int] | None


def list_had(thread: str, version: int, before: datetime) -> list[Had]:
    """Everybody to whom mail of a message's thread was sent before, and none about this version or a later one; each
    once. A definer function answers whoever acts for the provider.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_had(%s, %s, %s)", [thread, version, before])
        return [
            Had(person, {"customer": customer, "organization": partner}, (box, customer) if box else None)
            for person, customer, partner, box in cursor.fetchall()
        ]


def find_mailbox(person_id: int) -> Mailbox | None:
    return Mailbox.objects.filter(pk=person_id).first()


def earlier_keys(mail: Mail) -> list[str]:
    """Mails of the same thread that this person has had, oldest first."""
    if not mail.thread:
        return []
    whose = {"person_id": mail.person_id, "visitor_id": mail.visitor_id, "address_id": mail.address_id}
    sent = Mail.objects.filter(**whose, thread=mail.thread, sent_at__isnull=False)
    newest = sent.exclude(pk=mail.pk).order_by("-sent_at").values_list("key", flat=True)[:EARLIER_MAX]
    return list(reversed(newest))
