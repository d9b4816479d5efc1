"""Makers: valid by default, silent about what a test is not about. They write as the owner, past both walls."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connections
from django.db.backends.postgresql.psycopg_any import DateRange

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Agreement, AgreementContact, Entitlement, Mapping, Package, Product, Service
from tallyhub.health.models import Component, Region
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.scope import scope
from tallyhub.learning.models import Activity
from tallyhub.ledger import steps
from tallyhub.ledger.models import Entry
from tallyhub.organizations.models import AccessGrant, Membership, Organization, ProvedDomain, Staff, Workspace
from tallyhub.partners.models import (
    Delegation,
    Party,
    Resale,
    SecurityGroup,
    SecurityGroupMember,
    SupportPlan,
    SupportProfile,
)
from tallyhub.people.models import Group
from tallyhub.people.naming.steps import settle_namings
from tallyhub.support.models import Request, RequestViewer
from tallyhub.support.rules import number_of

_serial = count(1)
_SETTLE = """
UPDATE organizations_workspace w SET refuses_personal = p.refuses
FROM agreements_account_policy(%s::bigint[], %s) p WHERE p.workspace_id = w.id
"""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


PASSWORD = "correct horse battery"  # everybody's


@cache
def _password() -> str:
    return make_password(PASSWORD)  # slow on purpose, so once is enough


def days(starts_on: date, ends_on: date) -> DateRange:
    """A term from its first to its last day, both inclusive."""
    return DateRange(starts_on, ends_on + timedelta(days=1))


def make_person(name: str, **over: Any) -> Person:
    fields = {"name": name, "email": f"{name}@example.test", "confirmed_at": LONG_AGO, "password": _password()}
    person = Person(**fields | over)
    person.save(using="owner")
    return Person.objects.get(pk=person.pk)


def make_organization(code: str, **over: Any) -> Organization:
    fields = {"code": code, "name": code.title(), "kind": "customer", "zone": "Europe/Berlin"}
    return Organization.objects.using("owner").create(**fields | over)


def make_workspace(customer: Organization, code: str, **over: Any) -> Workspace:
    fields = {"customer_id": customer.pk, "code": code, "name": code.title()}
    return Workspace.objects.using("owner").create(**fields | over)


def prove_domain(customer: Organization, domain: str) -> ProvedDomain:
    """Addresses in it are the customer's work accounts."""
    fields = {"customer_id": customer.pk, "domain": domain, "proved_by": "dns", "proved_at": LONG_AGO}
    return ProvedDomain.objects.using("owner").create(**fields)


