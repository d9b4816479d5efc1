"""Reads of how requests come to a partner: of whom one is asked, what that one promises today, and what is begun."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from tallyhub.helpdesk.intake.rules import Addressee, Cost, Route, choose_route, cost_of, named
from tallyhub.helpdesk.models import ContactDraft, ContactFile, Handover, Intake, Reach
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.queries import get_seller, list_sellers
from tallyhub.organizations.rules import Kind
from tallyhub.partners.card.page import hours_of
from tallyhub.partners.card.queries import Supported
from tallyhub.partners.card.rules import Why
from tallyhub.partners.hours import Hours
from tallyhub.partners.models import SupportPlan, SupportProfile
from tallyhub.partners.plans.queries import read_standing
from tallyhub.partners.plans.rules import Mode, Typed
from tallyhub.partners.profiles.queries import find_profiles
from tallyhub.partners.queries import find_parties, list_known
from tallyhub.support.models import Request

CUSTOMERS_MAX = 200  # that a form offers at once; others are searched for
CONTACTS_MAX = 200


def find_addressee(supported: Supported, seller_id: int) -> Addressee | None:
    """Whom a customer asks about what this partner sold it. None: the provider stands in for it (S003-53)."""
    found = supported.cards_of(seller_id)
    if not found or supported.organizations[found[0].organization_id].kind == Kind.PROVIDER:
        return None
    return Addressee(found[0].organization_id, seller_id if found[0].why is Why.SUSPENDED else found[0].organization_id)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a partner promises today: the plan that is in force, its hours, and the profile that says how it is reached.

    Any of them may be missing.
    """

    plan: Typed | None = None
    number: int | None = None
    hours: Hours | None = None
    profile: SupportProfile | None = None

    @property
    def cost(self) -> Cost | None:
        return cost_of(self.plan, self.number) if self.plan and self.number else None

    def is_open(self, at: datetime) -> bool:
        """Where no hours are said nobody knows better."""
        return self.hours is None or self.hours.calendar.is_open(at)

    def route(self, product: str, severity: str, *, is_open: bool) -> Route:
        if self.plan is None:
            return Route()
        return choose_route(self.plan.lines, product, severity, is_open=is_open, number=self.number)


def terms_for(supported: Supported, organization_id: int) -> Terms:
    """Of a partner of the customer worked inside, or of whoever stands in for it."""
    return _terms(supported.plans[organization_id].plan, supported.profiles.get(organization_id))


def read_own_terms(access: Access) -> Terms:
    """Of the partner that is acted for. Four statements."""
    own = get_seller(access.organization_id or 0)
    standing = read_standing(access, {own.pk: clock.today(own.zone)})
    return _terms(standing[own.pk].plan, find_profiles(access, [own.pk]).get(own.pk))


def _terms(plan: SupportPlan | None, profile: SupportProfile | None) -> Terms:
    typed = Typed.of(plan.content) if plan else None
    return Terms(typed, plan.number if plan else None, hours_of(profile, typed), profile)


@dataclass(frozen=True, slots=True)
class Routed:
    """To whose desk a request goes first, by which line; and whether it comes in outside the hours, until when."""

    desk_id: int
    route: Route
    is_outside_hours: bool = False
    opens_at: datetime | None = None


def read_routed(terms: Terms, partner_id: int, product: str, severity: str) -> Routed:
    """By the plan, now. What is outsourced to a supplier that the hub knows goes to its desk; else the partner's people
    see to it that it gets there. Two statements where something is outsourced.
    """
    now = clock.now()
    is_open = terms.is_open(now)
    route = terms.route(product, severity, is_open=is_open)
    desk = _supplier(route.line.supplier, partner_id) if route.mode is Mode.OUTSOURCED and route.line else None
    opens_at = terms.hours.next_opening(now) if terms.hours and not is_open else None
    return Routed(desk or partner_id, route, not is_open, opens_at)


