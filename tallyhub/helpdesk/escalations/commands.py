"""What a partner does with an escalation of its request, and what all sides do alike."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.core.exceptions import ObjectDoesNotExist

from tallyhub.agreements.rules import Severity
from tallyhub.helpdesk.escalations import queries, steps
from tallyhub.helpdesk.escalations.evidence import names_of
from tallyhub.helpdesk.escalations.findings import Finding
from tallyhub.helpdesk.escalations.missing import Missing, find_missing
from tallyhub.helpdesk.escalations.rules import (
    KEPT_MAX,
    TENANTS_MAX,
    TEXT_MAX,
    TITLE_MAX,
    Category,
    Route,
    Side,
    Status,
    default_severity,
)
from tallyhub.helpdesk.escalations.taken import Taken, read_taken
from tallyhub.helpdesk.models import Escalation, EscalationEvent, EscalationFile, EscalationTenant
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import command, require_transaction
from tallyhub.support.conversation.steps import say
from tallyhub.support.conversation.storage import Kept
from tallyhub.support.models import Request
from tallyhub.support.rules import OPEN
from tallyhub.support.steps import lock_request

FILES_MAX = 30  # of one escalation


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form holds. ``tenants``: numbers of requests of further customers; ``via_id``: of several indirect
    providers the one that is meant.
    """

    category: Category
    values: Mapping[str, str] = field(default_factory=dict)
    tenants: Sequence[str] = ()
    via_id: int | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        return cls(Category(stored["category"]), stored["values"], tuple(stored["tenants"]), stored["via_id"])


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that is kept, for an item, with what was found in it."""

    item: str
    kept: Kept
    findings: Collection[Finding] = ()


class EscalationRefused(Invalid):
    """Something is missing or wrong, or is to be looked at first: all of it at once. ``findings``: by where; ``seal``
    names them for the one who says that they have looked.
    """

    def __init__(self, missing: Missing) -> None:
        super().__init__("escalation_incomplete")
        self.gaps, self.findings = missing.gaps, missing.findings
        self.hints, self.seal = missing.hints, missing.seal


def require_own(access: Access, request: Request) -> None:
    """Who works for the partner whose request it is, and may escalate. A supplier at its desk returns it instead."""
    access.require_serving(Right.ESCALATE)
    if request.partner_id is None or request.partner_id != access.organization_id:
        raise Forbidden(Right.ESCALATE)


@command
def save_draft(access: Access, number: str, typed: Typed, version: int, files: Sequence[Looked] = ()) -> Escalation:
    """Keep what is typed, whatever it is worth. ``version``: of the one that the form was made from, 0 for none. Those
    who returned it go on reading what they were sent.

    Raises Conflict where somebody else wrote meanwhile, where it is under way, or where there is no way for it.
    """
    request = lock_request(access, number)
    require_own(access, request)
    _check_request(request)
    found = queries.lock_current(access, request)
    if (found.version if found else 0) != version:
        raise Conflict("escalation_changed_meanwhile")
    if found and found.status not in (Status.DRAFT, Status.RETURNED):
        raise Conflict("escalation_moved")
    check_category(typed.category)
    if any(len(said) > KEPT_MAX for said in typed.values.values()):
        raise Invalid("text_too_long", length_max=KEPT_MAX)
    named = _named(access, request, typed)
    kept = found or _new(access, request, typed)
    if kept.status == Status.RETURNED:
        kept.unsent = asdict(typed)
        kept.version += 1
        kept.save(update_fields=["unsent", "version"])
    else:
        _fill(kept, request, typed)
        kept.save()
        _keep_tenants(kept, named)
    _keep_files(access, kept, files)
    return kept


def _check_request(request: Request) -> None:
    if request.status not in OPEN or request.merged_into_id is not None:
        raise Conflict("escalation_request_over")


def check_category(category: Category) -> None:
    """What is in none of the five goes only where the provider has said so (S003-27)."""
    if category is Category.AGREED and not queries.find_settings(queries.get_provider_id()).takes_agreed:
        raise Conflict("escalation_none_fits")


def _new(access: Access, request: Request, typed: Typed) -> Escalation:
    return Escalation(
        organization_id=request.partner_id or 0,
        provider_id=queries.get_provider_id(),
        customer_id=request.customer_id,
        workspace_id=request.workspace_id,
        request_id=request.pk,
        made_at=clock.now(),
        made_by_id=access.person_id,
        version=0,
    )


def _fill(kept: Escalation, request: Request, typed: Typed) -> None:
    """Where it was sent once it stays, whatever becomes of the partnership (edge 12)."""
    kept.category, kept.content = typed.category, dict(typed.values)
    severity = typed.values.get("severity", "")
    is_known = severity in set(Severity)
    kept.severity = severity if is_known else default_severity(typed.category, request.severity)
    kept.title, kept.product_id = typed.values.get("title", "")[:TITLE_MAX], request.product_id
    if kept.forwarded_at is None and kept.submitted_at is None:
        kept.via_id = _via(check_route(request), typed.via_id)
    kept.changed_at = clock.now()
    kept.version += 1


def check_route(request: Request) -> Route:
    """Raises Conflict that says why it goes nowhere."""
    route = queries.find_route(request)
    if route.refusal:
        raise Conflict(route.refusal)
    return route


def _via(route: Route, chosen: int | None) -> int | None:
    return chosen if chosen in route.choices else route.via_id


def _keep_files(access: Access, kept: Escalation, files: Sequence[Looked]) -> None:
    if EscalationFile.objects.filter(escalation=kept).count() + len(files) > FILES_MAX:
        raise Invalid("files_too_many", files_max=FILES_MAX)
    of = {"organization_id": kept.organization_id, "escalation": kept, "added_by_id": access.person_id}
    EscalationFile.objects.bulk_create(
        EscalationFile(**of, **asdict(one.kept), item=one.item, findings=sorted(one.findings), at=clock.now())
        for one in files
    )


def _named(access: Access, request: Request, typed: Typed) -> list[Request]:
    """Of the further customers. Raises Invalid for a number that is none of another customer's of the same partner."""
    wanted = set(typed.tenants) if typed.category is Category.REGIONAL else set()
    found = queries.list_named(access, request, wanted) if len(wanted) <= TENANTS_MAX else []
    if len(found) != len(wanted):
        raise Invalid("escalation_request_unknown")
    return found


