"""What a letter is."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.http import int_to_base36

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.queries import find_house
from tallyhub.organizations.sign_on import act_for


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain text, all of it: the templates escape. ``path`` leads to the page that the button opens."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str = ""
    path: str = ""
    reply_to: str = ""  # an address of its own, at which an answer is read by the hub
    leave_path: str = ""  # where its reader chooses to get no more of these
    leave_once_path: str = ""  # where a mail program may ask for that by itself (RFC 8058)


@dataclass(frozen=True, slots=True)
class Kind:
    """``make`` gets the reader and the mail's parameters; it raises DoesNotExist where there is nothing to tell.

    ``is_to_actor``: of an event, else to its subject. ``readers``: where the subject is no person, who the mail is for;
    asked in the customer's scope, and the parameters hold the subject's number. A parameter ``language`` is the mail's,
    instead of its reader's.
    """

    make: Callable[[Person, Mapping[str, Any]], Letter]
    is_to_actor: bool = False
    readers: Callable[[Access, int], Collection[int]] | None = None
    is_digest: bool = False


def password_path(person: Person) -> str:
    """Where they choose a password. The link is made here and stored nowhere.

    It ends with the password that it was made for, or after a day.
    """
    key = f"{int_to_base36(person.pk)}-{default_token_generator.make_token(person)}"
    return reverse("account_reset_password_from_key", args=key.split("-", 1))


def reader_access(person: Person, params: Mapping[str, Any]) -> Access:
    """As somebody of a customer or, with ``organization``, of its partner; what they may do now."""
    if not params.get("organization"):
        return act_for(person.pk, params["customer"]).access
    with scope(Access(person_id=person.pk)):
        return Access(person_id=person.pk, organization_id=find_house(person.pk))
