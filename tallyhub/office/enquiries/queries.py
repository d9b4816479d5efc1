"""Reads about enquiries, each list in two statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.parts import Part, part
from tallyhub.office.models import Enquiry, EnquiryQuerySet
from tallyhub.office.rules import Answer, Wish
from tallyhub.organizations import queries as organizations

SHOWN_MAX = 200  # of a list; the open ones come first


@dataclass(frozen=True, slots=True)
class Asked:
    """An enquiry with the names of what it is about. Empty: there is none, or whoever it was is erased."""

    enquiry: Enquiry
    customer: str
    workspace: str
    package: str
    agreement: str
    asked_by: str
    answered_by: str


def list_own(access: Access) -> list[Asked]:
    """Of the customer that is worked inside: what one's part of it asked for."""
    return _named(Enquiry.objects.visible_to(access))


def list_served(access: Access) -> list[Asked]:
    """Of all customers whose account team one is in, whichever is worked inside."""
    return _named(Enquiry.objects.filter(customer_id__in=organizations.list_served()))


def get_asked(access: Access, enquiry_id: int) -> Asked:
    """In the customer that is worked inside."""
    return with_names([Enquiry.objects.visible_to(access).get(pk=enquiry_id)])[0]


def find_for_mail(person_id: int, enquiry_id: int) -> Asked:
    """For a letter to whoever asked or answers, which is written inside no customer.

    Raises DoesNotExist where it is gone, or is none of theirs any more.
    """
    theirs = Q(asked_by_id=person_id) | Q(customer_id__in=organizations.list_served())
    return with_names([Enquiry.objects.filter(theirs).get(pk=enquiry_id)])[0]


def get_asker(access: Access, enquiry_id: int) -> int:
    return Enquiry.objects.visible_to(access).get(pk=enquiry_id).asked_by_id


def find_open(access: Access, **wanted: object) -> Enquiry | None:
    return Enquiry.objects.visible_to(access).filter(answer=Answer.OPEN, **wanted).first()


def get_wished_workspace(access: Access, enquiry_id: int) -> Enquiry:
    """An open enquiry for a workspace, whose words a form begins with."""
    return Enquiry.objects.visible_to(access).get(pk=enquiry_id, wish=Wish.WORKSPACE, answer=Answer.OPEN)


def find_address_of_asker(access: Access, enquiry: Enquiry) -> str:
    """Empty where whoever asked is none of the customer's people any more, or has no address."""
    asker = organizations.list_people(access).filter(pk=enquiry.asked_by_id).first()
    return (asker.email or "") if asker else ""


_OPEN_FIRST = Case(When(answer=Answer.OPEN, then=Value(0)), default=Value(1))


def _named(rows: EnquiryQuerySet) -> list[Asked]:
    return with_names(rows.order_by(_OPEN_FIRST, "-asked_at", "-pk")[:SHOWN_MAX])


def with_names(rows: Iterable[Enquiry]) -> list[Asked]:
    """What their policies let one read by number, with names: a package may reach no workspace of the reader's."""
    found: Sequence[Enquiry] = list(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM office_enquiry_names(%s::bigint[])", [[one.pk for one in found]])
        names = {row[0]: [name or "" for name in row[1:]] for row in cursor.fetchall()}
    return [Asked(one, *names[one.pk]) for one in found if one.pk in names]


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A package that is bought and reaches no workspace."""

    id: int
    name: str
    agreement: str


def list_unmapped(access: Access) -> list[Unmapped]:
    """For whoever administers a workspace of the customer; nothing for others: the database looks that up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM office_unmapped(%s, %s)", [access.customer_id, clock.now()])
        return [Unmapped(*row) for row in cursor.fetchall()]


def unanswered(access: Access) -> Part:
    """A part of home, for the account team: what is asked for, the oldest first."""
    return _part("enquiry", Enquiry.objects.visible_to(access).filter(answer=Answer.OPEN), "asked_at", F("pk"))


def answered(access: Access, since: datetime) -> Part:
    """A part of home: what this person asked for and was answered since then; the key is the answer."""
    mine = Enquiry.objects.visible_to(access).filter(asked_by_id=access.person_id or 0, answered_at__gte=since)
    return _part("answer", mine, "answered_at", F("answer"))


def _part(sort: str, rows: EnquiryQuerySet, column: str, key: F) -> Part:
    return part(sort, rows, column, at=F(column), key=key, text=Coalesce("package__name", "name"), place="workspace_id")
