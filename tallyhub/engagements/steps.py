"""Pieces of a write. Each demands an open transaction; ``settle`` is its last act.

``settle`` works out what an engagement should have booked and what should be held for it, compares that with what is
there, takes back what differs and books it anew. Logging, finishing, correcting, cancelling and mending are all of them
a change and then this.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from tallyhub.agreements.queries import find_agreement_of
from tallyhub.agreements.terms.queries import find_calendar
from tallyhub.engagements import queries
from tallyhub.engagements.adoption.steps import adopt
from tallyhub.engagements.models import Engagement, EngagementBooking, EngagementChange, EngagementDelivery, Slot
from tallyhub.engagements.rules import (
    ACCEPTANCE_DAYS,
    MONDAY_TO_FRIDAY,
    SOURCE,
    Line,
    State,
    Unbooked,
    check_transition,
    day_of_work_after,
    lines_of,
    listed_on,
    wanted_hold,
)
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Conflict, Forbidden
from tallyhub.kernel.scope import require_transaction, widen
from tallyhub.ledger import steps as ledger
from tallyhub.ledger.holds import NewHold
from tallyhub.ledger.offers import Offer
from tallyhub.ledger.steps import NewEntry

PLANNING_LOCK = 74112027  # with the entitlement's id


def next_serial() -> int:
    """The id of a new engagement, from which ``kernel.numbers.number_of`` makes its number."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('engagements_serial')")
        serial: int = cursor.fetchone()[0]
        return serial


def lock_engagement(access: Access, number: str, version: int | None = None) -> Engagement:
    """Raises DoesNotExist for one that is hidden or absent, Conflict where it changed since ``version`` was seen, and
    Forbidden for whoever only reads it: to them the database gives no lock.
    """
    require_transaction()
    rows = Engagement.objects.visible_to(access)
    found: Engagement | None = rows.select_for_update(no_key=True).filter(number=number).first()
    if found is None:
        rows.get(number=number)
        raise Forbidden(Right.PLAN_SERVICES)
    if version is not None and found.version != version:
        raise Conflict("engagement_changed")
    return found


def lock_planning(entitlement_id: int) -> None:
    """Until the transaction ends nobody else plans with this entitlement: two must not both see its last hours free.

    Taken behind the engagement's lock and before the ledger's.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", [PLANNING_LOCK, entitlement_id % 2**31])


def tell(access: Access, engagement: Engagement, kind: str, **details: Any) -> None:
    """Write a line of the timeline, and the event of the journal."""
    require_transaction()
    EngagementChange.objects.create(
        customer_id=engagement.customer_id,
        workspace_id=engagement.workspace_id,
        engagement=engagement,
        kind=kind,
        actor_id=access.person_id,
        details=details,
        at=clock.now(),
    )
    record(
        access,
        f"engagements.{kind}",
        engagement.pk,
        customer_id=engagement.customer_id,
        workspace_id=engagement.workspace_id,
        **details,
    )


def move(access: Access, engagement: Engagement, becomes: State, **details: Any) -> None:
    """Into another state, by the table of transitions; ``keep`` writes it."""
    was = State(engagement.state)
    check_transition(was, becomes)
    engagement.state = becomes
    tell(access, engagement, becomes, was=was.value, **details)


def keep(engagement: Engagement) -> None:
    """Write an engagement's own columns, and raise its version."""
    require_transaction()
    engagement.version += 1
    engagement.changed_at = clock.now()
    engagement.save()


def replace_slots(engagement: Engagement, slots: Sequence[tuple[datetime, datetime, bool]]) -> None:
    """In place of those before, for its engineer: from, until, and whether they are whole days."""
    require_transaction()
    Slot.objects.filter(engagement=engagement).delete()
    for starts_at, ends_at, is_whole in slots:
        add_slot(engagement, starts_at, ends_at, is_whole_day=is_whole)
    span(engagement)


def add_slot(engagement: Engagement, starts_at: datetime, ends_at: datetime, *, is_whole_day: bool) -> None:
    """One more, for its engineer; ``span`` follows. Those before stay with whom they are booked for."""
    require_transaction()
    Slot.objects.create(
        customer_id=engagement.customer_id,
        workspace_id=engagement.workspace_id,
        engagement=engagement,
        engineer_id=engagement.engineer_id,
        starts_at=starts_at,
        ends_at=ends_at,
        is_whole_day=is_whole_day,
    )


