"""Mails to lakeside's desk, and what tests look up afterwards."""

from email.message import EmailMessage
from itertools import count
from types import SimpleNamespace
from typing import Any

from tallyhub.helpdesk.models import DeskMail, DeskMailFile
from tallyhub.support.conversation import fetching
from tallyhub.support.conversation.incoming import Verdict
from tests.support.imap import Mailbox
from tests.world import NOW

REPLY_TO = "support@northgate.test"
DESK = "support+desk.lakeside@northgate.test"
_serials = count(1)
Files = tuple[tuple[str, bytes, tuple[str, str]], ...]


def written(text: str = "The database is slow.", *, files: Files = (), **headers: str) -> bytes:
    """A mail from asker of birch, but for what a test says otherwise."""
    mail = EmailMessage()
    said = {"From": "Asker <Asker@birch.test>", "To": DESK, "Subject": "Slow at noon"}
    said |= {"Message-ID": f"<{next(_serials)}@birch.test>", "Date": "Sat, 21 Nov 2026 12:00:00 +0000"}
    for name, value in (said | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value:
            mail[name] = value
    mail.set_content(text)
    for name, content, kind in files:
        mail.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    return mail.as_bytes()


def came(imap: Mailbox, text: str = "The database is slow.", **over: Any) -> DeskMail:
    imap.add(written(text, **over))
    assert fetching.fetch() == {Verdict.TAKEN: 1}
    return the_mail()


def the_mail() -> DeskMail:
    found: DeskMail = DeskMail.objects.using("owner").latest("pk")
    return found


def make_mail(organization: Any, **over: Any) -> DeskMail:
    said = {"sender": "asker@birch.test", "sender_name": "Asker", "subject": "Slow", "text": "It is slow.", "at": NOW}
    made: DeskMail = DeskMail.objects.using("owner").create(organization=organization, **said | over)
    return made


def forms(sold: SimpleNamespace, mail: DeskMail, **over: Any) -> dict[str, Any]:
    """By which the mail is taken in for birch."""
    from tests.helpdesk.intake.asking import form

    told = {"customer": sold.birch.pk, "contact": sold.asker.pk, "mail": mail.pk, "title": "Slow at noon"}
    told["mail_files"] = list(DeskMailFile.objects.using("owner").filter(mail=mail).values_list("pk", flat=True))
    return form(sold, **{"act": "", "accepted": "", "reach": "", "channel": "mail"} | told | over)
