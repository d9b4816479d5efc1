"""Lets an agreement's last day have its effect on which accounts are accepted (R3.6)."""

from procrastinate.contrib.django import app

from tallyhub.agreements import commands, queries
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope


@app.periodic(cron="*/15 * * * *")  # every midnight in the world is at a full quarter of an hour
@app.task(name="agreements.settle_policies", queueing_lock="agreements.settle_policies", pass_context=False)
def settle_policies(timestamp: int) -> None:
    """One customer at a time. Safe to repeat: what is settled is not touched."""
    with scope(Access()):
        customers = [customer for customer, _workspaces in queries.list_unsettled()]
    for customer_id in customers:
        commands.settle_account_policy(Access.of_system([customer_id]))
