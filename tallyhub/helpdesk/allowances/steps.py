"""What an escalation draws from what its partner may escalate."""

from tallyhub.helpdesk.allowances.queries import read_balance
from tallyhub.helpdesk.escalations.rules import Category
from tallyhub.helpdesk.models import Escalation
from tallyhub.kernel.scope import require_transaction
from tallyhub.partners.steps import lock_partner


def draw(escalation: Escalation) -> None:
    """Before it comes to the provider for the first time. Raises Conflict where nothing is left (edge 27).

    Whoever deals with the provider pays: of a reseller's the indirect provider. Two at once draw one after the other.
    """
    require_transaction()
    if escalation.submitted_at is not None or escalation.category == Category.AGREED:
        return
    payer = escalation.via_id or escalation.organization_id
    lock_partner(payer)
    read_balance(payer).check()
