"""What the account team of the demo has to do: an agreement that begins tomorrow, goals, and enquiries.

Written by the steps of the packages themselves: files bring in what is agreed elsewhere, and this was agreed here.
"""

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from tallyhub.accounts.models import Person
from tallyhub.accounts.steps import add_invited
from tallyhub.agreements import steps as agreements
from tallyhub.agreements.models import Agreement, AgreementContact, Package
from tallyhub.agreements.rules import ContactKind, Plan, Scope
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.ledger import steps as ledger
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.office.models import Enquiry
from tallyhub.office.rules import Answer, Wish
from tallyhub.organizations import steps as organizations
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.rules import Role
from tallyhub.site.demo.story import PROVIDER

CUSTOMER = "ostrevik"  # has an agreement that begins tomorrow, and nothing else yet
ZONE = "Europe/Lisbon"
CSAM = "csam@provider.example"
CONTACTS = (  # name, language, as whom the agreement names them
    ("Valentim Serpareal", "en", (ContactKind.SERVICES_ADMINISTRATOR, ContactKind.SUPPORT_CONTACT)),
    ("Frauke Dittmersen", "de", (ContactKind.SUPPORT_CONTACT,)),
    ("Iker Zubiarrondo", "es", (ContactKind.SUPPORT_CONTACT,)),
    ("Liviana Pescatrice", "it", (ContactKind.SUPPORT_CONTACT,)),
    ("Аглая Верстовская", "ru", (ContactKind.SUPPORT_CONTACT,)),
)
CONTACTS_MAX = 4  # one fewer than are named
BOUGHT = (  # package, scope, service, amount in smallest steps; None is as needed
    ("Unified base", Scope.ENTERPRISE, "reactive-support", None),
    ("Unified base", Scope.ENTERPRISE, "advisory-support", 40 * 60),
    ("Unified base", Scope.ENTERPRISE, "support-contacts", CONTACTS_MAX),
    ("Workshop days", Scope.ADDON, "workshop-days", 24 * 60),
)
GOALS = {
    ("halden", "energy"): "Keep the power plants running while their control systems move to a new platform.",
    ("halden", "americas"): "One support desk for the sites between Toronto and Santiago, in their working hours.",
    ("orchard", "cold-chain"): "No cold store warms up unnoticed: monitoring, alarms and who answers them.",
}


def set_up(today: date) -> None:
    """Once; again changes nothing."""
    codes = {CUSTOMER, "stepnoy", "orchard", *(customer for customer, _code in GOALS)}
    with scope(Access.of_system(), writing=True):
        if organizations.find_customers([CUSTOMER]):
            return
        ids = organizations.claim_customers(codes)
    access = Access.of_system(ids.values())
    with scope(access, writing=True):
        for (customer, code), goal in GOALS.items():
            Workspace.objects.filter(customer_id=ids[customer], code=code).update(goal=goal)
        _ask(ids["stepnoy"], ids["orchard"])
        _agree(access, ids[CUSTOMER], today)


def _agree(access: Access, customer_id: int, today: date) -> None:
    """Approved today, in force from tomorrow for a year. What was bought goes to the ledger last."""
    csam = Person.objects.get(email_folded=CSAM)
    organizations.add_customers([{"id": customer_id, "code": CUSTOMER, "name": "Ostrevik Marine Works", "zone": ZONE}])
    held = {"customer_id": customer_id, "workspace_id": None, "person_id": csam.pk, "role": Role.CSAM}
    organizations.add_grants([held])
    first_day = today + timedelta(days=1)
    agreement = Agreement.objects.create(
        customer_id=customer_id,
        seller_id=organizations.find_sellers([PROVIDER])[PROVIDER],
        number="U-56038",
        name="Unified support",
        plan=Plan.UNIFIED,
        zone=ZONE,
        term=DateRange(first_day, first_day + timedelta(days=365)),
        approved_at=clock.now(),
        approved_by_id=csam.pk,
    )
    _name(agreement)
    _sell(access, agreement)


def _name(agreement: Agreement) -> None:
    people = [
        Person(name=name, email=f"contact-{n}@{CUSTOMER}.example", language=language, zone=ZONE)
        for n, (name, language, _kinds) in enumerate(CONTACTS, start=1)
    ]
    for one in people:
        one.set_unusable_password()
    people = add_invited(people)
    of = {"customer_id": agreement.customer_id, "agreement_id": agreement.pk}
    AgreementContact.objects.bulk_create(
        AgreementContact(**of, person=person, name=person.name, language=language, kind=kind)
        for person, (_name, language, kinds) in zip(people, CONTACTS, strict=True)
        for kind in kinds
    )


def _sell(access: Access, agreement: Agreement) -> None:
    of = {"customer_id": agreement.customer_id}
    services = agreements.find_services([service for _package, _scope, service, _amount in BOUGHT])
    packages: dict[str, Package] = {}
    lots = []
    for name, package_scope, service, amount in BOUGHT:
        code = "BASE" if package_scope is Scope.ENTERPRISE else "WORKSHOPS"
        if name not in packages:
            packages[name] = Package.objects.create(
                **of, agreement=agreement, code=code, name=name, scope=package_scope, term=agreement.term
            )
        line = {**of, "package_id": packages[name].pk, "service_id": services[service].pk, "code": service}
        made = agreements.add_entitlements([line | {"is_as_needed": amount is None}]).rows[0]
        if amount is not None:
            lots.append((made.pk, amount, f"{agreement.number}/{code}/{service}/1"))
    ledger.allot(
        access,
        [
            {
                **of,
                "entitlement_id": entitlement_id,
                "kind": AllotmentKind.PURCHASE,
                "amount": amount,
                "starts_on": agreement.starts_on,
                "ends_on": agreement.ends_on,
                "priority": 0,
                "source": "sales",
                "external_id": external_id,
            }
            for entitlement_id, amount, external_id in lots
        ],
    )


def _ask(stepnoy: int, orchard: int) -> None:
    """An add-on that reaches no workspace, and a workspace that one customer wishes for; and what was declined."""
    now = clock.now()
    repair = Workspace.objects.get(customer_id=stepnoy, code="repair")
    workshops = Package.objects.get(customer_id=stepnoy, code="WORKSHOPS")
    asker = Person.objects.get(email_folded="d.askarbai@stepnoy.example")
    Enquiry.objects.create(
        customer_id=stepnoy,
        wish=Wish.MAPPING,
        workspace=repair,
        package=workshops,
        asked_by_id=asker.pk,
        asked_at=now - timedelta(days=2),
    )
    rosalind = Person.objects.get(email_folded="admin@orchard.example")
    wished = {"customer_id": orchard, "wish": Wish.WORKSPACE, "asked_by_id": rosalind.pk}
    Enquiry.objects.create(
        **wished,
        name="Presses and bottling",
        goal="Bottling lines that report their own faults before a shift is lost.",
        reason="The two plants share engineers, and their cases hold recipes that the shops must not see.",
        asked_at=now - timedelta(days=1),
    )
    Enquiry.objects.create(
        **wished,
        name="Marketing",
        goal="Support for the campaign pages.",
        asked_at=now - timedelta(days=40),
        answer=Answer.DECLINED,
        answered_by_id=Person.objects.get(email_folded=CSAM).pk,
        answered_at=now - timedelta(days=38),
        note="The head office workspace covers these pages. Invite the marketing team there.",
    )
