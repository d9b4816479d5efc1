"""What sign-in does differently from allauth's defaults."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from tallyhub.accounts import commands
from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # people are invited

    def set_password(self, user: Person, password: str) -> None:
        user.password = commands.change_password(Access(person_id=user.pk), password=password)

    def send_password_reset_mail(self, user: Person, email: str, context: dict[str, Any]) -> None:
        """Not for people of an import, who never had a password: they are known, not let in."""
        if user.has_usable_password():
            commands.ask_for_reset(Access(), person_id=user.pk)


def display(person: Person) -> str:
    return person.name
