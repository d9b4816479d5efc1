"""Reads about whether whoever is named can sign in."""

from collections.abc import Iterable

from tallyhub.agreements.rules import Plan
from tallyhub.kernel.access import Access
from tallyhub.office.domains.rules import Outside, outside
from tallyhub.organizations.work import queries as work
from tallyhub.people.sign_in.queries import find_identity_provider


def list_outside(access: Access, plan: str, addresses: Iterable[str]) -> list[Outside]:
    """The mail domains that would have to be proved first, so that those whom the agreement names can sign in (R3.6).

    None where its default workspace will accept personal accounts, or where the customer's own identity provider can
    vouch for people. Three statements at most, whatever the sizes; needs the customer in whole.
    """
    default = next((one for one in work.list_workspaces(access) if one.is_default), None)
    if default and default.allows_personal:
        return []
    if plan != Plan.UNIFIED and not (default and default.refuses_personal):
        return []
    provider = find_identity_provider(access)
    if provider and provider.is_active:
        return []
    return outside(addresses, {one.domain for one in work.list_domains(access) if one.proved_at})
