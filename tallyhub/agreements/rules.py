"""Kinds, units and states of what is sold. Days are inclusive: an agreement runs to the end of its last day."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tallyhub.kernel.errors import Invalid

EXPIRING_DAYS = 90  # how long before its end a package counts as expiring


class Plan(StrEnum):
    PREMIER = "premier"
    UNIFIED = "unified"
    OTHER = "other"


class Scope(StrEnum):
    ENTERPRISE = "enterprise"
    ADDON = "addon"


class ServiceKind(StrEnum):
    REACTIVE = "reactive"
    ADVISORY = "advisory"
    PROACTIVE = "proactive"
    DSE = "dse"
    CREDITS = "credits"
    EDUCATION = "education"
    CONTACTS = "contacts"
    ASSESSMENTS = "assessments"
    BENEFIT = "benefit"  # an additional benefit: listed, never any consumption (R1.12)


class Severity(StrEnum):
    """How bad a problem is; goals of an agreement are given for each."""

    A = "A"  # critical: work stands still
    B = "B"  # urgent: work goes on impaired
    C = "C"  # important: little is lost


class ContactKind(StrEnum):
    """As whom an agreement names somebody."""

    SERVICES_ADMINISTRATOR = "services_administrator"
    SUPPORT_CONTACT = "support_contact"


@dataclass(frozen=True, slots=True)
class Days:
    """From the first to the last day, both inclusive."""

    starts_on: date
    ends_on: date


def check_days(days: Days, *, inside: Days | None = None, terminated_on: date | None = None) -> None:
    """Raise Invalid unless the days are in order, and inside those of what they are a part of."""
    if days.starts_on > days.ends_on:
        raise Invalid("ends_before_start", starts_on=days.starts_on)
    if terminated_on and not days.starts_on <= terminated_on <= days.ends_on:
        raise Invalid("terminated_outside", starts_on=days.starts_on, ends_on=days.ends_on)
    if inside and days.starts_on < inside.starts_on:
        raise Invalid("starts_too_early", starts_on=inside.starts_on)
    if inside and days.ends_on > inside.ends_on:
        raise Invalid("ends_too_late", ends_on=inside.ends_on)


class State(StrEnum):
    FUTURE = "future"
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    TERMINATED = "terminated"


ACTIVE_STATES = frozenset({State.ACTIVE, State.EXPIRING})


def state_of_agreement(starts_on: date, ends_on: date, terminated_on: date | None, today: date) -> State:
    """``terminated_on`` is the last day on which it was in force."""
    if terminated_on is not None and today > terminated_on:
        return State.TERMINATED
    if today < starts_on:
        return State.FUTURE
    return State.EXPIRED if today > ends_on else State.ACTIVE


def state_of_package(starts_on: date, ends_on: date, terminated_on: date | None, today: date) -> State:
    """As an agreement, and *expiring* in its last 90 days."""
    state = state_of_agreement(starts_on, ends_on, terminated_on, today)
    last_day = min(ends_on, terminated_on or ends_on)
    if state is State.ACTIVE and last_day - today <= timedelta(days=EXPIRING_DAYS):
        return State.EXPIRING
    return state
