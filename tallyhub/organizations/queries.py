"""Reads about organisations and the people in them."""

from django.db.models import QuerySet

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import AccessGrant, Organization, Workspace
from tallyhub.organizations.rules import Kind


def list_own_customers(access: Access) -> QuerySet[Organization]:
    """Those in which the person has any role today; the database lets a person read their own grants."""
    mine = AccessGrant.objects.filter(person_id=access.person_id or 0, starts_at__lte=clock.now())
    current = mine.exclude(ends_at__lte=clock.now()).values("customer_id")
    return Organization.objects.filter(kind=Kind.CUSTOMER, pk__in=current).order_by("name", "pk")


def list_workspaces(access: Access, *, after: int = 0) -> QuerySet[Workspace]:
    """In the order of their ids."""
    return Workspace.objects.visible_to(access).filter(pk__gt=after, pk__in=access.workspaces).order_by("pk")
