"""Pieces of writing that several commands need. Each demands an open transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import require_transaction
from tallyhub.support.models import Change, Request, RequestViewer
from tallyhub.support.rules import OPEN, Actor, Status, Why, check_transition


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
    found: Request = Request.objects.visible_to(access).select_for_update(no_key=True).get(number=number)
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


# Status


def actor_of(access: Access, request: Request) -> Actor:
    """On whose side somebody acts in this request."""
    if access.person_id is None:
        return Actor.HUB
    is_staff = access.has(Right.READ_NOTES, workspace_id=request.workspace_id)
    return Actor.STAFF if is_staff else Actor.CUSTOMER


def move(access: Access, request: Request, becomes: Status, actor: Actor, *, at: datetime | None = None) -> None:
    """Change the status of a locked request, and tell it. Raises Conflict for a step that there is not."""
    require_transaction()
    was, now = Status(request.status), at or clock.now()
    check_transition(was, becomes, actor)
    request.status, request.changed_at, request.version = becomes, now, request.version + 1
    request.waiting_since = now if becomes == Status.WAITING else None
    if becomes == Status.RESOLVED or becomes in OPEN:
        request.resolved_at = now if becomes == Status.RESOLVED else None
    request.closed_at = now if becomes in (Status.CLOSED, Status.CANCELLED) else None
    request.save(update_fields=["status", "changed_at", "version", "waiting_since", "resolved_at", "closed_at"])
    said = {"was": was.value, "becomes": becomes.value}
    tell(request, Line("status", said, access.person_id, now))
    about: dict[str, Any] = {"customer_id": request.customer_id, "workspace_id": request.workspace_id, **said}
    record(access, "support.status_changed", request.pk, **about)


# Search


WORDS_MAX = 400_000  # characters that are looked through; PostgreSQL refuses a vector of a megabyte
_INDEX = """
UPDATE support_request r SET words = to_tsvector('simple', left(concat_ws(' ', r.number, r.title, r.description,
    (SELECT string_agg(m.body, ' ' ORDER BY m.id) FROM support_message m WHERE m.request_id = r.id)), %s))
WHERE r.id = %s
"""


def index_words(request: Request) -> None:
    """Make what the request says now findable: title, description and public messages, and never a note."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_INDEX, [WORDS_MAX, request.pk])
