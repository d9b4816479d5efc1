"""Reads about organisations and the people in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import AccessGrant, Membership, Organization, PersonKey, Workspace
from tallyhub.organizations.rules import STAFF, Kind, Role

PEOPLE_MAX = 500  # offered by a filter


def list_own_customers(access: Access, vouched_by: int | None) -> QuerySet[Organization]:
    """Those that this session opens; ``vouched_by``: the customer whose identity provider opened it, if one did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_open(%s, %s)", [vouched_by, clock.now()])
        opened = [customer for (customer,) in cursor.fetchall()]
    return Organization.objects.filter(kind=Kind.CUSTOMER, pk__in=opened).order_by("name", "pk")


def list_customers_held(access: Access) -> QuerySet[Organization]:
    """Those in which the person has any role today, even where their account or session is refused.

    The database lets a person read their own grants, and by them the names.
    """
    mine = AccessGrant.objects.filter(person_id=access.person_id or 0, starts_at__lte=clock.now())
    current = mine.exclude(ends_at__lte=clock.now()).values("customer_id")
    return Organization.objects.filter(kind=Kind.CUSTOMER, pk__in=current).order_by("name", "pk")


def is_bound(access: Access, vouched_by: int | None) -> bool:
    """Whether one customer's word opened the session and others know the person, too: it must not reach theirs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_is_bound(%s)", [vouched_by])
        return bool(cursor.fetchone()[0])


def find_personal(customer_id: int, people: Iterable[int]) -> set[int]:
    """Those of these people whose account is no work account of the customer; for whoever works inside it (R7.2)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_personal(%s, %s::bigint[])", [customer_id, list(set(people))])
        return {person for (person,) in cursor.fetchall()}


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
    counted = _counted_in(workspace_id)
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
        if (one.person_id, one.workspace_id, one.role) in counted
    ]


def _counted_in(workspace_id: int) -> set[tuple[int, int | None, str]]:
    """(person, workspace, role) of what counts there: a personal account may be refused (R3.6)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organizations_counted_in(%s, %s)", [workspace_id, clock.now()])
        return set(cursor.fetchall())


def names_of_sources(access: Access, sources: Iterable[str]) -> dict[str, str]:
    """What grants come from, by name, where it has one that the asker may read. A higher package knows them."""
    named: dict[str, str] = {}
    kinds: dict[str, list[int]] = {}
    for source in set(sources):
        kind, _colon, number = source.partition(":")
        if number.isdigit():
            kinds.setdefault(kind, []).append(int(number))
    for kind, ids in kinds.items():
        if place := settings.TALLYHUB_SOURCE_NAMES.get(kind):
            found = import_string(place)(access, ids)
            named |= {f"{kind}:{one}": name for one, name in found.items()}
    return named


def list_workspaces(access: Access, *, after: int = 0) -> QuerySet[Workspace]:
    """In the order of their ids."""
    return Workspace.objects.visible_to(access).filter(pk__gt=after, pk__in=access.workspaces).order_by("pk")
