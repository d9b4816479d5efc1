"""Pieces of what becomes of a mail. Each demands an open transaction."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from tallyhub.helpdesk.mails.queries import list_files
from tallyhub.helpdesk.mails.rules import Outcome, check_untaken
from tallyhub.helpdesk.models import DeskMail
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.support.conversation.storage import Kept, kept_of


def lock_mail(access: Access, mail_id: int) -> DeskMail:
    """Locked, so that of two who take it in at once the second one sees what the first did. Raises DoesNotExist."""
    require_transaction()
    found: DeskMail = DeskMail.objects.visible_to(access).select_for_update(of=("self",)).get(pk=mail_id)
    return found


def take_files(access: Access, mail: DeskMail, chosen: Collection[int]) -> list[Kept]:
    """Of a locked mail: those of its files that go along into a request. The others stay, as long as the mail does.

    Raises Conflict for a mail that somebody has taken in.
    """
    require_transaction()
    check_untaken(mail.outcome, mail.number)
    files = [one for one in list_files(access, mail) if one.pk in chosen]
    for one in files:
        one.delete()
    return kept_of(files)


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
