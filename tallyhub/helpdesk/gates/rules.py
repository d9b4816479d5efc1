"""Where a partner request stands, who has the ball, and what is locked until something else is done. Pure.

A stage is never stored: it follows from what is (S003-16 to 20), so nothing can make the two differ.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from tallyhub.kernel.errors import Conflict
from tallyhub.support.rules import OPEN, Status

TEXT_MAX = 4_000  # characters of a hypothesis, a step, a result
ENTRIES_MAX = 500  # of one request


class Result(StrEnum):
    """What a look at service health found."""

    MATCH = "match"  # something goes on that fits
    NO_MATCH = "no_match"  # something goes on, and nothing of it fits
    NONE = "none"  # nothing goes on


class Despite(StrEnum):
    """Why the request goes on although an incident fits (edge 21)."""

    NEEDS_HELP = "needs_help"
    DIFFERS = "differs"


class Left(StrEnum):
    """Why a request follows its incident no longer. The first two while that goes on, the others once it is over."""

    NEEDS_HELP = "needs_help"
    DIFFERS = "differs"
    GONE = "gone"  # the trouble, with the incident
    STAYS = "stays"  # the trouble, without it


WHILE_IT_GOES_ON = frozenset({Left.NEEDS_HELP, Left.DIFFERS})


class Stage(StrEnum):
    NEW = "new"
    HEALTH_CHECK = "health_check"  # which is to be made
    LINKED_TO_INCIDENT = "linked_to_incident"
    DIAGNOSING = "diagnosing"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_DELEGATION = "waiting_delegation"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"


class Ball(StrEnum):
    """Who is to do the next thing."""

    CUSTOMER = "customer"
    PARTNER = "partner"
    SUPPLIER = "supplier"
    INDIRECT_PROVIDER = "indirect_provider"
    PROVIDER = "provider"
    NOBODY = "nobody"


class Link(StrEnum):
    """How a request stands to an incident."""

    NONE = "none"
    FOLLOWS = "follows"
    IS_OVER = "is_over"  # and nobody has said yet whether the trouble is gone


class Rights(StrEnum):
    """What the desk may do inside the customer, by a delegation or a consent."""

    NOT_NEEDED = "not_needed"  # so far
    HELD = "held"
    ASKED = "asked"  # the customer has not answered yet
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a stage follows from. ``escalated_to``: with whom an open escalation is now; None where there is none."""

    status: Status
    is_checked: bool = False
    link: Link = Link.NONE
    rights: Rights = Rights.NOT_NEEDED
    is_at_supplier: bool = False
    escalated_to: Ball | None = None

    def escalated(self, to: Ball | None) -> "Facts":
        return replace(self, escalated_to=to)


def stage_of(facts: Facts) -> Stage:
    """What the request itself says comes first; then what it waits for; then how far the work has come."""
    if facts.status not in OPEN:
        return Stage.RESOLVED if facts.status is Status.RESOLVED else Stage.CLOSED
    if facts.status is Status.WAITING:
        return Stage.WAITING_CUSTOMER
    if facts.escalated_to is not None:
        return Stage.ESCALATED
    if facts.link is not Link.NONE:
        return Stage.LINKED_TO_INCIDENT
    if facts.rights in (Rights.ASKED, Rights.MISSING):
        return Stage.WAITING_DELEGATION
    if facts.status is Status.REOPENED:
        return Stage.REOPENED
    if not facts.is_checked:
        return Stage.NEW if facts.status is Status.SUBMITTED else Stage.HEALTH_CHECK
    return Stage.DIAGNOSING


def ball_of(facts: Facts) -> Ball:
    """Exactly one, or nobody for what is closed."""
    stage = stage_of(facts)
    desk = Ball.SUPPLIER if facts.is_at_supplier else Ball.PARTNER
    if stage is Stage.CLOSED:
        return Ball.NOBODY
    if stage in (Stage.RESOLVED, Stage.WAITING_CUSTOMER):
        return Ball.CUSTOMER
    if stage is Stage.ESCALATED:
        return facts.escalated_to or desk
    if stage is Stage.LINKED_TO_INCIDENT:
        return Ball.PROVIDER if facts.link is Link.FOLLOWS else desk
    if stage is Stage.WAITING_DELEGATION:
        return Ball.CUSTOMER if facts.rights is Rights.ASKED else desk
    return desk


class Step(StrEnum):
    """What the people at the desk do with a request beyond answering it."""

    CHECK = "check"
    DIAGNOSE = "diagnose"
    RESOLVE = "resolve"  # within the baseline
    ESCALATE = "escalate"


class Lock(StrEnum):
    """Why a step cannot be made now."""

    OVER = "over"  # resolved or closed: it has to be reopened first
    FOLLOWS = "follows"  # an incident that goes on
    IS_OVER = "is_over"  # the incident is, and nobody has said whether the trouble is gone
    NO_CHECK = "no_check"
    NO_RIGHTS = "no_rights"  # which the work needs, and nobody at the desk holds


def lock_of(step: Step, facts: Facts) -> Lock | None:
    """What has to be done first; None: nothing. Diagnosis is noted whatever is missing (S003-16)."""
    if facts.status not in OPEN:
        return Lock.OVER
    if step is Step.CHECK and facts.link is not Link.NONE:
        return Lock.FOLLOWS if facts.link is Link.FOLLOWS else Lock.IS_OVER
    if step is not Step.ESCALATE:
        return None
    if not facts.is_checked:
        return Lock.NO_CHECK
    if facts.link is not Link.NONE:
        return Lock.FOLLOWS if facts.link is Link.FOLLOWS else Lock.IS_OVER
    return Lock.NO_RIGHTS if facts.rights in (Rights.ASKED, Rights.MISSING) else None


def check_leaving(link: Link, why: Left) -> None:
    """Raise Conflict for a reason that does not fit how the incident is, or where none is followed."""
    if link is Link.NONE:
        raise Conflict("incident_not_followed")
    if link is Link.FOLLOWS and why not in WHILE_IT_GOES_ON:
        raise Conflict("incident_goes_on")
    if link is Link.IS_OVER and why in WHILE_IT_GOES_ON:
        raise Conflict("incident_is_over")
