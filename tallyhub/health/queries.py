"""Reads about products' health. ``access``: who asks."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from tallyhub.agreements.models import Product
from tallyhub.agreements.queries import list_covered_products, list_products
from tallyhub.health.models import (
    AffectedComponent,
    AffectedRegion,
    Component,
    HealthEvent,
    Region,
    Subscription,
    Update,
    Visitor,
)
from tallyhub.health.rules import HISTORY, EventKind, Visibility
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access

HISTORY_PAGE = 50  # events of the history on one page


def list_own_products(access: Access) -> list[Product]:
    """Those that agreements of the customer cover, where one may read them; all of them for whoever has no customer."""
    if not access.workspaces:
        return [one for one in list_products() if one.is_offered]
    return list_covered_products(access, *access.workspaces)


def list_components(products: Collection[int] | None = None) -> list[Component]:
    """Those in use, in their order; of these products, or of all."""
    found = Component.objects.filter(is_used=True).select_related("product")
    wanted = found if products is None else found.filter(product_id__in=products)
    return list(wanted.order_by("product__code", "position", "code"))


def list_regions(products: Collection[int] | None = None) -> list[Region]:
    found = Region.objects.filter(is_used=True).select_related("product")
    wanted = found if products is None else found.filter(product_id__in=products)
    return list(wanted.order_by("product__code", "code"))


def list_parts(access: Access) -> tuple[list[Component], list[Region]]:
    """The whole catalogue of one's own organisation, what is not used any more as well."""
    mine = {"organization_id__in": access.organizations}
    components = (
        Component.objects.filter(**mine).select_related("product").order_by("product__code", "position", "code")
    )
    regions = Region.objects.filter(**mine).select_related("product").order_by("product__code", "code")
    return list(components), list(regions)


def with_parts(events: QuerySet[HealthEvent]) -> QuerySet[HealthEvent]:
    components = AffectedComponent.objects.select_related("component__product").order_by(
        "component__product__code", "component__position", "component__code"
    )
    regions = AffectedRegion.objects.select_related("region").order_by("region__code")
    return events.prefetch_related(Prefetch("components", components), Prefetch("regions", regions))


def _of_products(events: QuerySet[HealthEvent], products: Collection[int] | None) -> QuerySet[HealthEvent]:
    return events if products is None else events.filter(pk__in=_events_naming(products))


def _events_naming(products: Collection[int]) -> QuerySet[AffectedComponent, Any]:
    return AffectedComponent.objects.filter(component__product_id__in=products).values("event_id")


def events_of(access: Access, products: Collection[int] | None, *, reaching: bool) -> QuerySet[HealthEvent]:
    """What one may know of, of these products or of all; ``reaching``: also what is for the affected alone, because
    it is theirs whatever it is about.
    """
    events = HealthEvent.objects.visible_to(access)
    if products is None:
        return events
    wanted = Q(pk__in=_events_naming(products))
    return events.filter(wanted | Q(visibility=Visibility.AFFECTED) if reaching else wanted)


def list_active(access: Access, products: Collection[int] | None = None) -> list[HealthEvent]:
    """What goes on and what is planned, that one may know of; with components and regions. Three statements."""
    events = HealthEvent.objects.visible_to(access).filter(ended_at=None)
    return list(with_parts(_of_products(events, products)).order_by("-changed_at", "-pk"))


def list_history(
    access: Access, products: Collection[int] | None, kind: str, after: tuple[datetime, int] | None = None
) -> list[HealthEvent]:
    """What ended within a year, newest first; one more than a page holds. ``after``: where the page before ended."""
    events = HealthEvent.objects.visible_to(access).filter(ended_at__gte=clock.now() - HISTORY)
    if kind in set(EventKind):
        events = events.filter(kind=kind)
    if after is not None:
        events = events.filter(Q(ended_at__lt=after[0]) | Q(ended_at=after[0], pk__lt=after[1]))
    return list(with_parts(_of_products(events, products)).order_by("-ended_at", "-pk")[: HISTORY_PAGE + 1])


def list_after(access: Access, wanted: Mapping[str, Any], *, after: int, limit: int) -> list[HealthEvent]:
    """In the order of their ids, with components and regions; for programs. ``wanted``: ``kind``, ``is_over``."""
    found = HealthEvent.objects.visible_to(access).filter(pk__gt=after)
    if "kind" in wanted:
        found = found.filter(kind=wanted["kind"])
    if "is_over" in wanted:
        found = found.filter(ended_at__isnull=not wanted["is_over"])
    return list(with_parts(found).order_by("pk")[:limit])


