"""Reads about organisations and the people in them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import AccessGrant, Membership, Organization, PersonKey, Workspace
from tallyhub.organizations.rules import STAFF, Kind, Role

PEOPLE_MAX = 500  # offered by a filter


def list_own_customers(access: Access) -> QuerySet[Organization]:
    """Those in which the person has any role today; the database lets a person read their own grants."""
    mine = AccessGrant.objects.filter(person_id=access.person_id or 0, starts_at__lte=clock.now())
    current = mine.exclude(ends_at__lte=clock.now()).values("customer_id")
    return Organization.objects.filter(kind=Kind.CUSTOMER, pk__in=current).order_by("name", "pk")


def names_of(access: Access, people: Iterable[int | None]) -> dict[int, str]:
    """Names by id, of those whom the customer that is worked inside knows. Whoever left or was erased has none."""
    wanted = list({one for one in people if one is not None})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM organizations_names(%s, %s::bigint[])", [access.customer_id or 0, wanted])
        return dict(cursor.fetchall())


def list_people(access: Access, text: str = "") -> QuerySet[Person]:
    """The customer's own people, by name: members, and those its systems name. The provider's staff is not among them.

    ``text`` is a part of the name or address. Needs the customer in whole.
    """
    customer = {"customer_id": access.customer_id or 0, "person_id": OuterRef("pk")}
    grants = AccessGrant.objects.filter(**customer)
    known = Exists(Membership.objects.filter(**customer)) | Exists(PersonKey.objects.filter(**customer))
    found = Person.objects.filter(known | Exists(grants)).exclude(Exists(grants.filter(role__in=STAFF)))
    named = Q(name__icontains=text) | Q(email_folded__contains=text.lower())
    return (found.filter(named) if text else found).order_by("name", "pk")


def customers_of(person_id: int) -> list[int]:
    """The customers that know the person, whatever the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_customers_of(%s)", [person_id])
        return [customer for (customer,) in cursor.fetchall()]


def list_role_holders(access: Access) -> list[tuple[int, str]]:
    """(id, name) of those who hold or held a role where the asker may see it, by name; PEOPLE_MAX at most."""
    held = AccessGrant.objects.visible_to(access).order_by("person__name", "person_id")
    return list(held.values_list("person_id", "person__name").distinct()[:PEOPLE_MAX])


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds now, which reaches a workspace."""

    person_id: int
    name: str
    role: Role
    is_in_whole: bool  # held in the whole customer, later workspaces included
    source: str
    starts_at: datetime
    ends_at: datetime | None


def list_held(access: Access, workspace_id: int) -> list[Held]:
    """Why whoever can see the workspace can: every role that counts there now, by name."""
    now = clock.now()
    reaching = Q(workspace_id=workspace_id) | Q(workspace_id__isnull=True)
    current = Q(starts_at__lte=now) & (Q(ends_at__isnull=True) | Q(ends_at__gt=now))
    grants = AccessGrant.objects.visible_to(access).filter(reaching & current, person__is_active=True)
    return [
        Held(
            one.person_id,
            one.person.name,
            Role(one.role),
            one.workspace_id is None,
            one.source,
            one.starts_at,
            one.ends_at,
        )
        for one in grants.select_related("person").order_by("person__name", "person_id", "role", "pk")
    ]


def list_workspaces(access: Access, *, after: int = 0) -> QuerySet[Workspace]:
    """In the order of their ids."""
    return Workspace.objects.visible_to(access).filter(pk__gt=after, pk__in=access.workspaces).order_by("pk")


def list_holders(access: Access, workspace_id: int, roles: Collection[Role]) -> list[int]:
    """Ids of who holds one of these roles now, in the workspace or the whole customer, in the order of the ids."""
    now = clock.now()
    reaching = Q(workspace_id=workspace_id) | Q(workspace_id__isnull=True)
    current = Q(starts_at__lte=now) & (Q(ends_at__isnull=True) | Q(ends_at__gt=now))
    held = AccessGrant.objects.visible_to(access).filter(reaching & current, role__in=roles, person__is_active=True)
    return list(held.order_by("person_id").values_list("person_id", flat=True).distinct())


def list_addresses(workspace_id: int) -> list[tuple[str, str]]:
    """(address, name) of each member of a workspace of the scope."""
    members = Membership.objects.filter(workspace_id=workspace_id, person__email__isnull=False)
    rows = members.order_by("person_id").values_list("person__email", "person__name")
    return [(address or "", name) for address, name in rows]
