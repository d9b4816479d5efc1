"""What waits by mail at a partner's desk of the demo: of a customer's contact one that is new and one about what it
asked before, and one of nobody the desk knows.
"""

from datetime import timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from tallyhub.accounts.models import Person
from tallyhub.helpdesk.mails import commands
from tallyhub.helpdesk.mails.rules import Arrived, arrived
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import Organization
from tallyhub.organizations.sign_on import act_at_work
from tallyhub.site.demo.partner_requests import BRIGHTLINE, JORINDE, SHADES
from tallyhub.support.conversation import storage
from tallyhub.support.conversation.steps import Mail
from tallyhub.support.models import Request

LOG = b"05:57:12 claim job 4471: time-out after 30 s\n05:57:42 claim job 4471: time-out after 30 s\n05:58:12 done\n"
REPORT = b"square,screen,report\n1,#F4D35E,#F0CB4C\n2,#0D3B66,#0A3159\n3,#EE964B,#DA7F32\n"
ZONE = ZoneInfo("Europe/Berlin")
MB = 1024 * 1024
MAILS = (
    arrived(
        JORINDE, "Jorinde Ahlemeyer", "Two presses wait for the database again",
        "Good morning,\n\nsince 5:55 two presses wait for the database again. What the second one writes is with this "
        "mail.\n\nKind regards\nJorinde",
        [("press-2.log", LOG)], MB,
    ),
    arrived(
        "office@stonefield.example", "Stonefield Bindery", "Do you look after firms of our size?",
        "Hello,\n\nwe are eleven people and look for somebody who looks after our mail and our files. Would you call "
        "us?\n\n+49 40 5550 187",
        [], MB,
    ),
)  # fmt: skip


def set_up() -> None:
    """Once; again changes nothing."""
    with scope(Access.of_system()):
        desk = Organization.objects.get(code="brightline").pk
    yesterday = clock.now().astimezone(ZONE) - timedelta(days=1)
    for place, one in enumerate((*MAILS, *_answers())):
        with clock.frozen(yesterday.replace(hour=6 + 3 * place, minute=41)):
            _bring_in(desk, f"demo-{place}", one)


def _answers() -> list[Arrived]:
    """To what the desk asked back, written as a new mail: its subject alone says which request it is about."""
    with scope(Access.of_system()):
        agent = act_at_work(Person.objects.get(email_folded=BRIGHTLINE).pk)
    with scope(agent):
        asked = Request.objects.at_desk(agent).filter(title=SHADES).order_by("pk")[:1]
        numbers = list(asked.values_list("number", flat=True))
    return [
        arrived(
            JORINDE, "Jorinde Ahlemeyer", f"Your question about {number}",
            "Hello,\n\nthe report of Thursday is with this mail. The third square is the one that you should compare."
            "\n\nKind regards\nJorinde",
            [("daily-report.csv", REPORT)], MB,
        )
        for number in numbers
    ]  # fmt: skip


def _bring_in(desk: int, name: str, said: Arrived) -> None:
    mail = Mail(sha256(name.encode()).digest(), sha256(said.sender.encode()).digest())
    with storage.keeping(said.files) as kept:
        if not commands.bring_in(Access.of_system(organizations=[desk]), mail, said, {desk: kept}):
            storage.remove(one.key for one in kept)
