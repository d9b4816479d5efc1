"""Pieces of writing that others need."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tallyhub.accounts.models import Person, Session
from tallyhub.accounts.queries import find_by_addresses
from tallyhub.kernel import clock
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import require_transaction


def clear_sessions(before: datetime) -> int:
    """Delete the sessions that expired before; returns how many."""
    require_transaction()
    return Session.objects.filter(expire_date__lt=before).delete()[0]


def add_invited(people: Iterable[Person]) -> list[Person]:
    """Add people whom somebody invited; returns whoever has these addresses now, in the order of ``people``.

    One of them may be added by somebody else at the same time: then that is the person. Added in the order of their
    addresses, so that two who add the same people do not wait for each other in a ring.
    """
    require_transaction()
    wanted = list(people)
    Person.objects.bulk_create(sorted(wanted, key=lambda one: (one.email or "").lower()), ignore_conflicts=True)
    there = find_by_addresses(one.email or "" for one in wanted)
    return [there[one.email or ""] for one in wanted]


def open_account(person: Person, *, name: str, password: str, language: str, zone: str) -> None:
    """Somebody who was only known can sign in from now on; their address is confirmed, because its link was used.

    Raises Invalid for a password that is refused. ``person`` is locked.
    """
    require_transaction()
    person.name, person.language, person.zone = name, language, zone
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid("password_refused", reasons=" ".join(error.messages)) from error
    person.set_password(password)
    person.confirmed_at = clock.now()
    person.save(update_fields=["name", "language", "zone", "password", "confirmed_at"])


def confirm_address(person: Person) -> None:
    """A link that only the address gets was used. ``person`` is locked."""
    require_transaction()
    if person.confirmed_at is None:
        person.confirmed_at = clock.now()
        person.save(update_fields=["confirmed_at"])


def end_vouched_sessions(customer_id: int) -> None:
    """Those that the customer's identity provider opened."""
    require_transaction()
    Session.objects.filter(vouched_by_id=customer_id).delete()
