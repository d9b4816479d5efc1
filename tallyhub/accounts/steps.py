"""Pieces of writing that others need."""

from collections.abc import Sequence
from datetime import datetime

from tallyhub.accounts.models import Person, Session
from tallyhub.kernel.scope import require_transaction


def clear_sessions(before: datetime) -> int:
    """Delete the sessions that expired before; returns how many."""
    require_transaction()
    return Session.objects.filter(expire_date__lt=before).delete()[0]


def add_invited(people: Sequence[Person]) -> None:
    """Add people whom somebody invited; they get their ids."""
    require_transaction()
    Person.objects.bulk_create(people)


def end_vouched_sessions(customer_id: int) -> None:
    """Those that the customer's identity provider opened."""
    require_transaction()
    Session.objects.filter(vouched_by_id=customer_id).delete()
