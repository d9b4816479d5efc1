"""What a customer's administrator does with the addresses for news of the provider."""

from tallyhub.accounts.rules import read_language
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.notifications.addresses import queries
from tallyhub.notifications.models import NewsAddress
from tallyhub.organizations.queries import get_customer

ADDRESSES_MAX = 5  # of one customer


@command
def add_address(access: Access, address: str, language: str) -> None:
    """Raises Invalid for what is no address of a domain that the customer has proved: nobody else's mailbox is filled.

    One that is there already takes the language, and gets mail again where it had been stopped.
    """
    access.require(Right.ADMINISTER)
    read, chosen = check_address(address.strip()), read_language(language)
    if read.rpartition("@")[2] not in queries.list_proved_domains(access):
        raise Invalid("news_address_elsewhere")
    customer = get_customer(access)
    mine = NewsAddress.objects.visible_to(access)
    known = mine.filter(address__iexact=read).first()
    if known is None and mine.count() >= ADDRESSES_MAX:
        raise Conflict("news_addresses_many", addresses_max=ADDRESSES_MAX)
    row = known or NewsAddress(customer_id=customer.pk, address=read, added_at=clock.now())
    row.language, row.bounces, row.stopped_at = chosen, 0, None
    row.save()
    record(access, "notifications.address_added", row.pk)


@command
def remove_address(access: Access, address_id: int) -> None:
    """Raises DoesNotExist for one of another customer."""
    access.require(Right.ADMINISTER)
    NewsAddress.objects.visible_to(access).select_for_update().get(pk=address_id).delete()
    record(access, "notifications.address_removed", address_id)