def settle(*customers: Organization) -> None:
    """Which accounts the workspaces accept, as whatever changes mappings does."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(_SETTLE, [[one.pk for one in customers], clock.now()])


def grant(person: Person, role: str, place: Organization | Workspace, **over: Any) -> None:
    """A role in a workspace, with its membership, or for a whole customer."""
    if isinstance(place, Workspace):
        where = {"customer_id": place.customer_id, "workspace_id": place.pk}
        Membership.objects.using("owner").get_or_create(**where, person_id=person.pk)
    else:
        where = {"customer_id": place.pk}
    AccessGrant.objects.using("owner").create(person_id=person.pk, role=role, **{"starts_at": LONG_AGO} | where | over)
    if role == "support_contact":
        note_naming(where["customer_id"], person)


def employ(person: Person, organization: Organization, *roles: str, **over: Any) -> None:
    """They work for the provider or a partner."""
    fields = {"organization_id": organization.pk, "person_id": person.pk, "roles": list(roles), "starts_at": LONG_AGO}
    Staff.objects.using("owner").create(**fields | over)


def note_naming(customer_id: int, person: Person) -> None:
    """What has been given or taken past the steps stands in the history of support contacts, too."""
    hub = Access.of_system([customer_id])
    with scope(hub, writing=True):
        settle_namings(hub, customer_id, [person.pk])


def make_service(kind: str = "reactive", unit: str = "cases", **over: Any) -> Service:
    n = next(_serial)
    fields = {"code": f"{kind}-{n}", "kind": kind, "unit": unit, "names": {"en": f"{kind.title()} {n}"}}
    return Service.objects.using("owner").create(**fields | over)


def make_agreement(customer: Organization, seller: Organization, **over: Any) -> Agreement:
    n = next(_serial)
    fields = {
        "customer_id": customer.pk,
        "seller_id": seller.pk,
        "number": f"A-{n:04}",
        "name": f"Agreement {n}",
        "plan": "unified",
        "zone": "Europe/Berlin",
        "term": days(date(2026, 1, 1), date(2026, 12, 31)),
    }
    return Agreement.objects.using("owner").create(**fields | over)


def make_contact(agreement: Agreement, person: Person, kind: str = "support_contact", **over: Any) -> None:
    """Whom an agreement names."""
    fields = {"customer_id": agreement.customer_id, "agreement_id": agreement.pk, "person_id": person.pk, "kind": kind}
    AgreementContact.objects.using("owner").create(**fields | {"name": person.name} | over)


def make_package(agreement: Agreement, *workspaces: Workspace, **over: Any) -> Package:
    """A package, mapped to the workspaces."""
    n = next(_serial)
    fields = {
        "customer_id": agreement.customer_id,
        "agreement_id": agreement.pk,
        "code": f"P-{n}",
        "name": f"Package {n}",
        "scope": "enterprise",
        "term": agreement.term,
        "covers_every_product": over.get("scope", "enterprise") == "enterprise",
    }
    package = Package.objects.using("owner").create(**fields | over)
    for workspace in workspaces:
        Mapping.objects.using("owner").create(
            customer_id=agreement.customer_id, package_id=package.pk, workspace_id=workspace.pk
        )
    return package


def make_entitlement(package: Package, service: Service, bought: int | None = None, **over: Any) -> Entitlement:
    """An entitlement; ``bought`` makes one purchase over the package's term, None leaves it as needed."""
    fields = {
        "customer_id": package.customer_id,
        "package_id": package.pk,
        "service_id": service.pk,
        "code": f"E-{next(_serial)}",
        "is_as_needed": bought is None and not service.is_benefit,
    }
    entitlement = Entitlement.objects.using("owner").create(**fields | over)
    if bought is not None:
        allot(entitlement, bought, package.starts_on, package.ends_on)
    return entitlement


def allot(entitlement: Entitlement, amount: int, starts_on: date, ends_on: date, **over: Any) -> None:
    row = {
        "customer_id": entitlement.customer_id,
        "entitlement_id": entitlement.pk,
        "kind": "purchase",
        "amount": amount,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "priority": 0,
        "source": "test",
        "external_id": f"allotment-{next(_serial)}",
    }
    access = Access.of_system([entitlement.customer_id])
    with scope(access, writing=True):
        steps.allot(access, [row | over])


def book(entitlement: Entitlement, workspace: Workspace, amount: int, occurred_on: date, **over: Any) -> Entry:
    """Post one entry through the ledger's own way in; returns it."""
    service = Service.objects.get(pk=entitlement.service_id)
    fields: dict[str, Any] = {
        "customer_id": entitlement.customer_id,
        "workspace_id": workspace.pk,
        "entitlement_id": entitlement.pk,
        "unit": Unit(service.unit),
        "occurred_on": occurred_on,
        "real_amount": amount,
        "source": "test",
        "external_id": f"entry-{next(_serial)}",
    }
    access = Access.of_system([entitlement.customer_id])
    entry = steps.NewEntry(**fields | over)
    with scope(access, writing=True):
        steps.post(access, [entry])
    return Entry.objects.using("owner").get(
        customer_id=entry.customer_id, source=entry.source, external_id=entry.external_id
    )


def make_product(code: str, **over: Any) -> Product:
    return Product.objects.using("owner").create(**{"code": code, "names": {"en": code.title()}} | over)


def make_activity(code: str, **over: Any) -> Activity:
    """A course for beginners of an hour, in English."""
    fields = {
        "code": code,
        "format": "course",
        "level": "beginner",
        "language": "en",
        "minutes": 60,
        "names": {"en": code.title()},
        "url": f"https://learn.test/{code}",
        "added_on": date(2026, 1, 2),
    }
    return Activity.objects.using("owner").create(**fields | over)


