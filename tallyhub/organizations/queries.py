"""Reads about organisations and the people in them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.parts import Part, part
from tallyhub.organizations.models import AccessGrant, Membership, Organization, PersonKey, Staff, Workspace
from tallyhub.organizations.rules import ACCOUNT_TEAM, SERVING, STAFF, Kind, Role, StaffRole

_MEMBERS = """
SELECT m.person_id, p.name, coalesce(p.email, '') FROM organizations_membership m
JOIN accounts_person p ON p.id = m.person_id
WHERE m.workspace_id = %(workspace)s AND p.is_active
  AND (strpos(m.sort_name, organizations_folded(%(text)s)) > 0 OR strpos(lower(p.email), lower(%(text)s)) > 0)
ORDER BY m.sort_name, m.person_id LIMIT %(at_most)s
"""
_COUNTED = "SELECT c.* FROM unnest(%s::bigint[]) AS w (id), organizations_counted_in(w.id, %s) c"
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


def is_refused(workspace_id: int, person_id: int) -> bool:
    """Whether the workspace accepts work accounts only and the person has none; for the hub itself (R3.6)."""
    refusing = Workspace.objects.filter(pk=workspace_id, refuses_personal=True).first()
    return refusing is not None and bool(find_personal(refusing.customer_id, [person_id]))


def names_of(access: Access, people: Iterable[int | None]) -> dict[int, str]:
    """Names by id, of those whom the customer that is worked inside knows. Whoever left or was erased has none."""
    wanted = list({one for one in people if one is not None})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM organizations_names(%s, %s::bigint[])", [access.customer_id or 0, wanted])
        return dict(cursor.fetchall())


def addresses_of(people: Collection[int]) -> dict[int, str]:
    """Of those of these people who are members of a workspace of the scope."""
    members = Membership.objects.filter(person_id__in=people, person__email__isnull=False)
    return {person: address or "" for person, address in members.values_list("person_id", "person__email")}


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


def is_employed(person_id: int) -> bool:
    """Whether the person works, or worked, for the provider or a partner, whatever the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_is_employed(%s)", [person_id])
        found: bool = cursor.fetchone()[0]
        return found


def list_role_holders(access: Access) -> list[tuple[int, str]]:
    """(id, name) of those who hold or held a role where the asker may see it, by name; PEOPLE_MAX at most."""
    held = AccessGrant.objects.visible_to(access).order_by("person__name", "person_id")
    return list(held.values_list("person_id", "person__name").distinct()[:PEOPLE_MAX])


def list_served() -> set[int]:
    """The customers whose account team the person of the scope is in; the database looks it up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_served()")
        return set(cursor.fetchone()[0])


def get_customer(access: Access) -> Organization:
    """The one that is worked inside, or that a job is about."""
    return Organization.objects.visible_to(access).get(pk__in=access.customers, kind=Kind.CUSTOMER)


def list_sellers() -> list[Organization]:
    """Provider and partners; the provider first."""
    return sorted(
        Organization.objects.exclude(kind=Kind.CUSTOMER), key=lambda one: (one.kind != Kind.PROVIDER, one.name, one.pk)
    )


def get_seller(organization_id: int) -> Organization:
    """The provider or a partner. Raises DoesNotExist for a customer, too."""
    return Organization.objects.exclude(kind=Kind.CUSTOMER).get(pk=organization_id)


def list_own_staff_roles(access: Access) -> set[Role]:
    """As what the person serves customers: the one worked inside if they serve that, or else any."""
    now = clock.now()
    mine = AccessGrant.objects.filter(
        person_id=access.person_id or 0, workspace=None, role__in=ACCOUNT_TEAM, starts_at__lte=now
    ).exclude(ends_at__lte=now)
    held = set(mine.values_list("customer_id", "role"))
    here = {Role(role) for customer, role in held if customer == access.customer_id}
    return here or {Role(role) for _, role in held}


def list_serving(access: Access, organization_id: int) -> list[int]:
    """Who serves customers at the partner one works for now: none of another's."""
    return _working(access, organization_id, SERVING)


def list_at_desk(access: Access, organization_id: int) -> list[int]:
    """Who works on escalations at the provider one works for now."""
    return _working(access, organization_id, {StaffRole.DESK})


