"""The parts of home, as sentences. Each part is one function from what was read to a list of items.

A package adds a part by writing such a function and naming it in ``NEEDS``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.activity.queries import AgreementLines
from tallyhub.agreements.rules import ACTIVE_STATES
from tallyhub.engagements.home.queries import Sort as Engagements
from tallyhub.helpdesk.mails import queries as mails
from tallyhub.helpdesk.provider_desk import queries as escalations
from tallyhub.helpdesk.queue import queries as queue
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.http import url
from tallyhub.kernel.parts import PART_ROWS, Row
from tallyhub.learning import queries as learning
from tallyhub.learning.words import more_due
from tallyhub.ledger.figures import Tone
from tallyhub.messages.queries import TO_ACT_ON
from tallyhub.office.rules import Answer
from tallyhub.organizations.rules import ROLE_NAMES
from tallyhub.support.home.queries import MOVES, Sort

EXPIRING_DAYS = 90
NEWS_DAYS = 14
SHOWN_MAX = 40  # of a list, of which each part has a few
_ORDER = (Tone.OVER, Tone.CRITICAL, Tone.LOW, Tone.PLAIN, Tone.OK)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do or to know, in one sentence that leads to where it is done. ``day``: when it was or will be."""

    sentence: str
    href: str
    day: date | None
    tone: Tone = Tone.PLAIN

    @property
    def on(self) -> str:
        return fmt.short_day(self.day) if self.day else ""


@dataclass(frozen=True, slots=True)
class About:
    """What was read, once, for all parts."""

    access: Access
    now: datetime
    zone: str  # the reader's
    places: Mapping[int, str]  # names of the workspaces that one reads
    agreements: Sequence[AgreementLines] = ()
    rows: Sequence[Row] = field(default=())

    def of(self, sort: str) -> list[Row]:
        return [row for row in self.rows if row.sort == sort]

    def day(self, at: datetime | None) -> date:
        return (at or self.now).astimezone(ZoneInfo(self.zone)).date()


Needs = Callable[[About], list[Item]]


def needs(about: About) -> list[Item]:
    """What needs this person today: what is late first, then by day."""
    found = [item for part in NEEDS for item in part(about)]
    return sorted(found, key=lambda one: (_ORDER.index(one.tone), one.day or date.max))[:SHOWN_MAX]


def news(about: About) -> list[Item]:
    """The newest first."""
    found = [item for part in NEWS for item in part(about)]
    return sorted(found, key=lambda one: one.day or date.min, reverse=True)[:SHOWN_MAX]


def _request(about: About, row: Row) -> str:
    """Its page; of another customer than the one that is worked inside, the queue, where one changes over."""
    if row.customer_id != about.access.customer_id:
        return url("support:queue") + f"?assigned={about.access.person_id}"
    return url("support:request", row.key)


def _said(row: Row) -> dict[str, str]:
    return {"number": row.key, "title": row.text}


def _cut(rows: list[Row], items: list[Item], more: Callable[[], Item]) -> list[Item]:
    """Where there are more than are shown, the last one leads to all of them."""
    return [*items[:PART_ROWS], more()] if len(rows) > PART_ROWS else items


def courses_due(about: About) -> list[Item]:
    found, more = learning.due(about.access, PART_ROWS)
    href = url("learning:catalogue") + "?mine=due"
    items = [_course(one) for one in found]
    return [*items, Item(more_due(more), href, None, items[-1].tone)] if more else items


def courses_of_people(about: About) -> list[Item]:
    """What the people of a learning manager have let pass, each workspace by itself: so the list of people is."""
    found = learning.count_overdue(about.access)
    items = [_overdue(count, workspace_id, about.places.get(workspace_id, "")) for workspace_id, count in found.items()]
    return items[:SHOWN_MAX]


def _overdue(count: int, workspace_id: int, workspace: str) -> Item:
    text = ngettext(
        "%(n)s assignment of your people in %(workspace)s is overdue.",
        "%(n)s assignments of your people in %(workspace)s are overdue.",
        count,
    )
    href = f"{url('learning:people')}?workspace={workspace_id}&overdue=yes"
    return Item(text % {"n": fmt.number(count), "workspace": workspace}, href, None, Tone.CRITICAL)


