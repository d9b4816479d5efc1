"""A mail comes to a desk; somebody there puts it aside. Taking one in is ``intake.commands.take_in``."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from tallyhub.helpdesk.mails import steps
from tallyhub.helpdesk.mails.rules import Arrived, Outcome, check_untaken
from tallyhub.helpdesk.models import DeskMail, DeskMailFile
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import command
from tallyhub.support.conversation.steps import Mail, note_mail
from tallyhub.support.conversation.storage import Kept


@command
def bring_in(access: Access, mail: Mail, arrived: Arrived, files: Mapping[int, Sequence[Kept]]) -> bool:
    """Lay a mail before these desks; by the hub, for them. ``files``: by desk, each with bytes of its own.

    No request comes of it, and nobody hears of it: anybody can write one in anybody's name. False: it came before.
    """
    if not note_mail(mail, "taken"):
        return False
    for organization_id, kept in files.items():
        made = DeskMail.objects.create(
            organization_id=organization_id,
            sender=arrived.sender,
            sender_name=arrived.sender_name,
            subject=arrived.subject,
            text=arrived.text,
            left_out=arrived.left_out,
            at=clock.now(),
        )
        DeskMailFile.objects.bulk_create(
            DeskMailFile(organization_id=organization_id, mail=made, **asdict(one)) for one in kept
        )
    return True


@command
def put_aside(access: Access, mail_id: int, reason: Outcome) -> None:
    """Without a request. Again is no error, and the last reason counts.

    Raises DoesNotExist for another desk's, and Conflict for one that was taken in.
    """
    access.require_serving(Right.SERVE_CUSTOMERS)
    mail = steps.lock_mail(access, mail_id)
    check_untaken(mail.outcome, mail.number)
    steps.settle(access, mail, reason)
    record_many(
        access, [News("helpdesk.mail_put_aside", None, mail.pk, details={"reason": reason.value})]
    )  # no customer’s
