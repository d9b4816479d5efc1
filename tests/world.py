"""The fixed cast: one provider, one partner, two customers, and people of every role. Today is 21 November 2026.

Cedar has two workspaces, north and south; birch has one. Both have unified agreements, so that their workspaces refuse
personal accounts; cedar has proved example.test and birch birch.test, so that nobody here has one. Read this before you
read a test.
"""

from datetime import UTC, date, datetime
from types import SimpleNamespace

from tallyhub.kernel import clock
from tests.make import (
    book,
    days,
    grant,
    make_agreement,
    make_entitlement,
    make_organization,
    make_package,
    make_person,
    make_service,
    make_workspace,
    prove_domain,
    settle,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()


def build() -> SimpleNamespace:
    """Make the world; called once per worker, every test gets a copy of its database."""
    with clock.frozen(NOW):
        world = SimpleNamespace()
        _organizations(world)
        _people(world)
        _agreements(world)
        _consumption(world)
    return world


def _organizations(world: SimpleNamespace) -> None:
    world.provider = make_organization("northgate", kind="provider")
    world.partner = make_organization("lakeside", kind="partner")
    world.cedar = make_organization("cedar")
    world.birch = make_organization("birch")
    world.north = make_workspace(world.cedar, "north", is_default=True)
    world.south = make_workspace(world.cedar, "south")
    world.birch_main = make_workspace(world.birch, "main", is_default=True)


def _people(world: SimpleNamespace) -> None:
    roles = {
        "admin": ("customer_administrator", world.cedar),
        "north_admin": ("workspace_administrator", world.north),
        "reader": ("customer_activity", world.north),
        "learning": ("learning_manager", world.north),
        "contact": ("support_contact", world.north),
        "viewer": ("view_all_support_requests", world.north),
        "member": ("member", world.north),
        "csam": ("csam", world.cedar),
        "coordinator": ("account_coordinator", world.cedar),
        "engineer": ("engineer", world.cedar),
        "stranger": ("customer_administrator", world.birch),
    }
    prove_domain(world.cedar, "example.test")
    prove_domain(world.birch, "birch.test")
    for name, (role, place) in roles.items():
        person = make_person(name, **({"email": "stranger@birch.test"} if name == "stranger" else {}))
        grant(person, role, place)
        setattr(world, name, person)
    grant(world.learning, "customer_activity", world.north)
    world.newcomer = make_person("newcomer")  # an engineer before any assignment: no grant at all
    world.cast = [*roles, "newcomer"]


def _agreements(world: SimpleNamespace) -> None:
    world.reactive = make_service("reactive", "cases", names={"en": "Reactive support", "de": "Reaktiver Support"})
    world.advisory = make_service("advisory", "minutes", names={"en": "Advisory support"})
    world.education = make_service("education", "activities", names={"en": "On-demand education"})
    world.credits = make_service("credits", "credits", names={"en": "Proactive credits"})
    world.benefit = make_service("benefit", "cases", names={"en": "Monthly review"})

    world.agreement = make_agreement(world.cedar, world.provider, number="CED-2026", name="Cedar unified")
    world.base = make_package(world.agreement, world.north, world.south, code="BASE", name="Base")
    world.cedar_reactive = make_entitlement(world.base, world.reactive)
    world.cedar_advisory = make_entitlement(world.base, world.advisory, bought=1200)
    world.cedar_education = make_entitlement(world.base, world.education, bought=50)

    world.addon = make_package(world.agreement, world.north, code="ADD", name="Resilience", scope="addon")
    world.cedar_credits = make_entitlement(world.addon, world.credits, bought=1000)
    world.cedar_benefit = make_entitlement(world.addon, world.benefit)
    world.unmapped = make_package(world.agreement, code="LOOSE", name="Unmapped extra", scope="addon")
    make_entitlement(world.unmapped, world.advisory, bought=600)

    last_year = days(date(2025, 1, 1), date(2025, 12, 31))
    world.old_agreement = make_agreement(
        world.cedar, world.provider, number="CED-2025", name="Cedar 2025", term=last_year
    )
    world.old = make_package(world.old_agreement, world.north, world.south, code="OLD", name="Old base")
    world.old_advisory = make_entitlement(world.old, world.advisory, bought=600)

    world.birch_agreement = make_agreement(world.birch, world.partner, number="BIR-2026", name="Birch unified")
    world.birch_base = make_package(world.birch_agreement, world.birch_main, code="BASE", name="Birch base")
    world.birch_advisory = make_entitlement(world.birch_base, world.advisory, bought=300)
    settle(world.cedar, world.birch)


def _consumption(world: SimpleNamespace) -> None:
    for month in range(1, 11):
        book(world.cedar_reactive, world.north, 1, date(2026, month, 5), title=f"North case {month}")
    book(world.cedar_reactive, world.south, 1, date(2026, 3, 7), title="South case")
    book(world.cedar_advisory, world.north, 90, date(2026, 2, 10))
    book(world.cedar_advisory, world.south, 360, date(2026, 6, 10))
    book(world.cedar_education, world.north, 1, date(2026, 4, 2), title="Network basics", person_id=world.member.pk)
    book(world.cedar_credits, world.north, 250, date(2026, 5, 5))
    book(world.old_advisory, world.north, 240, date(2025, 5, 5))
    book(world.birch_advisory, world.birch_main, 60, date(2026, 5, 6), title="Birch secret")
