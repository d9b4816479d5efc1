"""Reads of a conversation. The request was read before, through ``visible_to``; each read asks it once more."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, F, JSONField, OuterRef, Q, QuerySet, Value

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import COUNT_MAX, PAGE_ROWS, Place, SortKind, instant_of
from tallyhub.support.models import Change, File, Incoming, Message, Note, NoteFile, Request, RequestViewer, StoredFile
from tallyhub.support.rules import Source

PAGE_LINES = 100  # of a conversation: messages, notes and changes together
EXTERNAL_ID_MAX = 255  # characters
Line = Change | Message | Note
_RANKS: dict[type[Line], int] = {Change: 0, Message: 1, Note: 2}  # in which order they stand at the same instant


@dataclass(frozen=True, slots=True)
class Key:
    """A line of a conversation, by which the next page begins."""

    at: datetime
    rank: int
    id: int

    @classmethod
    def of(cls, line: Line) -> "Key":
        return cls(line.at, _RANKS[type(line)], line.pk)


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of lines, oldest first. A key is there where there is more on that side."""

    lines: list[Line]
    older: Key | None
    newer: Key | None


def get_request(access: Access, number: str) -> Request:
    found: Request = Request.objects.visible_to(access).get(number=number)
    return found


def get_by_id(access: Access, request_id: int) -> Request:
    found: Request = Request.objects.visible_to(access).get(pk=request_id)
    return found


def find_by_id(access: Access, request_id: int) -> Request | None:
    return Request.objects.visible_to(access).filter(pk=request_id).first()


def list_lines(
    access: Access, request: Request, *, before: Key | None = None, after: Key | None = None, oldest: bool = False
) -> Thread:
    """A page: the newest one, or what is before or after a line, or the oldest one. One statement, however many."""
    upwards = oldest or after is not None
    order = ("at", "id") if upwards else ("-at", "-id")
    sorts = []
    for rank, rows in _sorts(access, request):
        key = before or after
        beyond = _beyond(key, rank, upwards=upwards) if key else Q()
        sorts.append(rows.filter(beyond, request_id=request.pk).order_by(*order)[: PAGE_LINES + 1])
    found = [_line(*row) for row in sorts[0].union(*sorts[1:], all=True)]
    found.sort(key=_place, reverse=not upwards)
    page, has_more = found[:PAGE_LINES], len(found) > PAGE_LINES
    page.sort(key=_place)
    if not page:
        return Thread([], None, None)
    has_older = has_more if not upwards else after is not None
    has_newer = has_more if upwards else before is not None
    return Thread(page, Key.of(page[0]) if has_older else None, Key.of(page[-1]) if has_newer else None)


_COLUMNS = ("rank", "pk", "at", "who", "kind", "details", "body", "is_by_staff")
_NO_CHANGE = {"kind": Value(""), "details": Value({}, JSONField())}


def _sorts(access: Access, request: Request) -> Iterator[tuple[int, QuerySet[Any, Any]]]:
    """The sorts of lines that the reader may see, with their rank, all in the same columns."""
    changes = Change.objects.visible_to(access).annotate(body=Value(""), is_by_staff=Value(False))
    yield _ranked(changes, Change, "actor_id")
    yield _ranked(Message.objects.visible_to(access).annotate(**_NO_CHANGE), Message, "author_id")
    if access.has(Right.READ_NOTES, workspace_id=request.workspace_id):
        notes = Note.objects.visible_to(access).annotate(is_by_staff=Value(True), **_NO_CHANGE)
        yield _ranked(notes, Note, "author_id")


def _ranked(rows: QuerySet[Any], sort: type[Line], who: str) -> tuple[int, QuerySet[Any, Any]]:
    rank = _RANKS[sort]
    return rank, rows.annotate(rank=Value(rank), who=F(who)).values_list(*_COLUMNS)


def _line(
    rank: int, pk: int, at: datetime, who: int | None, kind: str, details: Any, body: str, is_by_staff: bool
) -> Line:
    if rank == _RANKS[Change]:
        return Change(pk=pk, at=at, actor_id=who, kind=kind, details=details)
    if rank == _RANKS[Message]:
        return Message(pk=pk, at=at, author_id=who, body=body, is_by_staff=is_by_staff)
    return Note(pk=pk, at=at, author_id=who, body=body)


def _place(line: Line) -> tuple[datetime, int, int]:
    return line.at, _RANKS[type(line)], line.pk


def _beyond(key: Key, rank: int, *, upwards: bool) -> Q:
    """Rows of a kind that stand after a line, or before it."""
    side = "gt" if upwards else "lt"
    further = Q(**{f"at__{side}": key.at})
    if rank == key.rank:
        return further | Q(at=key.at, **{f"pk__{side}": key.id})
    comes_after = rank > key.rank
    return further | Q(at=key.at) if comes_after is upwards else further


def list_files(access: Access, request: Request, messages: Iterable[int], notes: Sequence[int]) -> list[StoredFile]:
    """Those of these messages and notes, and those of the request itself. One statement."""
    own = Q(message_id__in=list(messages)) | Q(message_id__isnull=True)
    rows = _files(File.objects.visible_to(access).filter(own, request_id=request.pk), "message_id")
    if notes:
        of_notes = NoteFile.objects.visible_to(access).filter(request_id=request.pk, note_id__in=notes)
        rows = rows.union(_files(of_notes, "note_id", is_of_note=True), all=True)
    return [_file(*row) for row in rows.order_by("is_of_note", "pk")]


