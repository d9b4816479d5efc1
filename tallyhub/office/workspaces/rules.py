"""A workspace's code, and what becomes of whom an agreement names. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tallyhub.agreements.rules import ContactKind
from tallyhub.organizations.rules import Role

CODE_MAX = 60  # characters; the column has room for a number behind it
ADMINISTRATORS_MAX = 20  # named with a new workspace; they invite the others
GOAL_MAX = 2_000  # characters
_NO_CODE = re.compile(r"[^a-z0-9]+")


def code_for(name: str, taken: Collection[str]) -> str:
    """A code made of the name: small letters, digits and hyphens, with a number where another one has it.

    A name in letters that ASCII has none for is called *workspace*.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    code = _NO_CODE.sub("-", plain)[:CODE_MAX].strip("-") or "workspace"
    numbered = (f"{code}-{n}" for n in range(2, len(taken) + 3))
    return next(one for one in (code, *numbered) if one not in taken)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody an agreement names, and what they are to the default workspace so far."""

    person_id: int
    email: str  # empty: there is nowhere to write to
    name: str
    language: str
    kinds: frozenset[ContactKind]
    is_member: bool
    open_roles: frozenset[Role] = frozenset()  # what an invitation that is not accepted yet offers
    is_invited: bool = False


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a contact gets. ``is_over``: no support contact, because the agreement allows no more of them."""

    contact: Contact
    roles: tuple[Role, ...]
    is_over: bool


def welcome(contacts: Iterable[Contact], *, holders: Collection[int], allowed: int | None) -> list[Welcome]:
    """Services administrators administer; of the support contacts as many are it as the agreement allows.

    ``holders`` are people who count as support contacts already, each once; ``allowed`` None is no limit. Who comes
    first in the agreement comes first here.
    """
    counted = set(holders)
    found = []
    for one in contacts:
        roles: list[Role] = []
        if ContactKind.SERVICES_ADMINISTRATOR in one.kinds:
            roles += [Role.CUSTOMER_ADMINISTRATOR, Role.WORKSPACE_ADMINISTRATOR]
        is_over = False
        if ContactKind.SUPPORT_CONTACT in one.kinds:
            is_over = one.person_id not in counted and allowed is not None and len(counted) >= allowed
            if not is_over:
                counted.add(one.person_id)
                roles.append(Role.SUPPORT_CONTACT)
        found.append(Welcome(one, tuple(roles), is_over))
    return found


@dataclass(frozen=True, slots=True)
class Bought:
    """A package of an agreement, and the workspaces that it reaches."""

    id: int
    code: str
    is_enterprise: bool
    workspaces: frozenset[int]


def reach(packages: Iterable[Bought], followed: Collection[Bought]) -> dict[int, set[int]]:
    """Where the packages of a renewal go: where those of the agreement before reach (R3.7).

    A package follows the one with its code. An enterprise-wide one without such goes where any enterprise-wide one was.
    """
    by_code = {one.code: one.workspaces for one in followed}
    everywhere = frozenset().union(*(one.workspaces for one in followed if one.is_enterprise))
    return {
        one.id: set(by_code.get(one.code, everywhere if one.is_enterprise else frozenset())) - one.workspaces
        for one in packages
    }
