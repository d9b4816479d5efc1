"""Reads about organisations and the people in them."""

from collections.abc import Collection

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import AccessGrant, Membership, Organization, PersonKey
from tallyhub.organizations.rules import STAFF_ROLES, Kind


def list_own_customers(access: Access) -> QuerySet[Organization]:
    """Those in which the person has any role today; the database lets a person read their own grants."""
    mine = AccessGrant.objects.filter(person_id=access.person_id or 0, starts_at__lte=clock.now())
    current = mine.exclude(ends_at__lte=clock.now()).values("customer_id")
    return Organization.objects.filter(kind=Kind.CUSTOMER, pk__in=current).order_by("name", "pk")


def names_of(access: Access, people: Collection[int]) -> dict[int, str]:
    """Names by id, of those whom the customer that is worked inside knows. Whoever left or was erased has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name FROM organizations_names(%s, %s::bigint[])", [access.customer_id or 0, list(people)]
        )
        return dict(cursor.fetchall())


def list_people(access: Access, text: str = "") -> QuerySet[Person]:
    """The customer's own people, by name: members, and those its systems name. The provider's staff is not among them.

    ``text`` is a part of the name or address. Needs the customer in whole.
    """
    customer = {"customer_id": access.customer_id or 0, "person_id": OuterRef("pk")}
    grants = AccessGrant.objects.filter(**customer)
    known = Exists(Membership.objects.filter(**customer)) | Exists(PersonKey.objects.filter(**customer))
    found = Person.objects.filter(known | Exists(grants)).exclude(Exists(grants.filter(role__in=STAFF_ROLES)))
    named = Q(name__icontains=text) | Q(email_folded__contains=text.lower())
    return (found.filter(named) if text else found).order_by("name", "pk")


def customers_of(person_id: int) -> list[int]:
    """The customers that know the person, whatever the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_customers_of(%s)", [person_id])
        return [customer for (customer,) in cursor.fetchall()]
