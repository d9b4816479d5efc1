"""Pieces of writing that others need."""

from datetime import datetime

from tallyhub.accounts.models import Session
from tallyhub.kernel.scope import require_transaction


def clear_sessions(before: datetime) -> int:
    """Delete the sessions that expired before; returns how many."""
    require_transaction()
    return Session.objects.filter(expire_date__lt=before).delete()[0]
