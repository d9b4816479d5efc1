"""How the demo's partners support their customers: people, profiles, plans; and what customers set up themselves.

Brightline and Quillmark sell directly; Fernway resells, behind the indirect provider Wexcombe.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Coverage, Package, Product
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.notifications.addresses.commands import add_address
from tallyhub.organizations import steps as organizations
from tallyhub.organizations.models import Organization, Staff
from tallyhub.organizations.queries import get_seller
from tallyhub.organizations.rules import StaffRole
from tallyhub.partners.models import ConfigurationTask, SupportPlan, SupportProfile
from tallyhub.partners.plans.commands import publish_plan, save_draft
from tallyhub.partners.plans.rules import Line, Typed
from tallyhub.partners.profiles.commands import save_profile
from tallyhub.partners.tasks.commands import Typed as Task
from tallyhub.partners.tasks.commands import add_task
from tallyhub.partners.tasks.rules import HubPage
from tallyhub.site.demo.health import EDITOR
from tallyhub.site.demo.story import PROVIDER
from tallyhub.site.demo.support import LANGUAGES

CUSTOMER, ADMINISTRATOR = "linden", "admin@linden.example"
COVERED = {"BASE": ("database", "identity"), "REPORTING": ("reporting",), "MESSAGING": ("messaging",)}  # Linden's
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
LONG_AGO_DAYS, ANNOUNCED_DAYS = 200, 35


@dataclass(frozen=True, slots=True)
class House:
    """How one firm is reached, and what it promises; ``later`` is what its next version says otherwise."""

    profile: Mapping[str, Any]
    plan: Typed | None = None
    later: dict[str, Any] = field(default_factory=dict)


def _profile(code: str, telephone: str, *languages: str, chat: str = "") -> dict[str, Any]:
    site = f"https://{code}.example/support"
    mail = f"support@{code}.example"
    return {"email": mail, "telephone": telephone, "website": site, "chat": chat, "languages": languages}


def _week(hours: str) -> dict[str, Any]:
    return dict.fromkeys(WEEKDAYS, hours)


_PROMISES: dict[str, Any] = {
    "types": ("how_to", "break_fix", "billing", "escalation"),
    "excluded": "Code that customers wrote themselves, and machines that are not ours to run.",
    "measured": "Until somebody answers who has looked at it, counted in the hours of service.",
    "escalation": "What only the provider can mend is escalated within one working day, of severity A at once.",
    "duties": "Say what happened, since when and to whom, and name somebody who can be asked back.",
}
HOUSES = {
    PROVIDER: House(_profile("provider", "+47 22 12 34 56", "en", "nb", "de")),
    "brightline": House(
        _profile("brightline", "+49 30 5557100", "de", "en", chat="https://brightline.example/chat"),
        Typed(
            name="Brightline Care",
            languages=("de", "en"),
            zone="Europe/Berlin",
            **_week("8:00-18:00"),
            sat="9:00-13:00",
            methods=("phone", "chat", "mail"),
            target_a="1",
            target_b="4",
            target_c="16",
            price="free",
            price_note="As long as the agreement runs.",
            lines=(
                Line("own", when="inside"),
                Line("outsourced", when="outside", severities=("A",), supplier="Nightwatch Operations",
                     scope="Takes calls of severity A at night and at week-ends."),
            ),
            **_PROMISES,
        ),
        {"sat": "", "price_note": "As long as the agreement runs. Saturdays are no hours of service any more."},
    ),
    "fernway": House(
        _profile("fernway", "+353 1 555 0142", "en", "es"),
        Typed(
            name="Fernway Basic",
            languages=("en", "es"),
            zone="Europe/Dublin",
            **_week("9:00-14:00, 15:00-18:00"),
            methods=("mail", "phone"),
            target_a="2",
            target_b="8",
            target_c="24",
            price="per_incident",
            amount="95.00",
            currency="EUR",
            price_note="Taxes are added. Faults of the service itself cost nothing.",
            lines=(
                Line("own"),
                Line("resold", product="reporting", supplier="Quillmark Services", contact="help@quillmark.example",
                     scope="Questions about writing reports."),
            ),
            **_PROMISES,
        ),
    ),
    "quillmark": House(
        _profile("quillmark", "+44 20 7946 0321", "en"),
        Typed(
            name="Quillmark Complete",
            languages=("en",),
            always="yes",
            zone="Europe/London",
            methods=("phone", "mail"),
            target_a="1",
            target_b="2",
            target_c="8",
            price="included",
            lines=(Line("own"),),
            **_PROMISES,
        ),
    ),
    "wexcombe": House(
        _profile("wexcombe", "+44 20 7946 0644", "en"),
        Typed(
            name="Wexcombe Shared",
            languages=("en",),
            zone="Europe/London",
            **_week("9:00-17:00"),
            methods=("mail",),
            target_a="4",
            target_b="8",
            target_c="24",
            price="included",
            lines=(Line("own"),),
            **_PROMISES,
        ),
    ),
}  # fmt: skip
TASKS: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    # code, product, hub page, titles and steps in the languages of the hub
    (
        "add-person", "", HubPage.ADD_PERSON,
        (
            "Add a person", "Eine Person hinzufügen", "Añadir a una persona", "Добавить человека",
            "Aggiungere una persona",
        ),
        (
            "Write the mail address.\nChoose workspaces and roles.\nSend the invitation.",
            "Die Mailadresse eingeben.\nArbeitsbereiche und Rollen wählen.\nDie Einladung senden.",
            "Escribir la dirección de correo.\nElegir áreas de trabajo y roles.\nEnviar la invitación.",
            "Укажите адрес почты.\nВыберите рабочие области и роли.\nОтправьте приглашение.",
            "Scrivere l’indirizzo di posta.\nScegliere aree di lavoro e ruoli.\nInviare l’invito.",
        ),
    ),
    (
        "default-group", "", HubPage.DEFAULT_GROUP,
        (
            "Choose with whom new requests are shared",
            "Wählen, mit wem neue Anfragen geteilt werden",
            "Elegir con quién se comparten las solicitudes nuevas",
            "Выбрать, с кем делиться новыми запросами",
            "Scegliere con chi condividere le nuove richieste",
        ),
        (
            "Choose a workspace.\nChoose one of your groups.",
            "Einen Arbeitsbereich wählen.\nEine Ihrer Gruppen wählen.",
            "Elegir un área de trabajo.\nElegir uno de sus grupos.",
            "Выберите рабочую область.\nВыберите одну из своих групп.",
            "Scegliere un’area di lavoro.\nScegliere uno dei propri gruppi.",
        ),
    ),
    (
        "news-addresses", "", HubPage.NOTIFICATION_ADDRESSES,
        (
            "Say where news of the provider goes",
            "Festlegen, wohin Nachrichten des Anbieters gehen",
            "Indicar adónde llegan las noticias del proveedor",
            "Указать, куда приходят новости поставщика",
            "Indicare dove arrivano le notizie del fornitore",
        ),
        (
            "Write an address of a domain of yours.\nChoose the language of the mail.",
            "Eine Adresse einer Ihrer Domänen eingeben.\nDie Sprache der Mails wählen.",
            "Escribir una dirección de un dominio propio.\nElegir el idioma del correo.",
            "Укажите адрес в одном из своих доменов.\nВыберите язык писем.",
            "Scrivere un indirizzo di un proprio dominio.\nScegliere la lingua della posta.",
        ),
    ),
    (
        "database-backup", "database", "",
        (
            "Set when backups are made", "Festlegen, wann gesichert wird", "Fijar cuándo se hacen las copias",
            "Задать время резервного копирования", "Stabilire quando fare i backup",
        ),
        (
            "Open the console of Ledgerline.\nChoose Backup, then Schedule.\nSet days and hour, and save.",
            "Die Konsole von Ledgerline öffnen.\nSicherung, dann Zeitplan wählen.\nTage und Stunde setzen und sichern.",
            "Abrir la consola de Ledgerline.\nElegir Copias y Programación.\nFijar días y hora, y guardar.",
            "Откройте консоль Ledgerline.\nВыберите копирование и расписание.\nЗадайте дни и час и сохраните.",
            "Aprire la console di Ledgerline.\nScegliere Backup e Pianificazione.\nImpostare giorni e ora, e salvare.",
        ),
    ),
    (
        "messaging-retention", "messaging", "",
        (
            "Set how long messages are kept", "Festlegen, wie lange Nachrichten bleiben",
            "Fijar cuánto se conservan los mensajes", "Задать срок хранения сообщений",
            "Stabilire quanto conservare i messaggi",
        ),
        (
            "Open a queue of Courierbus.\nChoose Retention.\nSet the days, and save.",
            "Eine Warteschlange von Courierbus öffnen.\nAufbewahrung wählen.\nDie Tage setzen und sichern.",
            "Abrir una cola de Courierbus.\nElegir Conservación.\nFijar los días y guardar.",
            "Откройте очередь Courierbus.\nВыберите хранение.\nЗадайте число дней и сохраните.",
            "Aprire una coda di Courierbus.\nScegliere Conservazione.\nImpostare i giorni e salvare.",
        ),
    ),
)  # fmt: skip


def _houses() -> dict[str, int]:
    """Ids by code."""
    with scope(Access.of_system()):
        found = Organization.objects.filter(code__in=HOUSES)
        return dict(found.values_list("code", "pk"))


def publish() -> None:
    """Profiles and plans, without which no customer accepts a partner. Once; again changes nothing."""
    houses = _houses()
    with scope(Access.of_system(organizations=houses.values())):
        reached = set(SupportProfile.objects.values_list("organization_id", flat=True))
        promised = set(SupportPlan.objects.values_list("organization_id", flat=True))
        agents = dict(
            Staff.objects.filter(roles__contains=[StaffRole.ADMIN_AGENT.value]).values_list("organization", "person")
        )
    for code, house in HOUSES.items():
        if houses[code] in (promised if house.plan else reached):
            continue
        rights = frozenset({Right.MANAGE_SUPPORT})
        _publish(
            Access(person_id=agents.get(houses[code]), organization_id=houses[code], organization_rights=rights), house
        )


def set_up() -> None:
    """What customers set up themselves. Once; again changes nothing."""
    with scope(Access.of_system()):
        if ConfigurationTask.objects.exists():
            return
    _cover()
    _write_tasks(_houses()[PROVIDER])


def _cover() -> None:
    """What Linden's packages are about."""
    with scope(Access.of_system(), writing=True):
        (customer_id,) = organizations.find_customers([CUSTOMER]).values()
        administrator = Person.objects.get(email_folded=ADMINISTRATOR).pk
    with scope(Access.of_system([customer_id]), writing=True):
        products = {one.code: one.pk for one in Product.objects.all()}
        packages = Package.objects.filter(customer_id=customer_id, code__in=COVERED)
        packages.update(covers_every_product=False)
        for package in packages:
            Coverage.objects.bulk_create(
                Coverage(customer_id=customer_id, package=package, product_id=products[code])
                for code in COVERED[package.code]
            )
    rights = frozenset({Right.ADMINISTER})
    access = Access(person_id=administrator, customer_id=customer_id, in_whole=True, customer_rights=rights)
    add_address(access, "it-news@linden.example", "en")


