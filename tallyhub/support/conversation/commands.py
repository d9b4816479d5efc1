"""Saying something in a request, to everybody or among staff; and what follows from a mail that came in."""

from collections.abc import Sequence

from tallyhub.journal.steps import record
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command
from tallyhub.support.conversation import queries, steps
from tallyhub.support.conversation.steps import Mail
from tallyhub.support.conversation.storage import Kept
from tallyhub.support.models import Message, Note
from tallyhub.support.rules import Source
from tallyhub.support.steps import about, lock_request

MERGES_MAX = 10  # of one into another into another


@command
def say(access: Access, number: str, *, body: str, files: Sequence[Kept] = ()) -> Message:
    """To everybody who sees the request. Whoever sees it may, while it is open or can be opened again (R4.3)."""
    return steps.say(access, lock_request(access, number), body=body, files=files)


@command
def note(access: Access, number: str, *, body: str, files: Sequence[Kept] = ()) -> Note:
    """Among staff (R4.3)."""
    steps.check_may_note(access)
    return steps.note(access, lock_request(access, number), body=body, files=files)


# Mail that came in


@command
def take_reply(access: Access, mail: Mail, *, number: str, body: str, files: Sequence[Kept]) -> Message | None:
    """What a mail says, in the name of whoever wrote it; both or neither. None: it was taken before.

    One that is merged into another takes it there. A Message-ID that is in it already is left out: a program may give
    two mails the same. Raises DoesNotExist where the person sees the request no more, and Conflict where nothing more
    is said in it.
    """
    if not steps.note_mail(mail, "taken", number=number):
        return None
    request = queries.get_request(access, number)
    for _merge in range(MERGES_MAX):  # only the last one is locked: whoever merges locks in another order
        if request.merged_into_id is None:
            break
        request = queries.get_by_id(access, request.merged_into_id)
    request = lock_request(access, request.number)
    message_id = "" if queries.has_mail(access, request, mail.message_id) else mail.message_id
    return steps.say(access, request, body=body, files=files, source=Source.MAIL, external_id=message_id)


@command
def refuse_mail(access: Access, mail: Mail, verdict: str, *, number: str = "") -> bool:
    """Remember that a mail was not taken, and why. False: it was known before. ``number``: of the request, if known."""
    return steps.note_mail(mail, verdict, number=number)


@command
def answer_refused(access: Access, number: str) -> None:
    """Whoever wrote gets a mail that says why it is not in the request. Raises as ``lock_request``."""
    request = lock_request(access, number)
    record(access, "support.reply_refused", request.pk, **about(request))
