"""Reads about how far a partner request has come. ``access``: at its desk, for all but the facts and the resolution."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tallyhub.health.models import HealthEvent, Update
from tallyhub.health.queries import get_event, list_active, list_updates
from tallyhub.helpdesk.gates.rules import Facts, Link, Rights
from tallyhub.helpdesk.models import Entry, HealthCheck, IncidentLink, Resolution, RightsNeed
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.rules import reads_customer
from tallyhub.partners.consents.queries import list_consents
from tallyhub.partners.delegations.queries import Holder, list_holders, list_of_customer
from tallyhub.partners.models import Consent, Delegation
from tallyhub.partners.rules import RUNNING
from tallyhub.partners.rules import Stage as DelegationStage
from tallyhub.support.models import Request
from tallyhub.support.rules import Status


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the desk found out, as an escalation takes it over (S003-35)."""

    health: HealthCheck | None  # the last one, with product and event
    entries: list[Entry]  # in their order, with the task that was begun
    link: IncidentLink | None  # the last one, with its event


def read_evidence(access: Access, request: Request) -> Evidence:
    """Three statements."""
    of_request = {"request_id": request.pk}
    checks = HealthCheck.objects.visible_to(access).filter(**of_request).select_related("product", "event")
    links = IncidentLink.objects.visible_to(access).filter(**of_request).select_related("event")
    entries = Entry.objects.visible_to(access).filter(**of_request).select_related("task")
    return Evidence(
        health=checks.order_by("-at", "-pk").first(),
        entries=list(entries.order_by("at", "pk")),
        link=links.order_by("-since", "-pk").first(),
    )


def list_checks(access: Access, request: Request) -> list[HealthCheck]:
    """All of them with their products, the newest first."""
    found = HealthCheck.objects.visible_to(access).filter(request_id=request.pk).select_related("product")
    return list(found.order_by("-at", "-pk"))


def read_facts(requests: Sequence[Request]) -> dict[int, Facts]:
    """By request, of partner requests that the reader sees, the customer's people as well. One statement.

    Whether they are escalated is not known here (``stages``).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM helpdesk_facts(%s::bigint[], %s)", [[one.pk for one in requests], clock.now()])
        said = {one: rest for one, *rest in cursor.fetchall()}
    return {one.pk: _facts(one, *said[one.pk]) for one in requests if one.pk in said}


def _facts(
    request: Request, is_checked: bool, follows: bool, is_over: bool, needs: bool, is_asked: bool, holds: bool
) -> Facts:
    missing = Rights.ASKED if is_asked else Rights.MISSING
    return Facts(
        status=Status(request.status),
        is_checked=is_checked,
        link=Link.NONE if not follows else Link.IS_OVER if is_over else Link.FOLLOWS,
        rights=Rights.NOT_NEEDED if not needs else Rights.HELD if holds else missing,
        is_at_supplier=request.desk_id != request.partner_id,
    )


@dataclass(frozen=True, slots=True)
class Following:
    """An incident that a request follows, for whoever sees the request. No event: it is not for this reader."""

    event: HealthEvent | None
    since: datetime
    updates: list[Update]  # newest first


def find_following(access: Access, request: Request) -> Following | None:
    """With components, regions and updates of the event: five statements, one where nothing is followed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM helpdesk_following(%s)", [request.pk])
        found = cursor.fetchone()
    if found is None:
        return None
    event = find_event(access, found[0])
    return Following(event, found[1], list_updates(event) if event else [])


def find_event(access: Access, event_id: int) -> HealthEvent | None:
    try:
        return get_event(access, event_id)
    except HealthEvent.DoesNotExist:
        return None


def find_resolution(access: Access, request: Request) -> Resolution | None:
    """The last one, with its item and message."""
    found = Resolution.objects.visible_to(access).filter(request_id=request.pk).select_related("item", "message")
    return found.order_by("-at", "-pk").first()


def find_need(access: Access, request: Request) -> RightsNeed | None:
    return RightsNeed.objects.visible_to(access).filter(request_id=request.pk, ended_at=None).first()


def list_going_on(access: Access, product_id: int | None) -> list[HealthEvent]:
    """What has begun and is not over, of this product or of all, as far as one may know of it. Three statements."""
    events = list_active(access, None if product_id is None else [product_id])
    return [one for one in events if one.occurred_at is not None]


@dataclass(frozen=True, slots=True)
class RightsHeld:
    """What one's own organisation may do inside the customer of a request, or has asked for."""

    delegations: list[tuple[Delegation, list[Holder]]]  # that run or wait for an answer, with who holds them
    consent: Consent | None  # to this request


def read_rights(access: Access, request: Request) -> RightsHeld:
    """At a desk. Three statements."""
    found = [
        one for one in list_of_customer(access, request.customer_id) if one.stage in RUNNING | {DelegationStage.PENDING}
    ]
    holders = list_holders([one.pk for one in found])
    now = clock.now()
    consents = [one for one in list_consents(access, request.pk) if one.ended_at is None and one.ends_at > now]
    return RightsHeld([(one, holders[one.pk]) for one in found], consents[0] if consents else None)


def is_delegate(access: Access) -> bool:
    """Whether this access inside a customer comes from a delegation: a consent opens one request, and no tasks."""
    return bool(access.acts_as) and reads_customer(access)


# For the hub itself.


def list_followers(event_id: int) -> list[tuple[int, int]]:
    """(customer, request) of open requests that follow an event, of all customers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM helpdesk_followers(%s)", [event_id])
        return list(cursor.fetchall())


def list_left_behind(person_id: int) -> list[tuple[int, str]]:
    """(customer, number) of open partner requests of somebody who works at their desk no more (edge 37)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM helpdesk_left_behind(%s, %s)", [person_id, clock.now()])
        return list(cursor.fetchall())
