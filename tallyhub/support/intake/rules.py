"""What another system may say of a request, and when it counts as said. Pure: no tables, no clock."""

from datetime import datetime

from tallyhub.kernel.errors import Invalid
from tallyhub.support.rules import Status

MOVED = "status"  # the kind of a timeline's line that says from which status to which
OPENED = "opened"
ENDED = frozenset({Status.CLOSED, Status.CANCELLED})


def check_times(
    opened_at: datetime, resolved_at: datetime | None, closed_at: datetime | None, now: datetime
) -> tuple[str, Invalid] | None:
    """What is wrong with them, and in which field; None where nothing is."""
    ends = {"resolved_at": resolved_at, "closed_at": closed_at}
    for name, at in {"opened_at": opened_at, **ends}.items():
        if at and at > now:
            return name, Invalid("time_in_future")
    for name, at in ends.items():
        if at and at < opened_at:
            return name, Invalid("request_ends_early")
    return None


def said_at(
    status: Status,
    opened_at: datetime,
    resolved_at: datetime | None,
    closed_at: datetime | None,
    updated_at: datetime | None,
) -> datetime:
    """Since when the request has the status that a row says."""
    ended = closed_at if status in ENDED else resolved_at if status is Status.RESOLVED else None
    return ended or updated_at or max(filter(None, (opened_at, resolved_at, closed_at)))
