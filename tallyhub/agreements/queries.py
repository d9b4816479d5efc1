"""Reads about agreements, what hangs on them, and what follows from them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.expressions import RawSQL

from tallyhub.agreements.calendars import AROUND_THE_CLOCK, Goal
from tallyhub.agreements.models import (
    Agreement,
    AgreementContact,
    Coverage,
    Entitlement,
    Mapping,
    Package,
    Product,
    ResponseGoal,
    Service,
)
from tallyhub.agreements.rules import ACTIVE_STATES, Severity, State
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access


def list_services() -> list[Service]:
    """The catalogue, by code."""
    return list(Service.objects.order_by("code"))


def list_agreements(access: Access) -> QuerySet[Agreement]:
    """The one that ends last first, each with its seller."""
    return Agreement.objects.visible_to(access).select_related("seller").order_by("-term", "number", "pk")


def get_agreement(access: Access, agreement_id: int) -> Agreement:
    return Agreement.objects.visible_to(access).select_related("seller", "follows").get(pk=agreement_id)


def find_agreement(access: Access, number: str) -> Agreement | None:
    return Agreement.objects.visible_to(access).filter(number=number).first()


def numbers_of(access: Access, wanted: Collection[int]) -> dict[int, str]:
    """By id, of those that this person sees."""
    return dict(Agreement.objects.visible_to(access).filter(pk__in=wanted).values_list("pk", "number"))


def list_followers(access: Access, agreement_id: int) -> list[Agreement]:
    return list(Agreement.objects.visible_to(access).filter(follows_id=agreement_id).order_by("term", "pk"))


def lock_agreement(access: Access, agreement_id: int) -> Agreement:
    """For a change of it: one after the other, while rows that point at it may still be added."""
    return Agreement.objects.visible_to(access).select_for_update(no_key=True).get(pk=agreement_id)


def list_packages(access: Access, agreement_id: int | None = None) -> list[Package]:
    """Of one agreement or of all, each with its agreement, entitlements, services and mappings."""
    wanted = Package.objects.visible_to(access).select_related("agreement")
    if agreement_id is not None:
        wanted = wanted.filter(agreement_id=agreement_id)
    lines = Entitlement.objects.visible_to(access).select_related("service").order_by("service__kind", "code", "pk")
    return list(wanted.prefetch_related(Prefetch("entitlements", lines), "mappings").order_by("term", "name", "pk"))


def list_package_ids(access: Access) -> list[int]:
    """Of all packages that this person sees."""
    return list(Package.objects.visible_to(access).order_by("pk").values_list("pk", flat=True))


def list_packages_by_code(access: Access) -> QuerySet[Package]:
    """Each with its agreement, as files name it."""
    return Package.objects.visible_to(access).select_related("agreement").order_by("agreement__number", "code")


def list_entitlements_by_code(access: Access) -> QuerySet[Entitlement]:
    """Each with its service, package and agreement, as files name it."""
    wanted = Entitlement.objects.visible_to(access).select_related("package__agreement", "service")
    return wanted.order_by("package__agreement__number", "package__code", "code")


def get_package(access: Access, package_id: int) -> Package:
    return Package.objects.visible_to(access).select_related("agreement").get(pk=package_id)


def get_entitlement(access: Access, entitlement_id: int) -> Entitlement:
    """With its service, package and agreement."""
    wanted = Entitlement.objects.visible_to(access).select_related("service", "package__agreement")
    return wanted.get(pk=entitlement_id)


def find_agreement_of(access: Access, entitlement_id: int | None) -> Agreement | None:
    """The agreement that an entitlement belongs to, where the reader sees it."""
    if entitlement_id is None:
        return None
    wanted = Entitlement.objects.visible_to(access).select_related("package__agreement")
    found: Entitlement | None = wanted.filter(pk=entitlement_id).first()
    return found.package.agreement if found else None


def list_entitlements(access: Access, wanted: Collection[int]) -> list[Entitlement]:
    """Of these ids, each with its service and package; no statement for none."""
    if not wanted:
        return []
    found = Entitlement.objects.visible_to(access).filter(pk__in=wanted)
    return list(found.select_related("service", "package"))


def entitlement_codes(access: Access, package_id: int) -> set[str]:
    """The codes that are taken in a package."""
    found = Entitlement.objects.visible_to(access).filter(package_id=package_id)
    return set(found.values_list("code", flat=True))


def list_contacts(access: Access, agreement_id: int) -> list[AgreementContact]:
    wanted = AgreementContact.objects.visible_to(access).filter(agreement_id=agreement_id)
    return list(wanted.order_by("kind", "name", "pk"))


def list_mappings(packages: Collection[int]) -> set[tuple[int, int]]:
    """(package, workspace) of these packages."""
    found = Mapping.objects.filter(package_id__in=packages)
    return set(found.values_list("package_id", "workspace_id"))


def list_unsettled() -> list[tuple[int, int]]:
    """(customer, how many workspaces) where sign-on does not know yet what follows from the agreements (R3.6)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM agreements_unsettled(%s)", [clock.now()])
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class AccountPolicy:
    """Whether a workspace refuses personal accounts, and the agreements that decide it, the strictest first."""

    refuses: bool
    decided_by: list[Agreement]


def list_account_policies(access: Access) -> dict[int, AccountPolicy]:
    """By workspace. Needs the customer in whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM agreements_account_policy(%s::bigint[], %s)", [list(access.customers_in_whole), clock.now()]
        )
        found = cursor.fetchall()
    wanted = {agreement for _customer, _workspace, _refuses, decided_by in found for agreement in decided_by}
    agreements = Agreement.objects.in_bulk(wanted)
    return {
        workspace: AccountPolicy(refuses, [agreements[one] for one in decided_by])
        for _customer, workspace, refuses, decided_by in found
    }


def customers_naming(person_id: int) -> list[int]:
    """The customers whose agreements name the person, whatever the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT agreements_customers_naming(%s)", [person_id])
        return [customer for (customer,) in cursor.fetchall()]


