"""What a list of users says about somebody, and what an administrator may not do. Pure."""

from collections.abc import Collection, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.organizations.rules import STAFF, WHOLE_ROLES, Role
from tallyhub.people.rules import GIVEN_ROLES

TICKED_MAX = 200  # people changed at once; a page has fifty
# What is given in one workspace. MEMBER is what is left where nothing else is given.
WORKSPACE_ROLES = tuple(role for role in GIVEN_ROLES if role not in WHOLE_ROLES and role is not Role.MEMBER)


class Status(StrEnum):
    REGISTERED = "registered"
    INVITED = "invited"
    EXPIRED = "expired"  # invited, and the link is good no more
    DIRECTORY = "directory"  # came through the customer's own sign-in
    KNOWN = "known"  # came with an import, and cannot sign in


STATUS_NAMES: dict[str, Any] = {
    Status.REGISTERED: _("Registered"),
    Status.INVITED: _("Invited"),
    Status.EXPIRED: _("Invitation expired"),
    Status.DIRECTORY: _("Added by directory"),
    Status.KNOWN: _("Known only, cannot sign in"),
}


class Source(StrEnum):
    INVITED = "invited"
    DIRECTORY = "directory"
    IMPORT = "import"
    AGREEMENT = "agreement"  # named in it, and invited when it began


SOURCE_NAMES: dict[str, Any] = {
    Source.INVITED: _("Invitation"),
    Source.DIRECTORY: _("Directory"),
    Source.IMPORT: _("Import"),
    Source.AGREEMENT: _("Agreement"),
}


def is_edited(source: str) -> bool:
    """Whether a grant is given and taken here; one of a group or directory is changed there."""
    return source == "membership" or source.partition(":")[0] == "invitation"


def check_workspace_roles(roles: Collection[str]) -> set[Role]:
    """The roles of a form. Raises Invalid for one that is not given in a workspace."""
    known = {role.value for role in WORKSPACE_ROLES}
    if not set(roles) <= known:
        raise Invalid("role_not_given_here")
    return {Role(role) for role in roles}


def wanted_roles(roles: Set[Role]) -> Set[Role]:
    """Whoever has nothing else is a member: without any role one does not come in."""
    return roles or {Role.MEMBER}


def is_staff(roles: Collection[str]) -> bool:
    return bool(STAFF & set(roles))


@dataclass(frozen=True, slots=True)
class Administrators:
    """Those who count: who can sign in, and whose role does not end."""

    of_customer: frozenset[int]
    of_workspaces: dict[int, frozenset[int]]


def check_administrators(before: Administrators, after: Administrators) -> None:
    """A change must not take the last one. Raises Conflict.

    Where there was none before, nothing is lost: an import may have brought people of whom nobody can sign in yet.
    """
    if before.of_customer and not after.of_customer:
        raise Conflict("last_customer_administrator")
    if after.of_customer:
        return
    for workspace, administrators in before.of_workspaces.items():
        if administrators and not after.of_workspaces.get(workspace):
            raise Conflict("last_workspace_administrator")
