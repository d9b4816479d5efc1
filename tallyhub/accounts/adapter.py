"""What sign-in does differently from allauth's defaults."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from tallyhub.accounts import commands
from tallyhub.accounts.models import Person
from tallyhub.accounts.sessions import CUSTOMER_KEY, VOUCHED_KEY, WORKSPACE_KEY
from tallyhub.kernel.access import Access


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # people are invited

    def login(self, request: HttpRequest, user: Person) -> None:
        """A session keeps what it knew of the same person; who vouches for them is of this sign-in and no earlier."""
        super().login(request, user)
        vouched_by = getattr(request, "vouched_by", None)  # by people.sign_in, after the customer's provider answered
        request.session[VOUCHED_KEY] = vouched_by
        if vouched_by:
            request.session[CUSTOMER_KEY], request.session[WORKSPACE_KEY] = vouched_by, None

    def set_password(self, user: Person, password: str) -> None:
        user.password = commands.change_password(Access(person_id=user.pk), password=password)

    def send_password_reset_mail(self, user: Person, email: str, context: dict[str, Any]) -> None:
        """Not for people of an import, who never came in: they are known, not let in.

        Whoever came in by somebody else's word gets one, too: the account is that of the mailbox's owner.
        """
        if user.has_usable_password() or user.confirmed_at or user.last_login:
            commands.ask_for_reset(Access(), person_id=user.pk)


def display(person: Person) -> str:
    return person.name
