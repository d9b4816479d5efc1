"""Pieces of taking a request in. Each demands an open transaction."""

from dataclasses import dataclass

from django.db import connection

from tallyhub.helpdesk.intake.queries import Routed, Terms, find_opened
from tallyhub.helpdesk.intake.rules import Addressee, Asked
from tallyhub.helpdesk.models import Intake, Reach
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.support.models import Request
from tallyhub.support.requests.steps import Opening, open_request
from tallyhub.support.rules import Kind, Severity

ONCE_LOCK = 7_419  # of pg_advisory_xact_lock, with what the form's word comes to


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is asked, and for whom. ``contact_id``: of the customer; None where nobody is named."""

    customer_id: int
    workspace_id: int
    contact_id: int | None


def take_in(access: Access, place: Place, asked: Asked, addressee: Addressee, terms: Terms, routed: Routed) -> Request:
    """Open a request and keep how it came in. The caller has checked all of it."""
    require_transaction()
    request = open_request(access, _opening(place, asked, addressee, routed))
    cost, there = terms.cost, {"customer_id": place.customer_id, "workspace_id": place.workspace_id}
    is_accepted = cost is not None and asked.accepted == cost.number
    Intake.objects.create(
        **there,
        request=request,
        channel=asked.channel,
        stands_in_for_id=addressee.stands_in_for,
        mode=routed.route.mode,
        route=routed.route.stored(),
        is_outside_hours=routed.is_outside_hours,
        opens_at=routed.opens_at,
        plan_number=cost.number if cost else None,
        price=cost.price if cost else "",
        amount=(cost.amount or None) if cost else None,
        currency=cost.currency if cost else "",
        accepted_at=clock.now() if is_accepted else None,
        accepted_by_id=access.person_id if is_accepted else None,
        once=asked.once,
    )
    if asked.reach:
        Reach.objects.create(**there, request=request, person_id=place.contact_id, text=asked.reach)
    return request


def _opening(place: Place, asked: Asked, addressee: Addressee, routed: Routed) -> Opening:
    return Opening(
        customer_id=place.customer_id,
        workspace_id=place.workspace_id,
        kind=Kind(asked.kind),
        severity=Severity(asked.severity),
        title=asked.title,
        description=asked.description,
        impact=asked.impact,
        product_id=asked.product_id,
        primary_contact_id=place.contact_id,
        shared=(),
        partner_id=addressee.organization_id,
        desk_id=routed.desk_id,
    )


def opened_before(customer_id: int, asked: Asked) -> str | None:
    """The number of the request that this very form opened already. Of two clicks at once the second waits here."""
    require_transaction()
    if not asked.once:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ONCE_LOCK, asked.once])
    return find_opened(customer_id, asked.once)
