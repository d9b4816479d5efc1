"""Follow-ups of a partner. What they say stays with its people, so the journal names numbers and states alone."""

from dataclasses import replace

from tallyhub.agreements.queries import list_products
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import cells, clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.names import read_name
from tallyhub.kernel.scope import command
from tallyhub.organizations.queries import list_colleagues
from tallyhub.partners.advising import queries, rules
from tallyhub.partners.advising.rules import FOLLOW_UPS_MAX, TypedFollowUp
from tallyhub.partners.models import FollowUp
from tallyhub.partners.queries import get_known


@command
def add_follow_up(access: Access, customer_id: int, typed: TypedFollowUp) -> int:
    """About a customer that the partner knows; returns its id. Raises DoesNotExist, Invalid, and Conflict for one more
    than there may be.
    """
    require_adviser(access)
    get_known(customer_id)
    said = _read(access, typed)
    if queries.count_unfinished(access, customer_id) >= FOLLOW_UPS_MAX:
        raise Conflict("follow_ups_many", follow_ups_max=FOLLOW_UPS_MAX)
    now = clock.now()
    made = FollowUp(
        organization_id=access.organization_id or 0,
        customer_id=customer_id,
        made_at=now,
        made_by_id=access.person_id,
        changed_at=now,
    )
    _write(made, said)
    record_many(access, [News("partners.follow_up_added", None, made.pk)])
    return made.pk


@command
def change_follow_up(access: Access, follow_up_id: int, version: int, typed: TypedFollowUp) -> None:
    """Raises Conflict where a colleague has written meanwhile."""
    require_adviser(access)
    one = queries.lock_follow_up(access, follow_up_id)
    if one.version != version:
        raise Conflict("follow_up_changed_meanwhile")
    said = _read(access, typed)
    one.version += 1
    one.changed_at = clock.now()
    _write(one, said)
    record_many(access, [News("partners.follow_up_changed", None, one.pk, details={"state": one.state})])


def require_adviser(access: Access) -> None:
    """Whoever advises customers, or serves them."""
    if not access.serves(Right.ADVISE) and not access.serves(Right.SERVE_CUSTOMERS):
        raise Forbidden(Right.ADVISE)


def _read(access: Access, typed: TypedFollowUp) -> TypedFollowUp:
    """As it is kept. Raises Invalid."""
    said = replace(
        typed,
        title=read_name(typed.title, length_max=rules.TITLE_MAX),
        reason=cells.lines(rules.REASON_MAX)(typed.reason),
        notes=cells.lines(rules.NOTES_MAX)(typed.notes),
    )
    rules.check_follow_up(said, today=clock.now().date())
    if said.product is not None and said.product not in {one.pk for one in list_products()}:
        raise Invalid("product_unknown")
    if said.service is not None and said.service not in {one.pk for one in queries.list_suggestible()}:
        raise Invalid("follow_up_service")
    if said.owner is not None and said.owner not in {one.pk for one in list_colleagues(access)}:
        raise Invalid("follow_up_owner")
    return said


def _write(one: FollowUp, said: TypedFollowUp) -> None:
    one.title, one.reason, one.notes = said.title, said.reason, said.notes
    one.product_id, one.service_id, one.owner_id = said.product, said.service, said.owner
    one.requests, one.state, one.due_on = list(said.requests), said.state, said.due_on
    one.save()
