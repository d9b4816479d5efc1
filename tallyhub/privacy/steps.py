"""Erasing: the one place where rows about a person go."""

from collections.abc import Collection, Sequence

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction, widen
from tallyhub.ledger.steps import forget_titles_naming
from tallyhub.office.steps import forget_contact
from tallyhub.organizations.steps import touch_customer
from tallyhub.privacy.registry import HOLDINGS
from tallyhub.privacy.rules import names_to_forget


def erase_part(person: Person, customers: Sequence[int]) -> None:
    """All that these customers hold about the person, and nothing of the person's own."""
    require_transaction()
    for holding in HOLDINGS:
        if holding.customer:
            holding.erase(person.pk, customers)
    _forget(person, customers)


def erase_whole(person: Person, access: Access) -> None:
    """The person, everywhere. Replaces the scope by ``access``, that of ``queries.access_to``: the command's last act.

    A row that still points at the person stops it, and nothing is erased.
    """
    widen(access)
    for holding in HOLDINGS:
        holding.erase(person.pk)
    _forget(person, access.customers)


def _forget(person: Person, customers: Collection[int]) -> None:
    forget_titles_naming(customers, names_to_forget(person.name, person.email))
    if person.email:
        forget_contact(person.email)
    touch_customer(customers)