def span(engagement: Engagement) -> None:
    """Its own days follow its slots."""
    found = Slot.objects.filter(engagement=engagement).aggregate(starts=Min("starts_at"), ends=Max("ends_at"))
    engagement.starts_at, engagement.ends_at = found["starts"], found["ends"]


def due_on(access: Access, engagement: Engagement, logged_on: date) -> date:
    """The last day on which a delivery can be accepted or disputed: days of work of the agreement's calendar."""
    agreement = find_agreement_of(access, engagement.entitlement_id)
    calendar = find_calendar(access, agreement.pk) if agreement else None
    if calendar is None:
        return day_of_work_after(logged_on, ACCEPTANCE_DAYS)
    weekdays = frozenset(one for one, hours in enumerate(calendar.week) if hours)
    return day_of_work_after(logged_on, ACCEPTANCE_DAYS, weekdays or MONDAY_TO_FRIDAY, frozenset(calendar.holidays))


def settle(access: Access, engagement: Engagement, reason: str) -> None:
    """Make the ledger say what was delivered and what is planned. The engagement is locked and was kept.

    ``reason`` is the code of what is taken back. Whoever delivers or cancels in one workspace may not write in the
    ledger, so the hub does it: from here on the transaction is the hub's. Raises Conflict where another system has
    booked something else for it.
    """
    require_transaction()
    hub = Access.of_system({engagement.customer_id})
    widen(hub)
    offers = {one.entitlement_id: one for one in queries.list_paying()}
    deliveries = queries.list_deliveries(hub, engagement)
    adopt(access, hub, engagement, deliveries, offers)
    offer = offers.get(engagement.entitlement_id or 0)
    late = (engagement.late_on, engagement.late_charge) if engagement.late_on else None
    lines, unbooked = lines_of(
        queries.paying_of(offer, engagement.workspace_id),
        State(engagement.state),
        queries.standing(deliveries),
        rate=engagement.credit_rate,
        late=late,
    )
    every = queries.list_bookings(hub, engagement)
    lines = _leave_taken_back(every, lines, unbooked)
    bookings = [one for one in every if not _is_taken_back(one)]
    lines += _paid_before(engagement, bookings, deliveries, offers, unbooked)
    _say_unbooked(deliveries, unbooked)
    kept = _matching(bookings, lines)
    fresh = [line for line in lines if line not in kept.values()]
    gone = [one.entry_id for one in bookings if one.pk not in kept]
    entries = [_entry(engagement, line, offers[line.entitlement_id]) for line in fresh]
    used = sum(bookings_of.entry.charged for bookings_of in bookings if bookings_of.pk in kept) + sum(
        entry.charged for entry in entries
    )
    holds = _holds(hub, engagement, offers, used)
    engagement.listed_on = listed_on(
        State(engagement.state), engagement.requested_at.astimezone(UTC).date(), is_booked=bool(lines)
    )
    Engagement.objects.filter(pk=engagement.pk).update(serial=engagement.serial, listed_on=engagement.listed_on)
    if gone:
        ledger.reverse(access, gone, reason)
        queries.give_up(gone)
    if entries or holds:
        posted = ledger.post(access, entries, holds=holds)
        EngagementBooking.objects.bulk_create(
            EngagementBooking(
                customer_id=engagement.customer_id,
                workspace_id=engagement.workspace_id,
                engagement=engagement,
                delivery_id=line.delivery_id,
                entitlement_id=line.entitlement_id,
                entry_id=posted.ids[place],
            )
            for place, line in enumerate(fresh)
        )


def _leave_taken_back(
    bookings: Sequence[EngagementBooking], lines: Sequence[Line], unbooked: dict[int, Unbooked]
) -> list[Line]:
    """Without what somebody else reversed in the ledger: who booked the very same anew would undo that."""
    undone = [_booked(one) for one in bookings if _is_taken_back(one) and not one.is_given_up]
    left = []
    for line in lines:
        if line.booked not in undone:
            left.append(line)
        elif line.delivery_id is not None:
            unbooked[line.delivery_id] = Unbooked.TAKEN_BACK
    return left