def _publish(access: Access, house: House) -> None:
    with clock.frozen(clock.now() - timedelta(days=LONG_AGO_DAYS)):
        save_profile(access, house.profile)
        if house.plan:
            _version(access, house.plan, 0)
    if house.plan and house.later:
        with clock.frozen(clock.now() - timedelta(days=2)):
            _version(access, Typed.of(house.plan.stored() | house.later), ANNOUNCED_DAYS)


def _version(access: Access, plan: Typed, days: int) -> None:
    with scope(access):
        zone = get_seller(access.organization_id or 0).zone
    day = clock.today(zone) + timedelta(days=days)  # a plan holds from a day of its own organisation
    publish_plan(access, save_draft(access, Typed.of(plan.stored() | {"valid_from": day.isoformat()}), 0))


def _write_tasks(provider_id: int) -> None:
    with scope(Access.of_system()):
        editor = Person.objects.get(email_folded=EDITOR).pk
        products = {one.code: one.pk for one in Product.objects.all()}
    rights = frozenset({Right.EDIT_GUIDES})
    access = Access(person_id=editor, organization_id=provider_id, organization_rights=rights)
    for position, (code, product, page, titles, steps) in enumerate(TASKS):
        add_task(
            access,
            Task(
                code=code,
                product=products[product] if product else None,
                titles=dict(zip(LANGUAGES, titles, strict=True)),
                steps=dict(zip(LANGUAGES, steps, strict=True)),
                way=page,
                position=str(position),
            ),
        )
