"""Pieces of writing that several commands need. Each demands an open transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from tallyhub.journal.rules import ASKED_OF
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.support.models import Change, Request, RequestViewer
from tallyhub.support.rules import Actor, Why

WORDS_MAX = 100_000  # characters of messages that are searched, the newest: a tsvector holds a megabyte
_INDEX = """
UPDATE support_request r SET words =
    to_tsvector('simple', support_parted(r.number || ' ' || r.title || ' ' || r.description))
    || to_tsvector('simple', support_parted(left(coalesce((
        SELECT string_agg(m.body, ' ' ORDER BY m.at DESC, m.id DESC) FROM support_message m
        WHERE m.request_id = r.id), ''), %s)))
WHERE r.id = %s
"""


def next_serial() -> int:
    """The id of a new request, from which ``rules.number_of`` makes its number.

    Taken beforehand, because a row that nobody was given yet cannot be read back by whoever writes it.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('support_request_serial')")
        serial: int = cursor.fetchone()[0]
        return serial


def lock_request(access: Access, number: str) -> Request:
    """Raises DoesNotExist for one that is hidden or absent."""
    require_transaction()
    # Without its words, which only ``index_words`` writes: saving the request would put the old ones back.
    rows = Request.objects.visible_to(access).defer("words").select_for_update(no_key=True)
    found: Request = rows.get(number=number)
    return found


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody, or a group of the request's workspace, to whom it is given. Exactly one of both."""

    why: Why
    person_id: int | None = None
    group_id: int | None = None


def give(access: Access, request: Request, viewers: Iterable[Viewer], *, at: datetime | None = None) -> None:
    """Give a request to people and groups; whoever has it already keeps it as it is. One statement.

    The caller has checked that people and groups belong to the request's workspace.
    """
    require_transaction()
    rows = [
        RequestViewer(
            customer_id=request.customer_id,
            workspace_id=request.workspace_id,
            request_id=request.pk,
            person_id=one.person_id,
            group_id=one.group_id,
            why=one.why,
            opened_at=request.opened_at,
            given_by_id=access.person_id,
            given_at=at or clock.now(),
        )
        for one in viewers
    ]
    RequestViewer.objects.bulk_create(rows, ignore_conflicts=True)


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened to a request, for its timeline. ``details``: ids, codes and numbers only."""

    kind: str
    details: dict[str, Any] = field(default_factory=dict)
    actor_id: int | None = None
    at: datetime | None = None  # None: now


def tell(request: Request, *lines: Line) -> None:
    """Write lines of the timeline, in their order."""
    require_transaction()
    Change.objects.bulk_create(
        Change(
            customer_id=request.customer_id,
            workspace_id=request.workspace_id,
            request_id=request.pk,
            kind=line.kind,
            actor_id=line.actor_id,
            details=line.details,
            at=line.at or clock.now(),
        )
        for line in lines
    )


def about(request: Request) -> dict[str, Any]:
    """For the journal: where it is and, of a partner request, whose, so that others' staff read nothing of it there."""
    where = {"customer_id": request.customer_id, "workspace_id": request.workspace_id}
    return where | ({ASKED_OF: request.partner_id} if request.partner_id is not None else {})


def actor_of(access: Access) -> Actor:
    """On whose side somebody speaks."""
    if access.person_id is None:
        return Actor.HUB
    return Actor.STAFF if access.is_staff else Actor.CUSTOMER


def index_words(request: Request) -> None:
    """Make what the request says now findable: after a change of its title or description, and after each message.

    Whoever runs it must see the request already.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_INDEX, [WORDS_MAX, request.pk])


def note_look(access: Access, request: Request) -> None:
    """Staff opened the request (R7.3). The database keeps the first look of each person, request and day."""
    require_transaction()
    day = clock.today("UTC").isoformat()
    record(access, "support.request_looked", request.pk, **about(request), day=day)
