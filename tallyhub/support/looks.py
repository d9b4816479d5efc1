"""Customers are told which of their requests staff looked at (R7.3), whichever page or file it was."""

from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command
from tallyhub.support import steps
from tallyhub.support.models import Request


@command
def note_look(access: Access, request: Request) -> None:
    """By staff. The database keeps the first of each person, request and day."""
    steps.note_look(access, request)


def tell_look(access: Access, request: Request) -> None:
    """Once the answer is made: its own scope is read only and over by then. Costs the customer's own people nothing."""
    if access.is_staff:
        note_look(access, request)
