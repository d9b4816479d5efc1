"""Kinds, units and states of what is sold. Days are inclusive: an agreement runs to the end of its last day."""

from datetime import date, timedelta
from enum import StrEnum

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


class ContactKind(StrEnum):
    """As whom an agreement names somebody."""

    SERVICES_ADMINISTRATOR = "services_administrator"
    SUPPORT_CONTACT = "support_contact"


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
