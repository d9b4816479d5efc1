"""Customers are told which of their requests staff looked at (R7.3), whichever page or file it was."""

from collections.abc import Collection

from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
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


@command
def note_queue(access: Access) -> None:
    """By staff, at requests of these customers; each is told once a day."""
    details = {"page": "queue", "day": clock.today("UTC").isoformat()}
    record_many(access, [News("activity.looked", one, details=details) for one in access.customers])


def tell_queue(access: Access, customers: Collection[int]) -> None:
    """The queue shows requests of several customers at once, whichever one is worked inside: each of these is told.

    ``customers``: of whom the person is staff, by what the database says. Nothing of them can be read meanwhile.
    """
    if customers:
        note_queue(Access(access.person_id, system_customers=tuple(sorted(customers))))
