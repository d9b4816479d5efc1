"""Kinds, states and numbers of support requests. Pure: no tables, no clock."""

from enum import StrEnum

from tallyhub.agreements.rules import ServiceKind, Severity
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.numbers import is_number, number_of, serial_of
from tallyhub.kernel.texts import TEXT_MAX, read_text

__all__ = ["TEXT_MAX", "Severity", "is_number", "number_of", "read_text", "serial_of"]

TITLE_MAX = 200  # characters
REOPEN_DAYS = 30  # how long a closed request can be opened again


class Kind(StrEnum):
    """What is wanted, and so which service of an agreement holds it."""

    PROBLEM = "problem"  # problem resolution: something does not work
    ADVICE = "advice"  # advisory: how to do something


SERVICE_OF = {Kind.PROBLEM: ServiceKind.REACTIVE, Kind.ADVICE: ServiceKind.ADVISORY}


class RequestClass(StrEnum):
    """How the provider classifies it. Each but STANDARD makes it an additional case (R2.6 c)."""

    STANDARD = ""
    SU = "SU"  # support assistance
    DSA = "DSA"  # development support assistance
    X85 = "X85"  # support technology advisor
    REC = "REC"  # reactive enabled contacts


class Status(StrEnum):
    SUBMITTED = "submitted"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"  # on the customer: the clock stands still
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    CANCELLED = "cancelled"


OPEN = frozenset({Status.SUBMITTED, Status.ASSIGNED, Status.IN_PROGRESS, Status.WAITING, Status.REOPENED})


class Actor(StrEnum):
    """On whose side a transition is made."""

    CUSTOMER = "customer"  # whoever sees the request and may write in it
    STAFF = "staff"
    HUB = "hub"


_MERGED = {Actor.HUB: frozenset({Status.CLOSED})}  # into another request, in which it goes on
_WORKED = frozenset({Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED, Status.CANCELLED})
# From which status to which, by whom. Everything else is refused.
TRANSITIONS: dict[Status, dict[Actor, frozenset[Status]]] = {
    Status.SUBMITTED: {
        Actor.STAFF: frozenset({Status.ASSIGNED}) | _WORKED,
        Actor.CUSTOMER: frozenset({Status.CANCELLED}),
        **_MERGED,
    },
    Status.ASSIGNED: {Actor.STAFF: _WORKED, Actor.CUSTOMER: frozenset({Status.CANCELLED}), **_MERGED},
    Status.IN_PROGRESS: {
        Actor.STAFF: frozenset({Status.WAITING, Status.RESOLVED, Status.CANCELLED}),
        Actor.CUSTOMER: frozenset({Status.RESOLVED, Status.CANCELLED}),
        **_MERGED,
    },
    Status.WAITING: {
        Actor.STAFF: frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.CANCELLED}),
        Actor.CUSTOMER: frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.CANCELLED}),
        Actor.HUB: frozenset({Status.IN_PROGRESS, Status.CLOSED}),  # an answer came; it was merged
    },
    Status.RESOLVED: {
        Actor.STAFF: frozenset({Status.CLOSED, Status.REOPENED}),
        Actor.CUSTOMER: frozenset({Status.CLOSED, Status.REOPENED}),
        Actor.HUB: frozenset({Status.CLOSED, Status.REOPENED}),
    },
    Status.CLOSED: {actor: frozenset({Status.REOPENED}) for actor in Actor},  # for REOPEN_DAYS
    Status.REOPENED: {Actor.STAFF: _WORKED, Actor.CUSTOMER: frozenset({Status.RESOLVED}), **_MERGED},
    Status.CANCELLED: {},
}


def next_statuses(status: Status, actor: Actor) -> frozenset[Status]:
    return TRANSITIONS[status].get(actor, frozenset())


def check_transition(was: Status, becomes: Status, actor: Actor) -> None:
    """Raise Conflict for a step that the table does not have: somebody was faster, or a form is old."""
    if becomes not in next_statuses(was, actor):
        raise Conflict("request_transition", was=was, becomes=becomes)


class Source(StrEnum):
    """How something came to the hub."""

    PAGE = "page"
    MAIL = "mail"
    API = "api"
    IMPORT = "import"


class Why(StrEnum):
    """By what somebody was given a request to see; kept with the row that gives it."""

    OPENED = "opened"
    PRIMARY = "primary"  # named as primary contact when it was created
    SHARED = "shared"
    DEFAULT_GROUP = "default_group"  # of whoever opened it
    CONSENT = "consent"  # of the customer, to a partner's staff, until it ends (partners)
