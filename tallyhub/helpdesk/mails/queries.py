"""Reads of mails to a partner's desk: what waits there, and whose account may have sent it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, Sum

from tallyhub.accounts.queries import names_by_id
from tallyhub.helpdesk.mails.rules import WAITING_BYTES_MAX, WAITING_MAX, numbers_in
from tallyhub.helpdesk.models import DeskMail, DeskMailFile
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import PAGE_ROWS, Place, SortKind, instant_of
from tallyhub.organizations.queries import list_sellers
from tallyhub.organizations.rules import Kind
from tallyhub.partners.queries import find_parties
from tallyhub.support.queries import asked_of_desk

SORTS: dict[str, SortKind] = {"at": int}  # microseconds since 1970, in UTC


# As the hub, before anything is kept


def find_desks(codes: Collection[str]) -> list[int]:
    """The partners with these codes, which are in small letters; in their order, without whoever is suspended."""
    found = {one.code.lower(): one.pk for one in list_sellers() if one.kind == Kind.PARTNER}
    wanted = [found[one] for one in codes if one in found]
    parties = find_parties(wanted)
    return [one for one in wanted if parties[one].suspended_at is None]


def list_full(access: Access) -> set[int]:
    """Which of these desks have so much waiting that nothing more is taken."""
    waiting = DeskMail.objects.visible_to(access).filter(outcome="").order_by().values("organization_id")
    found = waiting.annotate(mails=Count("pk", distinct=True), size=Sum("files__size"))
    return {
        one["organization_id"]
        for one in found
        if one["mails"] >= WAITING_MAX or (one["size"] or 0) >= WAITING_BYTES_MAX
    }


# For the desk


def count_waiting(access: Access) -> int:
    return DeskMail.objects.visible_to(access).filter(outcome="").count()


def list_mails(access: Access, place: Place, *, is_done: bool) -> list[DeskMail]:
    """Those that wait, or those that do not any more: up to a page and one, in the place's reading order; with
    ``files_count``, and without their texts.
    """
    rows = DeskMail.objects.visible_to(access).filter(~Q(outcome="") if is_done else Q(outcome=""))
    if place.key:
        side, at = "lt" if place.reads_descending else "gt", instant_of(place.key.value)
        rows = rows.filter(Q(**{f"at__{side}": at}) | Q(at=at, **{f"pk__{side}": place.key.id}))
    order = ("-at", "-pk") if place.reads_descending else ("at", "pk")
    return list(rows.defer("text").annotate(files_count=Count("files")).order_by(*order)[: PAGE_ROWS + 1])


def get_mail(access: Access, mail_id: int) -> DeskMail:
    """Raises DoesNotExist for another's, and for whoever serves no customers."""
    found: DeskMail = DeskMail.objects.visible_to(access).get(pk=mail_id)
    return found


def list_files(access: Access, mail: DeskMail) -> list[DeskMailFile]:
    return list(DeskMailFile.objects.visible_to(access).filter(mail=mail).order_by("pk"))


def get_file(access: Access, mail_id: int, file_id: int) -> DeskMailFile:
    found: DeskMailFile = DeskMailFile.objects.visible_to(access).get(mail_id=mail_id, pk=file_id)
    return found


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose account has the address that a mail says it is from: somebody whom the partner may name as a contact."""

    customer_id: int
    customer: str
    person_id: int
    person: str


def find_senders(mails: Iterable[int]) -> dict[int, list[Sender]]:
    """By mail; of one who belongs to several customers each. One statement, for any number of mails."""
    found: dict[int, list[Sender]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM helpdesk_senders(%s::bigint[], %s)", [list(mails), clock.now()])
        for mail_id, *said in cursor.fetchall():
            found.setdefault(mail_id, []).append(Sender(*said))
    return found


def list_hints(access: Access, mail: DeskMail) -> list[tuple[str, str]]:
    """(number, title) of requests at one's own desk that the subject may name."""
    rows = asked_of_desk(access).filter(number__in=numbers_in(mail.subject)).order_by("number")
    return list(rows.values_list("number", "title"))


def names_of_doers(mails: Iterable[DeskMail]) -> dict[int, str]:
    return names_by_id({one.done_by_id for one in mails if one.done_by_id is not None})
