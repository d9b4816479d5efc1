"""Pieces of work at a desk that several commands need. Each demands an open transaction."""

from typing import Any

from tallyhub.helpdesk.gates.queries import find_need, read_facts
from tallyhub.helpdesk.gates.rules import Facts, Step, lock_of
from tallyhub.helpdesk.models import RightsNeed
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import require_transaction
from tallyhub.support.models import Request
from tallyhub.support.steps import lock_request


def lock_at_desk(access: Access, number: str, step: Step) -> tuple[Request, Facts]:
    """A partner request to do this with, and its facts.

    Raises DoesNotExist for one that is hidden or absent, Forbidden for whoever does not work at its desk, and Conflict
    where something has to be done first.
    """
    request = lock_request(access, number)
    access.require(Right.WORK_REQUESTS, workspace_id=request.workspace_id)
    found = read_facts([request])
    if request.pk not in found:
        raise Request.DoesNotExist
    facts = found[request.pk]
    if lock := lock_of(step, facts):
        raise Conflict(f"gate_{lock.value}")
    return request, facts


def of_request(access: Access, request: Request) -> dict[str, Any]:
    """What every row about a request holds: whose it is, by whom it was made."""
    return {
        "customer_id": request.customer_id,
        "workspace_id": request.workspace_id,
        "request_id": request.pk,
        "by_id": access.person_id,
    }


def about(request: Request) -> dict[str, Any]:
    """For the customer's journal, with the number of the request."""
    return {
        "customer_id": request.customer_id,
        "workspace_id": request.workspace_id,
        "request": request.number,
    }


def need_rights(access: Access, request: Request) -> RightsNeed:
    """From now on, where it is not so already."""
    require_transaction()
    found = find_need(access, request)
    return found or RightsNeed.objects.create(**of_request(access, request), since=clock.now())
