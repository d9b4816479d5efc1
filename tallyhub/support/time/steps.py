"""Booking: the ledger is made to say what was worked. Each step demands an open transaction and is its last act.

``book`` works out what the time of a request should have booked, compares that with what it really booked, takes back
what differs and books it anew. Editing, moving, merging, deleting and mending are all of them a change and then this.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from django.db import IntegrityError, transaction

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import require_transaction, widen
from tallyhub.ledger import steps as ledger
from tallyhub.ledger.offers import Offer
from tallyhub.ledger.steps import NewEntry
from tallyhub.support import steps as support
from tallyhub.support.models import Booking, Request, Work
from tallyhub.support.placement.queries import list_offers, wanted_of
from tallyhub.support.placement.rules import place
from tallyhub.support.rules import Source, Status
from tallyhub.support.time import queries
from tallyhub.support.time.rules import (
    NOTE_MAX,
    SOURCE,
    Case,
    Line,
    Room,
    Rule,
    Span,
    What,
    case_of,
    check_work,
    lines_of,
    plan,
    read_spans,
    unbooked_of,
    write_spans,
)

CAP = "cap"  # why time is booked anew when other time of the request takes or leaves room under the cap


@dataclass(frozen=True, slots=True)
class Worked:
    """What an engineer says. ``external_id`` names it in the system that it comes from, so that it comes once."""

    starts_at: datetime
    minutes: int
    what: What
    note: str = ""
    is_goodwill: bool = False
    source: str = Source.PAGE
    external_id: str = ""

    def check(self) -> None:
        check_work(self.starts_at, self.minutes, clock.now())
        if len(self.note) > NOTE_MAX:
            raise Invalid("text_too_long", length_max=NOTE_MAX)


@dataclass(slots=True)
class _Desk:
    """All that is read to book, and what is to be done."""

    offers: dict[int, Offer]
    rules: dict[int, list[Rule]]
    changed: Collection[int]
    reason: str
    taken_back: dict[str, list[Booking]] = field(default_factory=lambda: defaultdict(list))  # by reason
    entries: list[NewEntry] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)  # of the entries, without their ids
    work: list[Work] = field(default_factory=list)  # to be saved


def book(access: Access, requests: Sequence[Request], reason: str, *, changed: Collection[int] = ()) -> None:
    """Make the ledger say what was worked on these requests, which are locked.

    ``reason`` is the code of what is taken back because of what the command did; ``changed`` are the ids of the work
    that it changed, moved or removed. Time that nothing could pay is tried anew each time. Whoever assigns, cancels or
    merges a request calls this, too: where cases are counted, the request itself draws one.
    """
    require_transaction()
    requests = [one for one in requests if one.partner_id is None]  # the provider's entitlements pay nothing of others
    if not requests:
        return
    hub = Access.of_system({one.customer_id for one in requests})
    widen(hub)  # whoever logs or cancels in one workspace may neither read all that decides nor write in the ledger
    offers = {one.entitlement_id: one for one in list_offers()}
    desk = _Desk(offers, queries.list_rules(hub), set(changed), reason)
    work = queries.list_work(hub, requests)
    bookings = queries.list_bookings(hub, requests, work)
    for request in requests:
        mine = [one for one in work if one.request_id == request.pk]
        booked = [one for one in bookings if one.request_id == request.pk]
        spans = _plan_work(desk, request, mine)
        _settle_work(desk, request, mine, spans, bookings)
        _settle_case(desk, request, mine, spans, [one for one in booked if one.work_id is None])
    _take_back_strays(desk, work, bookings)
    _write(access, desk)


def lock_to_work(access: Access, number: str) -> Request:
    """Raises DoesNotExist for a request that is hidden or absent, Forbidden for whoever does not work on it, and
    Conflict for a partner's, which draws nothing of an agreement, and for one that was merged into another.
    """
    request = support.lock_request(access, number)
    access.require(Right.WORK_REQUESTS, workspace_id=request.workspace_id)
    if request.partner_id is not None:
        raise Conflict("work_on_partners")
    if request.merged_into_id is not None:
        raise Conflict("work_on_merged")
    return request


def log(access: Access, request: Request, worked: Worked) -> Work:
    """Keep time that was checked, on a locked request, and book it. Raises Conflict where its external id is taken."""
    require_transaction()
    work = Work(
        customer_id=request.customer_id,
        workspace_id=request.workspace_id,
        request=request,
        engineer_id=access.person_id,
        at=clock.now(),
        source=worked.source,
        external_id=worked.external_id,
    )
    say(work, worked)
    try:
        with transaction.atomic():
            work.save()
    except IntegrityError as error:  # logged on another request at the same time
        raise Conflict("content_differs", external_ids=worked.external_id) from error
    record(access, "support.work_logged", work.request_id, **about(work))
    book(access, [request], "edited", changed={work.pk})
    return work


def say(work: Work, worked: Worked) -> None:
    work.starts_at, work.minutes, work.what = worked.starts_at, worked.minutes, worked.what
    work.note, work.is_goodwill = worked.note, worked.is_goodwill


def about(work: Work) -> dict[str, int]:
    """For the journal."""
    return {"customer_id": work.customer_id, "workspace_id": work.workspace_id, "work": work.pk}


def move_work(access: Access, from_request: Request, into: Request) -> None:
    """Let all time of a request that was merged go along. Both are locked; the first says what it was merged into."""
    require_transaction()
    moved = queries.list_work(access, [from_request])
    for one in moved:
        attach(one, into)
    Work.objects.bulk_update(moved, ["request", "workspace", "serial", "choice", "unbooked"])
    book(access, [from_request, into], "merged", changed={one.pk for one in moved})


def attach(work: Work, request: Request) -> None:
    """It is of this request now, and what pays is found anew."""
    work.request = request
    work.workspace_id = request.workspace_id
    renew(work)


def renew(work: Work) -> None:
    """What it booked no longer holds."""
    work.serial += 1
    work.choice = {}
    work.unbooked = ""


def _plan_work(desk: _Desk, request: Request, work: Iterable[Work]) -> dict[int, list[Span]]:
    """Who pays for each: whoever did, and for what nobody paid whoever does now."""
    found: dict[int, list[Span]] = {}
    for one in work:
        known = list(read_spans(one.choice.get("spans", ())))
        spans = known
        if not known or one.unbooked:
            spans = plan(
                wanted_of(request), one.starts_at, one.minutes, list(desk.offers.values()), desk.rules, known=known
            )
        found[one.pk] = spans
        written, unbooked = {"spans": write_spans(spans)}, unbooked_of(spans)
        if (one.choice, one.unbooked) != (written, unbooked):
            one.choice, one.unbooked = written, unbooked
            desk.work.append(one)
    return found


def _settle_work(
    desk: _Desk, request: Request, work: Iterable[Work], spans: dict[int, list[Span]], bookings: Iterable[Booking]
) -> None:
    """What each should have booked, in the order of the cap; where it differs from what it did, anew."""
    room = Room.of(desk.offers.values())
    for one in work:
        wanted = lines_of(spans[one.pk], desk.offers, room, is_goodwill=one.is_goodwill)
        ever = [booking for booking in bookings if booking.work_id == one.pk]
        live = [booking for booking in ever if _is_live(booking) and booking.request_id == request.pk]
        if sorted(map(_content, live)) == sorted(map(_key, wanted)):
            continue
        desk.taken_back[desk.reason if one.pk in desk.changed else CAP] += live
        if ever and one.pk not in desk.changed:
            one.serial += 1
            desk.work.append(one)
        why = {span.placement.entitlement_id: span.placement.why for span in spans[one.pk]}
        for part, line in enumerate(wanted):
            external_id = f"{one.pk}:{one.serial}:{part}"
            _add(desk, request, line, external_id, Unit.MINUTES, why[line.entitlement_id] or "", work=one)


def _settle_case(
    desk: _Desk, request: Request, work: Iterable[Work], spans: dict[int, list[Span]], booked: Sequence[Booking]
) -> None:
    """Where cases are counted a request draws one, once: when time is logged or it is assigned. Not for goodwill."""
    live = [one for one in booked if _is_live(one)]
    if any(one.entry.source != SOURCE for one in live):
        return  # it was drawn before the request was known here: what another system booked is not ours to take back
    worked = [one for one in work if not one.is_goodwill]
    drawn = next(filter(None, (case_of(spans[one.pk], desk.offers) for one in worked)), None)
    is_over = request.status == Status.CANCELLED or request.merged_into_id is not None
    if is_over or not (drawn or request.assigned_to_id):
        desk.taken_back[desk.reason] += live
        return
    is_cause_changed = not request.assigned_to_id and {one.pk for one in worked} <= set(desk.changed)
    if live and not is_cause_changed:
        return
    drawn = drawn or _case_of_today(desk, request)
    if drawn is None or drawn[:2] in [(one.entry.entitlement_id, one.entry.occurred_on) for one in live]:
        return
    desk.taken_back[desk.reason] += live
    entitlement_id, day, why = drawn
    line = Line(entitlement_id, day, 1, Fraction(1), desk.offers[entitlement_id].rounding_step)
    _add(desk, request, line, f"case-{request.pk}:{len(booked) + 1}", Unit.CASES, why)


def _case_of_today(desk: _Desk, request: Request) -> Case | None:
    """For one that is assigned before anything is logged."""
    now = clock.now()
    placement = place(wanted_of(request), {request.workspace_id}, list(desk.offers.values()), now)
    offer = desk.offers.get(placement.entitlement_id or 0)
    if offer is None or offer.unit is not Unit.CASES:
        return None
    return offer.entitlement_id, offer.day_of(now), placement.why or ""


def _take_back_strays(desk: _Desk, work: Iterable[Work], bookings: Iterable[Booking]) -> None:
    """What was booked for work that is gone from its request."""
    place_of = {one.pk: one.request_id for one in work}
    for one in bookings:
        if one.work_id is not None and _is_live(one) and place_of.get(one.work_id) != one.request_id:
            desk.taken_back[desk.reason].append(one)


def _is_live(booking: Booking) -> bool:
    """Also where somebody else took the entry back."""
    is_taken_back: bool = booking.is_taken_back  # type: ignore[attr-defined]
    return not is_taken_back


def _content(booking: Booking) -> tuple[object, ...]:
    entry = booking.entry
    by = Fraction(entry.multiplier_numerator, entry.multiplier_denominator)
    return entry.entitlement_id, entry.occurred_on, by, entry.real_amount, entry.rounding_step, entry.reason


def _key(line: Line) -> tuple[object, ...]:
    return line.entitlement_id, line.day, line.multiplier, line.real, line.step, line.reason


def _add(
    desk: _Desk, request: Request, line: Line, external_id: str, unit: Unit, why: str, *, work: Work | None = None
) -> None:
    """No title: whoever reads the workspace's entries need not be allowed to read the request's."""
    desk.entries.append(
        NewEntry(
            customer_id=request.customer_id,
            workspace_id=request.workspace_id,
            entitlement_id=line.entitlement_id,
            unit=unit,
            occurred_on=line.day,
            real_amount=line.real,
            source=SOURCE,
            external_id=external_id,
            multiplier=line.multiplier,
            rounding_step=line.step,
            reason=line.reason,
        )
    )
    desk.bookings.append(
        Booking(
            customer_id=request.customer_id,
            workspace_id=request.workspace_id,
            request=request,
            work=work,
            entitlement_id=line.entitlement_id,
            why=why,
        )
    )


def _write(access: Access, desk: _Desk) -> None:
    """The ledger last: it holds the customer's lock until the end."""
    if desk.work:
        saved = list({one.pk: one for one in desk.work}.values())
        Work.objects.bulk_update(saved, ["serial", "choice", "unbooked"])
    gone = [one for several in desk.taken_back.values() for one in several]
    if gone:
        Booking.objects.filter(pk__in=[one.pk for one in gone]).update(is_reversed=True)
    for reason, bookings in sorted(desk.taken_back.items()):
        if bookings:
            ledger.reverse(access, [one.entry_id for one in bookings], reason)
    if desk.entries:
        posted = ledger.post(access, desk.entries)
        for place_of, booking in enumerate(desk.bookings):
            booking.entry_id = posted.ids[place_of]
        Booking.objects.bulk_create(desk.bookings)
