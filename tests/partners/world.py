"""The world with the people of its partner lakeside, and what they do through the pages."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from tallyhub.accounts.models import Session
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import Staff
from tallyhub.organizations.rules import STAFF_RIGHTS_OF, StaffRole
from tallyhub.partners.models import Delegation, SecurityGroup
from tests.make import employ, make_organization, make_party, make_person, make_resale

ASK = {"name": "First line", "roles": ["support_read", "support_tier_1"], "days": "90", "act": "send"}


def people(world: SimpleNamespace) -> SimpleNamespace:
    """Lakeside sells to cedar and has people of every role; rivermouth is another partner."""
    make_party(world.partner)
    make_resale(world.partner, world.cedar)
    world.agent = _hired(world.partner, "agent", "admin_agent")
    world.helper = _hired(world.partner, "helper", "helpdesk_agent")
    world.second = _hired(world.partner, "second", "helpdesk_agent")
    world.seller = _hired(world.partner, "seller", "sales_agent")
    world.clerk = _hired(world.partner, "clerk", "organization_administrator")
    world.rival = make_organization("rivermouth", kind="partner", name="Rivermouth")
    make_party(world.rival)
    world.rival_agent = _hired(world.rival, "rival_agent", "admin_agent")
    world.warden = _hired(world.provider, "warden", "partner_manager")
    return world


def _hired(house: Any, name: str, *roles: str) -> Any:
    person = make_person(name, email=f"{name}@house.test")
    employ(person, house, *roles)
    return person


def asked(firm: Any, as_: Any, **over: Any) -> Delegation:
    answer = as_(firm.agent).post(f"/customers/{firm.cedar.pk}/delegate/", ASK | over)
    assert answer.status_code == 302, answer.content.decode()
    return Delegation.objects.using("owner").latest("pk")


def approved(firm: Any, as_: Any, one: Delegation, **over: Any) -> None:
    said = {"roles": one.roles, "days": str(one.days)} | over
    answer = as_(firm.admin).post(f"/partners/delegations/{one.pk}/approve/", said)
    assert answer.status_code == 302, answer.content.decode()


def assigned(firm: Any, as_: Any, one: Delegation, *people: Any, roles: Any = ("support_read",)) -> SecurityGroup:
    agent = as_(firm.agent)
    agent.post("/security-groups/", {"name": f"Group of {one.pk}"})
    group = SecurityGroup.objects.using("owner").latest("pk")
    staff = [Staff.objects.using("owner").get(person_id=each.pk).pk for each in people]
    agent.post(f"/security-groups/{group.pk}/members/", {"staff": staff})
    answer = agent.post(f"/customers/delegations/{one.pk}/assign/", {"group": group.pk, "roles": list(roles)})
    assert answer.status_code == 302, answer.content.decode()
    return group


def keep_signed_in() -> None:
    """Sessions outlive what a test does to the clock."""
    Session.objects.using("owner").update(expire_date=datetime(2100, 1, 1, tzinfo=UTC))


def opens(client: Any, customer: Any) -> int:
    """What choosing to work inside the customer, and then its Customer activity, answers."""
    keep_signed_in()
    chosen = client.post("/switch/customer/", {"customer": customer.pk, "next": "/activity/"})
    keep_signed_in()
    return client.get("/customer-activity/").status_code if chosen.status_code == 302 else chosen.status_code


def acting(partner: Any, person: Any) -> Access:
    """An admin agent's own access, past the pages."""
    return Access(
        person_id=person.pk,
        organization_id=partner.pk,
        organization_rights=STAFF_RIGHTS_OF[StaffRole.ADMIN_AGENT],
    )
