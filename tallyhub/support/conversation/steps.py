"""Pieces of a conversation that several commands need. Each demands an open transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden, Invalid
from tallyhub.kernel.scope import require_transaction
from tallyhub.support.conversation.queries import EXTERNAL_ID_MAX
from tallyhub.support.conversation.rules import check_open_for_words, read_body, status_after
from tallyhub.support.conversation.storage import Kept
from tallyhub.support.models import File, Incoming, Message, Note, NoteFile, Request, StoredFile
from tallyhub.support.rules import Actor, Source, Status
from tallyhub.support.steps import about, actor_of, index_words
from tallyhub.support.work.steps import answer, keep, move

Stored = TypeVar("Stored", bound=StoredFile)


def say(
    access: Access,
    request: Request,
    *,
    body: str,
    files: Sequence[Kept] = (),
    source: Source = Source.PAGE,
    external_id: str = "",
    words_of: Actor | None = None,
) -> Message:
    """Add a message to a locked request, with files, and let the status follow it.

    ``words_of``: whose side says it, where that is not the author's: staff may pass on what the customer wrote. The
    first one by staff is the answer that a goal waits for. Raises Conflict where nothing more is said, and Invalid for
    an empty message.
    """
    require_transaction()
    said = read_body(body)
    if not said and not files:
        raise Invalid("message_missing")
    now, actor = clock.now(), words_of or actor_of(access)
    status = Status(request.status)
    check_open_for_words(status, request.closed_at, request.merged_into_id, now)
    message = Message.objects.create(
        customer_id=request.customer_id,
        workspace_id=request.workspace_id,
        request=request,
        author_id=access.person_id,
        is_by_staff=actor_of(access) is Actor.STAFF,
        body=said,
        source=source,
        external_id=external_id[:EXTERNAL_ID_MAX],
        at=now,
    )
    attach(access, request, files, message=message)
    if actor is Actor.STAFF and request.answered_at is None:
        answer(request, now)
    else:
        keep(request, at=now)
    index_words(request)
    if becomes := status_after(status, actor):
        move(access, request, becomes, actor, at=now)  # of the same instant: it makes no mail of its own
    record(access, "support.message_added", message.pk, **about(request), request=request.number)
    return message


def note(access: Access, request: Request, *, body: str, files: Sequence[Kept] = ()) -> Note:
    """Add an internal note to a locked request: neither the timeline nor the journal tells of it, because customers
    read those (R4.3). Raises Forbidden, and Invalid for an empty one.
    """
    require_transaction()
    check_may_note(access, request.workspace_id)
    said = read_body(body)
    if not said and not files:
        raise Invalid("note_missing")
    there = {"customer_id": request.customer_id, "workspace_id": request.workspace_id, "request": request}
    made = Note.objects.create(**there, author_id=access.person_id, body=said, at=clock.now())
    NoteFile.objects.bulk_create(rows_of(NoteFile, access, files, **there, note=made))
    return made


def check_may_note(access: Access, workspace_id: int | None = None) -> None:
    """Staff who work on requests or look after the customer; anywhere, or in that workspace. Raises Forbidden."""
    has = access.has_anywhere if workspace_id is None else lambda right: access.has(right, workspace_id=workspace_id)
    if not has(Right.READ_NOTES) or not (has(Right.WORK_REQUESTS) or has(Right.MANAGE_AGREEMENTS)):
        raise Forbidden(Right.READ_NOTES)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail by which it is known again. Both are digests: of Message-ID and date, and of who sent it."""

    digest: bytes
    sender: bytes
    message_id: str = ""


def note_mail(mail: Mail, verdict: str, *, number: str = "") -> bool:
    """Remember that it came, and what became of it. False: it came before.

    One statement, so that of two who take the same mail one waits and then knows it.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO support_incoming (digest, sender, verdict, serial, at) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (digest) DO NOTHING",
            [mail.digest, mail.sender, verdict[:40], int(number[:-1]) if number else None, clock.now()],
        )
        return bool(cursor.rowcount)


def clear_incoming(before: datetime) -> int:
    """Forget which mails came in before; returns how many."""
    require_transaction()
    gone, _ = Incoming.objects.filter(at__lt=before).delete()
    return gone


def attach(access: Access, request: Request, files: Sequence[Kept], *, message: Message | None = None) -> None:
    """Rows for bytes that ``storage.keeping`` keeps: of the request, or of a message in it. One statement."""
    require_transaction()
    of = {"customer_id": request.customer_id, "workspace_id": request.workspace_id, "request": request}
    File.objects.bulk_create(rows_of(File, access, files, **of, message=message))


def rows_of(model: type[Stored], access: Access, files: Sequence[Kept], **of: Any) -> list[Stored]:
    """Of bytes that ``storage.keeping`` keeps, to be added; ``of``: what they belong to."""
    return [model(**of, **asdict(one), added_by_id=access.person_id, at=clock.now()) for one in files]