def _course(one: learning.Due) -> Item:
    href = url("learning:activity", one.activity_id)
    text = (
        _("A learning activity is overdue: %(title)s") if one.is_overdue else _("A learning activity is due: %(title)s")
    )
    return Item(text % {"title": one.title}, href, one.due_on, Tone.CRITICAL if one.is_overdue else Tone.PLAIN)


def requests_waiting(about: About) -> list[Item]:
    rows = about.of(Sort.WAITING)
    items = [
        Item(
            _("%(number)s waits for your answer: %(title)s") % _said(row),
            _request(about, row),
            about.day(row.at),
            Tone.LOW,
        )
        for row in rows
    ]
    return _cut(rows, items, lambda: _more("support:list"))


def _more(where: str, query: str = "") -> Item:
    return Item(_("There are more support requests: open the list."), url(where) + query, None, Tone.LOW)


def requests_assigned(about: About) -> list[Item]:
    rows = about.of(Sort.ASSIGNED)
    items = [_assigned(about, row) for row in rows]
    return _cut(rows, items, lambda: _more("support:queue", f"?assigned={about.access.person_id}"))


def _assigned(about: About, row: Row) -> Item:
    href = _request(about, row)
    if row.at is None:
        return Item(_("%(number)s is assigned to you: %(title)s") % _said(row), href, None)
    if row.at <= about.now:
        text = _("%(number)s: the first answer is overdue. %(title)s")
        return Item(text % _said(row), href, about.day(row.at), Tone.CRITICAL)
    due = fmt.minute(row.at, about.zone)
    text = _("%(number)s: the first answer is due by %(due)s. %(title)s")
    return Item(text % {**_said(row), "due": due}, href, about.day(row.at), Tone.LOW)


def calls_unheard(about: About) -> list[Item]:
    text = _("%(number)s: nobody has acknowledged the priority call. %(title)s")
    return [
        Item(text % _said(row), _request(about, row), about.day(row.at), Tone.OVER)
        for row in about.of(Sort.UNHEARD)[:PART_ROWS]
    ]


def requests_unassigned(about: About) -> list[Item]:
    rows = about.of(Sort.UNASSIGNED)
    items = [
        Item(
            _("%(number)s is assigned to nobody: %(title)s") % _said(row),
            _request(about, row),
            about.day(row.at),
            Tone.LOW,
        )
        for row in rows
    ]
    return _cut(rows, items, lambda: _more("support:queue", "?assigned=nobody"))


def enquiries_open(about: About) -> list[Item]:
    return [
        Item(
            _("An enquiry waits for an answer: %(what)s") % {"what": row.text},
            url("office:enquiry", row.key),
            about.day(row.at),
            Tone.LOW,
        )
        for row in about.of("enquiry")[:PART_ROWS]
    ]


def invitations_lapsing(about: About) -> list[Item]:
    found = []
    for row in about.of("invitation")[:PART_ROWS]:
        has_lapsed = row.at is not None and row.at <= about.now
        text = (
            _("The invitation of %(name)s has lapsed: send it again, or take it back.")
            if has_lapsed
            else _("The invitation of %(name)s lapses soon, and is not answered.")
        )
        href = url("people:users") + f"?workspace={row.workspace_id}"
        found.append(Item(text % {"name": row.text}, href, about.day(row.at), Tone.LOW if has_lapsed else Tone.PLAIN))
    return found


def deliveries_to_accept(about: About) -> list[Item]:
    """``at`` is the last day for it, in whatever zone."""
    rows = about.of(Engagements.TO_ACCEPT)
    items = [
        Item(
            _("The delivery of %(day)s, %(hours)s, waits for you to accept or dispute it: %(title)s") % _delivery(row),
            _address_of_delivery(row),
            row.at.astimezone(UTC).date() if row.at else None,
            Tone.LOW,
        )
        for row in rows
    ]
    return _cut(rows, items, lambda: _more_services("engagements:engagements"))


def _delivery(row: Row) -> dict[str, str]:
    """Which one it is: an engagement may have several."""
    day = date.fromisoformat(row.details["day"])
    return {**_said(row), "day": fmt.day(day), "hours": fmt.amount(row.details["minutes"], Unit.MINUTES)}


def _address_of_delivery(row: Row) -> str:
    return f"{url('engagements:engagement', row.key)}#delivery-{row.details['id']}"


