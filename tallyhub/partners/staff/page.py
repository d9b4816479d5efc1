"""What pages and mails about an organisation's people say."""

from collections.abc import Collection

from tallyhub.organizations.rules import STAFF_ROLE_NAMES, Kind
from tallyhub.partners.staff.rules import roles_at
from tallyhub.partners.words import STAFF_MEANS


def roles_in_words(kind: Kind, roles: Collection[str]) -> list[dict[str, str]]:
    """Those of the roles that are held at such an organisation, each with what it lets somebody do."""
    held = [role for role in roles_at(kind) if role in roles]
    return [{"name": str(STAFF_ROLE_NAMES[role]), "means": str(STAFF_MEANS[role])} for role in held]