def make_request(workspace: Workspace, **over: Any) -> Request:
    """A problem of severity C, given to nobody."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT nextval('support_request_serial')")
        serial = cursor.fetchone()[0]
    opened_at = over.get("opened_at") or clock.now()
    fields = {
        "id": serial,
        "number": number_of(serial),
        "customer_id": workspace.customer_id,
        "workspace_id": workspace.pk,
        "kind": "problem",
        "title": f"Request {serial}",
        "severity": "C",
        "opened_at": opened_at,
        "changed_at": opened_at,
    }
    request = Request(**fields | over)
    request.save(using="owner", force_insert=True)
    return request


def give_request(request: Request, to: Person | Group, why: str = "shared") -> None:
    whom = {"group_id": to.pk} if isinstance(to, Group) else {"person_id": to.pk}
    where = {"customer_id": request.customer_id, "workspace_id": request.workspace_id, "request_id": request.pk}
    when = {"opened_at": request.opened_at, "given_at": request.opened_at}
    RequestViewer.objects.using("owner").create(**where, **whom, **when, why=why)


def make_component(product: Product, provider: Organization, code: str, **over: Any) -> Component:
    fields = {"organization_id": provider.pk, "product_id": product.pk, "code": code, "names": {"en": code.title()}}
    return Component.objects.using("owner").create(**fields | over)


def make_region(product: Product, provider: Organization, code: str) -> Region:
    fields = {"organization_id": provider.pk, "product_id": product.pk, "code": code, "names": {"en": code.title()}}
    return Region.objects.using("owner").create(**fields)


def make_party(partner: Organization, kind: str = "direct_bill", **over: Any) -> Party:
    return Party.objects.using("owner").create(**{"organization_id": partner.pk, "type": kind} | over)


def make_delegation(partner: Organization, customer: Organization, **over: Any) -> Delegation:
    """Active, since yesterday, for a year, allowing to read."""
    now = clock.now()
    fields = {
        "organization_id": partner.pk,
        "customer_id": customer.pk,
        "name": f"Delegation {next(_serial)}",
        "state": "active",
        "roles": ["support_read"],
        "granted": ["support_read"],
        "days": 365,
        "requested_at": now - timedelta(days=2),
        "answered_at": now - timedelta(days=1),
        "starts_at": now - timedelta(days=1),
        "ends_at": now + timedelta(days=364),
    }
    return Delegation.objects.using("owner").create(**fields | over)


def make_resale(partner: Organization, customer: Organization, **over: Any) -> Resale:
    """Accepted long ago."""
    fields = {"organization_id": partner.pk, "customer_id": customer.pk, "asked_at": LONG_AGO, "accepted_at": LONG_AGO}
    return Resale.objects.using("owner").create(**fields | over)


def make_support(partner: Organization) -> None:
    """How it is reached, and the first version of its support plan, long in force. Again changes nothing."""
    profile = {"email": "help@firm.test", "telephone": "+44 20 7946 0000", "languages": ["en"], "changed_at": LONG_AGO}
    SupportProfile.objects.using("owner").get_or_create(organization=partner, defaults=profile)
    days = {"valid_from": LONG_AGO.date(), "published_at": LONG_AGO, "changed_at": LONG_AGO}
    content = {"name": "Care", "price": "free", "types": ["how_to"], "methods": ["mail"], "lines": [{"mode": "own"}]}
    SupportPlan.objects.using("owner").get_or_create(
        organization=partner, number=1, defaults={"content": content, **days}
    )


def make_security_group(partner: Organization, *people: Person, **over: Any) -> SecurityGroup:
    """With these people of the partner in it."""
    fields = {"organization_id": partner.pk, "name": f"Group {next(_serial)}"}
    group = SecurityGroup.objects.using("owner").create(**fields | over)
    for one in people:
        staff = Staff.objects.using("owner").get(person_id=one.pk)
        SecurityGroupMember.objects.using("owner").create(
            organization_id=partner.pk, group_id=group.pk, staff_id=staff.pk
        )
    return group