def list_goals(customer_id: int, workspace_id: int, severity: Severity, at: datetime) -> list[Goal]:
    """What the agreements that reach the workspace and are in force at an instant promise. One statement."""
    reaching = Mapping.objects.filter(package__agreement=OuterRef("agreement"), workspace_id=workspace_id)
    goals = ResponseGoal.objects.filter(Exists(reaching), customer_id=customer_id, severity=severity)
    found = goals.select_related("agreement", "calendar").order_by("agreement_id")
    return [
        Goal(one.agreement_id, one.minutes, one.calendar.hours if one.calendar else AROUND_THE_CLOCK)
        for one in found
        if one.agreement.state(at.astimezone(ZoneInfo(one.agreement.zone)).date()) is State.ACTIVE
    ]


def list_products() -> list[Product]:
    """The catalogue, by code; those that are not offered any more as well."""
    return list(Product.objects.order_by("code"))


def list_covered_products(access: Access, *workspaces: int) -> list[Product]:
    """What support can be asked for there today: of what is offered, what active packages of the workspaces cover."""
    mapped = Mapping.objects.filter(workspace_id__in=workspaces).values("package_id")
    found = Package.objects.visible_to(access).select_related("agreement").filter(pk__in=mapped)
    active = [one for one in found if _is_active(one)]
    offered = Product.objects.filter(is_offered=True)
    if not any(one.covers_every_product for one in active):
        covered = Coverage.objects.visible_to(access).filter(package__in=active)
        offered = offered.filter(pk__in=covered.values("product_id"))
    return sorted(offered, key=lambda one: (one.name.casefold(), one.pk))


@dataclass(frozen=True, slots=True)
class Channel:
    """Through whom a customer bought a product that it holds today: the provider itself, or a partner (R5.6)."""

    customer_id: int
    product_id: int
    seller_id: int
    is_partner: bool


def list_channels(customers: Collection[int] | None = None) -> list[Channel]:
    """What is in force today, of these customers or of all that the scope knows: those worked inside, those that the
    partner acted for sells to, and every one for the provider. A product may have been bought in several ways.
    """
    wanted = None if customers is None else list(customers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM agreements_list_channels(%s::bigint[], %s)", [wanted, clock.now()])
        return [Channel(*row) for row in cursor.fetchall()]


def list_partner_sellers(customers: Collection[int] | None = None) -> dict[int, frozenset[int]]:
    """For whoever acts for the provider: by customer, the partners of its agreements in force, also of those that cover
    no product.
    """
    wanted = None if customers is None else list(customers)
    found: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM agreements_list_partners(%s::bigint[], %s)", [wanted, clock.now()])
        for customer, seller in cursor.fetchall():
            found.setdefault(customer, set()).add(seller)
    return {customer: frozenset(sellers) for customer, sellers in found.items()}


def products_held() -> RawSQL:
    """The products of all channels that the scope knows, as a part of a statement that asks for something else."""
    return RawSQL("SELECT product_id FROM agreements_list_channels(NULL, %s)", [clock.now()])


@dataclass(frozen=True, slots=True)
class Bought:
    """What a customer holds today, and from whom: products that the provider itself sold it, those that a partner did,
    and the partners of all its agreements in force, also of those that cover no product.

    What a suspended partner sold, for which the provider stands in, is asked of the provider like its own (S003-53).
    """

    direct: frozenset[int]
    resold: frozenset[int]
    partners: frozenset[int]
    stood_in: frozenset[int] = frozenset()  # partners for which the provider stands in; none of ``partners``

    def is_partners(self, product_id: int | None) -> bool:
        """Whether support for it is a partner's alone. What is not named is, where anything came from one (R5.3)."""
        if product_id is None:
            return bool(self.partners)
        return product_id in self.resold and product_id not in self.direct


def get_bought(customer_id: int) -> Bought:
    """Of a customer that is worked inside. Two statements."""
    found = list_channels([customer_id])
    with connection.cursor() as cursor:
        cursor.execute("SELECT agreements_own_partners(%(now)s), agreements_stood_in(%(now)s)", {"now": clock.now()})
        partners, stood_in = map(frozenset, cursor.fetchone())
    resold = frozenset(one.product_id for one in found if one.is_partner and one.seller_id not in stood_in)
    direct = frozenset(one.product_id for one in found if not one.is_partner or one.seller_id in stood_in)
    return Bought(direct, resold, partners - stood_in, stood_in)


@dataclass(frozen=True, slots=True)
class Buyer:
    customer_id: int
    code: str
    name: str


def list_buyers() -> list[Buyer]:
    """The customers that the scope knows, as ``list_channels`` does, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM agreements_buyers(%s)", [clock.now()])
        return [Buyer(*row) for row in cursor.fetchall()]


def _is_active(package: Package) -> bool:
    """In the zone of its agreement."""
    today = clock.today(package.agreement.zone)
    return {package.state(today), package.agreement.state(today)} <= ACTIVE_STATES


@dataclass(frozen=True, slots=True)
class Sold:
    """An agreement in force. ``ends_on`` is its last day."""

    number: str
    name: str
    ends_on: date


def list_sold(customer_id: int, seller_id: int) -> list[Sold]:
    """What the seller sold to the customer, for either of both; for anybody else nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM agreements_sold(%s, %s, %s)", [customer_id, seller_id, clock.now()])
        return [Sold(*row) for row in cursor.fetchall()]
