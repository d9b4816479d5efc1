"""Reads about endpoints and what they were sent."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet

from tallyhub.integrations.models import Attempt, Delivery, Endpoint
from tallyhub.integrations.webhooks.rules import KEPT, State
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access

SHOWN_MAX = 100  # deliveries of a page


@dataclass(frozen=True, slots=True)
class Health:
    """An endpoint and how it is doing."""

    endpoint: Endpoint
    pending: int
    failed: int


def list_endpoints(access: Access) -> list[Health]:
    def those(state: State) -> Count:
        return Count("deliveries", filter=Q(deliveries__state=state))

    rows = Endpoint.objects.visible_to(access).annotate(waiting=those(State.PENDING), given_up=those(State.FAILED))
    return [Health(one, one.waiting, one.given_up) for one in rows.order_by("made_at", "pk")]


def get_endpoint(access: Access, endpoint_id: int) -> Endpoint:
    return Endpoint.objects.visible_to(access).get(pk=endpoint_id)


def lock_endpoint(access: Access, endpoint_id: int) -> Endpoint:
    return Endpoint.objects.visible_to(access).select_for_update().get(pk=endpoint_id)


def list_deliveries(access: Access, endpoint_id: int) -> list[Delivery]:
    """The newest, each with its tries."""
    rows = Delivery.objects.visible_to(access).filter(endpoint_id=endpoint_id).order_by("-id")
    tries = Prefetch("attempts", Attempt.objects.visible_to(access).order_by("-id"))
    return list(rows.prefetch_related(tries)[:SHOWN_MAX])


def lock_delivery(access: Access, delivery_id: int) -> Delivery | None:
    """None where it is gone, or somebody else is at it."""
    rows = Delivery.objects.visible_to(access).select_related("endpoint")
    return rows.select_for_update(of=("self",), skip_locked=True).filter(pk=delivery_id).first()


def due_deliveries(access: Access, limit: int) -> list[int]:
    now = clock.now()
    due = Delivery.objects.visible_to(access).filter(state=State.PENDING, next_at__lte=now, endpoint__is_paused=False)
    awake = Q(endpoint__rests_until__isnull=True) | Q(endpoint__rests_until__lte=now)
    return list(due.filter(awake).order_by("next_at", "pk").values_list("pk", flat=True)[:limit])


def replayable(access: Access, endpoint_id: int, since: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.visible_to(access).filter(endpoint_id=endpoint_id, made_at__gte=since)


def waiting_customers() -> list[int]:
    """Those with something due, or with messages that are too old to be kept: whatever the scope."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM integrations_waiting_customers(%s, %s)", [now, now - KEPT])
        return [row[0] for row in cursor.fetchall()]
