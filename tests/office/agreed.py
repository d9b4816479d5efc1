"""An agreement of a new customer that is approved and waits for its first day, 1 December 2026."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from tallyhub.agreements.models import Agreement, Mapping
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import AccessGrant, Membership, Organization, Workspace
from tallyhub.organizations.sign_on import act_for
from tallyhub.people.models import Invitation
from tests.make import (
    days,
    grant,
    make_agreement,
    make_contact,
    make_entitlement,
    make_organization,
    make_package,
    make_person,
    make_service,
)
from tests.world import NOW

FIRST_DAY = date(2026, 12, 1)
YEAR = days(FIRST_DAY, date(2027, 11, 30))


@dataclass
class Agreed:
    customer: Organization
    agreement: Agreement
    base: Any
    addon: Any
    access: Access  # of its CSAM

    def hub(self) -> Access:
        return Access.of_system([self.customer.pk])


def approve(
    world: SimpleNamespace, code: str = "maple", *, support_contacts: int = 3, allowed: int | None = None, **over: Any
) -> Agreed:
    """One services administrator, who is named as a support contact, too, and so many more support contacts."""
    customer = make_organization(code, name="Maple & Søns")
    agreement = make_agreement(customer, world.provider, **{"term": YEAR, "approved_at": NOW} | over)
    base = make_package(agreement, code="BASE", name="Maple base")
    addon = make_package(agreement, code="ADD", name="Maple add-on", scope="addon")
    if allowed is not None:
        make_entitlement(base, make_service("contacts", "people"), bought=allowed)
    lead = make_person("lead", email=f"{code}-lead@example.test")
    make_contact(agreement, lead, "services_administrator", language="de", name="Lea Lead")
    make_contact(agreement, lead, "support_contact", language="es")
    languages = ("en", "de", "es", "ru", "it")
    for n in range(support_contacts):
        person = make_person(f"contact{n}", email=f"{code}-contact{n}@example.test")
        make_contact(agreement, person, language=languages[n % 5])
    grant(world.csam, "csam", customer)
    return Agreed(customer, agreement, base, addon, act_for(world.csam.pk, customer.pk).access)


def follow(world: SimpleNamespace) -> Agreement:
    """What goes on in cedar after its agreement: the base under another code, one add-on as before, one that is new."""
    term = days(date(2027, 1, 1), date(2027, 12, 31))
    agreement = make_agreement(
        world.cedar, world.provider, term=term, approved_at=NOW, follows=world.agreement, name="Cedar again"
    )
    world.next_base = make_package(agreement, code="BASE-2", name="Next base")
    world.next_addon = make_package(agreement, code="ADD", name="Next add-on", scope="addon")
    world.new_addon = make_package(agreement, code="NEW", name="New add-on", scope="addon")
    return agreement


def mapped(agreement: Agreement) -> set[tuple[str, str]]:
    """(package, workspace), by their codes."""
    rows = Mapping.objects.using("owner").filter(package__agreement=agreement)
    return set(rows.values_list("package__code", "workspace__code"))


def invited(customer: Organization) -> dict[str, tuple[list[str], str]]:
    """Roles and language of each invitation, by address."""
    rows = Invitation.objects.using("owner").filter(customer=customer)
    return {one.email: (sorted(one.roles), one.language) for one in rows}


def held(person: Any, customer: Organization) -> set[tuple[str, str | None]]:
    """(role, code of the workspace or None for the whole customer)."""
    rows = AccessGrant.objects.using("owner").filter(person=person, customer=customer)
    return set(rows.values_list("role", "workspace__code"))


def counts(customer: Organization) -> tuple[int, ...]:
    """Rows that an activation makes: all of them or none."""
    of = {"customer": customer}
    tables = (Workspace, Mapping, Invitation, Membership, AccessGrant)
    return tuple(table.objects.using("owner").filter(**of).count() for table in tables)
