"""Reads about escalations, and what one is made from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models

from tallyhub.agreements.queries import list_channels
from tallyhub.helpdesk.escalations.alike import COMPARED_MAX, Asked, propose
from tallyhub.helpdesk.escalations.rules import OVER, Route, Side, Status, holder_of, route_of
from tallyhub.helpdesk.models import DeskSettings, Escalation, EscalationEvent, EscalationFile, EscalationTenant
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.ids import find_id
from tallyhub.organizations.queries import list_at_desk, list_providers, list_serving
from tallyhub.partners.parties.queries import list_upstream
from tallyhub.partners.queries import find_parties, list_known
from tallyhub.support.models import Request
from tallyhub.support.queries import asked_of_desk
from tallyhub.support.rules import OPEN

EVENTS_MAX = 500  # shown of one


def get_escalation(access: Access, escalation_id: int) -> Escalation:
    return _read(access).get(pk=escalation_id)


def _read(access: Access) -> "models.QuerySet[Escalation]":
    return Escalation.objects.visible_to(access).select_related("product", "incident")


def lock_escalation(access: Access, escalation_id: int) -> Escalation:
    """Locked, so that whoever comes second sees what the first one did."""
    rows = Escalation.objects.visible_to(access).select_for_update(no_key=True, of=("self",))
    found: Escalation = rows.get(pk=escalation_id)
    return found


def find_current(access: Access, request: Request) -> Escalation | None:
    """The one that is not over, of the partner whose request it is."""
    mine = Escalation.objects.visible_to(access).filter(request_id=request.pk)
    return mine.exclude(status__in=sorted(OVER)).first()


def find_newest(access: Access, request: Request) -> Escalation | None:
    return Escalation.objects.visible_to(access).filter(request_id=request.pk).order_by("-pk").first()


def lock_current(access: Access, request: Request) -> Escalation | None:
    mine = Escalation.objects.visible_to(access).filter(request_id=request.pk).exclude(status__in=sorted(OVER))
    return mine.select_for_update(no_key=True, of=("self",)).first()


def list_events(access: Access, escalation: Escalation) -> list[EscalationEvent]:
    """The newest ones, in the order of time."""
    found = EscalationEvent.objects.visible_to(access).filter(escalation_id=escalation.pk).order_by("-at", "-pk")
    return list(found[:EVENTS_MAX])[::-1]


def get_event(access: Access, request: Request, event_id: int) -> EscalationEvent:
    """Of any escalation of the request, an earlier one included."""
    mine = EscalationEvent.objects.visible_to(access)
    found: EscalationEvent = mine.get(escalation__request_id=request.pk, pk=event_id)
    return found


def is_published(escalation: Escalation, event_id: int) -> bool:
    return EscalationEvent.objects.filter(escalation_id=escalation.pk, about_id=event_id).exists()


def list_files(access: Access, escalation: Escalation) -> list[EscalationFile]:
    return list(EscalationFile.objects.visible_to(access).filter(escalation_id=escalation.pk).order_by("pk"))


def get_file(access: Access, escalation_id: int, file_id: int) -> EscalationFile:
    found: EscalationFile = EscalationFile.objects.visible_to(access).get(escalation_id=escalation_id, pk=file_id)
    return found


def count_tenants(escalation: Escalation) -> int:
    """The request's own customer included."""
    return 1 + EscalationTenant.objects.filter(escalation_id=escalation.pk).count()


@dataclass(frozen=True, slots=True)
class Customer:
    """Whose trouble an escalation is."""

    escalation_id: int
    customer_id: int
    code: str
    name: str
    request_id: int
    is_first: bool  # of the escalation's own request


