"""Invitations, and what may be given with one. Pure."""

from collections.abc import Collection
from datetime import timedelta

from tallyhub.organizations.rules import STAFF, WHOLE_ROLES, Role

LIFETIME = timedelta(days=14)  # of an invitation's link
REMIND_AFTER = (timedelta(days=3), timedelta(days=7))  # since it was sent; each once
# What an administrator gives to the customer's own people. MEMBER is what everybody is who has nothing else.
GIVEN_ROLES = tuple(role for role in Role if role not in STAFF)


def roles_in(workspace_id: int, roles: Collection[str]) -> list[tuple[int | None, Role]]:
    """Each role with where it is held: None is the whole customer."""
    return [(None if role in WHOLE_ROLES else workspace_id, Role(role)) for role in sorted(set(roles) or {Role.MEMBER})]
