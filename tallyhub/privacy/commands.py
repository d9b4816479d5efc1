"""Export and erasure of a person, and clearing what is too old."""

from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist

from tallyhub.accounts.models import Person
from tallyhub.accounts.queries import find_by_address, lock_person
from tallyhub.journal import steps as journal
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import command, widen
from tallyhub.people.users.steps import keeping_administrators
from tallyhub.privacy import queries, steps
from tallyhub.privacy.registry import CLEARED
from tallyhub.privacy.rules import check_confirmation

EVENTS_AT_ONCE = 50_000


@command
def note_export(access: Access) -> None:
    """The person takes what the hub holds about them."""
    journal.record(access, "privacy.person_exported", access.person_id)


@command
def end_part(access: Access, person_id: int, *, confirmation: str) -> bool:
    """End a person's part in the customer that is worked inside. True: nobody else knew them, so they were erased.

    Raises DoesNotExist for somebody who is not the customer's, Invalid where the name was not typed, and Conflict
    where it would take the last administrator.
    """
    access.require(Right.ERASE_PEOPLE)
    with keeping_administrators(access):  # its lock comes first, as wherever people are changed
        person = queries.get_erasable(access, person_id)
        check_confirmation(person.name, confirmation)
        lock_person(person.pk)  # two administrators at once: the second one finds out who still knows the person
        journal.record(access, "privacy.part_ended", person.pk)
        customers = [access.customer_id or 0]
        widen(Access.of_system(customers))  # what is for the person alone, no administrator reads
        steps.erase_part(access, person, customers)
        widen(access)
    is_last = not queries.known_to(person.pk)
    if is_last:
        journal.record(access, "privacy.person_erased", person.pk)
        steps.erase_whole(person, queries.access_to(person.pk))
    return is_last


@command
def erase_oneself(access: Access, *, confirmation: str) -> None:
    """The person goes, in every customer. Each of these finds it in its audit.

    The last administrator, too: it is the person's right, and the account team can name another one.
    """
    person = lock_person(access.person_id or 0)
    check_confirmation(person.email or person.name, confirmation)
    whole = queries.access_to(person.pk)
    widen(whole)
    _record_everywhere(whole, person)
    steps.erase_whole(person, whole)


@command
def erase_by_operator(access: Access, *, address: str) -> bool:
    """By whoever has the machine; False when nobody has the address."""
    found = find_by_address(address)
    if found is None:
        return False
    person = lock_person(found.pk)
    whole = queries.access_to(person.pk)
    hub = Access.of_system(whole.customers)
    widen(hub)
    _record_everywhere(hub, person)
    steps.erase_whole(person, whole)
    return True


def _record_everywhere(access: Access, person: Person) -> None:
    customers: list[int | None] = [*sorted(queries.known_to(person.pk))]
    for customer_id in customers or [None]:  # of nobody: the hub's own log has it
        journal.record(access, "privacy.person_erased", person.pk, customer_id=customer_id)


@command
def clear(access: Access, name: str, before: datetime) -> int:
    """Clear one of ``registry.CLEARED``, and record how many there were."""
    clearing = next((clear for known, _setting, clear in CLEARED if known == name), None)
    if clearing is None:
        raise ObjectDoesNotExist
    count = clearing(before)
    if count:
        journal.record(access, "privacy.cleared", what=name, count=count, before=before.date().isoformat())
    return count


@command
def clear_events(access: Access, kind: str, before: datetime) -> int:
    """Clear old events of one kind, so many at once; the database itself records it, customer by customer."""
    return journal.clear_events(kind, before, EVENTS_AT_ONCE)
