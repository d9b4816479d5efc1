"""Reads about how far a partner request has come. ``access``: at its desk, for all but the facts and the resolution."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from tallyhub.helpdesk.gates.rules import Facts, Link, Rights
from tallyhub.helpdesk.models import Entry, HealthCheck, IncidentLink
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
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
