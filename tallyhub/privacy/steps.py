"""Erasing: the one place where rows about a person go."""

from collections.abc import Collection, Sequence

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction, widen
from tallyhub.ledger.steps import forget_titles_naming
from tallyhub.office.steps import forget_contact
from tallyhub.organizations.steps import touch_customer
from tallyhub.people.naming.steps import settle_namings
from tallyhub.privacy.registry import HOLDINGS
from tallyhub.privacy.rules import names_to_forget


def erase_part(access: Access, person: Person, customers: Sequence[int]) -> None:
    """All that these customers hold about the person, and nothing of the person's own."""
    require_transaction()
    for holding in HOLDINGS:
        if holding.customer:
            holding.erase(person.pk, customers)
    _end_namings(access, person, customers)
    _forget(person, customers)


def erase_whole(person: Person, access: Access) -> None:
    """The person, everywhere. Replaces the scope by ``access``, that of ``queries.access_to``: the command's last act.

    A row that still points at the person stops it, and nothing is erased.
    """
    widen(access)
    for holding in HOLDINGS:
        holding.erase(person.pk)
    _end_namings(access, person, access.customers)
    _forget(person, access.customers)


def _end_namings(access: Access, person: Person, customers: Collection[int]) -> None:
    """Their roles have gone: from now on they are nobody's support contact. That they were one stays, as a number."""
    for customer_id in sorted(customers):
        settle_namings(access, customer_id, [person.pk])


def _forget(person: Person, customers: Collection[int]) -> None:
    forget_titles_naming(customers, names_to_forget(person.name, person.email))
    if person.email:
        forget_contact(person.email)
    touch_customer(customers)