def _files(rows: QuerySet[Any], owner: str, *, is_of_note: bool = False) -> QuerySet[Any, Any]:
    named: QuerySet[Any] = rows.annotate(owner=F(owner), is_of_note=Value(is_of_note))
    return named.values_list("is_of_note", "pk", "name", "size", "media_type", "owner")


def _file(is_of_note: bool, pk: int, name: str, size: int, media_type: str, owner: Any) -> StoredFile:
    said = {"pk": pk, "name": name, "size": size, "media_type": media_type}
    return NoteFile(**said, note_id=owner) if is_of_note else File(**said, message_id=owner)


def get_file(access: Access, number: str, file_id: int) -> File:
    found: File = File.objects.visible_to(access).get(pk=file_id, request__number=number)
    return found


def get_note_file(access: Access, number: str, file_id: int) -> NoteFile:
    found: NoteFile = NoteFile.objects.visible_to(access).get(pk=file_id, request__number=number)
    return found


# Mail out


@dataclass(frozen=True, slots=True)
class Written:
    """A message for a mail: what was said, by whom, with which files."""

    request: Request
    message: Message
    files: list[str]


def list_named(access: Access, request_id: int) -> set[int]:
    """Who sees a request by name: its contact, whoever opened it, is assigned or has it shared. For the hub itself."""
    request = get_by_id(access, request_id)
    shared = RequestViewer.objects.visible_to(access).filter(request_id=request_id, person__isnull=False)
    people = {request.opened_by_id, request.primary_contact_id, request.assigned_to_id}
    return {one for one in people | set(shared.values_list("person_id", flat=True)) if one is not None}


def is_told_otherwise(access: Access, request_id: int) -> bool:
    """Whether the newest change of its status was brought about by a message, which is of the same instant then, or by
    merging it: of either everybody has a mail.
    """
    if get_by_id(access, request_id).merged_into_id is not None:
        return True
    moves = Change.objects.visible_to(access).filter(request_id=request_id, kind="status").order_by("-at", "-pk")
    at = moves.values_list("at", flat=True).first()
    return at is not None and Message.objects.visible_to(access).filter(request_id=request_id, at=at).exists()


def get_message(access: Access, message_id: int) -> Message:
    found: Message = Message.objects.visible_to(access).select_related("request").get(pk=message_id)
    return found


def get_written(access: Access, message_id: int) -> Written:
    """Raises DoesNotExist for whoever sees it no more."""
    message = get_message(access, message_id)
    files = File.objects.visible_to(access).filter(message_id=message_id).order_by("pk")
    return Written(message.request, message, list(files.values_list("name", flat=True)))


# Mail in


def find_verdict(digest: bytes) -> str | None:
    return Incoming.objects.filter(digest=digest).values_list("verdict", flat=True).first()


def has_mail(access: Access, request: Request, message_id: str) -> bool:
    """Whether a message in the request came by a mail of this Message-ID."""
    found = Message.objects.visible_to(access).filter(request_id=request.pk, source=Source.MAIL)
    return found.filter(external_id=message_id[:EXTERNAL_ID_MAX]).exists()


def count_from(sender: bytes, within: timedelta) -> int:
    """Mails of one sender in the last while, taken or not."""
    return Incoming.objects.filter(sender=sender, at__gt=clock.now() - within).count()


REFUSED_SHOWN = timedelta(days=30)
REFUSED_SORTS: dict[str, SortKind] = {"at": int}  # microseconds since 1970, in UTC


def list_refused(workspaces: Collection[int], place: Place) -> list[Incoming]:
    """Up to a page of mails that were not taken, and one more, in the place's reading order."""
    rows = _refused(workspaces)
    if place.key:
        side, at = "lt" if place.reads_descending else "gt", instant_of(place.key.value)
        rows = rows.filter(Q(**{f"at__{side}": at}) | Q(at=at, **{f"pk__{side}": place.key.id}))
    order = ("-at", "-pk") if place.reads_descending else ("at", "pk")
    return list(rows.order_by(*order)[: PAGE_ROWS + 1])


def count_refused(workspaces: Collection[int]) -> int:
    """Exact up to ``COUNT_MAX``, one more than that beyond."""
    return _refused(workspaces)[: COUNT_MAX + 1].count()


def _refused(workspaces: Collection[int]) -> "QuerySet[Incoming]":
    """Of the last days. What answers a request is for the staff of its workspace, what answers none for all of them."""
    ours = Request.objects.filter(pk=OuterRef("serial"), workspace_id__in=workspaces)
    rows = Incoming.objects.exclude(verdict="taken").filter(at__gt=clock.now() - REFUSED_SHOWN)
    return rows.filter(Q(serial=None) | Exists(ours))


def customers_of(serials: Iterable[int]) -> dict[int, int]:
    """The customer by request, of those that the reader sees, wherever."""
    return dict(Request.objects.filter(pk__in=list(serials)).values_list("pk", "customer_id"))


def customer_of(serial: int) -> int | None:
    """Whose request has this serial, whatever the scope; asked only for an address that the hub itself has made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT support_customer_of(%s)", [serial])
        found: int | None = cursor.fetchone()[0]
        return found


def list_orphans(keys: Sequence[str]) -> list[str]:
    """Those of these keys of files that no row names, whatever the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM support_unnamed_files(%s::text[])", [list(keys)])
        return [key for (key,) in cursor.fetchall()]
