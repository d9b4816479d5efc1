"""Mapping packages to workspaces, and taking a mapping away."""

from collections.abc import Collection

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import command
from tallyhub.office.mappings import queries
from tallyhub.office.mappings.steps import Pair, map_packages, unmap_packages
from tallyhub.organizations.steps import touch_customer


@command
def change_mappings(access: Access, *, added: Collection[Pair], removed: Collection[Pair]) -> None:
    """What is booked stays. A workspace that has a package keeps one (R7.1): its agreement could not be told otherwise.

    Raises DoesNotExist for a package or workspace outside the scope, Conflict for the last mapping of a workspace and
    for a workspace that is archived.
    """
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)  # and it is this customer's turn: two must not take the last two away
    board = queries.read_board(access, [*added, *removed])
    new = sorted(set(added) - board.mapped)
    gone = sorted(set(removed) & board.mapped)
    if archived := {board.workspaces[place].name for _, place in new if board.workspaces[place].archived_at}:
        raise Conflict("workspace_archived", name=min(archived))
    left = (board.mapped | set(new)) - set(gone)
    if bare := {place for _, place in gone} - {place for _, place in left}:
        raise Conflict("last_mapping", workspace=board.workspaces[min(bare)].name)
    if new:
        map_packages(access, new)
    if gone:
        unmap_packages(access, gone)
