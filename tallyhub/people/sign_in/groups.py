"""Which group of the directory gives which roles where: what an administrator decides."""

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations.steps import lock_people
from tallyhub.people.models import DirectoryGroup
from tallyhub.people.rules import GIVEN_ROLES
from tallyhub.people.sign_in import directory, queries
from tallyhub.people.sign_in.rules import GROUPS_MAX, KEY_MAX


@command
def add_directory_group(access: Access, *, key: str, name: str, workspace_id: int, roles: list[str]) -> DirectoryGroup:
    """Counts from each member's next sign-in. Raises DoesNotExist for a workspace of somebody else."""
    access.require(Right.MANAGE_SIGN_IN)
    lock_people(access.customer_id or 0)
    provider = queries.find_identity_provider(access)
    if provider is None:
        raise Conflict("directory_without_provider")
    workspace = queries.get_workspace(access, workspace_id)
    said = key.strip()
    if not said or len(said) > KEY_MAX or not roles or set(roles) - set(GIVEN_ROLES):
        raise Invalid("directory_group_incomplete")
    there = DirectoryGroup.objects.visible_to(access)
    if there.filter(provider=provider, workspace=workspace, key=said).exists():
        raise Conflict("directory_group_there")
    if there.count() >= GROUPS_MAX:
        raise Conflict("directory_groups_full", count=GROUPS_MAX)
    group = DirectoryGroup.objects.create(
        customer_id=workspace.customer_id,
        provider=provider,
        workspace=workspace,
        key=said,
        name=name.strip() or said[:100],
        roles=sorted(set(roles)),
        made_at=clock.now(),
    )
    record(access, "people.directory_group_added", group.pk, workspace_id=workspace.pk)
    return group


@command
def remove_directory_group(access: Access, group_id: int) -> None:
    """What it gave is taken at once; what else its members have stays."""
    access.require(Right.MANAGE_SIGN_IN)
    lock_people(access.customer_id or 0)
    group = queries.get_directory_group(access, group_id)
    directory.take_all(access, [group.pk])
    record(access, "people.directory_group_removed", group.pk, workspace_id=group.workspace_id)
    group.delete()
