"""Who may be what at the provider or a partner. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.core.exceptions import ObjectDoesNotExist

from tallyhub.accounts.rules import read_language
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.names import check_person_name
from tallyhub.organizations.models import Staff
from tallyhub.organizations.rules import STAFF_ROLES_AT, Kind, StaffRole
from tallyhub.partners.rules import read_fields
from tallyhub.people.invitations.links import Link
from tallyhub.people.invitations.rules import Linked, Step, next_step

DECLINABLE = frozenset({Step.REGISTER, Step.JOIN})


class Answered(Linked, Protocol):
    """What a link leads to; ``accepted_at`` is when it was answered."""

    @property
    def is_accepted(self) -> bool | None: ...


def roles_at(kind: Kind) -> list[StaffRole]:
    """Those that there are, in their order."""
    return [role for role in StaffRole if role in STAFF_ROLES_AT[kind]]


def read_roles(said: Collection[str], kind: Kind) -> tuple[StaffRole, ...]:
    """Raises Invalid for one that nobody holds at such an organisation."""
    if not set(said) <= set(roles_at(kind)):
        raise Invalid("staff_role_unknown")
    return tuple(role for role in roles_at(kind) if role in said)


@dataclass(frozen=True, slots=True)
class NewColleague:
    """Whom, as what. ``name`` and ``language`` count for who has no account yet."""

    address: str
    name: str
    language: str
    roles: Collection[str]


def read_colleague(typed: NewColleague, kind: Kind) -> NewColleague:
    """As it is kept. Raises Refused with each field that is wrong."""
    said = read_fields(
        {
            "address": lambda: check_address(typed.address),
            "name": lambda: check_person_name(typed.name),
            "language": lambda: read_language(typed.language),
            "roles": lambda: _some(read_roles(typed.roles, kind)),
        }
    )
    return NewColleague(**said)


def _some(roles: tuple[StaffRole, ...]) -> tuple[StaffRole, ...]:
    if not roles:
        raise Invalid("staff_roles_missing")
    return roles


def has_come(one: Staff) -> bool:
    """Whether they can sign in by themselves, or did so by somebody else's word."""
    return one.person.has_usable_password() or one.person.last_login is not None


def check_administrators(people: Iterable[Staff], but_for: Staff) -> None:
    """Raises Conflict where nobody else administers the organisation. Who cannot sign in, or leaves, does not count."""
    if StaffRole.ORGANIZATION_ADMINISTRATOR not in but_for.roles:
        return
    others = [one for one in people if one.pk != but_for.pk and StaffRole.ORGANIZATION_ADMINISTRATOR in one.roles]
    if not any(one.person.is_active and one.ends_at is None and has_come(one) for one in others):
        raise Conflict("staff_last_administrator")


def pick(people: Iterable[Staff], staff_id: int) -> Staff:
    """Raises DoesNotExist for who is none of them."""
    found = next((one for one in people if one.pk == staff_id), None)
    if found is None:
        raise ObjectDoesNotExist
    return found


def end_of(found: Answered | None, step: Step) -> str:
    """The code of what is said about a link that leads nowhere any more."""
    return "staff_declined" if step is Step.ACCEPTED and found and not found.is_accepted else step


def check_step(found: Answered, link: Link, person_id: int | None, wanted: Collection[Step], now: datetime) -> None:
    """Raises Conflict where the link does not lead there now."""
    step = next_step(found, link.serial, person_id, now)
    if step not in wanted:
        raise Conflict(end_of(found, step))
