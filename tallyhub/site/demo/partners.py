"""The partners of the demo: a direct-bill partner, a reseller and its indirect provider; what was delegated to them."""

from contextlib import suppress
from datetime import timedelta

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import Organization, Staff
from tallyhub.organizations.rules import RIGHTS_OF, STAFF_RIGHTS_OF, Role, StaffRole
from tallyhub.organizations.steps import find_customers
from tallyhub.partners.delegations import commands as delegations
from tallyhub.partners.delegations.commands import Answer
from tallyhub.partners.groups import commands as groups
from tallyhub.partners.models import Delegation, Partnership, Resale
from tallyhub.partners.parties import commands as parties
from tallyhub.partners.rules import PartyType, Wish
from tallyhub.site.demo import partner_support
from tallyhub.site.demo.story import PROVIDER

# Who works where, as what. Addresses are of demo/cast.py.
WORK: dict[str, tuple[str, tuple[StaffRole, ...]]] = {
    "partners@provider.example": (PROVIDER, (StaffRole.PARTNER_MANAGER,)),
    "escalations@provider.example": (PROVIDER, (StaffRole.DESK,)),
    "admin@brightline.example": ("brightline", (StaffRole.ORGANIZATION_ADMINISTRATOR, StaffRole.ADMIN_AGENT)),
    "helpdesk@brightline.example": ("brightline", (StaffRole.HELPDESK_AGENT,)),
    "helpdesk@fernway.example": ("fernway", (StaffRole.HELPDESK_AGENT, StaffRole.ADMIN_AGENT)),
    "admin@wexcombe.example": ("wexcombe", (StaffRole.ADMIN_AGENT,)),
}
TYPES = {
    "brightline": PartyType.DIRECT_BILL,
    "fernway": PartyType.INDIRECT_RESELLER,
    "wexcombe": PartyType.INDIRECT_PROVIDER,
}
READ, FIRST, SECOND = Role.SUPPORT_READ.value, Role.SUPPORT_TIER_1.value, Role.SUPPORT_TIER_2.value
# Who asks, for what, how many days ago, and how many days later it was approved, if it was.
WISHES: tuple[tuple[str, str, str, Wish, int, int | None], ...] = (
    ("brightline", "linden", "First line", Wish("First line", frozenset({READ, FIRST}), 365, extends=True), 60, 2),
    ("brightline", "linden", "", Wish("Press room assessment", frozenset({SECOND}), 30), 22, 1),
    (
        "brightline",
        "linden",
        "",
        Wish(
            "Directory move",
            frozenset({Role.FULL_ADMINISTRATION.value}),
            14,
            reason="The directory moves on the second weekend of next month, and accounts have to be made anew.",
        ),
        3,
        None,
    ),
    ("fernway", "aldwyn", "Night desk", Wish("Night desk", frozenset({READ}), 180), 40, 1),
)


SOLD = (("brightline", "linden"), ("fernway", "aldwyn"), ("wexcombe", "aldwyn"))
# What Wexcombe asks Aldwyn for, for its reseller Fernway, which has not agreed yet; and how many days ago.
PROPOSED = Wish("Move to the new mail service", frozenset({READ, FIRST}), 90)
PROPOSED_DAYS_AGO = 2


def set_up() -> None:
    """Once; again changes nothing, and a killed first run is taken up."""
    with scope(Access.of_system()):
        houses = {
            one.code: one.pk for one in Organization.objects.filter(code__in={place for place, _ in WORK.values()})
        }
        people = {one.email or "": one.pk for one in Person.objects.filter(email_folded__in=WORK)}
        customers = find_customers({customer for _partner, customer, *_rest in WISHES})
    with scope(Access.of_system(organizations=houses.values())):
        known = set(Delegation.objects.values_list("name", flat=True))
    _employ(houses, people)
    partner_support.publish()
    agents = {code: _agent(houses[code], people, code) for code in TYPES}
    _relate(agents, customers, houses, people)
    for partner, customer, group, wish, days_ago, answered_after in WISHES:
        if wish.name not in known:
            _delegate(agents[partner], customers[customer], group, wish, days_ago, answered_after)
    if PROPOSED.name not in known:
        with clock.frozen(clock.now() - timedelta(days=PROPOSED_DAYS_AGO)):
            delegations.propose_delegation(agents["wexcombe"], customers["aldwyn"], houses["fernway"], PROPOSED)


