"""The one writer of the journal."""

from typing import Any

from tallyhub.journal.models import Event
from tallyhub.journal.rules import check_details
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction


def record(
    access: Access, kind: str, subject_id: int | None = None, *, customer_id: int | None = None, **details: Any
) -> None:
    """Write down what the running command did. ``details``: ids, codes, numbers, days; free text is refused."""
    require_transaction()
    Event.objects.create(
        customer_id=customer_id or access.customer_id,
        actor_id=access.person_id,
        kind=kind,
        subject_id=subject_id,
        details=check_details(details),
        at=clock.now(),
    )
