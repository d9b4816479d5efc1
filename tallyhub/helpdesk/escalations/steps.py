"""Pieces of moving an escalation. Each demands an open transaction and a locked escalation."""

from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from tallyhub.helpdesk.allowances.steps import draw
from tallyhub.helpdesk.escalations.queries import find_settings, get_provider_id, lock_current
from tallyhub.helpdesk.escalations.rules import Side, Status, check_move, check_words, due_at, holder_of
from tallyhub.helpdesk.models import Escalation, EscalationEvent
from tallyhub.journal.steps import News
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden
from tallyhub.kernel.scope import require_transaction
from tallyhub.partners.steps import tell
from tallyhub.support.models import Request

# What the journal calls each step.
KINDS = {
    Status.AWAITING: "forwarded",
    Status.SUBMITTED: "submitted",
    Status.ACCEPTED: "accepted",
    Status.RETURNED: "returned",
    Status.IN_PROGRESS: "in_progress",
    Status.NEEDS_PARTNER: "needs_partner",
    Status.SOLVED: "solved",
    Status.CLOSED: "closed",
    Status.WITHDRAWN: "withdrawn",
}
TOLD = frozenset({*KINDS.values(), "published", "noted", "assigned", "tied"})  # as helpdesk.escalation_…


def side_of(access: Access, escalation: Escalation) -> Side:
    """For whom the person acts there. Raises DoesNotExist for nobody of theirs."""
    sides = {
        escalation.provider_id: Side.PROVIDER,
        escalation.via_id: Side.INDIRECT,
        escalation.organization_id: Side.PARTNER,
    }
    side = sides.get(access.organization_id) if access.organization_id is not None else None
    if side is None:
        raise ObjectDoesNotExist
    return side


def is_ours(access: Access, escalation: Escalation) -> bool:
    """Whether the next step is up to the side that the person acts for."""
    return holder_of(Status(escalation.status)) is side_of(access, escalation)


def require_side(access: Access, escalation: Escalation) -> Side:
    """Raises Forbidden for somebody there whose work this is not."""
    side = side_of(access, escalation)
    access.require_serving(Right.WORK_ESCALATIONS if side is Side.PROVIDER else Right.ESCALATE)
    return side


def require_provider(access: Access, right: Right) -> int:
    """The provider's id, for its own people with the right. Raises Forbidden for anybody else."""
    access.require_serving(right)
    provider_id = get_provider_id()
    if provider_id not in access.organizations:
        raise Forbidden(right)
    return provider_id


def check_version(escalation: Escalation, version: int) -> None:
    """Somebody else wrote meanwhile: what they did is read before it is written over."""
    if escalation.version != version:
        raise Conflict("escalation_changed_meanwhile")


def move(
    access: Access, escalation: Escalation, becomes: Status, *, text: str = "", items: Collection[str] = ()
) -> None:
    """Into another status, by the table, with the line of its history. The caller tells the journal by ``tell_of``.

    The provider's first answer to what came in is kept; each time that it comes in again, another one is due.
    """
    require_transaction()
    side, was, now = require_side(access, escalation), Status(escalation.status), clock.now()
    known = {"was_submitted": escalation.submitted_at is not None, "has_via": escalation.via_id is not None}
    check_move(was, becomes, side, **known)
    check_words(was, becomes, side, text, items)
    if becomes is Status.SUBMITTED:
        draw(escalation)
    escalation.status, escalation.changed_at = becomes, now
    escalation.version += 1
    if becomes is Status.AWAITING:
        escalation.forwarded_at = escalation.forwarded_at or now
    elif becomes is Status.SUBMITTED:
        escalation.submitted_at = escalation.submitted_at or now
        escalation.due_at = due_at(now, find_settings(escalation.provider_id).hours(escalation.severity))
        escalation.answered_at = None
    if side is Side.PROVIDER and escalation.answered_at is None:
        escalation.answered_at = now
    escalation.save()
    write(access, escalation, "moved", side, status=becomes, text=text, items=sorted(items))


def give_up(access: Access, request: Request) -> bool:
    """Before a request becomes another partner's: what is with nobody else is withdrawn. False where somebody has it.

    For the hub itself, which acts for the partner.
    """
    require_transaction()
    found = lock_current(access, request)
    if found is None or found.status not in (Status.DRAFT, Status.RETURNED):
        return found is None
    found.status, found.changed_at = Status.WITHDRAWN, clock.now()
    found.version += 1
    found.save()
    write(access, found, "moved", Side.HUB, status=Status.WITHDRAWN)
    return True


def write(access: Access, escalation: Escalation, kind: str, side: Side, **said: Any) -> EscalationEvent:
    """A line of its history. Nobody changes it afterwards."""
    require_transaction()
    of = {"organization_id": escalation.organization_id, "escalation": escalation}
    return EscalationEvent.objects.create(**of, kind=kind, side=side, actor_id=access.person_id, at=clock.now(), **said)


def write_to_all(access: Access, escalations: Sequence[Escalation], kind: str, side: Side, **said: Any) -> None:
    """The same line in the history of each. Two statements, however many."""
    require_transaction()
    now = clock.now()
    EscalationEvent.objects.bulk_create(
        EscalationEvent(
            organization_id=one.organization_id, escalation=one, kind=kind, side=side, actor_id=access.person_id,
            at=now, **said,
        )
        for one in escalations
    )  # fmt: skip
    Escalation.objects.filter(pk__in=[one.pk for one in escalations]).update(changed_at=now)


def tell_of(access: Access, escalation: Escalation, kind: str, **details: Any) -> None:
    """Into the customer's journal. A command's last act, because the scope may be the customer's afterwards."""
    tell(access, [News(f"helpdesk.escalation_{kind}", escalation.customer_id, escalation.pk, details=details)])


def tell_sides(access: Access, escalation: Escalation, kind: str) -> None:
    """That something was said among the sides: no customer reads of it."""
    tell(access, [News(f"helpdesk.escalation_{kind}", None, escalation.pk)])