def _paid_before(
    engagement: Engagement,
    bookings: Sequence[EngagementBooking],
    deliveries: Sequence[EngagementDelivery],
    offers: Mapping[int, Offer],
    unbooked: dict[int, Unbooked],
) -> list[Line]:
    """Hours on days that the payer of now cannot pay, but the one of before did, who still can: they stay with it.

    A correction stays with whoever paid for what it corrects.
    """
    payers = {one.delivery_id: one.entitlement_id for one in bookings}
    found = []
    for one in deliveries:
        before = offers.get(payers.get(one.pk) or payers.get(one.corrects_id) or 0)
        paying = queries.paying_of(before, engagement.workspace_id)
        if one.pk not in unbooked or paying is None or paying.unit is not Unit.MINUTES:
            continue
        if paying.entitlement_id != engagement.entitlement_id and paying.refusal(one.day) is None:
            found.append(Line(one.pk, paying.entitlement_id, one.day, one.minutes))
            del unbooked[one.pk]
    return found


def _booked(one: EngagementBooking) -> tuple[int | None, int, date, int]:
    return one.delivery_id, one.entitlement_id, one.entry.occurred_on, one.entry.real_amount


def _is_taken_back(booking: EngagementBooking) -> bool:
    is_taken_back: bool = booking.is_taken_back  # type: ignore[attr-defined]
    return is_taken_back


def _matching(bookings: Sequence[EngagementBooking], lines: Sequence[Line]) -> dict[int, Line]:
    """What is booked as it should be, by booking; an entry of another system that was taken over is as good."""
    wanted = list(lines)
    kept = {}
    for one in bookings:
        found = next((line for line in wanted if line.booked == _booked(one)), None)
        if found:
            kept[one.pk] = found
            wanted.remove(found)
    return kept


def _entry(engagement: Engagement, line: Line, offer: Offer) -> NewEntry:
    engagement.serial += 1
    return NewEntry(
        customer_id=engagement.customer_id,
        workspace_id=engagement.workspace_id,
        entitlement_id=line.entitlement_id,
        unit=offer.unit,
        occurred_on=line.day,
        real_amount=line.amount,
        source=SOURCE,
        external_id=f"{engagement.number}:{engagement.serial}",
        rounding_step=offer.rounding_step,
        reason=line.reason,
        title=engagement.title,
    )


def _holds(hub: Access, engagement: Engagement, offers: dict[int, Offer], used: int) -> list[NewHold]:
    """What is to be held more, or given back; of an entitlement that is over nothing more is held."""
    wanted: dict[int, int] = {}
    offer = offers.get(engagement.entitlement_id or 0)
    if offer:
        planned = queries.planned_amount(engagement, offer.unit)
        wanted[offer.entitlement_id] = wanted_hold(State(engagement.state), planned, used)
    held = queries.held_for(hub, engagement.number)
    found = []
    for entitlement_id in sorted({*wanted, *held}):
        of = offers.get(entitlement_id)
        amount = wanted.get(entitlement_id, 0) - held.get(entitlement_id, 0)
        if of is None or not amount:
            continue
        if amount > 0 and (of.has_ended(clock.now()) or engagement.workspace_id not in of.workspaces):
            continue
        engagement.serial += 1
        found.append(
            NewHold(
                customer_id=engagement.customer_id,
                workspace_id=engagement.workspace_id,
                entitlement_id=entitlement_id,
                unit=of.unit,
                day=of.day_of(clock.now()),
                amount=amount,
                source=SOURCE,
                held_for=engagement.number,
                external_id=f"{engagement.number}:{engagement.serial}",
            )
        )
    return found


def _say_unbooked(deliveries: Sequence[EngagementDelivery], unbooked: dict[int, Any]) -> None:
    changed = []
    for one in deliveries:
        reason = str(unbooked.get(one.pk, ""))
        if one.unbooked != reason:
            one.unbooked = reason
            changed.append(one)
    EngagementDelivery.objects.bulk_update(changed, ["unbooked"])
