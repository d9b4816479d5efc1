"""Pieces of what becomes of a mail. Each demands an open transaction."""

from datetime import datetime

from django.db import connection

from tallyhub.helpdesk.mails.queries import list_files
from tallyhub.helpdesk.mails.rules import Outcome, check_untaken
from tallyhub.helpdesk.models import DeskMail
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.support.conversation.steps import attach
from tallyhub.support.conversation.storage import kept_of
from tallyhub.support.models import Request


def lock_mail(access: Access, mail_id: int) -> DeskMail:
    """Locked, so that of two who take it in at once the second one sees what the first did. Raises DoesNotExist."""
    require_transaction()
    found: DeskMail = DeskMail.objects.visible_to(access).select_for_update(of=("self",)).get(pk=mail_id)
    return found


def become(access: Access, mail: DeskMail, request: Request) -> None:
    """Of a locked mail: it is this request from now on, and its files are the request's. Raises Conflict."""
    require_transaction()
    check_untaken(mail.outcome, mail.number)
    files = list_files(access, mail)
    attach(access, request, kept_of(files))
    for one in files:
        one.delete()
    settle(access, mail, Outcome.TAKEN, request.number)


def settle(access: Access, mail: DeskMail, outcome: Outcome, number: str = "") -> None:
    require_transaction()
    mail.outcome, mail.number = outcome, number
    mail.done_by_id, mail.done_at = access.person_id, clock.now()
    mail.save(update_fields=["outcome", "number", "done_by", "done_at"])


def clear_mails(before: datetime) -> int:
    """Forget those that came before, whatever became of them; their bytes go with the next search for orphans. Returns
    how many.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT helpdesk_clear_mails(%s)", [before])
        return int(cursor.fetchone()[0])
