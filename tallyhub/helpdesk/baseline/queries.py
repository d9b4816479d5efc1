"""Reads about what a partner solves by itself."""

from django.db.models import Q, QuerySet

from tallyhub.helpdesk.models import BaselineItem
from tallyhub.kernel.access import Access


def list_items(product_id: int | None = None) -> list[BaselineItem]:
    """What is within the baseline of this product; without one, of every product. In order."""
    found = _in_use()
    if product_id is not None:
        found = found.filter(Q(product=None) | Q(product_id=product_id))
    return list(found.select_related("product").order_by("product__code", "position", "code"))


def get_item(product_id: int | None, item_id: int) -> BaselineItem:
    """Raises DoesNotExist for one that is not within the baseline of this product."""
    found = _in_use().filter(pk=item_id)
    return (found.filter(Q(product=None) | Q(product_id=product_id)) if product_id is not None else found).get()


def _in_use() -> QuerySet[BaselineItem]:
    return BaselineItem.objects.filter(is_used=True)


def list_edited(access: Access) -> list[BaselineItem]:
    """The whole list of one's own organisation."""
    mine = BaselineItem.objects.filter(organization_id__in=access.organizations)
    return list(mine.select_related("product").order_by("product__code", "position", "code"))


def get_edited(access: Access, item_id: int) -> BaselineItem:
    return BaselineItem.objects.get(organization_id__in=access.organizations, pk=item_id)
