"""Mapping packages to workspaces, and taking a mapping away."""

from collections.abc import Collection

from tallyhub.agreements import steps
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import command
from tallyhub.office.mappings import queries
from tallyhub.organizations.steps import touch_customer

Pair = tuple[int, int]  # package, workspace


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
    customer = access.customer_id or 0
    rows = [{"customer_id": customer, "package_id": package, "workspace_id": place} for package, place in new]
    steps.add_mappings(rows)
    steps.remove_mappings(gone)
    record_many(
        access,
        [
            *(News("office.mapping_added", customer, package, place) for package, place in new),
            *(News("office.mapping_removed", customer, package, place) for package, place in gone),
        ],
    )
