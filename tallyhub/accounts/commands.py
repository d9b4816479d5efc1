"""What people do about themselves."""

from tallyhub.accounts.models import Person
from tallyhub.journal.steps import record
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command


@command
def change_profile(access: Access, *, name: str, language: str, zone: str, theme: str) -> None:
    """Takes effect with the next page."""
    person = Person.objects.select_for_update().get(pk=access.person_id or 0)
    person.name, person.language, person.zone, person.theme = name, language, zone, theme
    person.save(update_fields=["name", "language", "zone", "theme"])
    record(access, "accounts.profile_changed", person.pk)
