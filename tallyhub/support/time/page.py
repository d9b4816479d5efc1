"""The time of a request, ready to be placed: what was worked, for staff; what was booked and why, for everybody."""

from collections.abc import Collection, Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.http import url
from tallyhub.support import words
from tallyhub.support.models import Booking, Request, Work
from tallyhub.support.parts import Known, Part
from tallyhub.support.time import queries
from tallyhub.support.time.forms import WorkForm, form_of
from tallyhub.support.time.rules import read_spans


def read(access: Access, request: Request) -> Part:
    """As ``time``: work, booked, payer and log_form. One statement, two for staff. The request is one that one sees."""
    reads_work = access.has(Right.READ_WORK, workspace_id=request.workspace_id)
    work = queries.list_work(access, [request]) if reads_work else []
    bookings = [one for one in queries.list_bookings(access, [request], []) if _is_live(one)]
    may_log = takes_time(request) and access.has(Right.WORK_REQUESTS, workspace_id=request.workspace_id)

    def say(known: Known) -> dict[str, Any]:
        names = known.entitlements
        shown = {
            "number": request.number,
            "zone": timezone.get_current_timezone_name(),
            "reads_work": reads_work,
            "work": _work(known, work, bookings, may_log=may_log),
            "booked": [_booked(one, names) for one in bookings],
            "totals": _totals(bookings, names),
            "payer": _payer(work, names),
            "log_form": begun() if may_log else None,
            "log_href": url("support:time_log", request.number),
        }
        return {"time": shown}

    return Part(say, people=[one.engineer_id for one in work], entitlements=_entitlements(work, bookings))


def takes_time(request: Request) -> bool:
    """A partner's own time draws nothing here, and that of a merged request goes on in the other one."""
    return request.partner_id is None and request.merged_into_id is None


def begun() -> WorkForm:
    """Empty, on today's day."""
    return form_of({"day": clock.today(timezone.get_current_timezone_name()).isoformat(), "what": "remote"})


def _is_live(booking: Booking) -> bool:
    return not booking.is_taken_back  # type: ignore[attr-defined]


def _entitlements(work: Iterable[Work], bookings: Iterable[Booking]) -> set[int]:
    """Those that are named: what paid, what would pay, and what does not."""
    wanted = {one.entitlement_id for one in bookings}
    for one in work:
        for span in read_spans(one.choice.get("spans", ())):
            wanted |= {loser.entitlement_id for loser in span.placement.losers}
            wanted |= {span.placement.entitlement_id} if span.placement.entitlement_id else set()
    return wanted


def _work(known: Known, work: Collection[Work], bookings: Iterable[Booking], *, may_log: bool) -> list[dict[str, Any]]:
    charged: dict[int | None, int] = {}
    for booking in bookings:
        if known.entitlements.get(booking.entitlement_id, ("", Unit.CASES))[1] is Unit.MINUTES:
            charged[booking.work_id] = charged.get(booking.work_id, 0) + booking.entry.charged
    return [
        {
            "id": one.pk,
            "starts": moment(one.starts_at),
            "engineer": known.people.get(one.engineer_id or 0) or _("Erased person"),
            "real": fmt.amount(one.minutes, Unit.MINUTES),
            "charged": fmt.amount(charged[one.pk], Unit.MINUTES) if one.pk in charged else "–",
            "what": words.what_name(one.what),
            "note": one.note,
            "badge": {"text": _("goodwill"), "tone": "plain"} if one.is_goodwill else None,
            "unbooked": words.unbooked_sentence(one.unbooked) if one.unbooked else "",
            "edit_href": url("support:time_edit", one.pk) if may_log else None,
        }
        for one in work
    ]


def moment(at: datetime) -> str:
    """By the reader's clock; the zone is named beside it."""
    local = timezone.localtime(at)
    return f"{fmt.short_day(local.date())}, {local:%H:%M}"


def is_twice(at: datetime) -> bool:
    """Whether the reader's clock showed this time twice."""
    local = timezone.localtime(at)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _booked(one: Booking, names: dict[int, tuple[str, Unit]]) -> dict[str, Any]:
    entry = one.entry
    name, unit = names.get(one.entitlement_id, (_("An entitlement of another workspace"), Unit.MINUTES))
    by = Fraction(entry.multiplier_numerator, entry.multiplier_denominator)
    notes = [words.pays_sentence(one.why)] if one.why else []
    if entry.reason:
        notes = [words.pays_nothing_sentence(entry.reason)]
    elif by != 1:
        notes.append(_("Counts for %(times)s times: outside the hours of work.") % {"times": fmt.decimal(by)})
    return {
        "day": fmt.short_day(entry.occurred_on),
        "amount": fmt.amount(entry.charged, unit),
        "entitlement": name,
        "why": " ".join(notes),
    }


def _totals(bookings: Iterable[Booking], names: dict[int, tuple[str, Unit]]) -> list[str]:
    """Per unit; different units are never added together."""
    sums: dict[Unit, int] = {}
    for one in bookings:
        unit = names.get(one.entitlement_id, ("", Unit.MINUTES))[1]
        sums[unit] = sums.get(unit, 0) + one.entry.charged
    return [fmt.amount(charged, unit) for unit, charged in sums.items()]


def _payer(work: Iterable[Work], names: dict[int, tuple[str, Unit]]) -> list[dict[str, Any]]:
    """Which entitlement pays and why not the others, each choice once. For staff."""
    found: dict[str, dict[str, Any]] = {}
    for one in work:
        for span in read_spans(one.choice.get("spans", ())):
            placement = span.placement
            if placement.entitlement_id is None:
                continue
            losers = [
                f"{names[loser.entitlement_id][0]}: {words.loses_sentence(loser.reason)}"
                for loser in placement.losers
                if loser.entitlement_id in names
            ]
            name = names.get(placement.entitlement_id, ("", Unit.MINUTES))[0]
            choice = {"name": name, "why": words.pays_sentence(placement.why or ""), "losers": losers}
            found.setdefault(repr(choice), choice)
    return list(found.values())