def _keep_tenants(kept: Escalation, named: Sequence[Request]) -> None:
    EscalationTenant.objects.filter(escalation=kept).delete()
    by_customer = {one.customer_id: one for one in named}
    of = {"organization_id": kept.organization_id, "escalation": kept}
    EscalationTenant.objects.bulk_create(
        EscalationTenant(**of, customer_id=one.customer_id, workspace_id=one.workspace_id, request_id=one.pk)
        for one in by_customer.values()
    )


@command
def remove_file(access: Access, number: str, file_id: int) -> None:
    """As long as it is not with anybody else. The bytes go with the job that clears what no row names."""
    request = lock_request(access, number)
    require_own(access, request)
    found = queries.lock_current(access, request)
    if found is None or found.status not in (Status.DRAFT, Status.RETURNED):
        raise Conflict("escalation_moved")
    queries.get_file(access, found.pk, file_id).delete()
    found.version += 1
    found.save(update_fields=["version"])


@command
def send(access: Access, number: str, version: int, looked: str = "") -> Escalation:
    """On to the indirect provider, or to the provider, with all that its category asks for.

    ``looked``: the seal of the findings that somebody has looked at. Raises EscalationRefused that names every gap and
    every finding, and Conflict where there is no way for it now.
    """
    request = lock_request(access, number)
    require_own(access, request)
    _check_request(request)
    found = queries.lock_current(access, request)
    if found is None:
        raise ObjectDoesNotExist
    steps.check_version(found, version)
    if found.unsent is not None:
        typed, found.unsent = Typed.of(found.unsent), None
        _fill(found, request, typed)
        _keep_tenants(found, _named(access, request, typed))
    check_category(Category(found.category))
    taken = read_taken(access, request)
    if taken.lock:
        raise Conflict(taken.lock)
    _check_way(found, request)
    _check_complete(access, found, taken, looked)
    found.health, found.diagnosis = taken.health, taken.diagnosis
    becomes = Status.AWAITING if found.via_id else Status.SUBMITTED
    steps.move(access, found, becomes)
    EscalationFile.objects.filter(escalation=found, sent_at=None).update(sent_at=clock.now())
    steps.tell_of(access, found, steps.KINDS[becomes], category=found.category, request=request.number)
    return found


