"""Parts of home: requests that wait for somebody, and what is new of one's own."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from tallyhub.kernel.access import Access
from tallyhub.kernel.parts import Part, part
from tallyhub.support.models import Change, Message, Request, RequestViewer
from tallyhub.support.rules import OPEN, Status

NEWS_ROWS = 20  # messages and moves that are read; of each request the latest is told
_NAMED: dict[str, Any] = {"key": F("number"), "text": F("title"), "place": "workspace_id"}
_OF_REQUEST: dict[str, Any] = {
    "at": F("at"),
    "key": F("request__number"),
    "text": F("request__title"),
    "place": "workspace_id",
}


class Sort(StrEnum):
    WAITING = "waiting"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    UNHEARD = "unheard"
    MESSAGE = "message"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"


MOVES = (Sort.RESOLVED, Sort.CLOSED, Sort.REOPENED)  # called as the statuses


def waiting_for(access: Access) -> Part:
    """Requests that wait for an answer of the customer, opened by this person or for them."""
    me = access.person_id or 0
    mine = Q(opened_by_id=me) | Q(primary_contact_id=me)
    rows = Request.objects.visible_to(access).filter(mine, status=Status.WAITING, merged_into=None)
    return part(Sort.WAITING.value, rows, "changed_at", at=Coalesce("waiting_since", "changed_at"), **_NAMED)


def assigned_to(access: Access, staffed: Sequence[int]) -> Part:
    """Of all customers, as in the queue, in the workspaces whose staff one is; what is due before the others.

    ``at``: when the first answer is due; none where it was given, or no goal was agreed.
    """
    mine = Request.objects.filter(workspace_id__in=staffed, assigned_to_id=access.person_id or 0)
    due = Case(When(answered_at=None, then=F("answer_due_at")), output_field=DateTimeField())
    rows = mine.filter(status__in=OPEN - {Status.WAITING})
    return part(Sort.ASSIGNED.value, rows, due.asc(nulls_last=True), "severity", "opened_at", at=due, **_NAMED)


def untaken(access: Access) -> list[Part]:
    """Priority calls that nobody has acknowledged, and requests that are assigned to nobody."""
    here = Request.objects.visible_to(access).filter(merged_into=None, status__in=OPEN)
    unheard = here.filter(called_at__isnull=False, call_heard_at=None)
    nobodys = here.filter(assigned_to_id=None)
    return [
        part(Sort.UNHEARD.value, unheard, "called_at", at=F("called_at"), **_NAMED),
        part(Sort.UNASSIGNED.value, nobodys, "severity", "opened_at", at=F("opened_at"), **_NAMED),
    ]


def news_of_own(access: Access, since: datetime) -> list[Part]:
    """What others wrote in one's own requests, and into which status they brought them, where they are still in it.

    One's own are those that one opened, is primary contact of, works on, or was given by name.
    """
    me = access.person_id or 0
    given = RequestViewer.objects.filter(person_id=me, request_id=OuterRef("request_id"))
    mine = Q(Exists(given))
    for column in ("opened_by_id", "primary_contact_id", "assigned_to_id"):
        mine |= Q(**{f"request__{column}": me})
    recent = {"at__gte": since, "request__changed_at__gte": since}
    written = Message.objects.visible_to(access).filter(mine, **recent).exclude(author_id=me)
    moved = Change.objects.visible_to(access).filter(mine, **recent, kind="status").exclude(actor_id=me)
    told = moved.annotate(becomes=KeyTextTransform("becomes", "details")).filter(
        becomes__in=[one.value for one in MOVES], request__status=F("becomes")
    )
    return [
        part(Sort.MESSAGE.value, written, "-at", at_most=NEWS_ROWS, **_OF_REQUEST),
        part(F("becomes"), told, "-at", at_most=NEWS_ROWS, **_OF_REQUEST),
    ]
