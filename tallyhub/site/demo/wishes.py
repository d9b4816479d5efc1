"""What the demo's customers ask of whoever sold to them, what they asked before, and what partners make of it."""

from dataclasses import dataclass, replace
from datetime import timedelta

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Entitlement, Package, Product, Service
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import Organization, Staff, Workspace
from tallyhub.organizations.rules import RIGHTS_OF, Role
from tallyhub.organizations.sign_on import act_at_work
from tallyhub.organizations.steps import find_customers
from tallyhub.partners.advising.commands import add_follow_up
from tallyhub.partners.advising.rules import FollowUpState, TypedFollowUp
from tallyhub.partners.models import FollowUp, SubscriptionWish
from tallyhub.partners.subscriptions import commands as wishes
from tallyhub.partners.subscriptions.rules import Typed, WishKind, WishState
from tallyhub.support.models import Request
from tallyhub.support.requests.rules import Typed as TypedRequest
from tallyhub.support.requests.steps import Opening, open_request
from tallyhub.support.rules import Kind, Status


@dataclass(frozen=True, slots=True)
class Wished:
    """By whom, of which package and line, how many days ago, and what became of it by whose hand."""

    asker: str
    kind: WishKind
    package: str = ""
    service: str = ""  # whose line; without: the whole package
    product: str = ""
    what: str = ""
    to: str = ""
    amount: int | None = None
    unit: Unit | None = None
    reason: str = ""
    days: int = 1
    state: WishState = WishState.ASKED
    by: str = ""
    said: str = ""
    number: str = ""


LINDEN, ORCHARD = "admin@linden.example", "admin@orchard.example"
BRIGHTLINE, FERNWAY, CSAM = "helpdesk@brightline.example", "helpdesk@fernway.example", "csam@provider.example"
WISHES = (
    Wished(LINDEN, WishKind.ADD, "BASE", "support-contacts", amount=1, days=80, state=WishState.DONE, by=BRIGHTLINE,
           reason="The night shift gets a contact of its own.", said="Three places instead of two, from the first on.",
           number="U-56218"),
    Wished(LINDEN, WishKind.BUY, product="identity", amount=40, unit=Unit.PEOPLE, days=30, state=WishState.DECLINED,
           by=BRIGHTLINE, reason="The bindery joins us.", said="The bindery has to sign for itself first."),
    Wished(LINDEN, WishKind.BUY, what="An archive that keeps print jobs for ten years", to="brightline", days=9,
           state=WishState.ACCEPTED, by=BRIGHTLINE, reason="Auditors asked for it."),
    Wished(LINDEN, WishKind.ADD, "BASE", "advisory-support", amount=600, days=2,
           reason="The directory moves next month, and we want somebody beside us."),
    Wished(LINDEN, WishKind.CANCEL, "REPORTING", days=4, reason="Reports come from the new press software."),
    Wished(LINDEN, WishKind.ADD, "MESSAGING", days=3, reason="A second queue for the web shop, please."),
)  # fmt: skip
ASKED = (  # customer, opener, workspace, partner, product, kind, title, days ago, hours until solved
    ("linden", "contact@linden.example", "press", "brightline", "database", Kind.ADVICE,
     "How do I restore a single table?", 190, 30),
    ("linden", "contact@linden.example", "press", "brightline", "database", Kind.ADVICE,
     "Restoring single tables: how?", 110, 26),
    ("linden", "contact@linden.example", "office", "brightline", "database", Kind.ADVICE,
     "Restore of a single table", 35, 19),
    ("linden", "contact@linden.example", "press", "brightline", "database", Kind.PROBLEM,
     "Nightly backup did not finish", 150, 52),
    ("linden", "contact@linden.example", "office", "brightline", "identity", Kind.PROBLEM,
     "Two people cannot sign in after the holidays", 65, 5),
)  # fmt: skip
FOLLOW_UPS = (  # by whom, customer, title, product, service, reason, state, due in days
    (BRIGHTLINE, "linden", "Course: backup and restore", "database", "on-demand-education",
     "Asked three times in half a year how a single table is restored.", FollowUpState.OFFERED, 12),
    (BRIGHTLINE, "linden", "Review of the nightly backup", "database", "built-in-proactive",
     "It did not finish in summer, and nobody looked at it since.", FollowUpState.OPEN, -3),
    (BRIGHTLINE, "linden", "Third support contact", "", "", "The night shift had nobody.", FollowUpState.WON, None),
    (FERNWAY, "aldwyn", "Shared reports for the wards", "reporting", "", "They print what others could read.",
     FollowUpState.OPEN, 30),
)  # fmt: skip


