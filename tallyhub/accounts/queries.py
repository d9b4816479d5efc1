"""Reads about people."""

from tallyhub.accounts.models import Person


def find_person(person_id: int | None) -> Person | None:
    """None: erased, or never there."""
    return Person.objects.filter(pk=person_id or 0).first()


def find_by_address(address: str) -> Person | None:
    return Person.objects.filter(email_folded=address.lower()).first()


def lock_person(person_id: int) -> Person:
    """For a change of the person; in the order in which they come, one after the other."""
    return Person.objects.select_for_update().get(pk=person_id)
