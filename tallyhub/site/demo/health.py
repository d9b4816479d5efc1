"""Service health of the demo's products: what they consist of, a year of history, what goes on and what is planned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Product
from tallyhub.health.editing.commands import Post, post_update, publish
from tallyhub.health.models import Component, HealthEvent, Region
from tallyhub.health.rules import OVER, EventKind, EventStatus, Reach, Said, Visibility
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import Organization, Staff
from tallyhub.organizations.rules import StaffRole
from tallyhub.site.demo.story import PROVIDER
from tallyhub.site.demo.support import LANGUAGES

EDITOR = "editor@provider.example"  # of demo/cast.py
# product: {code: its name in each of the languages}
COMPONENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "database": {
        "queries": ("Queries", "Abfragen", "Consultas", "Запросы к базе", "Query"),
        "backup": ("Backup", "Sicherung", "Copia de seguridad", "Резервное копирование", "Backup"),
        "console": ("Console", "Konsole", "Consola", "Консоль", "Console"),
    },
    "identity": {
        "sign-in": ("Sign-in", "Anmeldung", "Inicio de sesión", "Вход", "Accesso"),
        "directory": ("Directory sync", "Verzeichnisabgleich", "Sincronización", "Синхронизация", "Sincronizzazione"),
    },
    "historian": {
        "intake": ("Intake of readings", "Messwertannahme", "Entrada de lecturas", "Прием измерений", "Acquisizione"),
        "trends": ("Trends", "Verläufe", "Tendencias", "Графики", "Andamenti"),
    },
    "messaging": {
        "delivery": ("Message delivery", "Zustellung", "Entrega de mensajes", "Передача сообщений", "Recapito"),
        "broker": ("Queues", "Warteschlangen", "Colas", "Очереди", "Code"),
    },
    "storage": {
        "volumes": ("Volumes", "Datenträger", "Volúmenes", "Тома", "Volumi"),
        "snapshots": ("Snapshots", "Momentaufnahmen", "Instantáneas", "Снимки", "Istantanee"),
    },
    "reporting": {
        "reports": ("Reports", "Berichte", "Informes", "Отчеты", "Report"),
        "schedules": ("Schedules", "Zeitpläne", "Programaciones", "Расписания", "Pianificazioni"),
    },
}
REGIONS: dict[str, tuple[str, ...]] = {
    "north": ("North", "Nord", "Norte", "Север", "Nord"),
    "south": ("South", "Süd", "Sur", "Юг", "Sud"),
}
IN_REGIONS = ("database", "storage")  # the products that run in both


@dataclass(frozen=True, slots=True)
class Step:
    """``after``: minutes since the one before. ``parts``: the components that fare otherwise from then on."""

    after: int
    status: EventStatus
    text: str
    parts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """``days``: how long ago it began. The first step publishes it; ``late``: minutes between both."""

    days: float
    title: str
    parts: Mapping[str, str]  # "product/component": status
    steps: tuple[Step, ...]
    kind: EventKind = EventKind.INCIDENT
    visibility: Visibility = Visibility.PUBLIC
    regions: tuple[str, ...] = ()
    workaround: str = ""
    late: int = 12
    hours: float = 2  # of maintenance, as planned


_OK, _SLOW, _PART, _DOWN, _WORK = (
    "operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance",
)  # fmt: skip
_AHEAD, _LOOK, _FOUND, _WATCH, _DONE = (
    EventStatus.SCHEDULED,
    EventStatus.INVESTIGATING,
    EventStatus.IDENTIFIED,
    EventStatus.MONITORING,
    EventStatus.RESOLVED,
)


def _work(days: float, title: str, part: str, text: str, hours: float = 2) -> Story:
    """Maintenance that went as planned; it was told three days before."""
    steps = (
        Step(0, EventStatus.SCHEDULED, text),
        Step(3 * 24 * 60, EventStatus.IN_PROGRESS, "The work has begun.", {part: _WORK}),
        Step(int(hours * 50), EventStatus.VERIFYING, "The work is done, and we check the result."),
        Step(int(hours * 10), EventStatus.COMPLETED, "Everything works as before.", {part: _OK}),
    )
    return Story(days, title, {part: _WORK}, steps, EventKind.MAINTENANCE, hours=hours)


STORIES = (
    Story(341, "Reports are delivered late", {"reporting/schedules": _SLOW},
          (Step(0, _LOOK, "Scheduled reports arrive up to two hours late. We look into it."),
           Step(55, _FOUND, "A queue of old reports holds up the new ones. We clear it."),
           Step(80, _DONE, "Reports arrive on time again.", {"reporting/schedules": _OK}))),
    _work(318, "New certificates for the directory sync", "identity/directory", "Certificates are exchanged."),
    Story(287, "Some people cannot sign in", {"identity/sign-in": _PART},
          (Step(0, _LOOK, "Sign-in fails for about one person in ten."),
           Step(20, _FOUND, "One of four machines refuses sessions. It is taken out.", {"identity/sign-in": _SLOW}),
           Step(25, _WATCH, "Sign-in works for everybody. We watch it for a while."),
           Step(60, _DONE, "Sign-in works.", {"identity/sign-in": _OK}))),
    Story(246, "Volumes in the south answer slowly", {"storage/volumes": _SLOW},
          (Step(0, _FOUND, "A disk shelf rebuilds itself. Writing takes up to three times as long."),
           Step(190, _DONE, "The rebuild is done.", {"storage/volumes": _OK})), regions=("south",)),
    _work(214, "A new release of the database console", "database/console", "The console is away for a moment."),
    Story(187, "Times in exported trends are an hour off", {"historian/trends": _OK},
          (Step(0, _FOUND, "Since the clocks were changed, exported trends of that night name the wrong hour."),
           Step(2 * 24 * 60, _DONE, "Exports are right again; the readings themselves always were.")),
          EventKind.ADVISORY, workaround="Export the night in UTC."),
    Story(151, "Queries are refused", {"database/queries": _DOWN, "database/console": _DOWN},
          (Step(0, _LOOK, "The database refuses connections in both regions."),
           Step(18, _FOUND, "A certificate had run out. We renew it.", {"database/console": _PART}),
           Step(14, _WATCH, "Connections are taken again.", {"database/queries": _SLOW, "database/console": _OK}),
           Step(70, _DONE, "Everything works. Certificates are now renewed a month before their end.",
                {"database/queries": _OK})), regions=("north", "south"), late=6),
    Story(118, "Readings come in twice", {"historian/intake": _SLOW},
          (Step(0, _LOOK, "Some gateways send readings again, so that trends show doubled values."),
           Step(140, _DONE, "Doubled readings were taken out.", {"historian/intake": _OK}))),
    _work(96, "More memory for the queues", "messaging/broker", "Queues move to other machines one by one.", 4),
    Story(63, "Messages wait", {"messaging/delivery": _PART, "messaging/broker": _SLOW},
          (Step(0, _LOOK, "Messages wait for up to twenty minutes."),
           Step(35, _FOUND, "A loop of two systems fills the queue. We part them."),
           Step(40, _DONE, "Nothing waits any more, and nothing was lost.",
                {"messaging/delivery": _OK, "messaging/broker": _OK}))),
    Story(41, "Snapshots are missing from the list", {"storage/snapshots": _SLOW},
          (Step(0, _FOUND, "Snapshots of the night are there, but are not listed."),
           Step(95, _DONE, "They are listed.", {"storage/snapshots": _OK})), visibility=Visibility.AFFECTED),
    Story(17, "Backups end too early", {"database/backup": _PART},
          (Step(0, _LOOK, "Backups of large databases end before they are complete. Older backups are whole."),
           Step(150, _FOUND, "A limit of time was too short. It is raised, and backups run again."),
           Step(420, _DONE, "All backups of the night are complete.", {"database/backup": _OK})), regions=("north",)),
    _work(9, "Disks of the north are exchanged", "storage/volumes", "Disks are exchanged while volumes stay up.", 3),
    Story(0.6, "Large reports may open slowly", {"reporting/reports": _SLOW},
          (Step(0, _LOOK, "Reports with more than a hundred pages take up to a minute to open."),
           Step(160, _FOUND, "Fonts are read anew for each page. A correction is being tested.")),
          EventKind.ADVISORY, workaround="Open the report as a file, or ask for fewer pages."),
)  # fmt: skip
PLANNED = Story(
    0.9, "The sign-in moves to new machines", {"identity/sign-in": _WORK},
    (Step(0, _AHEAD, "Sign-in moves to new machines. For some minutes people may have to sign in again."),),
    EventKind.MAINTENANCE,
)  # fmt: skip
PLANNED_DAYS_AHEAD = 4


def set_up_editor() -> None:
    """Somebody of the provider who edits; before accounts get their password."""
    with scope(Access.of_system(), writing=True):
        provider = Organization.objects.get(code=PROVIDER)
    with scope(Access.of_system(organizations=[provider.pk]), writing=True):
        person = Person.objects.get(email_folded=EDITOR)
        Staff.objects.get_or_create(
            organization_id=provider.pk,
            person_id=person.pk,
            defaults={"roles": [StaffRole.EDITOR], "starts_at": clock.now()},
        )


def set_up() -> None:
    """Once; again changes nothing."""
    with scope(Access.of_system()):
        provider = Organization.objects.get(code=PROVIDER)
        editor = Person.objects.get(email_folded=EDITOR)
    rights = frozenset({Right.EDIT_HEALTH})
    access = Access(person_id=editor.pk, organization_id=provider.pk, organization_rights=rights)
    with scope(access, writing=True):
        if Component.objects.exists():
            return
        components, regions = _catalogue(provider.pk)
    for story in (*STORIES, PLANNED):
        _tell(access, story, components, regions)


def _catalogue(provider_id: int) -> tuple[dict[str, int], dict[str, list[int]]]:
    """(ids of components by "product/component", ids of regions by code, one for each product that runs there)."""
    products = dict(Product.objects.values_list("code", "pk"))
    long_ago = clock.now() - timedelta(days=400)
    of = {"organization_id": provider_id, "made_at": long_ago}
    made = Component.objects.bulk_create(
        Component(**of, product_id=products[product], code=code, names=_names(names), position=place)
        for product, parts in COMPONENTS.items()
        for place, (code, names) in enumerate(parts.items())
    )
    places = Region.objects.bulk_create(
        Region(**of, product_id=products[product], code=code, names=_names(names))
        for product in IN_REGIONS
        for code, names in REGIONS.items()
    )
    codes = {one: code for code, one in products.items()}
    by_code: dict[str, list[int]] = {}
    for place in places:
        by_code.setdefault(f"{codes[place.product_id]}/{place.code}", []).append(place.pk)
    return {f"{codes[one.product_id]}/{one.code}": one.pk for one in made}, by_code


def _names(names: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(LANGUAGES, names, strict=True))


def _tell(access: Access, story: Story, components: dict[str, int], regions: dict[str, list[int]]) -> None:
    """Each step at its own time. A step of the future stays untold."""
    now = clock.now().replace(second=0, microsecond=0)
    began = now - timedelta(days=story.days)
    statuses = dict(story.parts)
    first, *others = story.steps
    at = began + timedelta(minutes=story.late)
    with clock.frozen(at):
        event = publish(access, _said(story, began, components, regions), first.text)
    for step in others:
        at += timedelta(minutes=step.after)
        statuses |= step.parts or {}
        if at > now:
            return
        due = at + timedelta(hours=20) if step is others[-1] and step.status not in OVER else None
        with clock.frozen(at):
            fares = {components[name]: status for name, status in statuses.items()}
            post_update(access, event, _version(access, event), Post(step.text, step.status, fares, due))


def _version(access: Access, event: int) -> int:
    with scope(access):
        return HealthEvent.objects.values_list("version", flat=True).get(pk=event)


def _said(story: Story, began: Any, components: dict[str, int], regions: dict[str, list[int]]) -> Said:
    products = {name.partition("/")[0] for name in story.parts}
    is_work = story.kind is EventKind.MAINTENANCE
    planned = began + timedelta(days=PLANNED_DAYS_AHEAD if story is PLANNED else 3, minutes=story.late)
    return Said(
        kind=story.kind,
        title=story.title,
        status=story.steps[0].status,
        visibility=story.visibility,
        reach=Reach.EVERYBODY,
        components={components[name]: status for name, status in story.parts.items()},
        occurred_at=None if is_work else began,
        scheduled_from=planned if is_work else None,
        scheduled_until=planned + timedelta(hours=story.hours) if is_work else None,
        regions=frozenset(one for code in story.regions for name in products for one in regions[f"{name}/{code}"]),
        workaround=story.workaround,
    )
