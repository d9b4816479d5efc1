"""What the rooms of the helpdesk put on a partner request's page: the one place that knows all of them."""

from typing import Any

from tallyhub.helpdesk.escalations import page as escalations
from tallyhub.helpdesk.gates import page as gates
from tallyhub.helpdesk.intake import page as intake
from tallyhub.helpdesk.sending import page as sending
from tallyhub.kernel.access import Access
from tallyhub.support.models import Request
from tallyhub.support.rooms import Read
from tallyhub.support.rooms import sections as engine

READS: tuple[Read, ...] = (gates.read, intake.read, escalations.read, sending.read)


def sections(access: Access, request: Request) -> dict[str, Any]:
    """Of a partner request that one sees: what support says of it, and what the helpdesk adds."""
    return engine(access, request, further=READS)
