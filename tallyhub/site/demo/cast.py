"""The people of the demo. All are invented, and no two share an address."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.organizations.rules import Role
from tallyhub.site.demo.plan import Customer


@dataclass(frozen=True, slots=True)
class Member:
    """``roles`` are pairs of a role and a workspace code, which is empty for the whole customer."""

    key: str
    email: str
    name: str
    language: str
    zone: str
    workspaces: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Account:
    """An address to sign in with, and who signs in with it."""

    email: str
    who: Any


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the provider, with one role in each of the customers."""

    email: str
    name: str
    zone: str
    role: Role
    customers: tuple[str, ...]


PASSWORD = "tallyhub-demo"  # noqa: S105 - printed for everybody who makes the demo
ACCOUNTS = (
    Account("csam@provider.example", _("CSAM of every customer")),
    Account("coordinator@provider.example", _("account coordinator of three customers")),
    Account("engineer@provider.example", _("engineer, assigned to no customer yet")),
    Account("desk@provider.example", _("engineer of Halden and Orchard")),
    Account("editor@provider.example", _("editor of the provider: service health, messages, guide, resources")),
    Account("admin@halden.example", _("customer administrator of Halden")),
    Account("wsadmin@halden.example", _("workspace administrator of Halden’s Sawmills")),
    Account("activity@halden.example", _("customer activity in two workspaces of Halden")),
    Account("learning@halden.example", _("learning manager in Halden’s Group IT")),
    Account("contact@halden.example", _("support contact of Halden’s Paper mills")),
    Account("member@halden.example", _("member of Halden’s Logistics, no activity role")),
    Account("admin@orchard.example", _("customer administrator of Orchard")),
    Account("admin@linden.example", _("customer administrator of Linden, which bought from Brightline")),
    Account("contact@linden.example", _("support contact of Linden")),
    Account("partners@provider.example", _("partner manager of the provider")),
    Account("escalations@provider.example", _("the provider’s desk for what partners escalate")),
    Account("admin@brightline.example", _("admin agent of Brightline, a direct-bill partner")),
    Account("helpdesk@brightline.example", _("helpdesk agent of Brightline")),
    Account("helpdesk@fernway.example", _("helpdesk agent of Fernway, an indirect reseller")),
    Account("admin@wexcombe.example", _("admin agent of Wexcombe, Fernway’s indirect provider")),
)
STAFF = (
    Staff(
        "csam@provider.example",
        "Maren Osterholt",
        "Europe/Oslo",
        Role.CSAM,
        ("halden", "orchard", "aldwyn", "corvane", "kestrel", "valdoria", "stepnoy", "bellacorte", "linden"),
    ),
    Staff(
        "coordinator@provider.example",
        "Tobiah Wrenfield",
        "Europe/London",
        Role.ACCOUNT_COORDINATOR,
        ("orchard", "aldwyn", "kestrel"),
    ),
    Staff("engineer@provider.example", "Xiomara Quintal", "Europe/Madrid", Role.ENGINEER, ()),
    Staff("editor@provider.example", "Ylva Brandmoor", "Europe/Oslo", Role.ENGINEER, ()),  # of no customer
    # Of no customer: what they may do comes from demo/partners.py.
    Staff("partners@provider.example", "Sunniva Holterud", "Europe/Oslo", Role.ENGINEER, ()),
    Staff("escalations@provider.example", "Oddny Lindqvane", "Europe/Oslo", Role.ENGINEER, ()),
    Staff("admin@brightline.example", "Corbinian Aufhauser", "Europe/Berlin", Role.ENGINEER, ()),
    Staff("helpdesk@brightline.example", "Yasemin Karatepel", "Europe/Berlin", Role.ENGINEER, ()),
    Staff("helpdesk@fernway.example", "Tadhg Corrilane", "Europe/Dublin", Role.ENGINEER, ()),
    Staff("admin@wexcombe.example", "Imogen Thackerford", "Europe/London", Role.ENGINEER, ()),
    Staff("desk@provider.example", "Ruben Castelmorn", "Europe/Oslo", Role.ENGINEER, ("halden", "orchard")),
)


def read(customer: Customer) -> Iterator[Member]:
    """The people of a customer's table, one per line: address, name, language, zone, workspaces, roles.

    Roles stand with their workspaces, ``support_contact@group+mills``, or alone for the whole customer. Who has none
    is a member of their workspaces.
    """
    for number, line in enumerate(customer.cast.strip().splitlines(), start=1):
        local, name, language, zone, workspaces, roles = (cell.strip() for cell in line.split("|"))
        homes = tuple(customer.workspaces) if workspaces == "all" else tuple(workspaces.split())
        yield Member(
            key=f"{customer.code}-{number:03}",
            email=f"{local}@{customer.code}.example",
            name=name,
            language=language,
            zone=zone,
            workspaces=homes,
            roles=tuple(_roles(roles)) or tuple((Role.MEMBER.value, home) for home in homes),
        )


def _roles(text: str) -> Iterator[tuple[str, str]]:
    for words in text.split():
        roles, _, places = words.partition("@")
        yield from ((Role(role).value, place) for role in roles.split("+") for place in places.split("+"))
