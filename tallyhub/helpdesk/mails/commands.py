"""A mail comes to a desk; somebody there adds it to a request or puts it aside. A request of its own is made of it by
``intake.commands.take_in``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from tallyhub.helpdesk.mails import steps
from tallyhub.helpdesk.mails.rules import Adding, Arrived, Outcome, check_untaken
from tallyhub.helpdesk.models import DeskMail, DeskMailFile
from tallyhub.journal.steps import News, record, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import command
from tallyhub.support.conversation.steps import Mail, note, note_mail, say
from tallyhub.support.conversation.storage import Kept
from tallyhub.support.rules import Actor, Source
from tallyhub.support.steps import lock_request


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
def add_to(access: Access, mail_id: int, adding: Adding, *, as_note: bool = False) -> None:
    """What a mail says goes into a request that there is, with some of its files: as the customer's words, which
    everybody who sees the request reads and which set the status as if they had written there, or as an internal note.

    ``access``: of ``support.desk.at_desk`` for the request. Raises DoesNotExist for another's mail or request, Invalid
    for an empty text, and Conflict for a mail that was taken in, or a request in which nothing more is said.
    """
    access.require_serving(Right.SERVE_CUSTOMERS)
    mail, request = steps.lock_mail(access, mail_id), lock_request(access, adding.number)
    kept = steps.take_files(access, mail, adding.files)
    if as_note:
        note(access, request, body=adding.body, files=kept)
    else:
        say(access, request, body=adding.body, files=kept, source=Source.MAIL, words_of=Actor.CUSTOMER)
        record(access, "helpdesk.mail_added", request.pk, workspace_id=request.workspace_id)
    steps.settle(access, mail, Outcome.TAKEN, request.number)


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
