"""What the provider agrees to with a partner."""

from datetime import date

from tallyhub.helpdesk.allowances import queries
from tallyhub.helpdesk.allowances.rules import Period, check_period
from tallyhub.helpdesk.escalations.steps import require_provider
from tallyhub.helpdesk.models import Allowance
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import command
from tallyhub.partners.parties.queries import get_partner
from tallyhub.partners.steps import lock_partner


@command
def add_allowance(access: Access, partner_id: int, starts_on: date, ends_on: date, included: int | None) -> None:
    """Raises DoesNotExist for no partner, Invalid for a period that ends before it begins or meets another one."""
    provider_id = require_provider(access, Right.OVERSEE_PARTNERS)
    partner = get_partner(partner_id)
    lock_partner(partner.pk)
    period = Period(starts_on, ends_on, included)
    check_period(period, [one.period for one in queries.list_agreed([partner.pk])])
    made = {"made_by_id": access.person_id, "made_at": clock.now()}
    days = {"starts_on": starts_on, "ends_on": ends_on}
    kept = Allowance.objects.create(organization=partner, provider_id=provider_id, included=included, **days, **made)
    record_many(access, [News("helpdesk.allowance_added", None, kept.pk, details=_about(kept))])


@command
def withdraw_allowance(access: Access, allowance_id: int) -> None:
    """It was a mistake: it counts for nothing any more. What was escalated stays. Raises Conflict for a second time."""
    require_provider(access, Right.OVERSEE_PARTNERS)
    kept = queries.get_allowance(access, allowance_id)
    if kept.withdrawn_at is not None:
        raise Conflict("allowance_withdrawn")
    kept.withdrawn_at = clock.now()
    kept.save(update_fields=["withdrawn_at"])
    record_many(access, [News("helpdesk.allowance_withdrawn", None, kept.pk, details=_about(kept))])


def _about(kept: Allowance) -> dict[str, object]:
    return {"partner": kept.organization_id, "starts_on": kept.starts_on.isoformat()}
