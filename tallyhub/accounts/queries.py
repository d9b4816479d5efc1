"""Reads about people and access tokens."""

from collections.abc import Collection, Iterable

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
    return Person.objects.filter(email_folded=address.lower()).first()


def find_by_addresses(addresses: Iterable[str]) -> list[Person]:
    return list(Person.objects.filter(email_folded__in={one.lower() for one in addresses}))


def lock_person(person_id: int) -> Person:
    """For a change of the person; in the order in which they come, one after the other."""
    return Person.objects.select_for_update().get(pk=person_id)


def list_tokens(access: Access, *, is_of_customer: bool) -> TokenQuerySet:
    """The newest ones: one's own inside the customer that is worked in, or those of the customer itself."""
    mine = Token.objects.visible_to(access).filter(customer_id=access.customer_id or 0)
    wanted = mine.filter(person=None) if is_of_customer else mine.filter(person_id=access.person_id or 0)
    return wanted.order_by("-pk")[:LISTED_MAX]


def lock_token(access: Access, token_id: int) -> Token:
    return Token.objects.select_for_update().visible_to(access).get(pk=token_id)


def find_confirmed_in(people: Collection[int], domains: Iterable[str]) -> set[int]:
    """Those of these people whose address is confirmed and lies in one of the domains."""
    endings = Q(pk__in=())
    for domain in domains:
        endings |= Q(email_folded__endswith=f"@{domain}")
    found = Person.objects.filter(endings, pk__in=people, confirmed_at__isnull=False)
    return set(found.values_list("pk", flat=True))


def list_names(people: Collection[int], limit: int) -> list[str]:
    """In their order. The caller has seen to it that whoever reads them may."""
    return list(Person.objects.filter(pk__in=people).order_by("name", "pk").values_list("name", flat=True)[:limit])