def set_up() -> None:
    """Once; again changes nothing, and a killed first run is taken up."""
    with scope(Access.of_system()):
        houses = dict(Organization.objects.exclude(kind="customer").values_list("code", "pk"))
        customers = find_customers({"linden", "orchard", "aldwyn"})
        products = dict(Product.objects.values_list("code", "pk"))
        services = dict(Service.objects.values_list("code", "pk"))
    people = _people()
    _ask_partners(customers, houses, products, people)
    _wish(customers, houses, products, people)
    _follow_up(customers, products, services, people)


def _people() -> dict[str, int]:
    addresses = {LINDEN, ORCHARD, BRIGHTLINE, FERNWAY, CSAM, "contact@linden.example"}
    with scope(Access.of_system()):
        return {one.email or "": one.pk for one in Person.objects.filter(email_folded__in=addresses)}


def _wish(customers: dict[str, int], houses: dict[str, int], products: dict[str, int], people: dict[str, int]) -> None:
    hub = Access.of_system(customers.values())
    with scope(hub):
        there = set(SubscriptionWish.objects.values_list("reason", flat=True))
    for one in WISHES:
        if one.reason not in there:
            _one_wish(one, customers["linden"], houses, products, people)


def _one_wish(
    one: Wished, customer_id: int, houses: dict[str, int], products: dict[str, int], people: dict[str, int]
) -> None:
    rights = RIGHTS_OF[Role.CUSTOMER_ADMINISTRATOR]
    access = Access(person_id=people[one.asker], customer_id=customer_id, in_whole=True, customer_rights=rights)
    asked_at = clock.now() - timedelta(days=one.days)
    with scope(Access.of_system([customer_id])):
        package = Package.objects.filter(customer_id=customer_id, code=one.package).first()
        line = Entitlement.objects.filter(package=package, service__code=one.service).first() if package else None
    typed = Typed(
        one.kind,
        package.pk if package else None,
        line.pk if line else None,
        products[one.product] if one.product else None,
        one.what,
        one.amount,
        one.unit,
        reason=one.reason,
        to=houses[one.to] if one.to else None,
    )
    with clock.frozen(asked_at):
        wish_id = wishes.ask(access, typed)
    if one.state is WishState.ASKED:
        return
    answerer = act_at_work(people[one.by])
    with clock.frozen(asked_at + timedelta(days=1)):
        if one.state is WishState.DECLINED:
            wishes.decline(answerer, wish_id, one.said)
        else:
            wishes.accept(answerer, wish_id)
    if one.state is WishState.DONE:
        with clock.frozen(asked_at + timedelta(days=6)):
            wishes.finish(answerer, wish_id, one.said, one.number)


def _ask_partners(
    customers: dict[str, int], houses: dict[str, int], products: dict[str, int], people: dict[str, int]
) -> None:
    """Requests of the past, all of them closed."""
    for customer, opener, workspace, partner, product, kind, title, days, hours in ASKED:
        customer_id = customers[customer]
        with scope(Access.of_system([customer_id])):
            if Request.objects.filter(customer_id=customer_id, title=title).exists():
                continue
            place = Workspace.objects.get(customer_id=customer_id, code=workspace)
        rights = {place.pk: frozenset({Right.OPEN_REQUESTS})}
        access = Access(person_id=people[opener], customer_id=customer_id, workspaces=(place.pk,), rights=rights)
        opened_at = clock.now() - timedelta(days=days)
        typed = TypedRequest(kind=kind, product=products[product], title=title, description=title)
        with clock.frozen(opened_at), scope(access, writing=True):
            opening = replace(
                Opening.of(place, typed, people[opener]), partner_id=houses[partner], desk_id=houses[partner]
            )
            made = open_request(access, opening)
        solved_at = opened_at + timedelta(hours=hours)
        closed = {"status": Status.CLOSED, "resolved_at": solved_at, "closed_at": solved_at, "changed_at": solved_at}
        with scope(Access.of_system([customer_id]), writing=True):
            Request.objects.filter(pk=made.pk).update(**closed)


def _follow_up(
    customers: dict[str, int], products: dict[str, int], services: dict[str, int], people: dict[str, int]
) -> None:
    for address, customer, title, product, service, reason, state, due in FOLLOW_UPS:
        access = act_at_work(people[address])
        with scope(access):
            if FollowUp.objects.filter(title=title).exists():
                continue
            owner = Staff.objects.get(person_id=people[address]).pk
            numbers = Request.objects.at_desk(access).filter(customer_id=customers[customer], product__code=product)
            linked = tuple(numbers.order_by("pk").values_list("number", flat=True)[:3]) if product else ()
        typed = TypedFollowUp(
            title,
            products.get(product),
            services.get(service),
            reason,
            linked,
            owner,
            state,
            (clock.now() + timedelta(days=due)).date() if due is not None else None,
        )
        with clock.frozen(clock.now() - timedelta(days=10)):
            add_follow_up(access, customers[customer], typed)
