"""Roles that come from the groups of a customer's directory (R7.1). Each demands an open transaction."""

from collections.abc import Collection
from datetime import datetime

from tallyhub.accounts.models import Person
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.rules import Role
from tallyhub.organizations.steps import NewGrant, give_roles, take_roles
from tallyhub.organizations.work.queries import list_grants_from
from tallyhub.people import contacts
from tallyhub.people.models import DirectoryGroup
from tallyhub.people.naming.steps import settle_namings
from tallyhub.people.rules import roles_in
from tallyhub.people.sign_in.queries import SOURCE, Provider, source_of
from tallyhub.people.sign_in.rules import Claim


def matching(access: Access, provider: Provider, claim: Claim) -> list[DirectoryGroup]:
    """Those of the claim's groups that give anything here."""
    if not claim.groups:
        return []
    groups = DirectoryGroup.objects.visible_to(access).filter(provider_id=provider.id, key__in=claim.groups)
    return list(groups.filter(workspace__archived_at=None).select_related("workspace").order_by("pk"))


def renew(
    access: Access,
    provider: Provider,
    claim: Claim,
    person: Person,
    groups: Collection[DirectoryGroup],
    *,
    ends_at: datetime,
) -> list[Workspace]:
    """Give what the groups give until then, and take at once what others gave.

    Where the directory left the groups out because there are too many, nobody can say which they are: nothing is
    renewed, nothing is taken, and what was given ends by itself.

    Returns the workspaces in which they would be one support contact more than an agreement allows: that role is left
    out and an event says so, because whoever signs in can do nothing about it.
    """
    require_transaction()
    if claim.is_cut:
        record(access, "people.groups_cut", person.pk, customer_id=provider.customer_id)
        return []
    full = _full(access, person, groups)
    given = [
        NewGrant(provider.customer_id, place, person.pk, role, source_of(group.pk), ends_at)
        for group in groups
        for place, role in roles_in(group.workspace_id, _roles_given(group, full))
    ]
    kept = {one.key for one in given}
    stale = [one for one in _held(access, person_id=person.pk) if one.key not in kept]
    if stale:
        take_roles(access, stale)
    if given:
        give_roles(access, given)
        DirectoryGroup.objects.filter(pk__in=[group.pk for group in groups]).update(seen_at=clock.now())
    settle_namings(access, provider.customer_id, [person.pk])
    for workspace_id in sorted(full):
        where = {"customer_id": provider.customer_id, "workspace_id": workspace_id}
        record(access, "people.contacts_full", person.pk, **where)
    return [full[workspace_id] for workspace_id in sorted(full)]


def _full(access: Access, person: Person, groups: Collection[DirectoryGroup]) -> dict[int, Workspace]:
    """Where the groups would make them a support contact, and no place is left. Needs the lock of the people."""
    wanted = {one.workspace_id: one.workspace for one in groups if Role.SUPPORT_CONTACT in one.roles}
    return {pk: one for pk, one in wanted.items() if contacts.find_refusal(access, one, [person.pk])}


def _roles_given(group: DirectoryGroup, full: Collection[int]) -> list[str]:
    left_out = {Role.SUPPORT_CONTACT} if group.workspace_id in full else set()
    return [role for role in group.roles if role not in left_out]


def take_all(access: Access, groups: Collection[int]) -> None:
    """Whatever these groups gave, to whomever. Memberships stay."""
    require_transaction()
    sources = {source_of(one) for one in groups}
    if held := [one for one in _held(access) if one.source in sources]:
        take_roles(access, held)
        for customer_id in {one.customer_id for one in held}:
            settle_namings(access, customer_id, {one.person_id for one in held})


def _held(access: Access, *, person_id: int | None = None) -> list[NewGrant]:
    return [
        NewGrant(one.customer_id, one.workspace_id, one.person_id, Role(one.role), one.source, one.ends_at)
        for one in list_grants_from(access, f"{SOURCE}:", person_id=person_id)
    ]
