"""A catalogue of services, and engagements in every state, made by the commands on the days they happened."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Entitlement, Package
from tallyhub.engagements.deliveries import commands as deliveries
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.forms import whole_day
from tallyhub.engagements.models import Engagement, EngagementDelivery, Offering
from tallyhub.engagements.planning import commands as planning
from tallyhub.engagements.planning.commands import Plan, Wish
from tallyhub.engagements.rules import KINDS, MONDAY_TO_FRIDAY, day_of_work_after
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations import steps as organizations
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.sign_on import act_for

LATE_DAYS, LATE_PERCENT = 10, 25
_SHEET = """## What you get

- a day of preparation with your team
- the work itself, on site or from afar
- a report with what we found, and what to do next

## What we need

Somebody who knows the system, and access to it for as long as it takes.
"""
# code, kind, category, hours, hundredths of a credit, names and descriptions in English and German
OFFERINGS = (
    ("database-health", "delivery", "maintain", 16, 1200, "Database health check", "Datenbank-Gesundheitscheck",
     "Two days in which your databases are looked through, with a report."),
    ("identity-review", "delivery", "optimize", 12, 900, "Sign-in review", "Prüfung der Anmeldung",
     "Who signs in how, and what could be simpler and safer."),
    ("recovery-drill", "workshop", "maintain", 8, 750, "Recovery drill", "Wiederherstellungsübung",
     "One system is restored from its backup, with a stopwatch."),
    ("automation-basics", "workshop", "educate", 16, 1000, "Automation basics", "Grundlagen der Automatisierung",
     "Two days of exercises for those who run your systems."),
    ("messaging-move", "delivery", "implement", 40, 3200, "Move to Courierbus", "Umzug auf Courierbus",
     "We plan the move of your message queues with you, and are there when it happens."),
    ("plant-assessment", "assessment_delivery", "optimize", 10, 800, "Guided plant assessment",
     "Begleitete Anlagenbewertung", "An assessment that we run, read and discuss with you."),
    ("engineer-days", "dse", "other", 8, None, "Dedicated engineer", "Fester Techniker",
     "An engineer who knows your systems, on days that you book."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ordered:
    """One engagement of the demo; ``days`` ago it was requested. Deliveries: (days of work ago, minutes)."""

    customer: str
    workspace: str
    who: str
    code: str
    days: int
    wish: str
    pays: str = ""  # the package, where it is not the one that fits best
    hours: int = 0  # planned; 0: only requested
    starts_in: int | None = None  # days from today, of one that is still to come
    booked: tuple[int, ...] = ()  # whole days of an engineer, in days of work from today
    deliveries: tuple[tuple[int, int], ...] = ()
    is_finished: bool = False
    accepts: bool = False
    disputes: str = ""
    declined: str = ""


# What these draw is left out of the uses in halden.py, customers.py: together they are what was used.
ORDERED = (
    Ordered("halden", "paper", "contact", "recovery-drill", 40, "Before the audit in spring.", hours=16,
            deliveries=((20, 480), (19, 240)), is_finished=True, accepts=True),
    Ordered("halden", "paper", "contact", "database-health", 21, "The historian is slow on Mondays.", hours=16,
            deliveries=((6, 450), (5, 390)), is_finished=True),
    Ordered("halden", "mills", "wsadmin", "automation-basics", 15, "For four people of the night shift.", hours=12,
            deliveries=((3, 480),), disputes="We were only there until noon."),
    Ordered("halden", "paper", "contact", "identity-review", 9, "Contractors sign in with shared accounts.", hours=12,
            starts_in=12),
    Ordered("halden", "mills", "wsadmin", "plant-assessment", 5, "Line 3, before it is rebuilt.", hours=10),
    Ordered("halden", "paper", "contact", "messaging-move", 1, "Still this winter, if it can be done."),
    Ordered("halden", "mills", "wsadmin", "recovery-drill", 30, "On a Sunday night.",
            declined="Nobody is there on Sundays. Ask for a weekday and it is planned."),
    Ordered("halden", "mills", "wsadmin", "recovery-drill", 33, "For the order books.", "CREDITS", hours=8,
            deliveries=((12, 420),), is_finished=True, accepts=True),
    Ordered("halden", "mills", "wsadmin", "identity-review", 7, "As for the paper mills.", "CREDITS", hours=12,
            starts_in=26),
    Ordered("halden", "mills", "wsadmin", "engineer-days", 45, "A day every other week.", "DSE-IDENTITY", hours=24,
            deliveries=((27, 480), (13, 480)), booked=(2,)),
    Ordered("orchard", "cold-chain", "admin", "recovery-drill", 16, "The cold store of the harbour.", hours=8,
            deliveries=((4, 480),), is_finished=True),
    Ordered("orchard", "shops", "admin", "automation-basics", 6, "For the tills.", hours=16, starts_in=19),
)  # fmt: skip


def set_up() -> None:
    """Once; again changes nothing."""
    with scope(Access.of_system(), writing=True):
        if Offering.objects.exists():
            return
        _catalogue()
        ids = organizations.find_customers(sorted({one.customer for one in ORDERED}))
    with scope(Access.of_system(ids.values()), writing=True):
        Package.objects.filter(customer_id__in=ids.values()).update(
            late_cancel_days=LATE_DAYS, late_cancel_percent=LATE_PERCENT
        )
    for one in ORDERED:
        _bring_on(one, ids[one.customer])
    for customer_id in ids.values():
        deliveries.accept_by_time(Access.of_system([customer_id]), clock.today("UTC"))


def _catalogue() -> None:
    Offering.objects.bulk_create(
        Offering(
            code=code,
            kind=kind,
            category=category,
            planned_minutes=hours * 60,
            credit_rate=rate,
            names={"en": english, "de": german},
            descriptions={"en": said},
            data_sheet=_SHEET,
        )
        for code, kind, category, hours, rate, english, german, said in OFFERINGS
    )


def _as(address: str, customer_id: int) -> Access:
    with scope(Access.of_system()):
        person = Person.objects.get(email_folded=address)
    access: Access = act_for(person.pk, customer_id).access
    return access


def _bring_on(one: Ordered, customer_id: int) -> None:
    requester = _as(f"{one.who}@{one.customer}.example", customer_id)
    csam, engineer = _as("csam@provider.example", customer_id), _as("desk@provider.example", customer_id)
    with scope(Access.of_system([customer_id])):
        place = Workspace.objects.get(customer_id=customer_id, code=one.workspace).pk
    with _ago(one.days):
        number = planning.request_service(requester, place, one.code, Wish(one.wish))
    if one.declined:
        with _ago(one.days - 1):
            planning.decline(csam, number, one.declined, version=_version(number, customer_id))
    if not one.hours:
        return
    with _ago(max(one.days - 2, 0)):
        wanted = Plan(one.hours * 60, _payer(one, customer_id), confirmed=True)
        planning.plan(csam, number, wanted, version=_version(number, customer_id))
    if engineer.person_id:
        _schedule(one, number, customer_id, csam, engineer.person_id)
    _deliver(one, number, customer_id, requester, engineer)


def _payer(one: Ordered, customer_id: int) -> int | None:
    if not one.pays:
        return None
    with scope(Access.of_system([customer_id])):
        wanted = Entitlement.objects.filter(package__code=one.pays, package__agreement__customer_id=customer_id)
        return wanted.filter(service__kind__in=KINDS).latest("pk").pk


def _schedule(one: Ordered, number: str, customer_id: int, csam: Access, engineer_id: int) -> None:
    today = clock.today("UTC")
    if one.starts_in is not None:
        starts = _instant(day_of_work_after(today + timedelta(days=one.starts_in), 1))
        ends, version = starts + timedelta(hours=8), _version(number, customer_id)
        planning.schedule(
            csam, number, engineer_id=engineer_id, starts_at=starts, ends_at=ends, version=version, confirmed=True
        )
    for days in one.booked:
        starts, ends = whole_day(day_of_work_after(today, days), "Europe/Berlin")
        version = _version(number, customer_id)
        planning.book_day(
            csam, number, engineer_id=engineer_id, starts_at=starts, ends_at=ends, is_whole_day=True, version=version,
            confirmed=True,
        )  # fmt: skip


def _deliver(one: Ordered, number: str, customer_id: int, requester: Access, engineer: Access) -> None:
    today = clock.today("UTC")
    days = [(_worked_before(today, ago), minutes) for ago, minutes in one.deliveries]
    for day, minutes in days:
        with clock.frozen(_instant(day) + timedelta(hours=9)):
            deliveries.log_delivery(engineer, number, Worked(day, minutes, "As agreed.", confirmed=True))
    if one.is_finished:
        with clock.frozen(_instant(days[-1][0]) + timedelta(hours=10)):
            deliveries.finish(engineer, number, version=_version(number, customer_id))
    if one.accepts or one.disputes:
        with _ago(1):
            for delivery, version in _deliveries(number, customer_id):
                if one.accepts:
                    deliveries.accept_delivery(requester, delivery, version=version)
                else:
                    deliveries.dispute_delivery(requester, delivery, one.disputes, version=version)


def _ago(days: int) -> AbstractContextManager[None]:
    return clock.frozen(clock.now() - timedelta(days=days, minutes=11))


def _worked_before(today: date, days: int) -> date:
    """So many days of work ago."""
    found = today
    while days:
        found -= timedelta(days=1)
        days -= found.weekday() in MONDAY_TO_FRIDAY
    return found


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)


def _version(number: str, customer_id: int) -> int:
    with scope(Access.of_system([customer_id])):
        version: int = Engagement.objects.values_list("version", flat=True).get(number=number)
        return version


def _deliveries(number: str, customer_id: int) -> list[tuple[int, int]]:
    with scope(Access.of_system([customer_id])):
        rows = EngagementDelivery.objects.filter(engagement__number=number, removed_at=None).order_by("pk")
        return list(rows.values_list("pk", "version"))
