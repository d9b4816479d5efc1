"""What the hub holds about a person, counted and streamed."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from tallyhub.accounts.models import Person
from tallyhub.accounts.queries import find_person
from tallyhub.agreements import queries as agreements
from tallyhub.engagements import queries as engagements
from tallyhub.kernel.access import Access
from tallyhub.kernel.personal import Holding
from tallyhub.kernel.scope import streamed
from tallyhub.learning import queries as learning
from tallyhub.ledger import queries as ledger
from tallyhub.office import queries as office
from tallyhub.organizations import queries as organizations
from tallyhub.partners.staff import queries as staff
from tallyhub.people.invitations import queries as invitations
from tallyhub.privacy.registry import HOLDINGS
from tallyhub.privacy.rules import names_to_forget

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Held:
    """One line of what goes, or of what stays and why."""

    title: Any
    count: int
    why: Any = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure will do. ``is_whole``: the person goes, too; else only their part in one customer."""

    is_whole: bool
    goes: list[Held]
    stays: list[Held]
    own: list[Any]  # titles of what goes, too, and is not for the one who looks
    titles_naming: int  # titles, by others, in which they are named; those that go with them anyway included


def access_to(person_id: int) -> Access:
    """The person, in every customer that has anything of them: to read and erase all."""
    person = find_person(person_id)
    drafts = office.customers_naming(person.email) if person and person.email else []
    worked = [*learning.customers_of(person_id), *engagements.customers_of(person_id)]
    customers = {*known_to(person_id), *ledger.customers_of(person_id), *worked, *drafts}
    return Access(person_id=person_id, in_whole=True, system_customers=tuple(sorted(customers)))


def known_to(person_id: int) -> set[int]:
    """The customers in which the person has a part, that have asked them in, or that name them in an agreement."""
    return {
        *organizations.customers_of(person_id),
        *invitations.customers_of(person_id),
        *agreements.customers_naming(person_id),
    }


def is_needed(person_id: int, *, but_for: Sequence[int] = ()) -> bool:
    """Whether somebody else knows the person, so that they stay: another customer, or whom they work for or will."""
    works = organizations.is_employed(person_id) or staff.is_invited(person_id)
    return works or not known_to(person_id) <= set(but_for)


def list_erasable(access: Access, text: str = "") -> QuerySet[Person]:
    """The customer's people, without oneself: that is for *My data*."""
    return organizations.list_people(access, text).exclude(pk=access.person_id or 0)


def get_erasable(access: Access, person_id: int) -> Person:
    return list_erasable(access).get(pk=person_id)


def plan_whole(access: Access, person: Person) -> Plan:
    """For the erasure of a person. ``access`` is that of ``access_to``."""
    return _plan(person, access.customers, HOLDINGS, is_whole=True)


def plan_part(access: Access, person: Person) -> Plan:
    """For the end of a person's part in the customer worked inside; if nobody else knows them, they go as well.

    What is the person's own is not counted for an administrator, but listed.
    """
    customers = [access.customer_id or 0]
    is_last = not is_needed(person.pk, but_for=customers)
    return _plan(person, customers, [one for one in HOLDINGS if one.customer], is_whole=is_last)


def _plan(person: Person, customers: Sequence[int], counted: Sequence[Holding], *, is_whole: bool) -> Plan:
    listed = [one for one in counted if not one.is_context]
    found = [(one, one.count(person.pk, customers if one.customer else None)) for one in listed]
    named = ledger.count_titles_naming(customers, names_to_forget(person.name, person.email))
    return Plan(
        is_whole,
        goes=[Held(one.title, count) for one, count in found if count and not one.stays],
        stays=[Held(one.title, count, one.stays) for one, count in found if count and one.stays],
        own=[one.title for one in HOLDINGS if is_whole and one not in counted],
        titles_naming=named,
    )


@streamed
def stream(holding: Holding, person_id: int) -> Generator[str, None, None]:
    """The rows as JSON objects, in constant memory. Needs the scope of ``access_to``."""
    statement = f"SELECT to_jsonb(t)::text FROM ({holding.select()}) t"
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, {"person": person_id})
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from (row for (row,) in rows)
