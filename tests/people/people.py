"""People for the tests of this package: invited ones, groups, and an agreement that counts support contacts."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.hashers import make_password

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import AccessGrant, Membership, Workspace
from tallyhub.organizations.sign_on import act_for
from tallyhub.people.models import Group, GroupMember, Invitation
from tests.make import make_entitlement, make_package, make_service, note_naming
from tests.world import NOW


def acting(person: Person, customer: Any) -> Access:
    return act_for(person.pk, customer.pk).access


def make_known(name: str, **over: Any) -> Person:
    """As an import brings them: without a password."""
    fields = {"name": name, "email": f"{name.lower()}@example.test", "password": make_password(None), **over}
    return Person.objects.using("owner").create(**fields)


def invite(workspace: Workspace, person: Person, **over: Any) -> Invitation:
    """An open invitation, good for two weeks, as somebody wrote it."""
    fields = {
        "customer_id": workspace.customer_id,
        "workspace_id": workspace.pk,
        "person_id": person.pk,
        "email": person.email,
        "language": "en",
        "made_by_id": 1,
        "made_at": NOW,
        "sent_at": NOW,
        "expires_at": NOW + timedelta(days=14),
        **over,
    }
    invitation = Invitation.objects.using("owner").create(**fields)
    note_naming(workspace.customer_id, person)
    return invitation


def make_group(workspace: Workspace, name: str, *people: Person, **over: Any) -> Group:
    where = {"customer_id": workspace.customer_id, "workspace_id": workspace.pk}
    group = Group.objects.using("owner").create(**where, name=name, **over)
    for person in people:
        GroupMember.objects.using("owner").create(**where, group=group, person_id=person.pk)
    return group


def roles_of(person: Person, workspace: Workspace | None) -> set[tuple[str, str]]:
    """(role, source) of what they hold there, whatever anybody may see."""
    found = AccessGrant.objects.using("owner").filter(person_id=person.pk, workspace=workspace)
    return set(found.values_list("role", "source"))


def is_member(person: Person, workspace: Workspace) -> bool:
    return Membership.objects.using("owner").filter(person_id=person.pk, workspace=workspace).exists()


def allow_contacts(world: SimpleNamespace, count: int | None, *workspaces: Workspace) -> Any:
    """Cedar's agreement counts support contacts, in a package of these workspaces; None: as needed."""
    package = make_package(world.agreement, *(workspaces or (world.north, world.south)), code=f"CONTACTS-{count}")
    return make_entitlement(package, make_service("contacts", "people"), bought=count)
