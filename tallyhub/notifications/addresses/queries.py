"""Reads of a customer's addresses."""

from collections.abc import Collection

from django.db.models import QuerySet

from tallyhub.kernel.access import Access
from tallyhub.notifications.models import NewsAddress
from tallyhub.organizations.work.queries import list_domains


def list_addresses(access: Access) -> QuerySet[NewsAddress]:
    return NewsAddress.objects.visible_to(access).order_by("address")


def list_told(customers: Collection[int]) -> list[NewsAddress]:
    """Those of these customers of the scope to which mail is sent; for the hub itself."""
    found = NewsAddress.objects.filter(customer_id__in=customers, stopped_at=None)
    return list(found.order_by("customer_id", "pk"))


def list_proved_domains(access: Access) -> list[str]:
    return [one.domain for one in list_domains(access) if one.proved_at]