def _employ(houses: dict[str, int], people: dict[str, int]) -> None:
    since = clock.now() - timedelta(days=700)
    with scope(Access.of_system(organizations=houses.values()), writing=True):
        for address, (place, roles) in WORK.items():
            said = {"organization_id": houses[place], "roles": [one.value for one in roles], "starts_at": since}
            Staff.objects.update_or_create(person_id=people[address], defaults=said)


def _agent(house: int, people: dict[str, int], code: str) -> Access:
    """Whoever asks for rights there."""
    address = next(one for one, (place, roles) in WORK.items() if place == code and StaffRole.ADMIN_AGENT in roles)
    rights = STAFF_RIGHTS_OF[StaffRole.ADMIN_AGENT]
    return Access(person_id=people[address], organization_id=house, organization_rights=rights)


def _relate(
    agents: dict[str, Access], customers: dict[str, int], houses: dict[str, int], people: dict[str, int]
) -> None:
    manager = Access(
        person_id=people["partners@provider.example"],
        organization_id=houses[PROVIDER],
        organization_rights=frozenset({Right.OVERSEE_PARTNERS}),
    )
    for code, kind in TYPES.items():
        mailbox = f"security@{code}.example"
        parties.describe_partner(manager, houses[code], kind=kind.value, market="", security_contact=mailbox)
    with clock.frozen(clock.now() - timedelta(days=70)):
        _partner(agents["wexcombe"], agents["fernway"])
        for partner, customer in SOLD:
            _sell(agents[partner], customers[customer], customer.title())


def _partner(provider: Access, reseller: Access) -> None:
    """What a killed first run left is taken up."""
    with suppress(Conflict):
        parties.invite_reseller(provider, "fernway")
    with scope(reseller):
        made = Partnership.objects.get()
    with suppress(Conflict):
        parties.authorise_partnership(reseller, made.pk)


def _sell(agent: Access, customer_id: int, note: str) -> None:
    with scope(agent):
        is_there = Resale.objects.filter(customer_id=customer_id).exists()
    if not is_there:
        parties.accept_resale(_administrator(customer_id), parties.ask_customer(agent, note), 1)


def _administrator(customer_id: int) -> Access:
    """One of those who decide for the customer."""
    with scope(Access.of_system([customer_id])):
        found = Person.objects.filter(grants__customer_id=customer_id, grants__role=Role.CUSTOMER_ADMINISTRATOR)
        person_id = found.order_by("pk").values_list("pk", flat=True)[0]
    rights = RIGHTS_OF[Role.CUSTOMER_ADMINISTRATOR]
    return Access(person_id=person_id, customer_id=customer_id, in_whole=True, customer_rights=rights)


def _delegate(
    agent: Access, customer_id: int, group: str, wish: Wish, days_ago: int, answered_after: int | None
) -> None:
    asked_at = clock.now() - timedelta(days=days_ago)
    with clock.frozen(asked_at):
        made = delegations.request_delegation(agent, customer_id, wish)
    if answered_after is None:
        return
    with clock.frozen(asked_at + timedelta(days=answered_after)):
        delegations.approve_delegation(_administrator(customer_id), made, Answer(wish.roles, wish.days))
        if group:
            group_id = groups.add_group(agent, group)
            groups.add_members(agent, group_id, _helpers(agent))
            delegations.assign(agent, made, group_id, sorted(wish.roles))


def _helpers(agent: Access) -> list[int]:
    with scope(agent):
        mine = Staff.objects.filter(roles__contains=[StaffRole.HELPDESK_AGENT.value])
        return list(mine.values_list("pk", flat=True))
