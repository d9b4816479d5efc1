"""What home says, each in one statement, whatever there is: a union of what the packages show to this person."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from tallyhub.activity.models import Statement
from tallyhub.activity.rules import may_state
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.office.models import Enquiry
from tallyhub.office.rules import Answer
from tallyhub.organizations.models import AccessGrant
from tallyhub.organizations.rules import Role
from tallyhub.people.models import Invitation
from tallyhub.support.models import Change, Message, Request, RequestViewer
from tallyhub.support.rules import OPEN, Status

ROWS_MAX = 5  # of each sort; behind that many the page says that there are more
NEWS_MAX = 20
NEWS_DAYS = 14
LAPSE = timedelta(days=3)  # how long before an invitation lapses it is said


class Sort(StrEnum):
    WAITING = "waiting"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    UNHEARD = "unheard"
    ENQUIRY = "enquiry"
    INVITATION = "invitation"
    MESSAGE = "message"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    STATEMENT = "statement"
    ROLE = "role"
    ANSWER = "answer"


MOVES = (Sort.RESOLVED, Sort.CLOSED, Sort.REOPENED)  # named as the statuses


class Row(NamedTuple):
    sort: Sort
    at: datetime | None
    key: str  # a number, a code or an id
    text: str
    place: int | None  # a workspace
    customer_id: int


def read_today(access: Access, staffed: Sequence[int]) -> list[Row]:
    """What waits for this person. ``staffed``: the workspaces, of all customers, whose staff one is."""
    parts = [
        _waiting(access) if access.customers and not access.is_staff else None,
        _assigned(access, staffed) if staffed else None,
        *(_of_team(access) if access.has_anywhere(Right.MANAGE_AGREEMENTS) else []),
        _lapsing(access) if access.has_anywhere(Right.MANAGE_USERS) else None,
    ]
    return _read([part for part in parts if part is not None])


def read_news(access: Access, since: datetime) -> list[Row]:
    """What happened since then and is shown to this person."""
    if not access.customers:
        return []
    parts = [_messages(access, since), _changes(access, since), _roles(access, since), _answers(access, since)]
    return _read([*parts, _statements(access, since)] if may_state(access) else parts)


def _read(parts: Sequence[QuerySet[Any, Any]]) -> list[Row]:
    """Each part has at most one row more than is shown."""
    if not parts:
        return []
    first, *rest = parts
    found = first.union(*rest, all=True) if rest else first
    return [Row(Sort(sort), *others) for sort, *others in found]


def _part(
    sort: Any,
    rows: QuerySet[Any],
    *order: Any,
    at: Any,
    key: Any,
    text: Any,
    place: str | None,
    at_most: int = ROWS_MAX,
) -> QuerySet[Any, Any]:
    """``sort``: one for all rows, or what says it of each."""
    found: QuerySet[Any, Any] = rows.order_by(*order).annotate(
        sort_=Value(sort.value, output_field=CharField()) if isinstance(sort, Sort) else Cast(sort, CharField()),
        at_=at,
        key_=Cast(key, CharField()),
        text_=Cast(text, CharField()),
        place_=F(place) if place else Value(None, output_field=BigIntegerField()),
        customer_=F("customer_id"),
    )
    return found.values_list("sort_", "at_", "key_", "text_", "place_", "customer_")[: at_most + 1]


def _mine(access: Access, request: str = "") -> Q:
    """Opened by me or for me, assigned to me, or given to me by name."""
    me, at = access.person_id or 0, f"{request}__" if request else ""
    given = RequestViewer.objects.filter(person_id=me, request_id=OuterRef(f"{at}pk" if at else "pk"))
    named = ("opened_by_id", "primary_contact_id", "assigned_to_id")
    found = Q(Exists(given))
    for column in named:
        found |= Q(**{f"{at}{column}": me})
    return found


def _waiting(access: Access) -> QuerySet[Any]:
    me = access.person_id or 0
    mine = Q(opened_by_id=me) | Q(primary_contact_id=me)
    rows = Request.objects.visible_to(access).filter(mine, status=Status.WAITING, merged_into=None)
    since = Coalesce("waiting_since", "changed_at")
    return _part(Sort.WAITING, rows, "changed_at", at=since, key=F("number"), text=F("title"), place="workspace_id")


def _assigned(access: Access, staffed: Sequence[int]) -> QuerySet[Any]:
    """Of all customers, as in the queue; those whose first answer is due before the others."""
    waits = OPEN - {Status.WAITING}
    rows = Request.objects.filter(workspace_id__in=staffed, assigned_to_id=access.person_id or 0, status__in=waits)
    due = Case(When(answered_at=None, then=F("answer_due_at")), output_field=DateTimeField())
    order = (due.asc(nulls_last=True), "severity", "opened_at")
    return _part(Sort.ASSIGNED, rows, *order, at=due, key=F("number"), text=F("title"), place="workspace_id")


def _of_team(access: Access) -> list[QuerySet[Any]]:
    here = Request.objects.visible_to(access).filter(merged_into=None, status__in=OPEN)
    unheard = here.filter(called_at__isnull=False, call_heard_at=None)
    nobodys = here.filter(assigned_to_id=None)
    asked = Enquiry.objects.visible_to(access).filter(answer=Answer.OPEN)
    number: dict[str, Any] = {"key": F("number"), "text": F("title"), "place": "workspace_id"}
    return [
        _part(Sort.UNHEARD, unheard, "called_at", at=F("called_at"), **number),
        _part(Sort.UNASSIGNED, nobodys, "severity", "opened_at", at=F("opened_at"), **number),
        _part(
            Sort.ENQUIRY,
            asked,
            "asked_at",
            at=F("asked_at"),
            key=F("pk"),
            text=Coalesce("package__name", "name"),
            place="workspace_id",
        ),
    ]


def _lapsing(access: Access) -> QuerySet[Any]:
    """Open ones that lapse soon, or have done so a short while ago."""
    now = clock.now()
    managed = Invitation.objects.filter(workspace_id__in=access.workspaces_with(Right.MANAGE_USERS))
    rows = managed.filter(
        accepted_at=None, voided_at=None, workspace__archived_at=None,
        expires_at__range=(now - timedelta(days=NEWS_DAYS), now + LAPSE),
    )  # fmt: skip
    who = Case(When(name="", then=F("email")), default=F("name"), output_field=CharField())
    return _part(Sort.INVITATION, rows, "expires_at", at=F("expires_at"), key=F("pk"), text=who, place="workspace_id")


def _messages(access: Access, since: datetime) -> QuerySet[Any]:
    found = Message.objects.visible_to(access).filter(
        _mine(access, "request"), at__gte=since, request__changed_at__gte=since
    )
    others = found.exclude(author_id=access.person_id or 0)
    return _part(
        Sort.MESSAGE, others, "-at",
        at=F("at"), key=F("request__number"), text=F("request__title"), place="workspace_id", at_most=NEWS_MAX,
    )  # fmt: skip


def _changes(access: Access, since: datetime) -> QuerySet[Any]:
    """Into which status somebody else brought a request of mine, where it is still in it."""
    found = Change.objects.visible_to(access).filter(
        _mine(access, "request"), kind="status", at__gte=since, request__changed_at__gte=since
    )
    others = found.exclude(actor_id=access.person_id or 0).annotate(becomes=KeyTextTransform("becomes", "details"))
    told = others.filter(becomes__in=[one.value for one in MOVES], request__status=F("becomes"))
    return _part(
        F("becomes"), told, "-at",
        at=F("at"), key=F("request__number"), text=F("request__title"), place="workspace_id", at_most=NEWS_MAX,
    )  # fmt: skip


def _roles(access: Access, since: datetime) -> QuerySet[Any]:
    mine = AccessGrant.objects.filter(customer_id__in=access.customers, person_id=access.person_id or 0)
    now = clock.now()
    held = mine.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__gte=since, starts_at__lte=now)
    return _part(
        Sort.ROLE, held.exclude(role=Role.MEMBER), "-starts_at",
        at=F("starts_at"), key=F("role"), text=F("role"), place="workspace_id",
    )  # fmt: skip


def _answers(access: Access, since: datetime) -> QuerySet[Any]:
    mine = Enquiry.objects.visible_to(access).filter(asked_by_id=access.person_id or 0, answered_at__gte=since)
    what = Coalesce("package__name", "name")
    return _part(
        Sort.ANSWER, mine, "-answered_at", at=F("answered_at"), key=F("answer"), text=what, place="workspace_id"
    )


def _statements(access: Access, since: datetime) -> QuerySet[Any]:
    made = Statement.objects.visible_to(access).filter(made_at__gte=since).exclude(made_by_id=access.person_id or 0)
    return _part(Sort.STATEMENT, made, "-made_at", at=F("made_at"), key=F("pk"), text=F("agreement__name"), place=None)