def messages_to_act_on(about: About) -> list[Item]:
    """``at`` is the day by which one must have acted, in whatever zone; without one the message is critical."""
    rows = about.of(TO_ACT_ON)
    items = [_told(row) for row in rows]
    more = Item(_("There are more messages: open the message centre."), url("messages:list"), None, Tone.LOW)
    return _cut(rows, items, lambda: more)


def _told(row: Row) -> Item:
    href = url("messages:message", int(row.key))
    if row.at is None:
        return Item(_("You have not read a critical message: %(title)s") % _said(row), href, None, Tone.CRITICAL)
    return Item(_("A message wants you to act: %(title)s") % _said(row), href, row.at.astimezone(UTC).date(), Tone.LOW)


def services_coming(about: About) -> list[Item]:
    rows = about.of(Engagements.COMING)
    items = [
        Item(
            _("A service takes place soon: %(title)s") % _said(row),
            url("engagements:engagement", row.key),
            about.day(row.at),
        )
        for row in rows
    ]
    return _cut(rows, items, lambda: _more_services("engagements:upcoming"))


def services_to_plan(about: About) -> list[Item]:
    rows = about.of(Engagements.TO_PLAN)
    items = [
        Item(
            _("A requested service waits for your plan: %(title)s") % _said(row),
            url("engagements:engagement", row.key),
            about.day(row.at),
            Tone.LOW,
        )
        for row in rows
    ]
    return _cut(rows, items, lambda: _more_services("engagements:engagements"))


def disputes_to_answer(about: About) -> list[Item]:
    rows = about.of(Engagements.DISPUTED)
    items = [
        Item(
            _("The delivery of %(day)s, %(hours)s, is disputed and waits for your answer: %(title)s") % _delivery(row),
            _address_of_delivery(row),
            about.day(row.at),
            Tone.LOW,
        )
        for row in rows
    ]
    return _cut(rows, items, lambda: _more_services("engagements:engagements"))


def _more_services(where: str) -> Item:
    return Item(_("There are more services: open the list."), url(where), None)


def packages_expiring(about: About) -> list[Item]:
    """For those who renew. An agreement that ends is said once, with all of its packages."""
    if not any(map(about.access.has_anywhere, (Right.ADMINISTER, Right.MANAGE_AGREEMENTS))):
        return []
    found = []
    for agreement in about.agreements:
        if agreement.state not in ACTIVE_STATES or not agreement.mapped:
            continue
        ending = {agreement.ends_on: (agreement.name, f"?workspace=all&agreement={agreement.id}")}
        named = [(ends_on, *rest) for ends_on, rest in ending.items()]
        named += [
            (one.ends_on, f"{agreement.name} · {one.name}", f"?workspace=all&addon_agreement={agreement.id}")
            for one in agreement.mapped
            if one.is_active and one.ends_on != agreement.ends_on
        ]
        for ends_on, name, query in named:
            left = (ends_on - agreement.today).days
            if 0 <= left <= EXPIRING_DAYS:
                found.append(_expiring(name, left, ends_on, url("activity:customer_activity") + query))
    return found


def _expiring(name: str, left: int, ends_on: date, href: str) -> Item:
    text = ngettext(
        "%(name)s ends in %(n)s day: use what is left, or renew it.",
        "%(name)s ends in %(n)s days: use what is left, or renew it.",
        left,
    )
    if left == 0:
        text = _("%(name)s ends today: what is left of it is lost tomorrow.")
    tone = Tone.CRITICAL if left <= NEWS_DAYS else Tone.PLAIN
    return Item(text % {"name": name, "n": fmt.number(left)}, href, ends_on, tone)


def messages_new(about: About) -> list[Item]:
    """Each request once, with its latest message."""
    latest = {row.key: row for row in reversed(about.of(Sort.MESSAGE))}
    return [
        Item(_("There is a new message in %(number)s: %(title)s") % _said(row), _request(about, row), about.day(row.at))
        for row in latest.values()
    ]


def requests_moved(about: About) -> list[Item]:
    texts = {
        Sort.RESOLVED: _("%(number)s was marked as resolved: %(title)s"),
        Sort.CLOSED: _("%(number)s was closed: %(title)s"),
        Sort.REOPENED: _("%(number)s was reopened: %(title)s"),
    }
    latest = {row.key: row for sort in MOVES for row in reversed(about.of(sort))}
    return [
        Item(texts[Sort(row.sort)] % _said(row), _request(about, row), about.day(row.at)) for row in latest.values()
    ]


