"""Reads of configuration tasks."""

from collections.abc import Collection

from django.db.models import Q

from tallyhub.kernel.access import Access, Right
from tallyhub.partners.models import ConfigurationTask
from tallyhub.partners.tasks.rules import HubPage


def list_tasks(products: Collection[int]) -> list[ConfigurationTask]:
    """Those in use for these products, and those of every product, in their order.

    Nothing here asks who sold a product, and nothing who acts for the customer: a task is the customer's all the same
    (S003-46).
    """
    found = ConfigurationTask.objects.filter(Q(product=None) | Q(product_id__in=products), is_used=True)
    return list(found.select_related("product").order_by("product__code", "position", "code"))


def get_task(task_id: int) -> ConfigurationTask:
    """One in use. Raises DoesNotExist for any other."""
    return ConfigurationTask.objects.get(pk=task_id, is_used=True)


def may_do(access: Access, one: ConfigurationTask) -> bool:
    """Whether somebody holds what the task needs, inside the customer."""
    if not one.right:
        return True
    if one.page == HubPage.NOTIFICATION_ADDRESSES:
        return access.has(Right(one.right))  # of the whole customer
    return access.has_anywhere(Right(one.right))


def list_edited(access: Access) -> list[ConfigurationTask]:
    """The whole registry of one's own organisation."""
    mine = ConfigurationTask.objects.filter(organization_id__in=access.organizations)
    return list(mine.select_related("product").order_by("product__code", "position", "code"))


def get_edited(access: Access, task_id: int) -> ConfigurationTask:
    return ConfigurationTask.objects.get(organization_id__in=access.organizations, pk=task_id)
