"""What sign-in does differently from allauth's defaults."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from tallyhub.accounts.models import Person


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # people are invited


def display(person: Person) -> str:
    return person.name