def get_event(access: Access, event_id: int) -> HealthEvent:
    """Raises DoesNotExist for what one may not know of."""
    return with_parts(HealthEvent.objects.visible_to(access)).get(pk=event_id)


def list_updates(event: HealthEvent) -> list[Update]:
    """Newest first; of an event that was read with the rights of whoever asks."""
    return list(Update.objects.filter(event_id=event.pk).order_by("-at", "-pk"))


def find_component_names(ids: Iterable[int]) -> dict[int, str]:
    return {one.pk: one.name for one in Component.objects.filter(pk__in=set(ids))}


def list_products_held() -> list[tuple[int, int]]:
    """(customer, product) of each customer that is worked inside, and of those that the partner acted for sells to.

    What goes on with them says ``list_active``. Whom a partner serves will be said by ``partners``, here and there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM health_products_held(%s)", [clock.now()])
        return list(cursor.fetchall())


# For editors.


def list_edited(access: Access, *, is_over: bool) -> list[HealthEvent]:
    """One's own organisation's, what goes on or what ended within a year."""
    mine = HealthEvent.objects.filter(organization_id__in=access.organizations)
    wanted = mine.filter(ended_at__gte=clock.now() - HISTORY) if is_over else mine.filter(ended_at=None)
    return list(with_parts(wanted).order_by("-ended_at", "-changed_at", "-pk"))


def get_edited(access: Access, event_id: int) -> HealthEvent:
    return with_parts(HealthEvent.objects.filter(organization_id__in=access.organizations)).get(pk=event_id)


def lock_edited(access: Access, event_id: int) -> HealthEvent:
    """Locked, so that two editors write one after the other."""
    return HealthEvent.objects.select_for_update().get(organization_id__in=access.organizations, pk=event_id)


def list_named(event_id: int) -> list[tuple[str, str]]:
    """(code, name) of the customers that an event of one's own organisation names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, name FROM health_named(%s)", [event_id])
        return list(cursor.fetchall())


def list_reached(event_id: int) -> list[int]:
    """The customers that an event of the organisation acted for affects, whoever may read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT health_reached(%s, %s)", [event_id, clock.now()])
        return [customer for (customer,) in cursor.fetchall()]


# For the hub itself, which acts for the provider.


def get_update(access: Access, update_id: int) -> Update:
    return Update.objects.select_related("event").get(organization_id__in=access.organizations, pk=update_id)


def get_told(access: Access, update_id: int) -> Update:
    """For a mail: with its event, where the reader may know of it now."""
    update = Update.objects.get(pk=update_id)
    update.event = get_event(access, update.event_id)
    return update


def list_readers(event_id: int) -> list[tuple[int, int | None, int | None]]:
    """(person, customer, partner) of those who are told, each once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM health_readers(%s, %s)", [event_id, clock.now()])
        return list(cursor.fetchall())


def list_visitors(access: Access) -> list[Visitor]:
    """Those who confirmed that they want mail."""
    found = Visitor.objects.filter(organization_id__in=access.organizations)
    return list(found.filter(confirmed_at__isnull=False, stopped_at=None).order_by("pk"))


def list_public(*, is_maintenance: bool) -> list[HealthEvent]:
    """What everybody may know: what goes on, and what ended within a year; newest first, with its updates."""
    found = HealthEvent.objects.filter(visibility=Visibility.PUBLIC)
    found = found.filter(Q(ended_at=None) | Q(ended_at__gte=clock.now() - HISTORY))
    of_kind = Q(kind=EventKind.MAINTENANCE)
    wanted = found.filter(of_kind if is_maintenance else ~of_kind)
    updates = Update.objects.order_by("-at", "-pk")
    return list(with_parts(wanted).prefetch_related(Prefetch("updates", updates)).order_by("-published_at", "-pk"))


def list_public_components() -> list[Component]:
    found = Component.objects.filter(is_used=True, is_public=True).select_related("product")
    return list(found.order_by("product__code", "position", "code"))


def list_subscriptions(access: Access) -> list[Subscription]:
    return list(Subscription.objects.filter(person_id=access.person_id or 0))
