"""The support desk of the demo: what the large agreement says about support, and a request that is worked on."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Agreement, ResponseGoal, TimeRule, WorkCalendar
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.rules import RIGHTS_OF, Role
from tallyhub.support.conversation import commands as conversation
from tallyhub.support.models import Request
from tallyhub.support.time import commands as time
from tallyhub.support.time.rules import What
from tallyhub.support.time.steps import Worked

AGREEMENT, ZONE = "U-40718", "Europe/Oslo"
WEEK = [[[8 * 60, 17 * 60]]] * 5 + [[], []]
GOALS = (("A", 30, False), ("B", 120, True), ("C", 480, True))  # severity, minutes, whether only hours of work count
ENGINEER, WORKED_ON = "desk@provider.example", "How large may one archive of Plantlog become?"
ANSWER = """Nine terabytes in one archive are sound as long as it is only read. For what is still written we advise:

1. One archive per year, closed on 31 December.
2. Keep the **current** one below 2 TB.

How many values a second do you write?"""
NOTE = "Ask the vendor whether the limit of 12 TB per archive still holds."


def agree(customer_id: int) -> None:
    """Response goals, hours of work, and what counts double outside them. Needs a scope."""
    there = {"customer_id": customer_id, "agreement": Agreement.objects.get(number=AGREEMENT)}
    hours = WorkCalendar.objects.create(customer_id=customer_id, name="Office hours, Oslo", zone=ZONE, week=WEEK)
    ResponseGoal.objects.bulk_create(
        ResponseGoal(**there, severity=severity, minutes=minutes, calendar=hours if in_hours else None)
        for severity, minutes, in_hours in GOALS
    )
    TimeRule.objects.create(**there, calendar=hours, numerator=2)


def work(customer_id: int) -> None:
    """An engineer answers, keeps a note and logs time: an hour and a half over the end of work."""
    with scope(Access.of_system([customer_id])):
        request = Request.objects.get(title=WORKED_ON)
        access = _engineer(customer_id)
    evening = (request.opened_at + timedelta(days=1)).astimezone(ZoneInfo(ZONE)).replace(hour=16, minute=0)
    with clock.frozen(evening + timedelta(minutes=100)):
        conversation.say(access, request.number, body=ANSWER)
        conversation.note(access, request.number, body=NOTE)
        worked = Worked(starts_at=evening, minutes=90, what=What.RESEARCH, note="Limits of archives, sizing")
        time.log_work(access, request.number, worked)


def engineer() -> int:
    """Who has what was taken. Needs a scope."""
    return int(Person.objects.get(email_folded=ENGINEER).pk)


def _engineer(customer_id: int) -> Access:
    """With the rights that the engineer has by the grant. Needs a scope."""
    return Access(
        person_id=engineer(),
        customer_id=customer_id,
        in_whole=True,
        workspaces=tuple(Workspace.objects.filter(customer_id=customer_id).values_list("pk", flat=True)),
        customer_rights=RIGHTS_OF[Role.ENGINEER],
        is_staff=True,
    )
