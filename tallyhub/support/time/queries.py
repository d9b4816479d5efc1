"""What was worked, what it counts for, and what is booked of it."""

from collections.abc import Collection
from fractions import Fraction

from django.db import connection
from django.db.models import Exists, Q

from tallyhub.agreements.models import TimeRule
from tallyhub.agreements.terms.queries import list_time_rules
from tallyhub.kernel.access import Access
from tallyhub.ledger.queries import reversals_of
from tallyhub.support.models import Booking, Request, Work
from tallyhub.support.time.rules import Rule


def list_rules(access: Access) -> dict[int, list[Rule]]:
    """By agreement."""
    return {agreement: [_rule(one) for one in several] for agreement, several in list_time_rules(access).items()}


def _rule(one: TimeRule) -> Rule:
    return Rule(one.calendar.hours, Fraction(one.numerator, one.denominator))


def list_work(access: Access, requests: Collection[Request]) -> list[Work]:
    """In the order in which it was logged, which is the order of a cap."""
    return list(Work.objects.visible_to(access).filter(request__in=requests, removed_at=None).order_by("pk"))


def get_work(access: Access, work_id: int) -> Work:
    found: Work = Work.objects.visible_to(access).select_related("request").get(pk=work_id, removed_at=None)
    return found


def find_by_source(access: Access, source: str, external_id: str) -> Work | None:
    """Also what was removed here: it came once."""
    found: Work | None = Work.objects.visible_to(access).filter(source=source, external_id=external_id).first()
    return found


def list_page(access: Access, request_id: int, *, after: int, limit: int) -> list[Work]:
    """What stands, in the order in which it was logged."""
    rows = Work.objects.visible_to(access).filter(request_id=request_id, removed_at=None, pk__gt=after)
    return list(rows.order_by("pk")[:limit])


def list_bookings(access: Access, requests: Collection[Request], work: Collection[Work]) -> list[Booking]:
    """All that these requests and this work ever booked, each with its entry; ``is_taken_back`` by whomever."""
    wanted = Booking.objects.visible_to(access).filter(Q(request__in=requests) | Q(work__in=work))
    return list(wanted.select_related("entry").annotate(is_taken_back=Exists(reversals_of("entry_id"))).order_by("pk"))


def list_unbooked(access: Access) -> list[Request]:
    """The requests of whose time some is kept unbooked, in the order of their ids."""
    waiting = Work.objects.visible_to(access).filter(removed_at=None).exclude(unbooked="")
    return list(Request.objects.visible_to(access).filter(pk__in=waiting.values("request")).order_by("pk"))


def customers_with_unbooked() -> list[int]:
    """Of all customers: a definer function that tells ids only, because a job begins without knowing any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(support_customers_with_unbooked()) ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]
