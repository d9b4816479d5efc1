"""What the demo's customers ask of their partners: by the form, by telephone and by mail, by day and by night."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Product
from tallyhub.helpdesk.intake import commands
from tallyhub.helpdesk.intake.rules import OTHER, Asked, Channel
from tallyhub.helpdesk.models import Intake
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import AccessGrant, Organization, Workspace
from tallyhub.organizations.sign_on import act_at_work, act_for
from tallyhub.organizations.steps import find_customers
from tallyhub.support import desk
from tallyhub.support.conversation import commands as conversation
from tallyhub.support.models import Request
from tallyhub.support.work import commands as work

BRIGHTLINE, FERNWAY = "helpdesk@brightline.example", "helpdesk@fernway.example"
PARTNER_OF = {BRIGHTLINE: "brightline", FERNWAY: "fernway"}
HEDWIG, JORINDE = "admin@linden.example", "contact@linden.example"
NIAMH = "n.brannigane@aldwyn.example"
ZONE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Call:
    """``who`` asks ``agent``'s firm, so many days ago at an hour of Berlin; ``channel`` other than the form: the agent
    writes it down. ``answer``: what the agent says to it, who takes it then.
    """

    agent: str
    who: str
    place: tuple[str, str]  # customer, workspace
    product: str
    title: str
    text: str
    days: int
    hour: int = 10
    channel: str = Channel.PORTAL.value
    kind: str = "problem"
    severity: str = "C"
    impact: str = ""
    reach: str = ""
    accepted: int | None = None
    answer: str = ""


SHADES = "Colours are one shade too dark in the daily report"  # its answer comes by mail (desk_mails)
CALLS = (
    Call(
        BRIGHTLINE, JORINDE, ("linden", "press"), "database",
        "Print jobs wait for the database at each change of shift",
        "Since last week every job that is sent between 5:55 and 6:10 waits for two to four minutes. Before and after "
        "that all is well. The log of the press shows time-outs of the database, and nothing else.",
        days=9, severity="B", impact="Three presses stand still for ten minutes, twice a day.",
        reach="Extension 214, from 6:00 to 14:00",
    ),
    Call(
        BRIGHTLINE, JORINDE, ("linden", "office"), "identity",
        "How do we let somebody in for three weeks only?",
        "In December two helpers come from an agency. They should get into the office system, and lose that by "
        "themselves when they leave.",
        days=7, kind="advice",
        answer="You can give the role with an end day. We show you how on the phone; when does it suit you?",
    ),
    Call(
        BRIGHTLINE, HEDWIG, ("linden", "office"), "",
        "The scanner signs its mails with another name",
        "She called and said that mails of the new scanner in the office come from the old one’s name. Nobody can tell "
        "who scanned what.",
        days=5, channel=Channel.PHONE.value, reach="She is in after 13:00",
    ),
    Call(
        BRIGHTLINE, JORINDE, ("linden", "press"), "database",
        "Nobody gets into the archive of finished orders",
        "Everybody who opens an order that is older than a year sees an empty page. Newer ones open as always.",
        days=4, hour=22, severity="A", impact="Tonight’s reprint cannot begin without the old plates.",
        reach="+49 40 5550 118, all night",
    ),
    Call(
        BRIGHTLINE, HEDWIG, ("linden", "office"), "identity",
        "A former colleague is still in two groups",
        "She wrote that Mr. Tannhof, who left in October, still stands in two groups and gets their mails.",
        days=3, channel=Channel.MAIL.value,
    ),
    Call(
        BRIGHTLINE, JORINDE, ("linden", "press"), "database",
        SHADES,
        "The squares of the daily report are darker than those on the screen, in every browser that we have.",
        days=2, answer="Thank you. Could you attach one of these reports, please?",
    ),
    Call(
        FERNWAY, HEDWIG, ("linden", "office"), "reporting",
        "The report of the month adds up the wrong weeks",
        "Week 45 stands in October and in November, so that the sum of both is too large.",
        days=6, severity="B", impact="The figures for the owners are due on Friday.", accepted=1,
    ),
    Call(
        FERNWAY, NIAMH, ("aldwyn", "corporate"), "",
        "Tablets on two wards lose their list of patients",
        "She called from the second floor: after a walk from ward to ward the list is empty until somebody signs in "
        "anew. It began on the day when the new access points were hung.",
        days=4, channel=Channel.PHONE.value, severity="B",
        impact="Nurses carry paper again, and copy it in the evening.", reach="+353 1 555 0177, the desk of ward 2",
        answer="We look at what the access points say. Please note the time of the next one to the minute.",
    ),
    Call(
        FERNWAY, NIAMH, ("aldwyn", "clinical"), "",
        "What does it take to move the letters to the new mail service?",
        "She asks what has to be done first, and how long it takes for forty thousand letters.",
        days=1, channel=Channel.MAIL.value, kind="advice", accepted=1,
    ),
)  # fmt: skip


def set_up() -> None:
    """Once; again changes nothing, and a killed first run is taken up."""
    with scope(Access.of_system()):
        wanted = {one.who for one in CALLS} | set(PARTNER_OF)
        people = dict(Person.objects.filter(email_folded__in=wanted).values_list("email_folded", "pk"))
        houses = dict(Organization.objects.filter(code__in=PARTNER_OF.values()).values_list("code", "pk"))
        products = {one.code: one.pk for one in Product.objects.all()}
        customers = find_customers({one.place[0] for one in CALLS})
    with scope(Access.of_system(customers.values())):
        places = {(one.customer_id, one.code): one.pk for one in Workspace.objects.all()}
        there = set(Intake.objects.values_list("once", flat=True))
    _settle_in([people[one] for one in (HEDWIG, NIAMH)], list(customers.values()))
    for number, one in enumerate(sorted(CALLS, key=lambda one: -one.days)):
        once = f"demo-{number}"
        if once in there:
            continue
        customer = customers[one.place[0]]
        with scope(Access.of_system()):
            agent = act_at_work(people[one.agent])
            asker = act_for(people[one.who], customer).access
        asked = _asked(one, places[customer, one.place[1]], products, people[one.who], once)
        with clock.frozen(_at(one)):
            if one.channel == Channel.PORTAL:
                said = commands.contact_partner(asker, houses[PARTNER_OF[one.agent]], asked)
            else:
                said = commands.take_in(agent, customer, asked)
        if one.answer:
            _answer(agent, said, one)


def _settle_in(administrators: list[int], customers: list[int]) -> None:
    """They were there already when they called: an import gives roles from its own moment on."""
    since = clock.now() - timedelta(days=90)
    with scope(Access.of_system(customers), writing=True):
        mine = AccessGrant.objects.filter(customer_id__in=customers, person_id__in=administrators)
        mine.filter(starts_at__gt=since).update(starts_at=since)


def _at(one: Call) -> datetime:
    day = clock.now().astimezone(ZONE) - timedelta(days=one.days)
    return day.replace(hour=one.hour, minute=12, second=0, microsecond=0)


def _asked(one: Call, workspace: int, products: dict[str, int], contact: int, once: str) -> Asked:
    return Asked(
        workspace=workspace,
        kind=one.kind,
        product=str(products[one.product]) if one.product else OTHER,
        title=one.title,
        description=one.text,
        severity=one.severity,
        impact=one.impact,
        reach=one.reach,
        accepted=one.accepted,
        contact=contact,
        channel=one.channel,
        once=once,
    )


def _answer(agent: Access, number: str, one: Call) -> None:
    inside = desk.at_desk(agent, number)
    with clock.frozen(_at(one) + timedelta(minutes=35)):
        with scope(inside):
            version = Request.objects.visible_to(inside).get(number=number).version
        work.assign(inside, number, person_id=agent.person_id, version=version)
        conversation.say(inside, number, body=one.answer)
