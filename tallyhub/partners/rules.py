"""What a partner is, how long a delegation lasts, and what may happen to one. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.names import read_name
from tallyhub.organizations.rules import Role


class PartyType(StrEnum):
    DIRECT_BILL = "direct_bill"
    INDIRECT_PROVIDER = "indirect_provider"
    INDIRECT_RESELLER = "indirect_reseller"


class State(StrEnum):
    """What is stored. What time alone makes of it is a ``Stage``."""

    CREATED = "created"  # a draft that only the partner reads
    CONSENT = (
        "consent"  # an indirect provider asks for its reseller, who has not agreed; the customer knows nothing yet
    )
    PENDING = "pending"  # asked, and not answered
    ACTIVE = "active"
    REJECTED = "rejected"
    TERMINATED = "terminated"


class Stage(StrEnum):
    """How a delegation is now."""

    CREATED = "created"
    CONSENT = "consent"
    PENDING = "pending"
    LAPSED = "lapsed"  # nobody answered
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REJECTED = "rejected"
    TERMINATED = "terminated"


class Template(StrEnum):
    """What a consent to one request allows."""

    READ = "read"
    WORK = "work"


# The roles that are asked for, from the least to the most. Each ends as the organisations' role of the same name.
ROLES = (Role.SUPPORT_READ, Role.SUPPORT_TIER_1, Role.SUPPORT_TIER_2, Role.FULL_ADMINISTRATION)
ROLE_OF_TEMPLATE = {Template.READ: Role.REQUEST_READ, Template.WORK: Role.REQUEST_WORK}

NAME_MAX = 50  # characters
REASON_MAX = 500
DAYS_MAX = 730
DAYS_DEFAULT = 365
ANSWER_WITHIN = timedelta(days=90)
EXTENDS_BY = timedelta(days=180)
EXTENDS_BEFORE = timedelta(days=1)
EXPIRING_WITHIN = timedelta(days=30)
LAST_PART = 3  # of its length the last third: a short delegation does not end soon from the first day on
NOTICE_DAYS = (30, 7, 1, 0)
CONSENT_LASTS = timedelta(days=14)
UNUSED_AFTER = timedelta(days=60)  # rights that nobody used for so long are better taken away
MEMBERS_MAX = 200  # people of a security group


class Refused(Invalid):
    """Several fields of one form are wrong; nothing was kept. ``fields``: which, each with why."""

    def __init__(self, found: Mapping[str, Invalid]) -> None:
        first = next(iter(found.values()))
        super().__init__(first.code, **first.params)
        self.fields = dict(found)


def read_fields(readers: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """What each reader makes of its field. Raises Refused with every field whose reader raises Invalid."""
    said: dict[str, Any] = {}
    wrong: dict[str, Invalid] = {}
    for name, read in readers.items():
        try:
            said[name] = read()
        except Invalid as error:
            wrong[name] = error
    if wrong:
        raise Refused(wrong)
    return said


@dataclass(frozen=True, slots=True)
class Wish:
    """What a partner asks a customer for."""

    name: str
    roles: frozenset[str]
    days: int | None  # None: nothing that is a whole number
    extends: bool = False
    reason: str = ""


def check_wish(wish: Wish) -> None:
    """Raises Refused with each field that is wrong."""
    read_fields(
        {
            "name": lambda: _check_name(wish.name),
            "roles": lambda: check_roles(wish.roles, ROLES),
            "days": lambda: check_days(wish.days, DAYS_MAX),
            "extends": lambda: check_extends(wish.roles) if wish.extends else None,
            "reason": lambda: _check_reason(wish),
        }
    )


def _check_name(name: str) -> None:
    if not name:
        raise Invalid("delegation_name_missing")
    read_name(name, length_max=NAME_MAX)


def _check_reason(wish: Wish) -> None:
    if Role.FULL_ADMINISTRATION in wish.roles and not wish.reason:
        raise Invalid("delegation_reason_missing")
    if len(wish.reason) > REASON_MAX:
        raise Invalid("delegation_reason_too_long", reason_max=REASON_MAX)


def check_roles(roles: Collection[str], offered: Collection[str]) -> None:
    if not roles:
        raise Invalid("delegation_roles_missing")
    if not set(roles) <= set(offered):
        raise Invalid("delegation_role_unknown")


def check_days(days: int | None, days_max: int) -> None:
    if days is None or not 1 <= days <= days_max:
        raise Invalid("delegation_days", days_max=days_max)


def check_extends(roles: Collection[str]) -> None:
    """Full administration is never kept by itself."""
    if Role.FULL_ADMINISTRATION in roles:
        raise Invalid("delegation_extends_full")


def stage_of(
    state: State,
    *,
    asked_at: datetime | None,
    starts_at: datetime | None,
    ends_at: datetime | None,
    now: datetime,
) -> Stage:
    """``asked_at``: when whoever is to answer was asked."""
    if state in (State.CONSENT, State.PENDING) and asked_at is not None and asked_at + ANSWER_WITHIN <= now:
        return Stage.LAPSED
    if state is State.ACTIVE and starts_at is not None and ends_at is not None:
        if ends_at <= now:
            return Stage.EXPIRED
        return Stage.EXPIRING if is_ending(starts_at, ends_at, now) else Stage.ACTIVE
    return Stage(state)


def is_ending(starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether little is left of it: 30 days, and a third of its length."""
    return ends_at - now <= min(EXPIRING_WITHIN, (ends_at - starts_at) / LAST_PART)


_NOW = {
    Stage.CREATED: "delegation_not_sent",
    Stage.CONSENT: "delegation_not_consented",
    Stage.PENDING: "delegation_not_answered",
    Stage.LAPSED: "delegation_lapsed",
    Stage.ACTIVE: "delegation_answered",
    Stage.EXPIRING: "delegation_answered",
    Stage.EXPIRED: "delegation_expired",
    Stage.REJECTED: "delegation_rejected",
    Stage.TERMINATED: "delegation_terminated",
}
RUNNING = frozenset({Stage.ACTIVE, Stage.EXPIRING})


def check_stage(stage: Stage, allowed: Collection[Stage]) -> None:
    """Raises Conflict that says how it is now: somebody was faster, or it is too late."""
    if stage not in allowed:
        raise refusal(stage)


def refusal(stage: Stage) -> HubError:
    return Conflict(_NOW[stage])


def notice_due(starts_at: datetime, ends_at: datetime, now: datetime) -> int | None:
    """How many days before the end is to be told of now: the latest that has come. None: none yet.

    A delegation of a week is not told of 30 days before its end.
    """
    due = [
        days
        for days in NOTICE_DAYS
        if ends_at - timedelta(days=days) <= now and ends_at - timedelta(days=days) > starts_at
    ]
    return min(due, default=None)


def check_support(*, has_profile: bool, has_plan: bool) -> None:
    """Raises Conflict that says what a partner has still to publish before it is assigned to a customer."""
    if not has_profile and not has_plan:
        raise Conflict("partner_support_missing")
    if not has_profile:
        raise Conflict("partner_profile_missing")
    if not has_plan:
        raise Conflict("partner_plan_missing")


def check_market(partner: str, customer: str) -> None:
    """Raises Conflict where both are known and differ; where one is not said, nobody can tell."""
    if partner and customer and partner != customer:
        raise Conflict("resale_market", partner=partner, customer=customer)
