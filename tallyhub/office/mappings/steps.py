"""Pieces of mapping that several commands need. Each demands an open transaction."""

from collections.abc import Iterable

from tallyhub.agreements.steps import add_mappings, remove_mappings, settle_account_policy
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.office.enquiries.steps import grant_mapped

Pair = tuple[int, int]  # package, workspace


def map_packages(access: Access, pairs: Iterable[Pair]) -> int:
    """Let packages reach workspaces, and answer whoever asked for that; returns how many are new.

    What a workspace accepts follows from what reaches it (R3.6), nothing included. The same number of statements,
    however many.
    """
    require_transaction()
    (customer_id,) = access.customers
    wanted = sorted(set(pairs))
    new: list[Pair] = []
    if wanted:
        rows = [{"customer_id": customer_id, "package_id": one, "workspace_id": place} for one, place in wanted]
        new = [wanted[place] for place in add_mappings(rows).new]
        record_many(access, [News("office.mapping_added", customer_id, one, place) for one, place in new])
        grant_mapped(access, wanted)
    settle_account_policy(access, access.customers)
    return len(new)


def unmap_packages(access: Access, pairs: Iterable[Pair]) -> None:
    """They reach these workspaces no more. What is booked stays."""
    require_transaction()
    (customer_id,) = access.customers
    gone = sorted(set(pairs))
    remove_mappings(gone)
    record_many(access, [News("office.mapping_removed", customer_id, one, place) for one, place in gone])
    settle_account_policy(access, access.customers)
