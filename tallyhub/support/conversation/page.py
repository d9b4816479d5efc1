"""What the page shows of a conversation: lines in words, their files, and what one may write."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup

from tallyhub.kernel import clock, markdown
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.http import url
from tallyhub.kernel.sentences import sentence
from tallyhub.support.conversation import kinds, media, queries
from tallyhub.support.conversation.queries import Key, Line, Thread
from tallyhub.support.conversation.rules import FILES_MAX, check_open_for_words, status_after
from tallyhub.support.conversation.steps import check_may_note
from tallyhub.support.conversation.storage import megabytes_max
from tallyhub.support.models import Change, File, Message, Note, NoteFile, Request, StoredFile
from tallyhub.support.parts import Known, Part
from tallyhub.support.rules import TEXT_MAX, Actor, Status
from tallyhub.support.words import size_text

RENDERED_MAX = 200_000  # characters that are read as markdown for one page; what comes after is shown as typed
PREVIEW_BYTES_MAX = 5 * 1024 * 1024  # a larger picture is opened, not shown


@dataclass(frozen=True, slots=True)
class ShownFile:
    name: str
    href: str
    size: str
    is_picture: bool  # small enough to be shown in the page


@dataclass(frozen=True, slots=True)
class ShownLine:
    """``kind``: message, note or change. ``text`` is safe to stand in the page."""

    kind: str
    anchor: str
    who: str
    when: str
    instant: str
    text: Markup | str
    is_by_staff: bool = False
    files: list[ShownFile] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that ``support/_conversation.html`` shows. An empty address: nothing there, or not for this reader."""

    lines: list[ShownLine]
    files: list[ShownFile]  # of the request itself
    older_href: str
    newer_href: str
    say_href: str
    note_href: str
    silence: str  # why nothing more is said
    reopens: bool
    typed: str = ""  # what was refused is not lost
    typed_note: str = ""
    problem: str = ""
    note_problem: str = ""
    files_max: int = FILES_MAX
    length_max: int = TEXT_MAX
    megabytes_max: int = 0


def read(access: Access, request: Request, query: Mapping[str, str] | None = None, **typed: Any) -> Part:
    """As ``conversation``, for the page of a request that one sees. ``query``: which page of the lines.

    ``typed``: what a form held that was refused, and why. Two statements. Raises Invalid for a page that none of ours
    leads to.
    """
    thread = _read(access, request, query or {})
    files = _files(access, request, thread.lines)

    actor = Actor.STAFF if access.is_staff else Actor.CUSTOMER

    def say(known: Known) -> dict[str, Any]:
        here = url("support:conversation", request.number)
        silence = _silence(request)
        shown = Conversation(
            lines=_lines(thread.lines, known, files),
            files=files["", 0],
            older_href=_page_href(here, "before", thread.older),
            newer_href=_page_href(here, "after", thread.newer),
            say_href="" if silence else url("support:say", request.number),
            note_href=url("support:note", request.number) if _may_note(access, request) else "",
            silence=silence,
            reopens=status_after(Status(request.status), actor) == Status.REOPENED,
            megabytes_max=megabytes_max(),
            **typed,
        )
        return {"conversation": shown}

    return Part(say, people=_people(thread.lines))


def _read(access: Access, request: Request, query: Mapping[str, str]) -> Thread:
    before, after = _key(query.get("before", "")), _key(query.get("after", ""))
    oldest = query.get("page") == "first"
    if (before is not None) + (after is not None) + oldest > 1:
        raise Invalid("page_unknown")
    return queries.list_lines(access, request, before=before, after=after, oldest=oldest)


def _key(text: str) -> Key | None:
    """As ``_page_href`` writes it."""
    if not text:
        return None
    try:
        at, rank, line_id = text.split("~")
        instant, one, number = datetime.fromisoformat(at), int(rank), int(line_id)
    except ValueError:
        raise Invalid("page_unknown") from None
    if instant.tzinfo is None or not 0 <= one <= 2 or not 0 <= number < 2**63:
        raise Invalid("page_unknown")
    return Key(instant, one, number)


def _page_href(here: str, side: str, key: Key | None) -> str:
    return f"{here}?{urlencode({side: f'{key.at.isoformat()}~{key.rank}~{key.id}'})}" if key else ""


def _silence(request: Request) -> str:
    try:
        check_open_for_words(Status(request.status), request.closed_at, request.merged_into_id, clock.now())
    except Conflict as error:
        return sentence(error)
    return ""


def _may_note(access: Access, request: Request) -> bool:
    try:
        check_may_note(access, request.workspace_id)
    except Forbidden:
        return False
    return True


def _people(lines: Iterable[Line]) -> set[int | None]:
    """Everybody who is named in them."""
    people: set[int | None] = set()
    for line in lines:
        people.add(line.actor_id if isinstance(line, Change) else line.author_id)
        if isinstance(line, Change):
            people.update(kinds.people_in(line.kind, line.details))
    return people


def _name(known: Known, person_id: int | None) -> str:
    if person_id is None:
        return _("the hub")
    return known.people.get(person_id) or _("Somebody who has left")


_Files = dict[tuple[str, int], list[ShownFile]]


def _files(access: Access, request: Request, lines: Iterable[Line]) -> _Files:
    """By what they belong to: a message, a note, or, under an empty name, the request itself."""
    of_messages = [one.pk for one in lines if isinstance(one, Message)]
    of_notes = [one.pk for one in lines if isinstance(one, Note)]
    found: _Files = defaultdict(list)
    for one in queries.list_files(access, request, of_messages, of_notes):
        if isinstance(one, NoteFile):
            found["note", one.note_id].append(_file(one, url("support:note_file", request.number, one.pk)))
        elif isinstance(one, File):
            owner = ("message", one.message_id) if one.message_id else ("", 0)
            found[owner].append(_file(one, url("support:file", request.number, one.pk)))
    return found


def _file(one: StoredFile, href: str) -> ShownFile:
    is_picture = one.media_type in media.PICTURES and one.size <= PREVIEW_BYTES_MAX
    return ShownFile(one.name, href, size_text(one.size), is_picture)


def _lines(lines: Iterable[Line], known: Known, files: _Files) -> list[ShownLine]:
    left = RENDERED_MAX
    made = []
    for line in lines:
        if isinstance(line, Change):
            made.append(_change(line, known))
            continue
        left -= len(line.body)
        text = markdown.render(line.body) if left >= 0 else markdown.render_plain(line.body)
        kind = "message" if isinstance(line, Message) else "note"
        made.append(
            ShownLine(
                kind,
                f"{kind}-{line.pk}",
                _name(known, line.author_id),
                _when(line.at),
                line.at.isoformat(),
                text,
                is_by_staff=isinstance(line, Note) or line.is_by_staff,
                files=files[kind, line.pk],
            )
        )
    return made


def _change(line: Change, known: Known) -> ShownLine:
    said = kinds.sentence(line.kind, line.details, lambda person_id: _name(known, person_id))
    who, anchor = _name(known, line.actor_id), f"change-{line.pk}"
    return ShownLine("change", anchor, who, _when(line.at), line.at.isoformat(), said)


def _when(instant: datetime) -> str:
    local = timezone.localtime(instant)
    return _("%(day)s, %(time)s") % {"day": fmt.short_day(local.date()), "time": local.strftime("%H:%M")}
