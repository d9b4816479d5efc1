"""What people do about themselves."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tallyhub.accounts.models import Person
from tallyhub.journal.steps import record
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import command


@command
def change_profile(access: Access, *, name: str, language: str, zone: str, theme: str) -> None:
    """Takes effect with the next page."""
    person = Person.objects.select_for_update().get(pk=access.person_id or 0)
    person.name, person.language, person.zone, person.theme = name, language, zone, theme
    person.save(update_fields=["name", "language", "zone", "theme"])
    record(access, "accounts.profile_changed", person.pk)


@command
def change_password(access: Access, *, password: str) -> str:
    """By the person, who has shown the old one or a link; returns the new hash. Every session made before has ended."""
    person = Person.objects.select_for_update().get(pk=access.person_id or 0)
    person.set_password(password)
    person.save(update_fields=["password"])
    record(access, "accounts.password_changed", person.pk)
    return person.password


@command
def ask_for_reset(access: Access, *, person_id: int) -> None:
    """Somebody says they forgot the password; only the mail that follows from this tells whether it was the person."""
    record(access, "accounts.reset_asked", person_id)


@command
def set_password(access: Access, *, email: str, password: str) -> bool:
    """By the operator, who has the machine; False when nobody has the address. A new hash ends every session."""
    person = Person.objects.select_for_update().filter(email_folded=email.lower()).first()
    if person is None:
        return False
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid("password_refused", reasons=" ".join(error.messages)) from error
    person.set_password(password)
    person.save(update_fields=["password"])
    record(access, "accounts.password_set", person.pk)
    return True
