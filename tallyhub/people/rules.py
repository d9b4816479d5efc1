"""Invitations, and what may be given with one. Pure."""

from collections.abc import Collection
from datetime import timedelta

from tallyhub.kernel.errors import Invalid
from tallyhub.organizations.rules import STAFF, WHOLE_ROLES, Role

LIFETIME = timedelta(days=14)  # of an invitation's link
REMIND_AFTER = (timedelta(days=3), timedelta(days=7))  # since it was sent; each once
# What an administrator gives to the customer's own people. MEMBER is what everybody is who has nothing else.
GIVEN_ROLES = tuple(role for role in Role if role not in STAFF)


def roles_in(workspace_id: int, roles: Collection[str]) -> list[tuple[int | None, Role]]:
    """Each role with where it is held: None is the whole customer. Whoever joins is a member of the workspace, too."""
    places = [(None if role in WHOLE_ROLES else workspace_id, Role(role)) for role in sorted(set(roles))]
    is_there = any(place is not None for place, _ in places)
    return places if is_there else [*places, (workspace_id, Role.MEMBER)]


def may_give(role: str, *, in_whole: bool) -> bool:
    """``in_whole``: who gives it manages the people of the whole customer. A workspace's administrator does not."""
    return role in GIVEN_ROLES and (in_whole or role not in WHOLE_ROLES)


def check_roles(roles: Collection[str], *, in_whole: bool) -> None:
    """Raises Invalid for the first one that is unknown, of staff, or not theirs to give."""
    for role in roles:
        if role not in GIVEN_ROLES:
            raise Invalid("role_unknown", role=role, roles=", ".join(GIVEN_ROLES))
        if not may_give(role, in_whole=in_whole):
            raise Invalid("role_in_whole", role=role)
