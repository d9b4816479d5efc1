"""Pieces of writing that commands and imports share.

Each demands an open transaction whose scope holds the customers concerned.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import F, Q

from tallyhub.accounts.models import Person
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.bulk import Added, Row, add_missing, first_difference
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import require_transaction
from tallyhub.organizations.models import (
    AccessGrant,
    Membership,
    Organization,
    PersonKey,
    ProvedDomain,
    Staff,
    Workspace,
)
from tallyhub.organizations.rules import Kind, Role, StaffRole, barred_roles

PEOPLE_LOCK = 7_301  # of our advisory locks, the one on a customer's people
# A grant that has ended begins anew; one that is held keeps its beginning.
_GIVE = """
INSERT INTO organizations_accessgrant AS g (customer_id, workspace_id, person_id, role, source, starts_at, ends_at)
SELECT n.customer_id, n.workspace_id, n.person_id, n.role, n.source, now.at, n.ends_at
FROM (SELECT %s::timestamptz AS at) now, jsonb_to_recordset(%s::jsonb) AS n (
    customer_id bigint, workspace_id bigint, person_id bigint, role text, source text, ends_at timestamptz)
ON CONFLICT (customer_id, workspace_id, person_id, role, source) DO UPDATE SET ends_at = excluded.ends_at,
    starts_at = CASE WHEN g.ends_at <= excluded.starts_at THEN excluded.starts_at ELSE g.starts_at END
"""
_TAKE = """
DELETE FROM organizations_accessgrant g USING jsonb_to_recordset(%s::jsonb) AS n (
    customer_id bigint, workspace_id bigint, person_id bigint, role text, source text)
WHERE g.customer_id = n.customer_id AND g.workspace_id IS NOT DISTINCT FROM n.workspace_id
  AND g.person_id = n.person_id AND g.role = n.role AND g.source = n.source
"""
# One parameter for all codes: a place for each would be another statement for every number of them.
_WORKSPACES = """
SELECT customer_id, code, id FROM organizations_workspace
WHERE customer_id = ANY (%s::bigint[]) AND code = ANY (%s::text[])
"""
_NEW_IDS = "SELECT nextval(pg_get_serial_sequence('organizations_organization', 'id')) FROM generate_series(1, %s::int)"


def find_customers(codes: Collection[str]) -> dict[str, int]:
    """Ids of the customers with these codes, whatever the scope: an import must know which are there.

    A code that a provider or partner has is not among them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, id FROM organizations_find_customers(%s::text[])", [list(codes)])
        found: dict[str, int] = dict(cursor.fetchall())
    sellers = find_sellers(found)
    return {code: one for code, one in found.items() if code not in sellers}


def claim_customers(codes: Collection[str]) -> dict[str, int]:
    """As ``find_customers``, and an id from the sequence for each that is not there: it must be in scope to be made."""
    found = find_customers(codes)
    missing = sorted(set(codes) - found.keys())
    with connection.cursor() as cursor:
        cursor.execute(_NEW_IDS, [len(missing)])
        return found | {code: one for code, (one,) in zip(missing, cursor.fetchall(), strict=True)}


def add_customers(rows: Sequence[Row]) -> Added[Organization]:
    """``rows`` name their ids, from ``claim_customers``."""
    return add_missing(Organization, [{**row, "kind": Kind.CUSTOMER} for row in rows], ("code",))


def change_customer(customer: Organization, *, name: str, zone: str, market: str) -> None:
    """What it is called, the zone that is proposed for what it makes, and in which country it buys."""
    require_transaction()
    customer.name, customer.zone, customer.market = name, zone, market
    customer.save(update_fields=["name", "zone", "market"])


def add_domains(rows: Sequence[Row]) -> list[int]:
    """Mail domains that a customer has proved; returns the places of those that are another customer's."""
    require_transaction()
    proved = [ProvedDomain(**row, proved_at=clock.now()) for row in rows]
    ProvedDomain.objects.bulk_create(proved, ignore_conflicts=True)
    visible = ProvedDomain.objects.filter(domain__in={row["domain"] for row in rows})
    owners = dict(visible.values_list("domain", "customer_id"))
    return [place for place, row in enumerate(rows) if owners.get(row["domain"]) != row["customer_id"]]


def find_sellers(codes: Iterable[str]) -> dict[str, int]:
    """Provider and partners. The empty code is the provider, as long as there is one only."""
    sellers = Organization.objects.exclude(kind=Kind.CUSTOMER)
    found = dict(sellers.filter(code__in=set(codes)).values_list("code", "pk"))
    providers = sellers.filter(kind=Kind.PROVIDER).values_list("pk", flat=True)[:2]
    return found | ({"": providers[0]} if len(providers) == 1 else {})


