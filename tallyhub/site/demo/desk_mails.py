"""What waits by mail at a partner's desk of the demo: a mail of a customer's contact, and one of nobody it knows."""

from datetime import timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from tallyhub.helpdesk.mails import commands
from tallyhub.helpdesk.mails.rules import Arrived, arrived
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import Organization
from tallyhub.support.conversation import storage
from tallyhub.support.conversation.steps import Mail

LOG = b"05:57:12 claim job 4471: time-out after 30 s\n05:57:42 claim job 4471: time-out after 30 s\n05:58:12 done\n"
ZONE = ZoneInfo("Europe/Berlin")
MB = 1024 * 1024
MAILS = (
    arrived(
        "contact@linden.example", "Jorinde Ahlemeyer", "Two presses wait for the database again",
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
    for number, one in enumerate(MAILS):
        with clock.frozen(yesterday.replace(hour=6 + 3 * number, minute=41)):
            _bring_in(desk, f"demo-{number}", one)


def _bring_in(desk: int, name: str, said: Arrived) -> None:
    mail = Mail(sha256(name.encode()).digest(), sha256(said.sender.encode()).digest())
    with storage.keeping(said.files) as kept:
        if not commands.bring_in(Access.of_system(organizations=[desk]), mail, said, {desk: kept}):
            storage.remove(one.key for one in kept)
