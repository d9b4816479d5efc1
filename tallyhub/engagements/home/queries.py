"""Parts of home: deliveries to accept, what is coming, and what waits for the account team."""

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db import connection
from django.db.models import DateTimeField, F
from django.db.models.functions import Cast

from tallyhub.engagements import queries
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.parts import Part, part

COMING_DAYS = 14  # of what is coming, so much is told at home
# Which delivery it is: an engagement may have several that wait.
_DELIVERY = {"id": "pk", "day": "day", "minutes": "minutes"}


class Sort(StrEnum):
    TO_ACCEPT = "to_accept"
    COMING = "coming"
    TO_PLAN = "to_plan"
    DISPUTED = "disputed"


def to_accept(access: Access) -> Part:
    """What this person can accept or dispute, those due first. ``at``: midnight, in UTC, of the last day for it."""
    return part(
        Sort.TO_ACCEPT.value,
        queries.waiting(access),
        "due_on",
        "pk",
        at=Cast("due_on", DateTimeField()),
        key=F("engagement__number"),
        text=F("engagement__title"),
        place="workspace_id",
        details=_DELIVERY,
    )


def coming(access: Access) -> Part:
    """What takes place within two weeks; of engineers what they do themselves."""
    soon = queries.upcoming(access).filter(starts_at__lt=clock.now() + timedelta(days=COMING_DAYS))
    return part(
        Sort.COMING.value,
        soon,
        "starts_at",
        "pk",
        at=F("starts_at"),
        key=F("engagement__number"),
        text=F("engagement__title"),
        place="workspace_id",
    )


def to_plan(access: Access) -> list[Part]:
    """What was requested and has no plan yet, and disputes without an answer: for whoever plans."""
    return [
        part(
            Sort.TO_PLAN.value,
            queries.requested(access),
            "requested_at",
            at=F("requested_at"),
            key=F("number"),
            text=F("title"),
            place="workspace_id",
        ),
        part(
            Sort.DISPUTED.value,
            queries.disputed(access),
            "judged_at",
            at=F("judged_at"),
            key=F("engagement__number"),
            text=F("engagement__title"),
            place="workspace_id",
            details=_DELIVERY,
        ),
    ]


class Waiting(NamedTuple):
    """How much waits at a customer for whoever plans its services."""

    requested: int  # without a plan
    disputed: int  # deliveries without an answer


def count_round() -> dict[int, Waiting]:
    """Of every customer that the person of the scope serves and where something waits: one statement, however many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, requested, disputed FROM engagements_round() WHERE requested + disputed > 0"
        )
        return {customer: Waiting(*counted) for customer, *counted in cursor.fetchall()}