def kinds_of_sellers() -> dict[int, Kind]:
    """Provider and partners by id."""
    sellers = Organization.objects.exclude(kind=Kind.CUSTOMER)
    return {pk: Kind(kind) for pk, kind in sellers.values_list("pk", "kind")}


def add_sellers(rows: Sequence[Row]) -> Added[Organization]:
    return add_missing(Organization, rows, ("code",))


def find_workspaces(keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Ids by customer and code."""
    customers, codes = {customer for customer, _ in keys}, {code for _, code in keys}
    with connection.cursor() as cursor:
        cursor.execute(_WORKSPACES, [list(customers), list(codes)])
        return {(customer, code): pk for customer, code, pk in cursor.fetchall()}


def default_workspaces(customers: Collection[int]) -> dict[int, str]:
    """The code of each customer's default workspace."""
    found = Workspace.objects.filter(customer_id__in=customers, is_default=True)
    return dict(found.values_list("customer_id", "code"))


def add_workspaces(rows: Sequence[Row]) -> Added[Workspace]:
    return add_missing(Workspace, rows, ("customer_id", "code"))


def add_grants(rows: Sequence[Row]) -> Added[AccessGrant]:
    """Roles from now on. ``workspace_id`` None: in the whole customer."""
    key = ("customer_id", "workspace_id", "person_id", "role")
    added = add_missing(AccessGrant, [{**row, "starts_at": clock.now()} for row in rows], key)
    return Added(added.rows, added.new, [])  # since when it is held is no part of what the file says


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Somebody works for a provider or a partner as these, until an instant if one is named."""

    organization_id: int
    person_id: int
    roles: tuple[StaffRole, ...]
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Employed:
    """What became of rows, by their places."""

    new: list[int]
    changed: list[int]
    elsewhere: list[int]  # refused: they work for another organisation


def employ(access: Access, rows: Sequence[NewStaff]) -> Employed:
    """Say who works for the organisations of the scope. Who has left may work for another.

    The same number of statements, however many. Raises IntegrityError where another organisation was faster.
    """
    require_transaction()
    now = clock.now()
    people = [one.person_id for one in rows]
    elsewhere = _employed_elsewhere(people, now)
    known = {one.person_id: one for one in Staff.objects.select_for_update().filter(person_id__in=people)}
    done, added = Employed([], [], []), []
    for place, row in enumerate(rows):
        said = {"organization_id": row.organization_id, "roles": sorted(row.roles), "ends_at": row.ends_at}
        one = known.get(row.person_id)
        has_left = one is not None and one.ends_at is not None and one.ends_at <= now
        is_anothers = one is not None and one.organization_id != row.organization_id
        if row.person_id in elsewhere or (is_anothers and not has_left):
            done.elsewhere.append(place)
        elif one is None:
            known[row.person_id] = Staff(person_id=row.person_id, starts_at=now, **said)
            added.append(known[row.person_id])
            done.new.append(place)
        elif first_difference(one, said):
            stays = row.ends_at is None or row.ends_at > now
            begins = {"starts_at": now} if is_anothers or (has_left and stays) else {}
            for name, value in (said | begins).items():
                setattr(one, name, value)
            done.changed.append(place)
    changed = {rows[place].person_id: known[rows[place].person_id] for place in done.changed}
    Staff.objects.bulk_create(added)
    Staff.objects.bulk_update(
        [one for one in changed.values() if one not in added], ["organization_id", "roles", "starts_at", "ends_at"]
    )
    record_many(access, [_staff_set(rows[place]) for place in sorted(done.new + done.changed)])
    return done


def _employed_elsewhere(people: Collection[int], now: datetime) -> set[int]:
    """Those of these people who work for an organisation outside the scope; the database forgets for which they did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_employed_elsewhere(%s::bigint[], %s)", [list(people), now])
        return {person for (person,) in cursor.fetchall()}


def _staff_set(one: NewStaff) -> News:
    details = {"organization": one.organization_id, "roles": "+".join(sorted(one.roles)) or "-"}
    return News("organizations.staff_set", None, one.person_id, details=details)


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A role for somebody. ``source`` says what it comes from, so that it goes with that and with nothing else."""

    customer_id: int
    workspace_id: int | None  # None: the whole customer
    person_id: int
    role: Role
    source: str = "membership"
    ends_at: datetime | None = None

    @property
    def key(self) -> tuple[int | None, int, str, str]:
        return self.workspace_id, self.person_id, self.role, self.source

    @property
    def details(self) -> dict[str, Any]:
        return {"role": self.role.value}


def give_roles(access: Access, grants: Sequence[NewGrant]) -> list[NewGrant]:
    """From now on; returns those that were not held before. One that is held keeps its beginning, and gets the new end.

    Whoever gets a role in a workspace is a member of it. Four statements, however many.
    """
    require_transaction()
    held = _held_keys(grants)
    new = [one for one in grants if one.key not in held]
    check_administrators(access, [one.role for one in new])
    _add_members({(one.customer_id, one.workspace_id, one.person_id) for one in grants if one.workspace_id})
    with connection.cursor() as cursor:
        cursor.execute(_GIVE, [clock.now(), json.dumps([asdict(one) for one in grants], default=str)])
    record_many(
        access,
        [
            News("organizations.role_given", one.customer_id, one.person_id, one.workspace_id, one.details)
            for one in new
        ],
    )
    return new


def take_roles(access: Access, grants: Sequence[NewGrant]) -> list[NewGrant]:
    """At once; returns those that were held. Membership stays."""
    require_transaction()
    held = _held_keys(grants)
    gone = [one for one in grants if one.key in held]
    check_administrators(access, [one.role for one in gone])
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [json.dumps([asdict(one) for one in gone], default=str)])
    record_many(
        access,
        [
            News("organizations.role_taken", one.customer_id, one.person_id, one.workspace_id, one.details)
            for one in gone
        ],
    )
    return gone


def leave_workspace(access: Access, workspace: Workspace, people: Collection[int]) -> None:
    """They are members no more, and whatever they could do there, from whichever source, has ended.

    A command's last act: whoever leaves by themselves may write nothing there afterwards.
    """
    require_transaction()
    where = {"customer_id": workspace.customer_id, "workspace_id": workspace.pk, "person_id__in": set(people)}
    if barred_roles(access):
        check_administrators(access, [Role(role) for role in _roles_held(where)])
    Membership.objects.filter(**where).delete()
    AccessGrant.objects.filter(**where).delete()
    news = [News("organizations.member_removed", workspace.customer_id, one, workspace.pk) for one in sorted(people)]
    record_many(access, news)


def check_administrators(access: Access, roles: Collection[Role]) -> None:
    """Raises Conflict where somebody of a partner would make or unmake an administrator, whatever was delegated."""
    if barred_roles(access) & set(roles):
        raise Conflict("administrators_not_delegated")


def _roles_held(where: Mapping[str, Any]) -> set[str]:
    return set(AccessGrant.objects.filter(**where).values_list("role", flat=True))


def _held_keys(grants: Sequence[NewGrant]) -> set[tuple[int | None, int, str, str]]:
    people, customers = {one.person_id for one in grants}, {one.customer_id for one in grants}
    now = clock.now()
    held = AccessGrant.objects.filter(customer_id__in=customers, person_id__in=people, starts_at__lte=now)
    current = held.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))
    return set(current.values_list("workspace_id", "person_id", "role", "source"))


def _add_members(rows: Collection[tuple[int, int, int]]) -> None:
    members = [
        Membership(customer_id=customer, workspace_id=workspace, person_id=person)
        for customer, workspace, person in sorted(rows)
    ]
    Membership.objects.bulk_create(members, ignore_conflicts=True)


def lock_people(customer_id: int) -> None:
    """One change of a customer's people at a time: two administrators must not take each other's role (R7.1)."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", [PEOPLE_LOCK, customer_id % 2**31])


