"""Pieces of writing that imports share. Each demands an open transaction whose scope holds the customers concerned."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import F

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.bulk import Added, Row, add_missing, first_difference
from tallyhub.kernel.scope import require_transaction
from tallyhub.organizations.models import AccessGrant, Membership, Organization, PersonKey, ProvedDomain, Workspace
from tallyhub.organizations.rules import Kind

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


def add_domains(rows: Sequence[Row]) -> list[int]:
    """Mail domains that a customer has proved; returns the places of those that are another customer's."""
    require_transaction()
    ProvedDomain.objects.bulk_create([ProvedDomain(**row) for row in rows], ignore_conflicts=True)
    visible = ProvedDomain.objects.filter(domain__in={row["domain"] for row in rows})
    owners = dict(visible.values_list("domain", "customer_id"))
    return [place for place, row in enumerate(rows) if owners.get(row["domain"]) != row["customer_id"]]


def find_sellers(codes: Iterable[str]) -> dict[str, int]:
    """Provider and partners. The empty code is the provider, as long as there is one only."""
    sellers = Organization.objects.exclude(kind=Kind.CUSTOMER)
    found = dict(sellers.filter(code__in=set(codes)).values_list("code", "pk"))
    providers = sellers.filter(kind=Kind.PROVIDER).values_list("pk", flat=True)[:2]
    return found | ({"": providers[0]} if len(providers) == 1 else {})


def add_sellers(rows: Sequence[Row]) -> Added[Organization]:
    return add_missing(Organization, rows, ("code",))


def find_workspaces(keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Ids by customer and code."""
    customers, codes = {customer for customer, _ in keys}, {code for _, code in keys}
    found = Workspace.objects.filter(customer_id__in=customers, code__in=codes)
    return {(customer, code): pk for customer, code, pk in found.values_list("customer_id", "code", "pk")}


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