def roles_given(about: About) -> list[Item]:
    found = []
    for row in about.of("role"):
        named: dict[str, Any] = {"role": ROLE_NAMES[row.key], "workspace": about.places.get(row.workspace_id or 0, "")}
        text = (
            _("You were given a role in %(workspace)s: %(role)s")
            if named["workspace"]
            else _("You were given a role in the whole customer: %(role)s")
        )
        found.append(Item(text % named, url("people:rights"), about.day(row.at)))
    return found


def enquiries_answered(about: About) -> list[Item]:
    texts = {
        Answer.GRANTED: _("Your enquiry was granted: %(what)s"),
        Answer.DECLINED: _("Your enquiry was declined: %(what)s"),
    }
    return [
        Item(texts[Answer(row.key)] % {"what": row.text}, url("office:enquiries"), about.day(row.at))
        for row in about.of("answer")
        if Answer(row.key) in texts
    ]


def statements_made(about: About) -> list[Item]:
    text = _("A statement was made: %(agreement)s")
    return [
        Item(text % {"agreement": row.text}, url("activity:statement", int(row.key)), about.day(row.at))
        for row in about.of("statement")
    ]


def packages_begun(about: About) -> list[Item]:
    """Packages that began or ended a short while ago."""
    found = []
    for agreement in about.agreements:
        since = agreement.today - timedelta(days=NEWS_DAYS)
        for one in agreement.mapped:
            said = {"package": one.name, "agreement": agreement.name}
            href = url("activity:customer_activity") + f"?workspace=all&status=any&addon_agreement={agreement.id}"
            if since <= one.starts_on <= agreement.today and one.is_active:
                found.append(Item(_("%(package)s has begun, under %(agreement)s.") % said, href, one.starts_on))
            if since <= one.ends_on < agreement.today:
                found.append(Item(_("%(package)s has ended, under %(agreement)s.") % said, href, one.ends_on))
    return found


def escalations_ours(about: About) -> list[Item]:
    """Of a partner and at the provider's desk: what the others wait for."""
    access = about.access
    if not access.serves(Right.WORK_ESCALATIONS) and not access.serves(Right.ESCALATE):
        return []
    ours = escalations.count_ours(access)
    text = ngettext("%(n)s escalation waits for you.", "%(n)s escalations wait for you.", ours)
    return _counted(ours, text, url("helpdesk:escalations") + "?which=ours")


def requests_of_nobody(about: About) -> list[Item]:
    """What is asked of a partner's desk, and nobody has taken."""
    if not about.access.serves(Right.SERVE_CUSTOMERS):
        return []
    free = queue.count_open(about.access).unassigned
    text = ngettext(
        "%(n)s request at your desk is nobody’s yet.", "%(n)s requests at your desk are nobody’s yet.", free
    )
    return _counted(free, text, url("helpdesk:queue") + "?assigned=nobody")


def mails_to_take_in(about: About) -> list[Item]:
    """What came to a partner's desk by mail: nobody is written to about it."""
    if not about.access.serves(Right.SERVE_CUSTOMERS):
        return []
    waiting = mails.count_waiting(about.access)
    text = ngettext("%(n)s mail to take in", "%(n)s mails to take in", waiting)
    return _counted(waiting, text, url("helpdesk:mails"))


def _counted(many: int, text: str, href: str) -> list[Item]:
    return [Item(text % {"n": fmt.number(many)}, href, None, Tone.LOW)] if many else []


NEEDS: tuple[Needs, ...] = (
    escalations_ours,
    mails_to_take_in,
    requests_of_nobody,
    requests_waiting,
    requests_assigned,
    calls_unheard,
    requests_unassigned,
    enquiries_open,
    invitations_lapsing,
    courses_due,
    courses_of_people,
    messages_to_act_on,
    deliveries_to_accept,
    services_coming,
    services_to_plan,
    disputes_to_answer,
    packages_expiring,
)
NEWS: tuple[Needs, ...] = (
    messages_new,
    requests_moved,
    roles_given,
    enquiries_answered,
    statements_made,
    packages_begun,
)
