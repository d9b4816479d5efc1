"""Products that the demo's agreements cover, and support requests of every kind, opened by the commands themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Coverage, Package, Product
from tallyhub.agreements.rules import Scope
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.organizations import steps as organizations
from tallyhub.organizations.models import Membership, Workspace
from tallyhub.people.models import Group, GroupMember
from tallyhub.site.demo import desk
from tallyhub.support.models import Request
from tallyhub.support.requests import commands
from tallyhub.support.requests.rules import Typed
from tallyhub.support.requests.steps import Opening, open_request
from tallyhub.support.rules import OPEN, Status, Why
from tallyhub.support.steps import Viewer

LANGUAGES = ("en", "de", "es", "ru", "it")
PRODUCTS = {  # code: its name in each of the languages
    "database": (
        "Ledgerline database",
        "Ledgerline-Datenbank",
        "Base de datos Ledgerline",
        "База данных Ledgerline",
        "Database Ledgerline",
    ),
    "identity": (
        "Gatehouse identity",
        "Gatehouse-Identitäten",
        "Identidades Gatehouse",
        "Учетные записи Gatehouse",
        "Identità Gatehouse",
    ),
    "historian": (
        "Plantlog historian",
        "Plantlog-Messwertarchiv",
        "Histórico de planta Plantlog",
        "Архив измерений Plantlog",
        "Storico d’impianto Plantlog",
    ),
    "messaging": (
        "Courierbus messaging",
        "Courierbus-Nachrichten",
        "Mensajería Courierbus",
        "Шина сообщений Courierbus",
        "Messaggistica Courierbus",
    ),
    "storage": (
        "Cairn storage",
        "Cairn-Speicher",
        "Almacenamiento Cairn",
        "Хранилище Cairn",
        "Archiviazione Cairn",
    ),
    "reporting": (
        "Lectern reporting",
        "Lectern-Berichte",
        "Informes Lectern",
        "Отчеты Lectern",
        "Report Lectern",
    ),
}
RESOLD = frozenset({"orchard"})  # customers that hold all of it through a partner
COVERED = {"DSE-IDENTITY": ("identity",), "DSE-DATA": ("database", "storage")}  # packages that cover a part
GROUPS = {  # customer, workspace, name: whose local parts of the address
    ("halden", "paper", "Paper machine 2"): ("contact", "j.pohlmeier", "z.horvatinka"),
    ("halden", "mills", "Mills on call"): ("l.eikeskog", "f.tuominiemi", "k.venkatesh"),
    ("orchard", "cold-chain", "Cold store watch"): ("f.ottenheim", "m.kowalunka"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of the demo; people by the local parts of their addresses, ``days`` ago."""

    customer: str
    workspace: str
    opener: str
    days: int
    title: str
    description: str
    product: str
    kind: str = "problem"
    severity: str = "C"
    impact: str = ""
    primary: str = ""
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    status: Status = Status.SUBMITTED


ASKED = (
    Asked("halden", "paper", "contact", 1, "Plantlog loses every tenth value of line 2",
          "Since the update of Tuesday night, the trend of line 2 has holes of about six seconds.\n\n"
          "We have restarted the collector twice. Nothing else was changed.",
          "historian", severity="B", impact="Quality control has to sample by hand.", groups=("Paper machine 2",)),
    Asked("halden", "paper", "contact", 3, "How large may one archive of Plantlog become?",
          "We plan to keep ten years instead of three. Is one archive of 9 TB sound, or should we divide it?",
          "historian", kind="advice", status=Status.IN_PROGRESS),
    Asked("halden", "paper", "contact", 6, "Sign-in of contractors fails after midnight",
          "Contractors whose shift begins at midnight cannot sign in for about twenty minutes.",
          "identity", severity="B", impact="Two shifts a week begin late.", primary="l.cattarossi",
          status=Status.WAITING),
    Asked("halden", "paper", "j.pohlmeier", 12, "Bericht der Ausschussquote bricht ab",
          "Der Monatsbericht endet nach Seite 40 ohne Meldung.", "reporting", groups=("Paper machine 2",),
          status=Status.RESOLVED),
    Asked("halden", "paper", "contact", 40, "Certificate of the message bus has expired",
          "Courierbus refuses every connection since 06:00.", "messaging", severity="A",
          impact="The line stands still.", people=("j.pohlmeier",), status=Status.CLOSED),
    Asked("halden", "energy", "r.valdecantos", 2, "Consultas lentas en la base de datos de turbinas",
          "Desde ayer, las consultas de vibración tardan más de un minuto.", "database", severity="B",
          impact="Los turnos no ven las alarmas a tiempo.", status=Status.ASSIGNED),
    Asked("halden", "energy", "n.karahisar", 25, "Move the archive to the new store",
          "Which order of steps do you recommend, and how long can we go back?", "storage", kind="advice",
          status=Status.CLOSED),
    Asked("halden", "mills", "l.eikeskog", 4, "Saw line reports twice after a failover",
          "Each message arrives twice for about a minute after the standby takes over.", "messaging",
          groups=("Mills on call",), status=Status.IN_PROGRESS),
    Asked("halden", "mills", "f.tuominiemi", 60, "Report for the audit in Finnish format", "Numbers need commas.",
          "reporting", status=Status.CANCELLED),
    Asked("halden", "americas", "m.okonjo", 0, "Nobody in Toronto can sign in",
          "All sign-ins fail since 07:40 local time, on every device.", "identity", severity="A",
          impact="Forty people cannot work.", people=("p.beausejour", "d.whitlatch")),
    Asked("halden", "americas", "c.iturralde", 9, "Réplica atrasada en Santiago",
          "La réplica va cuatro horas por detrás.", "database", status=Status.REOPENED),
    Asked("orchard", "cold-chain", "f.ottenheim", 2, "Temperature alarms arrive late",
          "Alarms of cold store 4 reach the phones ten minutes late.", "messaging", severity="B",
          impact="Goods for a day are at risk.", groups=("Cold store watch",), status=Status.IN_PROGRESS),
    Asked("orchard", "cold-chain", "f.ottenheim", 33, "Keep readings for two years", "What does it need?",
          "historian", kind="advice", status=Status.CLOSED),
)  # fmt: skip