def _supplier(name: str, partner_id: int) -> int | None:
    """None for whom the hub does not know, for the partner itself, and for whoever is suspended."""
    partners = {one.pk: (one.code, one.name) for one in list_sellers() if one.kind == Kind.PARTNER}
    found = named(name, partners)
    if found in (None, partner_id) or find_parties([found or 0])[found or 0].suspended_at is not None:
        return None
    return found


# What a request says of its coming in


def find_intake(access: Access, request: Request) -> Intake | None:
    """Of a request that one sees."""
    found: Intake | None = Intake.objects.visible_to(access).filter(request=request).first()
    return found


def find_reach(access: Access, request: Request) -> str:
    found = Reach.objects.visible_to(access).filter(request=request).values_list("text", flat=True).first()
    return str(found or "")


def list_handovers(access: Access, request: Request) -> list[Handover]:
    """For those at its desk, the newest first; nobody else's is there."""
    return list(Handover.objects.visible_to(access).filter(request=request).order_by("-at", "-pk"))


def find_opened(customer_id: int, once: str) -> str | None:
    """The number of the request that this very form opened already."""
    if not once:
        return None
    found = Intake.objects.filter(customer_id=customer_id, once=once).values_list("request__number", flat=True)
    return found.first()


# What somebody has begun to write


def find_draft(access: Access, partner_id: int) -> ContactDraft | None:
    return ContactDraft.objects.visible_to(access).filter(partner_id=partner_id).first()


def list_draft_files(access: Access, draft: ContactDraft | None) -> list[ContactFile]:
    if draft is None:
        return []
    return list(ContactFile.objects.visible_to(access).filter(draft=draft).order_by("pk"))


# For whom a partner's people write a request down


@dataclass(frozen=True, slots=True)
class Served:
    """A customer that the partner sells to. ``places``: its workspaces in use, the default one first."""

    customer_id: int
    name: str
    code: str


def list_served(text: str) -> list[Served]:
    """Whose names or codes hold the text, by name; at most CUSTOMERS_MAX and one."""
    where = "(k.is_sold OR k.since IS NOT NULL) AND (strpos(lower(k.name), %s) > 0 OR strpos(lower(k.code), %s) > 0)"
    found = list_known(where, [text.lower(), text.lower()], CUSTOMERS_MAX + 1)
    return [Served(one.customer_id, one.name, one.code) for one in found]


def get_served(customer_id: int) -> Served:
    """Raises DoesNotExist for one that the partner sells nothing to."""
    found = list_known("(k.is_sold OR k.since IS NOT NULL) AND k.customer_id = %s", [customer_id], 1)
    if not found:
        raise ObjectDoesNotExist
    return Served(found[0].customer_id, found[0].name, found[0].code)


def list_served_places(customer_id: int) -> list[tuple[int, str]]:
    """(id, name) of its workspaces in use, the default one first. None of a customer that one does not sell to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workspace_id, name FROM helpdesk_places(%s, %s)", [customer_id, clock.now()])
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who may have asked. ``workspaces``: in which; none: in the whole customer."""

    person_id: int
    name: str
    workspaces: frozenset[int]


def list_contacts(customer_id: int) -> list[Contact]:
    """Its administrators and support contacts, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM helpdesk_contacts(%s, %s)", [customer_id, clock.now()])
        rows = cursor.fetchall()
    found: dict[int, tuple[str, set[int]]] = {}
    whole = {person for person, _name, place in rows if place is None}
    for person, name, place in rows:
        places = found.setdefault(person, (name, set()))[1]
        if place is not None and person not in whole:
            places.add(place)
    return [Contact(person, name, frozenset(places)) for person, (name, places) in found.items()]


def contacts_in(contacts: Collection[Contact], workspace_id: int | None) -> set[int]:
    """Those who belong to the workspace."""
    return {one.person_id for one in contacts if not one.workspaces or workspace_id in one.workspaces}


# For the hub itself


def list_left_with(partner_id: int) -> list[tuple[int, str]]:
    """(customer, number) of open requests that a suspended partner has to leave to others (edge 16)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM helpdesk_left_with(%s)", [partner_id])
        return list(cursor.fetchall())
