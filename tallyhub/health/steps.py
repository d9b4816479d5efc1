"""Pieces of writing about events."""

from collections.abc import Collection, Mapping
from typing import Any

from tallyhub.health.models import (
    AffectedComponent,
    AffectedCustomer,
    AffectedRegion,
    Component,
    HealthEvent,
    Region,
    Update,
)
from tallyhub.health.rules import ComponentStatus, UpdateKind
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import require_transaction

Moved = list[list[Any]]  # [component, from, to]


def check_components(access: Access, components: Mapping[int, str], known: Collection[int] = ()) -> None:
    """They are the provider's and in use, or the event's already. Raises Invalid."""
    if unfit := set(components.values()) - set(ComponentStatus):
        raise Invalid("word_unknown", words=", ".join(ComponentStatus) if unfit else "")
    fresh = components.keys() - set(known)
    mine = Component.objects.filter(organization_id__in=access.organizations, is_used=True, pk__in=fresh)
    if mine.count() != len(fresh):
        raise Invalid("health_component_unknown")


def check_regions(access: Access, regions: Collection[int], components: Collection[int]) -> None:
    """They are those of the products whose components are affected. Raises Invalid."""
    products = Component.objects.filter(pk__in=components).values("product_id")
    mine = Region.objects.filter(organization_id__in=access.organizations, pk__in=regions, product_id__in=products)
    if mine.count() != len(set(regions)):
        raise Invalid("health_region_unknown")


def move_components(event: HealthEvent, components: Mapping[int, str]) -> Moved:
    """Set their statuses, adding those that were not affected before; returns those that changed."""
    require_transaction()
    was = dict(AffectedComponent.objects.filter(event=event).values_list("component_id", "status"))
    moved: Moved = [
        [one, was.get(one, ComponentStatus.OPERATIONAL), status]
        for one, status in sorted(components.items())
        if was.get(one) != status
    ]
    of = {"organization_id": event.organization_id, "event": event}
    AffectedComponent.objects.bulk_create(
        (AffectedComponent(**of, component_id=one, status=status) for one, status in components.items()),
        update_conflicts=True,
        unique_fields=["event", "component"],
        update_fields=["status"],
    )
    return moved


def set_regions(event: HealthEvent, regions: Collection[int]) -> None:
    require_transaction()
    AffectedRegion.objects.filter(event=event).exclude(region_id__in=regions).delete()
    of = {"organization_id": event.organization_id, "event": event}
    rows = (AffectedRegion(**of, region_id=one) for one in regions)
    AffectedRegion.objects.bulk_create(rows, ignore_conflicts=True)


def set_customers(event: HealthEvent, customers: Collection[int]) -> None:
    require_transaction()
    AffectedCustomer.objects.filter(event=event).exclude(customer_id__in=customers).delete()
    of = {"organization_id": event.organization_id, "event": event}
    rows = (AffectedCustomer(**of, customer_id=one) for one in customers)
    AffectedCustomer.objects.bulk_create(rows, ignore_conflicts=True)


def add_update(access: Access, event: HealthEvent, kind: UpdateKind, **said: Any) -> Update:
    """Nobody changes it afterwards."""
    require_transaction()
    of = {"organization_id": event.organization_id, "event": event, "author_id": access.person_id}
    return Update.objects.create(**of, kind=kind, status=event.status, at=clock.now(), **said)