def _check_way(found: Escalation, request: Request) -> None:
    """A suspended partner sends nothing. What was never sent goes where the partner's business goes today."""
    route = queries.find_route(request)
    was_sent = found.forwarded_at or found.submitted_at
    if route.refusal and (not was_sent or route.refusal == "escalation_suspended"):
        raise Conflict(route.refusal)
    if was_sent:
        return
    found.via_id = _via(route, found.via_id)
    if route.choices and found.via_id is None:
        raise Conflict("escalation_provider_unsaid")


def _check_complete(access: Access, found: Escalation, taken: Taken, looked: str) -> None:
    missing = find_missing(access, found, taken)
    if missing.gaps or missing.seal != (looked if missing.seal else ""):
        raise EscalationRefused(missing)


# What each side does


@command
def move(
    access: Access, escalation_id: int, becomes: Status, *, version: int, text: str = "", items: Collection[str] = ()
) -> Escalation:
    """By whoever has it, or by the partner that takes it back. What a partner sends goes by ``send`` alone, which looks
    whether it is complete; but for one that was solved and was not.
    """
    found = queries.lock_escalation(access, escalation_id)
    side = steps.require_side(access, found)
    steps.check_version(found, version)
    is_sent = side is Side.PARTNER and becomes in (Status.AWAITING, Status.SUBMITTED)
    if is_sent and found.status != Status.SOLVED:
        raise Conflict("escalation_moved")
    if not set(items) <= set(names_of(Category(found.category))):
        raise Invalid("escalation_item_unknown")
    steps.move(access, found, becomes, text=text, items=items)
    steps.tell_of(access, found, steps.KINDS[becomes])
    return found


@command
def note(access: Access, escalation_id: int, text: str) -> EscalationEvent:
    """To the other sides. The customer reads it once the partner publishes it."""
    found = queries.lock_escalation(access, escalation_id)
    side = steps.require_side(access, found)
    _check_text(text)
    if found.status == Status.DRAFT:
        raise Conflict("escalation_moved")
    if side is Side.PROVIDER and found.answered_at is None:
        found.answered_at = clock.now()
    found.changed_at = clock.now()
    found.save(update_fields=["answered_at", "changed_at"])
    written = steps.write(access, found, "note", side, text=text)
    steps.tell_sides(access, found, "noted")
    return written


def _check_text(text: str) -> None:
    if not text:
        raise Invalid("note_missing")
    if len(text) > TEXT_MAX:
        raise Invalid("text_too_long", length_max=TEXT_MAX)


@command
def publish(access: Access, number: str, event_id: int, body: str) -> None:
    """What was said to the partner becomes its own message to the customer, in its words (S003-28). Once."""
    require_transaction()
    request = lock_request(access, number)
    require_own(access, request)
    event = queries.get_event(access, request, event_id)
    found = queries.lock_escalation(access, event.escalation_id)
    if not event.text or event.side == Side.PARTNER:
        raise ObjectDoesNotExist
    if queries.is_published(found, event.pk):
        raise Conflict("escalation_published_already")
    message = say(access, request, body=body)
    steps.write(access, found, "published", Side.PARTNER, about=event, number=message.pk)
    steps.tell_of(access, found, "published", request=request.number)