def _working(access: Access, organization_id: int, roles: Iterable[StaffRole]) -> list[int]:
    now = clock.now()
    mine = Staff.objects.visible_to(access).filter(organization_id=organization_id, roles__overlap=sorted(roles))
    current = mine.filter(starts_at__lte=now, person__is_active=True).exclude(ends_at__lte=now)
    return list(current.order_by("person_id").values_list("person_id", flat=True))


class NoSuchRole(ObjectDoesNotExist):
    """The person does not hold the role here."""


def list_staff(access: Access) -> list[AccessGrant]:
    """Who of the provider or a partner may do what in the whole customer now, each with the person."""
    now = clock.now()
    held = AccessGrant.objects.visible_to(access).filter(workspace=None, role__in=STAFF, starts_at__lte=now)
    current = held.exclude(ends_at__lte=now).select_related("person")
    return list(current.order_by("person__name", "person_id", "role", "pk"))


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds now."""

    person_id: int
    name: str
    role: Role
    workspace_id: int | None  # None: in the whole customer, later workspaces included
    source: str
    starts_at: datetime
    ends_at: datetime | None
    counts: bool = True  # a personal account may be refused (R3.6)


def list_held(access: Access, workspaces: Collection[int], people: Collection[int] | None = None) -> list[Held]:
    """Every role that counts in the workspaces now; as ``list_given``."""
    return [one for one in list_given(access, workspaces, people) if one.counts]


def list_given(access: Access, workspaces: Collection[int], people: Collection[int] | None = None) -> list[Held]:
    """Every role that is given in the workspaces now, those in the whole customer included, by name: with what does not
    count, in an archived workspace or of a personal account that is refused, because it can be taken, too.

    ``people``: of these alone, whoever they are; without, of everybody who is active.
    """
    now = clock.now()
    counted = _counted_in(workspaces or access.workspaces)  # what is held in the whole customer counts in all of them
    reaching = Q(workspace_id__in=workspaces) | Q(workspace_id__isnull=True)
    current = Q(starts_at__lte=now) & (Q(ends_at__isnull=True) | Q(ends_at__gt=now))
    whose = Q(person__is_active=True) if people is None else Q(person_id__in=people)
    grants = AccessGrant.objects.visible_to(access).filter(reaching & current & whose)
    return [
        Held(
            one.person_id,
            one.person.name,
            Role(one.role),
            one.workspace_id,
            one.source,
            one.starts_at,
            one.ends_at,
            (one.person_id, one.workspace_id, one.role) in counted,
        )
        for one in grants.select_related("person").order_by("person__name", "person_id", "role", "pk")
    ]


def _counted_in(workspaces: Collection[int]) -> set[tuple[int, int | None, str]]:
    """(person, workspace, role) of what counts there."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [list(workspaces), clock.now()])
        return set(cursor.fetchall())


def list_members(access: Access, workspace_id: int, people: Collection[int]) -> set[int]:
    """Those of these people who are members of the workspace."""
    found = Membership.objects.filter(workspace_id=workspace_id, person_id__in=people)
    return set(found.values_list("person_id", flat=True)) if workspace_id in access.workspaces else set()


def find_members(access: Access, workspace_id: int, text: str, at_most: int) -> list[tuple[int, str, str]]:
    """(id, name, address) of members of a readable workspace whose name or address holds the text, by name."""
    if workspace_id not in access.workspaces:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, {"workspace": workspace_id, "text": text, "at_most": at_most})
        return list(cursor.fetchall())


def find_member(access: Access, workspace_id: int, address: str) -> int | None:
    """The member of the workspace who has this address."""
    found = Membership.objects.filter(workspace_id=workspace_id, person__email_folded=address.lower())
    return found.values_list("person_id", flat=True).first() if workspace_id in access.workspaces else None


def find_archived(workspaces: Collection[int]) -> set[int]:
    """Those of these workspaces of the scope in which nothing new happens."""
    found = Workspace.objects.filter(pk__in=workspaces, archived_at__isnull=False)
    return set(found.values_list("pk", flat=True))


