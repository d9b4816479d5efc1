"""Which mails are a desk's: those to its address, but for what machines and loops write, which was refused before."""

from contextlib import ExitStack

from tallyhub.helpdesk.mails import commands, queries
from tallyhub.helpdesk.mails.rules import ADDRESS_MAX, DESKS_MAX, Arrived, arrived
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.support.conversation import incoming, storage
from tallyhub.support.conversation.addresses import list_desk_codes
from tallyhub.support.conversation.incoming import RATE_MAX, RATE_WITHIN, Refused, Verdict, digest_of_sender
from tallyhub.support.conversation.mail_reader import Read
from tallyhub.support.conversation.queries import count_from
from tallyhub.support.conversation.steps import Mail


def register() -> None:
    """Once, when the package is loaded."""
    incoming.also_for(take)


def take(read: Read) -> Verdict | None:
    """Lay it before the desks that it is addressed to. None: it is addressed to no desk. Raises Refused.

    Nothing is sent to whoever it says it is from: that is proved by nothing.
    """
    codes = list_desk_codes(read.recipients)
    if not codes:
        return None
    # Counted apart from answers: whoever writes to desks in somebody's name hinders no answer of theirs.
    mail = Mail(read.digest, digest_of_sender(f"desk {read.sender}"), read.message_id)
    desks = _find_desks(codes)
    if not read.sender or len(read.sender) > ADDRESS_MAX:  # nobody could ever be answered
        raise Refused(Verdict.UNREADABLE, mail=mail)
    if count_from(mail.sender, RATE_WITHIN) >= RATE_MAX:
        raise Refused(Verdict.TOO_OFTEN, mail=mail)
    said = _said(read)
    if said.is_empty:
        raise Refused(Verdict.EMPTY, mail=mail)
    return _bring_in(mail, said, _with_room(desks, mail))


def _find_desks(codes: list[str]) -> list[int]:
    with scope(Access()):
        desks = queries.find_desks(codes)
    if not desks:
        raise Refused(Verdict.NO_DESK)
    return desks[:DESKS_MAX]


def _with_room(desks: list[int], mail: Mail) -> list[int]:
    hub = Access.of_system(organizations=desks)
    with scope(hub):
        full = queries.list_full(hub)
    if full >= set(desks):
        raise Refused(Verdict.FULL, mail=mail)
    return [one for one in desks if one not in full]


def _said(read: Read) -> Arrived:
    files = [(one.name, one.content) for one in read.attached]
    return arrived(read.sender, read.sender_name, read.subject, read.text, files, storage.megabytes_max() * 1024 * 1024)


def _bring_in(mail: Mail, said: Arrived, desks: list[int]) -> Verdict:
    hub = Access.of_system(organizations=desks)
    with ExitStack() as stack:
        files = {one: stack.enter_context(storage.keeping(said.files)) for one in desks}
        if commands.bring_in(hub, mail, said, files):
            return Verdict.TAKEN
        storage.remove(one.key for kept in files.values() for one in kept)
    return Verdict.KNOWN
