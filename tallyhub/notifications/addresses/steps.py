"""Mail to the addresses of customers."""

from collections.abc import Collection, Mapping
from typing import Any

from tallyhub.kernel import clock
from tallyhub.kernel.scope import require_transaction
from tallyhub.notifications.addresses.queries import list_told
from tallyhub.notifications.models import NewsAddress
from tallyhub.notifications.steps import NewMail


def mails_to(customers: Collection[int], letter: str, params: Mapping[str, Any], thread: str) -> list[NewMail]:
    """One to each address of these customers of the scope; the letter is one of ``letters.ADDRESS_LETTERS``."""
    return [
        NewMail(None, letter, {**params, "customer": one.customer_id}, thread, address=(one.pk, one.customer_id))
        for one in list_told(customers)
    ]


def lock_address(address_id: int) -> NewsAddress:
    require_transaction()
    return NewsAddress.objects.select_for_update().get(pk=address_id)


def stop_address(address_id: int) -> None:
    """Mail to it came back for good."""
    require_transaction()
    NewsAddress.objects.filter(pk=address_id).update(stopped_at=clock.now())
