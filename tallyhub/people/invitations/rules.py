"""What an invitation is now, and what its link opens. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

PEOPLE_MAX = 5_000  # of one list
LIST_BYTES_MAX = 700 * 1024  # of one list: with its preview it still fits a form of a megabyte
ASK_AFTER = timedelta(days=1)  # for a new invitation, once the first one has expired; not oftener


class Dated(Protocol):
    @property
    def expires_at(self) -> datetime: ...
    @property
    def accepted_at(self) -> datetime | None: ...
    @property
    def voided_at(self) -> datetime | None: ...


class State(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"


def state_of(invitation: Dated, now: datetime) -> State:
    if invitation.accepted_at is not None:
        return State.ACCEPTED
    if invitation.voided_at is not None:
        return State.REVOKED
    return State.EXPIRED if invitation.expires_at <= now else State.OPEN


class Linked(Dated, Protocol):
    """What a link leads to."""

    @property
    def serial(self) -> int: ...
    @property
    def is_archived(self) -> bool: ...
    @property
    def person_id(self) -> int: ...
    @property
    def may_sign_in(self) -> bool: ...
    @property
    def asked_at(self) -> datetime | None: ...


class Step(StrEnum):
    """What whoever holds a link can do next. Those before REGISTER are ends, each with the code of its sentence."""

    GONE = "invitation_gone"
    OUTDATED = "invitation_outdated"
    REVOKED = "invitation_revoked"
    ACCEPTED = "invitation_used"
    ARCHIVED = "invitation_archived"
    EXPIRED = "invitation_expired"
    REGISTER = "invitation_register"
    SIGN_IN = "invitation_sign_in"
    JOIN = "invitation_join"
    SWITCH = "invitation_for_another"


OPEN_STEPS = frozenset({Step.REGISTER, Step.SIGN_IN, Step.JOIN, Step.SWITCH})
_ENDS = {State.ACCEPTED: Step.ACCEPTED, State.REVOKED: Step.REVOKED}


def next_step(found: Linked | None, serial: int, person_id: int | None, now: datetime) -> Step:
    """``serial`` is the link's, ``person_id`` whoever is signed in."""
    if found is None:
        return Step.GONE
    if found.serial != serial:
        return Step.OUTDATED
    state = state_of(found, now)
    if state in _ENDS:
        return _ENDS[state]
    if found.is_archived:
        return Step.ARCHIVED
    if state is State.EXPIRED:
        return Step.EXPIRED
    if person_id is not None:
        return Step.JOIN if person_id == found.person_id else Step.SWITCH
    return Step.SIGN_IN if found.may_sign_in else Step.REGISTER


def may_ask(found: Linked, now: datetime) -> bool:
    """For a new one, where this one has expired: the inviter hears of it once a day at most."""
    return found.asked_at is None or found.asked_at <= now - ASK_AFTER


def masked(address: str) -> str:
    """Enough of an address for its owner to know it: ``a…@e….test``."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain[:1]}….{domain.rpartition('.')[2]}"