@dataclass(frozen=True, slots=True)
class NewPerson:
    """``customer_id`` None: staff of the provider, known by their address."""

    customer_id: int | None
    key: str
    columns: Mapping[str, Any]  # of Person
    workspaces: list[int] = field(default_factory=list)  # ids; added to those the person already belongs to

    @property
    def address(self) -> str:
        return str(self.columns.get("email", "")).lower()


def find_people_by_key(keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Ids of people by customer and key, for whoever must not learn which addresses there are."""
    customers, names = {customer for customer, _ in keys}, {name for _, name in keys}
    by_key = PersonKey.objects.filter(customer_id__in=customers, key__in=names)
    return {(customer, key): person for customer, key, person in by_key.values_list("customer_id", "key", "person_id")}


def find_people(keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Ids of people by customer and key, or by address."""
    names = {name for _, name in keys}
    found = find_people_by_key(keys)
    by_address = {one.email_folded: one.pk for one in _with_addresses(name.lower() for name in names if "@" in name)}
    for customer, name in keys:
        if (customer, name) not in found and name.lower() in by_address:
            found[customer, name] = by_address[name.lower()]
    return found


def list_belonging(people: Collection[int]) -> set[int]:
    """Those of these people who have anything to do with the customers of the scope: a key, a membership or a role."""
    rows = (PersonKey.objects.all(), Membership.objects.all(), AccessGrant.objects.all())
    found = (each.filter(person_id__in=people).values_list("person_id", flat=True) for each in rows)
    return {person for each in found for person in each}


def belonging_to(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these (customer, person) who have a key, a membership or a role in that customer. In scope only."""
    customers, people = {customer for customer, _ in pairs}, {person for _, person in pairs}
    rows = (PersonKey.objects.all(), Membership.objects.all(), AccessGrant.objects.all())
    asked = (each.filter(customer_id__in=customers, person_id__in=people) for each in rows)
    return {pair for each in asked for pair in each.values_list("customer_id", "person_id")} & set(pairs)


def zones_of(customers: Collection[int]) -> dict[int, str]:
    """The zone of each of these customers, in scope."""
    return dict(Organization.objects.filter(pk__in=customers).values_list("pk", "zone"))


def add_people(rows: Sequence[NewPerson]) -> Added[Person]:
    """People without a password; each with its customer's key, and a member of its workspaces.

    Somebody whose address is known is the same person, in whichever customer.
    """
    require_transaction()
    added = _add_persons(rows)
    changed = set(added.new)
    changed |= _add_keys(rows, added.rows)
    changed |= _add_memberships(rows, added.rows)
    return Added(added.rows, sorted(changed), added.differing)


def _add_persons(rows: Sequence[NewPerson]) -> Added[Person]:
    known = _known_people(rows)
    added: Added[Person] = Added([], [], [])
    for place, row in enumerate(rows):
        person = known.get((row.customer_id, row.key)) or known.get((None, row.address))
        if person is None:
            person = Person(password=make_password(None), **row.columns)
            added.new.append(place)
        elif column := _person_difference(person, row):
            added.differing.append((place, column))
        known[row.customer_id, row.key] = person
        if row.address:
            known[None, row.address] = person
        added.rows.append(person)
    Person.objects.bulk_create([added.rows[place] for place in added.new])
    return added


def _known_people(rows: Sequence[NewPerson]) -> dict[tuple[int | None, str], Person]:
    """By customer and key, and by address under no customer."""
    people: dict[tuple[int | None, str], Person] = {
        (None, person.email_folded or ""): person
        for person in _with_addresses(row.address for row in rows if row.address)
    }
    customers = {row.customer_id for row in rows if row.customer_id}
    keys = PersonKey.objects.filter(customer_id__in=customers, key__in={row.key for row in rows})
    return people | {(key.customer_id, key.key): key.person for key in keys.select_related("person")}


def _with_addresses(addresses: Iterable[str]) -> Iterable[Person]:
    return Person.objects.filter(email_folded__in=set(addresses))


def _person_difference(person: Person, row: NewPerson) -> str:
    """Addresses are compared as they are looked up: without case."""
    if row.address and row.address != (person.email or "").lower():
        return "email"
    return first_difference(person, {column: value for column, value in row.columns.items() if column != "email"})


def _add_keys(rows: Sequence[NewPerson], people: Sequence[Person]) -> set[int]:
    """Returns the places of the rows whose key is new; a key that is known was found with its person."""
    keyed = [place for place, row in enumerate(rows) if row.customer_id]
    keys = [
        {"customer_id": rows[place].customer_id, "key": rows[place].key, "person_id": people[place].pk}
        for place in keyed
    ]
    return {keyed[place] for place in add_missing(PersonKey, keys, ("customer_id", "key")).new}


def _add_memberships(rows: Sequence[NewPerson], people: Sequence[Person]) -> set[int]:
    """Returns the places of the rows whose person came to a workspace."""
    pairs = [(place, workspace) for place, row in enumerate(rows) for workspace in row.workspaces]
    memberships = [
        {"customer_id": rows[place].customer_id, "workspace_id": workspace, "person_id": people[place].pk}
        for place, workspace in pairs
    ]
    return {pairs[place][0] for place in add_missing(Membership, memberships, ("workspace_id", "person_id")).new}


def touch_customer(customers: Collection[int]) -> None:
    """Raise the version by which the pages of these customers know that they are out of date."""
    require_transaction()
    Organization.objects.filter(pk__in=customers).update(data_version=F("data_version") + 1)


def lock_workspace(access: Access, workspace_id: int) -> Workspace:
    """Of those one may read; for a change of it."""
    require_transaction()
    return Workspace.objects.visible_to(access).select_for_update(no_key=True).get(pk=workspace_id)


def change_workspace(workspace: Workspace, **columns: Any) -> None:
    require_transaction()
    for name, value in columns.items():
        setattr(workspace, name, value)
    workspace.save(update_fields=list(columns))