def find_members_called(
    customer_id: int, workspace_id: int, names: Collection[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Members of the workspace by the customer's key of them, and by their address in small letters."""
    folded = {name.lower() for name in names}
    keys = dict(PersonKey.objects.filter(customer_id=customer_id, key__in=names).values_list("key", "person_id"))
    wanted = Q(person_id__in=keys.values()) | Q(person__email_folded__in=folded)
    members = Membership.objects.filter(workspace_id=workspace_id).filter(wanted)
    rows = list(members.values_list("person__email_folded", "person_id"))
    here = {person for _address, person in rows}
    by_key = {key: person for key, person in keys.items() if person in here}
    return by_key, {address: person for address, person in rows if address in folded}


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


def list_joined(workspace_id: int) -> set[str]:
    """Addresses of its members, in small letters; left out is who only came with an import and cannot sign in yet."""
    unable = Q(person__is_active=True, person__password__startswith=UNUSABLE_PASSWORD_PREFIX, person__last_login=None)
    members = Membership.objects.filter(workspace_id=workspace_id, person__email__isnull=False).exclude(unable)
    return {(address or "").lower() for address in members.values_list("person__email", flat=True)}


def list_own_workspaces(access: Access) -> list[Workspace]:
    """All that one may read, archived ones too: first the default one, then by name, the archived ones last."""
    order = (F("archived_at").asc(nulls_first=True), "-is_default", "name", "pk")
    return list(Workspace.objects.visible_to(access).order_by(*order))


def get_workspace(access: Access, workspace_id: int) -> Workspace:
    return Workspace.objects.visible_to(access).get(pk=workspace_id)


def which_were_staff(access: Access, people: Collection[int]) -> set[int]:
    """Those who have, or had, a role of staff there; for the hub itself."""
    held = AccessGrant.objects.visible_to(access).filter(role__in=STAFF, person_id__in=people)
    return set(held.values_list("person_id", flat=True))


def list_account_team(access: Access) -> list[int]:
    """Who looks after the customer for the provider or partner, now."""
    now = clock.now()
    team = AccessGrant.objects.visible_to(access).filter(role__in=ACCOUNT_TEAM, workspace=None, person__is_active=True)
    current = team.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now)
    return list(current.order_by("person_id").values_list("person_id", flat=True).distinct())


def news_of_roles(access: Access, since: datetime) -> Part:
    """A part of home: the roles that this person was given since then and still has."""
    now = clock.now()
    mine = AccessGrant.objects.filter(customer_id__in=access.customers, person_id=access.person_id or 0)
    held = mine.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__gte=since, starts_at__lte=now)
    given = held.exclude(role=Role.MEMBER)
    return part("role", given, "-starts_at", at=F("starts_at"), key=F("role"), text=F("role"), place="workspace_id")


def list_providers() -> list[Organization]:
    """Whoever runs the services; as a rule one."""
    return list(Organization.objects.filter(kind=Kind.PROVIDER).order_by("pk"))


def find_house(person_id: int) -> int | None:
    """The provider or partner that the person of the scope works for now, as they may read of themselves."""
    now = clock.now()
    held = Staff.objects.filter(person_id=person_id, starts_at__lte=now).exclude(ends_at__lte=now)
    return held.values_list("organization_id", flat=True).first()


def houses_of(people: Collection[int]) -> "QuerySet[Staff, int]":
    """Ids of the organisations of the scope where any of these people works or has worked, as part of a statement."""
    return Staff.objects.filter(person_id__in=people).values_list("organization_id", flat=True)


def list_colleagues(access: Access) -> list[Staff]:
    """Who works now for the organisation that is acted for, each with the person, by name."""
    return list(_colleagues(access).filter(person__is_active=True).order_by("person__name", "pk"))


def page_of_colleagues(access: Access, text: str, after: tuple[str, int] | None, at_most: int) -> list[Staff]:
    """The same, so many of them. ``text``: a part of name or address; ``after``: name and id of the row before."""
    found = _colleagues(access).filter(person__is_active=True)
    if text:
        found = found.filter(Q(person__name__icontains=text) | Q(person__email__icontains=text))
    if after:
        name, number = after
        found = found.filter(Q(person__name__gt=name) | Q(person__name=name, pk__gt=number))
    return list(found.order_by("person__name", "pk")[:at_most])


def is_work_of(access: Access, staff_id: int, person_id: int) -> bool:
    """Whether it is, or was, the person's own work for the organisation that is acted for."""
    return Staff.objects.visible_to(access).filter(pk=staff_id, person_id=person_id).exists()


def lock_colleagues(access: Access) -> list[Staff]:
    """The same, locked, so that two administrators never take each other's role."""
    return list(_colleagues(access).select_for_update(of=("self",)).order_by("pk"))


def _colleagues(access: Access) -> QuerySet[Staff]:
    now = clock.now()
    current = Staff.objects.visible_to(access).filter(starts_at__lte=now).exclude(ends_at__lte=now)
    return current.select_related("person")
