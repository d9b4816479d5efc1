"""Pieces of writing about domains and work accounts. Each demands an open transaction."""

from typing import Any

from django.db import IntegrityError, transaction

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import require_transaction
from tallyhub.organizations.models import ProvedDomain, WorkAccount


def claim_domain(access: Access, domain: str, **how: Any) -> tuple[ProvedDomain, bool]:
    """The customer's row for the domain, locked, and whether it is new. ``how``: of a new one."""
    require_transaction()
    return ProvedDomain.objects.select_for_update().get_or_create(
        customer_id=access.customer_id, domain=domain, defaults=how
    )


def prove_domain(claimed: ProvedDomain, *, by: str, reason: str = "") -> None:
    """Raises Conflict where it is another customer's: the database keeps whose, and says it to nobody."""
    require_transaction()
    claimed.proved_by, claimed.reason, claimed.proved_at = by, reason, clock.now()
    try:
        with transaction.atomic():
            claimed.save(update_fields=["proved_by", "reason", "proved_at"])
    except IntegrityError:
        raise Conflict("domain_proved_elsewhere", domain=claimed.domain) from None


def vouch(customer_id: int, person_id: int) -> None:
    """The customer's identity provider has said who it is."""
    require_transaction()
    now = {"vouched_at": clock.now()}
    WorkAccount.objects.update_or_create(customer_id=customer_id, person_id=person_id, defaults=now)


def forget_work_accounts(access: Access) -> None:
    """The customer's identity provider vouches for nobody any more."""
    require_transaction()
    WorkAccount.objects.visible_to(access).delete()