def set_up() -> None:
    """Once; again changes nothing."""
    customers = sorted({one.customer for one in ASKED})
    with scope(Access.of_system(), writing=True):
        ids = organizations.find_customers(customers)
    access = Access.of_system(ids.values())
    with scope(access, writing=True):
        if Product.objects.exists():
            return
        products = _products(list(ids.values()))
        _groups(ids)
        desk.agree(ids["halden"])
    for one in sorted(ASKED, key=lambda one: -one.days):
        _open(one, ids[one.customer], products[one.product])
    desk.work(ids["halden"])


def _products(customers: list[int]) -> dict[str, int]:
    """The catalogue, and what the packages cover: the base all of it, two others a part."""
    made = Product.objects.bulk_create(
        Product(code=code, names=dict(zip(LANGUAGES, names, strict=True))) for code, names in PRODUCTS.items()
    )
    products = {one.code: one.pk for one in made}
    packages = Package.objects.filter(customer_id__in=customers)
    packages.filter(scope=Scope.ENTERPRISE).update(covers_every_product=True)
    Coverage.objects.bulk_create(
        Coverage(customer_id=package.customer_id, package=package, product_id=products[code])
        for package in packages.filter(code__in=COVERED)
        for code in COVERED[package.code]
    )
    return products


def _groups(ids: dict[str, int]) -> None:
    for (customer, workspace, name), members in GROUPS.items():
        place = Workspace.objects.get(customer_id=ids[customer], code=workspace)
        where = {"customer_id": place.customer_id, "workspace": place}
        group = Group.objects.create(**where, name=name)
        GroupMember.objects.bulk_create(
            GroupMember(**where, group=group, person_id=person) for person in _people(customer, place, members)
        )


def _people(customer: str, place: Workspace, names: tuple[str, ...]) -> list[int]:
    addresses = [f"{name}@{customer}.example" for name in names]
    members = Membership.objects.filter(workspace=place, person__email_folded__in=addresses)
    return list(members.order_by("person_id").values_list("person_id", flat=True))


def _open(asked: Asked, customer_id: int, product: int) -> None:
    """By whoever opens it, on the day it was opened; then by the hub as far as it has come."""
    with scope(Access.of_system([customer_id])):
        place = Workspace.objects.get(customer_id=customer_id, code=asked.workspace)
        opener = Person.objects.get(email_folded=f"{asked.opener}@{asked.customer}.example").pk
        people = tuple(_people(asked.customer, place, asked.people))
        (primary,) = _people(asked.customer, place, (asked.primary,)) if asked.primary else (None,)
        groups = tuple(Group.objects.filter(workspace=place, name__in=asked.groups).values_list("pk", flat=True))
    typed = Typed(
        kind=asked.kind,
        product=product,
        title=asked.title,
        description=asked.description,
        severity=asked.severity,
        impact=asked.impact,
        primary_contact=primary,
        people=people,
        groups=groups,
    )
    rights = {place.pk: frozenset({Right.OPEN_REQUESTS})}
    access = Access(person_id=opener, customer_id=customer_id, workspaces=(place.pk,), rights=rights)
    with clock.frozen(clock.now() - timedelta(days=asked.days, minutes=17)):
        number = (_known if asked.customer in RESOLD else _sent)(access, place, typed)
    _bring_on(number, customer_id, asked, clock.now() - timedelta(hours=asked.days))


def _sent(access: Access, place: Workspace, typed: Typed) -> str:
    draft = commands.begin_draft(access, place.pk)
    commands.save_draft(access, draft.pk, **{name: getattr(typed, name) for name in typed.__slots__ if name != "sent"})
    return commands.send_draft(access, draft.pk)


def _known(access: Access, place: Workspace, typed: Typed) -> str:
    """One that the provider's system knew already: for what a partner sold, nobody opens one here (R5.3)."""
    shared = [Viewer(Why.SHARED, group_id=one) for one in typed.groups]
    with scope(access, writing=True):
        opening = Opening.of(place, typed, typed.primary_contact or access.person_id or 0, shared)
        return open_request(access, opening).number


def _bring_on(number: str, customer_id: int, asked: Asked, at: datetime) -> None:
    """To its status of today, in the past."""
    if asked.status is Status.SUBMITTED:
        return
    columns: dict[str, object] = {"status": asked.status, "changed_at": at}
    if asked.status not in OPEN:
        columns["resolved_at"] = at
    if asked.status in (Status.CLOSED, Status.CANCELLED):
        columns["closed_at"] = at
    with scope(Access.of_system([customer_id]), writing=True):
        columns["assigned_to_id"] = desk.engineer()
        Request.objects.filter(number=number).update(**columns)
