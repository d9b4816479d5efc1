"""Reads about people and access tokens."""

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q

from tallyhub.accounts.models import Person, Token, TokenQuerySet
from tallyhub.accounts.tokens import LISTED_MAX
from tallyhub.kernel.access import Access


def find_person(person_id: int | None) -> Person | None:
    """None: erased, or never there."""
    return Person.objects.filter(pk=person_id or 0).first()


def list_active(people: Collection[int]) -> list[int]:
    """Those of these people who are there and may sign in, in the order of their ids."""
    found = Person.objects.filter(pk__in=people, is_active=True).order_by("pk")
    return list(found.values_list("pk", flat=True))


def find_by_address(address: str) -> Person | None:
    return find_by_addresses([address]).get(address)


# Folded by the database, as those it holds are: Python's lower() knows letters that its does not.
_BY_ADDRESS = """
SELECT p.*, n.address AS asked
FROM unnest(%s::text[]) AS n (address) JOIN accounts_person p ON p.email_folded = lower(n.address)
"""


def find_by_addresses(addresses: Iterable[str]) -> dict[str, Person]:
    """Who has these addresses, by each of them as it is written here."""
    found: Iterable[Any] = Person.objects.raw(_BY_ADDRESS, [list(set(addresses))])
    return {one.asked: one for one in found}


def lock_person(person_id: int) -> Person:
    """For a change of the person; in the order in which they come, one after the other."""
    return Person.objects.select_for_update().get(pk=person_id)


def lock_account(person_id: int) -> Person:
    """For a change of how they sign in. Rows that refer to the person do not wait for it, unlike with ``lock_person``,
    and so nobody waits for each other who writes one of these.
    """
    return Person.objects.select_for_update(no_key=True).get(pk=person_id)


def names_by_id(people: Collection[int]) -> dict[int, str]:
    """Of colleagues among the staff, wherever each works: for lists across customers, which staff alone read."""
    return dict(Person.objects.filter(pk__in=people).values_list("pk", "name"))


def list_tokens(access: Access, *, is_of_customer: bool) -> TokenQuerySet:
    """The newest ones: one's own inside the customer that is worked in, or those of the customer itself."""
    mine = Token.objects.visible_to(access).filter(customer_id=access.customer_id or 0)
    wanted = mine.filter(person=None) if is_of_customer else mine.filter(person_id=access.person_id or 0)
    return wanted.order_by("-pk")[:LISTED_MAX]


def list_work_tokens(access: Access) -> TokenQuerySet:
    """The newest of one's own, for the provider or partner that one works for."""
    mine = Token.objects.visible_to(access).filter(person_id=access.person_id or 0)
    return mine.filter(organization_id__in=access.organizations).order_by("-pk")[:LISTED_MAX]


def names_of_tokens(access: Access, wanted: Collection[int]) -> dict[int, str]:
    """By id, of those that this person sees."""
    return dict(Token.objects.visible_to(access).filter(pk__in=wanted).values_list("pk", "name"))


def lock_token(access: Access, token_id: int) -> Token:
    return Token.objects.select_for_update().visible_to(access).get(pk=token_id)


def find_confirmed_in(people: Collection[int], domains: Iterable[str]) -> set[int]:
    """Those of these people whose address is confirmed and lies in one of the domains."""
    endings = Q(pk__in=())
    for domain in domains:
        endings |= Q(email_folded__endswith=f"@{domain}")
    found = Person.objects.filter(endings, pk__in=people, confirmed_at__isnull=False)
    return set(found.values_list("pk", flat=True))


def list_addressed(people: Collection[int], limit: int) -> list[tuple[str, str]]:
    """(name, address), by name; an empty address where there is none. Whoever reads them may: the caller sees to it."""
    found = Person.objects.filter(pk__in=people).order_by("name", "pk").values_list("name", "email")[:limit]
    return [(name, email or "") for name, email in found]


def find_without_password(people: Collection[int]) -> set[int]:
    """Those of these people who can sign in only by somebody else's word, or not at all."""
    found = Person.objects.filter(pk__in=people, password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return set(found.values_list("pk", flat=True))
