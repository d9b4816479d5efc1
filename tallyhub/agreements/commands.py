"""What the hub does by itself about agreements."""

from tallyhub.agreements import steps
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command


@command
def settle_account_policy(access: Access) -> None:
    """After an agreement ended by its date. Safe to repeat."""
    steps.settle_account_policy(access, access.customers)