def list_customers(escalations: Iterable[int]) -> dict[int, list[Customer]]:
    """By escalation, of those that one reads."""
    found: dict[int, list[Customer]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM helpdesk_escalation_customers(%s::bigint[])", [sorted(set(escalations))])
        for row in cursor.fetchall():
            one = Customer(*row)
            found.setdefault(one.escalation_id, []).append(one)
    return found


def list_names(escalations: Iterable[int], people: Iterable[int | None]) -> dict[int, tuple[str, str]]:
    """(name, organisation) by person, of those who work or worked for a side of one of these escalations."""
    wanted = sorted({one for one in people if one is not None})
    if not wanted:
        return {}
    sql = "SELECT * FROM helpdesk_escalation_names(%s::bigint[], %s::bigint[])"
    with connection.cursor() as cursor:
        cursor.execute(sql, [sorted(set(escalations)), wanted])
        return {person: (name, organization) for person, name, organization in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class State:
    """What whoever sees a request may know of its escalation."""

    request_id: int
    escalation_id: int
    status: Status
    organization_id: int
    via_id: int | None
    provider_id: int
    was_submitted: bool
    sent_at: datetime
    changed_at: datetime

    @property
    def holder(self) -> Side | None:
        return holder_of(self.status)

    @property
    def is_over(self) -> bool:
        return self.status in OVER


def list_states(requests: Collection[int]) -> dict[int, State]:
    """By request, of those that one sees: the newest escalation that was sent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM helpdesk_escalation_states(%s::bigint[])", [sorted(set(requests))])
        found = [State(one, key, Status(status), *rest) for one, key, status, *rest in cursor.fetchall()]
        return {one.request_id: one for one in found}


def find_state(request: Request) -> State | None:
    return list_states([request.pk]).get(request.pk)


# What one is made from; in the scope of a partner's desk, inside the request's workspace.


def find_route(request: Request) -> Route:
    """Where an escalation of the request would go now."""
    partner_id = request.partner_id or 0
    upstream = list_upstream(partner_id)
    parties = find_parties([partner_id, *upstream])
    channels = list_channels([request.customer_id]) if len(upstream) > 1 else []
    return route_of(
        parties[partner_id].type,
        is_published=request.product is not None and request.product.publisher != "",
        is_suspended=parties[partner_id].suspended_at is not None,
        upstream=[one for one in upstream if parties[one].suspended_at is None],
        sold_by={one.seller_id for one in channels if request.product_id in (None, one.product_id)},
    )


def get_provider_id() -> int:
    found = next((one.pk for one in list_providers()), None)
    if found is None:
        raise ObjectDoesNotExist
    return found


def find_settings(provider_id: int) -> DeskSettings:
    """What the desk says, or the defaults; not kept yet, then."""
    found = DeskSettings.objects.filter(pk=provider_id).first()
    return found or DeskSettings(organization_id=provider_id, changed_at=clock.now(), version=0)


def lock_settings(provider_id: int) -> DeskSettings | None:
    return DeskSettings.objects.select_for_update().filter(pk=provider_id).first()


def list_similar(access: Access, request: Request) -> list[Request]:
    """Open requests of the partner's other customers that may be about the same thing: of the same product, in the
    same market, in similar words (S003-25). Nothing of them is shown to another customer.
    """
    open_ones = asked_of_desk(access).filter(partner_id=request.partner_id, status__in=sorted(OPEN))
    others = open_ones.filter(product=request.product).exclude(customer_id=request.customer_id)
    rows = {one.pk: one for one in others.order_by("-opened_at", "-pk")[:COMPARED_MAX]}
    market = _markets([request.customer_id, *(one.customer_id for one in rows.values())])
    here = market.get(request.customer_id, "")
    near = [one for one in rows.values() if here == market.get(one.customer_id, "")]
    return [rows[one] for one in propose(_asked(request), map(_asked, near))]


def _asked(one: Request) -> Asked:
    return Asked(one.pk, one.customer_id, f"{one.title}\n{one.description}")


def _markets(customers: Iterable[int]) -> dict[int, str]:
    """Of customers that the partner is related to. One statement."""
    wanted = sorted(set(customers))
    return {one.customer_id: one.market for one in list_known("k.customer_id = ANY (%s)", [wanted], len(wanted))}


def list_named(access: Access, request: Request, numbers: Collection[str]) -> list[Request]:
    """Requests of the partner's other customers by their numbers, whatever is none of them left out."""
    mine = asked_of_desk(access).filter(partner_id=request.partner_id, number__in=list(numbers))
    return list(mine.exclude(customer_id=request.customer_id).order_by("pk"))


def list_tenant_requests(access: Access, escalation: Escalation) -> list[Request]:
    """Of the further customers, for the partner's desk."""
    tenants = EscalationTenant.objects.visible_to(access).filter(escalation_id=escalation.pk)
    return list(asked_of_desk(access).filter(pk__in=tenants.values("request_id")).order_by("pk"))


# For mails.


def find_last_words(access: Access, escalation: Escalation) -> str:
    """What was written last of what its reader may read; empty where the last step needed no words."""
    last = EscalationEvent.objects.visible_to(access).filter(escalation_id=escalation.pk).order_by("-at", "-pk").first()
    return last.text if last else ""


def list_readers(access: Access, escalation: Escalation, actor_id: int | None) -> list[tuple[int, int]]:
    """(person, organisation) of those who are told of a step: on each side but the one that made it; for the hub
    itself, which acts for all of them. At the partner whoever made it or answers for it, or else all.
    """
    partner = list_serving(access, escalation.organization_id)
    named = {escalation.made_by_id, find_id(escalation.content.get("contact", ""))}
    sides = {escalation.organization_id: ([one for one in partner if one in named] or partner, partner)}
    if escalation.via_id and escalation.forwarded_at:
        via = list_serving(access, escalation.via_id)
        sides[escalation.via_id] = (via, via)
    if escalation.submitted_at and actor_id is not None:
        desk = list_at_desk(access, escalation.provider_id)
        sides[escalation.provider_id] = ([one for one in desk if one == escalation.assigned_to_id] or desk, desk)
    others = {house: told for house, (told, people) in sides.items() if actor_id not in people}
    return [(person, house) for house, told in others.items() for person in told]
