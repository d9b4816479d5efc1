"""Pieces of writing for imports and programs. Each demands an open transaction whose scope holds the customers.

``bring`` and ``bring_delivery`` keep what a file says; ``settle_brought`` follows when all of it is in, once for each
engagement: it finds what pays, joins what another system has booked for the same, and makes the ledger say the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from django.db import transaction

from tallyhub.engagements import queries, steps
from tallyhub.engagements.adoption.steps import ADOPTED
from tallyhub.engagements.intake.queries import Key, named_by, named_by_staged, undone_by_staged, undone_with
from tallyhub.engagements.models import Engagement, EngagementChange, EngagementDelivery, Offering
from tallyhub.engagements.rules import (
    AGREED,
    DELIVERING,
    OPEN,
    TITLE_MAX,
    UNDELIVERED,
    Acceptance,
    State,
    day_of_work_after,
    total_minutes,
)
from tallyhub.engagements.rules import (
    KINDS as KINDS,
)
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.bulk import first_difference
from tallyhub.kernel.errors import Conflict, HubError
from tallyhub.kernel.numbers import number_of
from tallyhub.kernel.scope import require_transaction, widen
from tallyhub.ledger import queries as ledger
from tallyhub.ledger.offers import Offer, choose

DAYS_OF_WORK = 10


@dataclass(frozen=True, slots=True)
class Said:
    """What another system says of an engagement: ``columns`` only those that it names."""

    customer_id: int
    workspace_id: int
    source: str
    external_id: str
    digest: bytes  # of all that it says
    state: State
    requested_at: datetime
    columns: Mapping[str, Any]
    offering: Offering | None = None
    days: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class SaidOfDelivery:
    """What it says of a delivery. ``acceptance`` None: nothing."""

    source: str
    external_id: str
    day: date
    minutes: int
    note: str | None = None
    engineer_id: int | None = None
    acceptance: Acceptance | None = None
    dispute: str = ""


@dataclass(slots=True)
class Brought:
    """Of one engagement: what has to be looked at when all is in."""

    engagement_id: int
    line: int  # of a row that speaks of it, for what is wrong with it as a whole
    unconfirmed: list[int] = field(default_factory=list)  # lines of deliveries that nobody vouches for being many
    fresh: list[int] = field(default_factory=list)  # deliveries that were made or corrected
    says_accepted: bool = False


# The catalogue


def bring_offering(known: Offering | None, columns: Mapping[str, Any]) -> tuple[Offering, bool]:
    """The offering, and whether anything of it is new. A new rate has a new version; orders keep the one they had."""
    require_transaction()
    if known is None:
        return Offering.objects.create(**columns), True
    if not first_difference(known, columns):
        return known, False
    if "credit_rate" in columns and columns["credit_rate"] != known.credit_rate:
        known.rate_version += 1
    for name, value in columns.items():
        setattr(known, name, value)
    known.save()
    return known, True


# Engagements


def bring(access: Access, known: Engagement | None, said: Said, *, is_delivered: bool) -> tuple[Engagement, bool]:
    """The engagement, and whether it came out different. ``is_delivered``: something of it was, so it is under way
    where its system still calls it planned. Raises Conflict for another workspace or day of the request.
    """
    require_transaction()
    if known is None:
        return _make(access, said), True
    if known.source_digest is not None and bytes(known.source_digest) == said.digest:
        return known, False
    for name in ("workspace_id", "requested_at"):
        if getattr(known, name) != getattr(said, name):
            raise Conflict("row_differs", column=name.removesuffix("_id"))
    state = State.IN_DELIVERY if is_delivered and said.state in (State.PLANNED, State.SCHEDULED) else said.state
    columns = {**said.columns, **_offered(said), "state": state}
    same_days = said.days in (None, (known.starts_at, known.ends_at))
    changed = bool(first_difference(known, columns)) or not same_days
    was = known.state
    for name, value in columns.items():
        setattr(known, name, value)
    known.source_digest = said.digest
    if said.days and not same_days:
        steps.replace_slots(known, [(*said.days, False)])
    if changed:
        steps.keep(known)
        _note(access, known, state if was != state else "replanned", minutes=known.planned_minutes or 0)
    else:
        known.save(update_fields=["source_digest"])
    return known, changed


def _offered(said: Said) -> dict[str, Any]:
    return {"offering_id": said.offering.pk} if said.offering else {}


def _make(access: Access, said: Said) -> Engagement:
    serial = steps.next_serial()
    engagement = Engagement(
        id=serial,
        customer_id=said.customer_id,
        workspace_id=said.workspace_id,
        number=number_of(serial),
        state=said.state,
        requested_at=said.requested_at,
        source=said.source,
        external_id=said.external_id,
        source_digest=said.digest,
        changed_at=clock.now(),
        **{**_defaults(said), **_offered(said), **said.columns},
    )
    engagement.save(force_insert=True)
    if said.days:
        steps.replace_slots(engagement, [(*said.days, False)])
        engagement.save()
    _note(access, engagement, "imported")
    return engagement


def _defaults(said: Said) -> dict[str, Any]:
    """Of the offering: the title, the rate as it is today, and for what is to come how long it takes."""
    one = said.offering
    if one is None:
        return {}
    found: dict[str, Any] = {"title": one.names["en"][:TITLE_MAX], "credit_rate": one.credit_rate}
    if said.state in OPEN:
        found["planned_minutes"] = one.planned_minutes
    if "credit_rate" not in said.columns and one.credit_rate:
        found["rate_version"] = one.rate_version
    return found


def _note(access: Access, engagement: Engagement, kind: str, **details: Any) -> None:
    """A line of the timeline. The journal has one event for the whole import."""
    EngagementChange.objects.create(
        customer_id=engagement.customer_id,
        workspace_id=engagement.workspace_id,
        engagement=engagement,
        kind=kind,
        actor_id=access.person_id,
        details=details,
        at=clock.now(),
    )


# Deliveries


def bring_delivery(
    access: Access, engagement: Engagement, known: EngagementDelivery | None, said: SaidOfDelivery
) -> tuple[EngagementDelivery, bool, bool]:
    """The delivery, whether anything of it is new, and whether its hours or its day are.

    Other hours or another day correct it, as the pages do: it is taken away, and another one stands in its place.
    Raises Conflict where it belongs to another engagement, or was corrected here since.
    """
    require_transaction()
    if known is None:
        return _deliver(access, engagement, said), True, True
    if known.engagement_id != engagement.pk:
        raise Conflict("row_differs", column="engagement")
    is_same = (known.day, known.minutes) == (said.day, said.minutes)
    if known.removed_at is not None:
        if is_same:
            return known, False, False
        raise Conflict("delivery_corrected_here")
    if not is_same:
        return _correct(access, engagement, known, said), True, True
    changed = _judge(known, said)
    columns = {"note": said.note, "engineer_id": said.engineer_id}
    columns = {name: value for name, value in columns.items() if value is not None}
    if first_difference(known, columns):
        changed = True
        for name, value in columns.items():
            setattr(known, name, value)
    if changed:
        known.version += 1
        known.save()
    return known, changed, False


def _deliver(
    access: Access, engagement: Engagement, said: SaidOfDelivery, corrects: EngagementDelivery | None = None
) -> EngagementDelivery:
    delivery = EngagementDelivery(
        customer_id=engagement.customer_id,
        workspace_id=engagement.workspace_id,
        engagement=engagement,
        day=said.day,
        minutes=said.minutes,
        note=said.note or (corrects.note if corrects else ""),
        engineer_id=said.engineer_id or (corrects.engineer_id if corrects else None),
        logged_at=clock.now(),
        corrects=corrects,
        due_on=day_of_work_after(clock.today("UTC"), DAYS_OF_WORK),
        source=said.source,
        external_id=said.external_id,
    )
    _judge(delivery, said)
    delivery.save()
    if corrects is None:
        _note(access, engagement, "delivery_logged", delivery=delivery.pk, minutes=said.minutes)
    return delivery


def _correct(
    access: Access, engagement: Engagement, known: EngagementDelivery, said: SaidOfDelivery
) -> EngagementDelivery:
    """The name goes to the new one: by it the file finds what it said last."""
    known.removed_at, known.reason, known.unbooked, known.external_id = clock.now(), "", "", ""
    known.version += 1
    known.save()
    made = _deliver(access, engagement, said, corrects=known)
    details = {"delivery": known.pk, "was": known.minutes, "minutes": said.minutes}
    _note(access, engagement, "delivery_corrected", **details)
    return made


def _judge(delivery: EngagementDelivery, said: SaidOfDelivery) -> bool:
    """What its system says that the customer said, as far as nobody has said anything here that goes further."""
    was = Acceptance(delivery.acceptance)
    if said.acceptance is Acceptance.ACCEPTED and was not in AGREED:
        delivery.acceptance = Acceptance.ACCEPTED
    elif said.acceptance is Acceptance.DISPUTED and was is Acceptance.OPEN:
        delivery.acceptance, delivery.dispute = Acceptance.DISPUTED, said.dispute
    else:
        return False
    delivery.judged_at = clock.now()
    return True


# When all is in


@contextmanager
def as_hub(access: Access, customer_id: int) -> Iterator[Access]:
    """Work as the hub itself inside a customer, and hand the actor's own scope back."""
    require_transaction()
    hub = Access.of_system({customer_id})
    widen(hub)
    yield hub
    widen(access)


def lock_brought(access: Access, engagements: Sequence[int]) -> None:
    """Before anything of theirs is posted: whoever works on one of them takes its lock first, and the ledger's then."""
    require_transaction()
    if engagements:
        rows = Engagement.objects.filter(pk__in=engagements).select_for_update(no_key=True).order_by("pk")
        list(rows.values_list("pk"))


def settle_brought(access: Access, customer_id: int, brought: Sequence[Brought]) -> list[tuple[int, HubError]]:
    """(line, what is wrong) of a customer's engagements, in the order of their ids. Of one that is wrong nothing more
    is written; whoever gets a problem undoes the transaction.
    """
    problems = []
    with as_hub(access, customer_id) as hub:
        for one in sorted(brought, key=lambda each: each.engagement_id):
            engagement = Engagement.objects.select_for_update(no_key=True).get(pk=one.engagement_id)
            try:
                _settle(access, hub, engagement, one)
            except HubError as error:
                problems.append((max(one.unconfirmed, default=one.line), error))
    return problems


def _settle(access: Access, hub: Access, engagement: Engagement, brought: Brought) -> None:
    deliveries = queries.list_deliveries(hub, engagement)
    if deliveries and engagement.state in UNDELIVERED:
        raise Conflict("delivery_of_undelivered")
    _check_planned(engagement, deliveries, brought)
    offers = queries.list_paying()
    _follow(access, engagement, deliveries, brought)
    _find_payer(engagement, deliveries, offers)
    _date(hub, engagement, deliveries, brought)
    engagement.save()
    before = _over(engagement, offers) if brought.unconfirmed else 0
    steps.settle(access, engagement, "corrected")
    if brought.unconfirmed and (beyond := _over(engagement, offers) - before) > 0:
        raise Conflict("delivery_beyond_bought", beyond=_hours(beyond))


def _check_planned(engagement: Engagement, deliveries: Sequence[EngagementDelivery], brought: Brought) -> None:
    beyond = total_minutes(queries.standing(deliveries)) - (engagement.planned_minutes or 0)
    if brought.unconfirmed and engagement.planned_minutes and beyond > 0:
        raise Conflict("delivery_beyond_planned", beyond=_hours(beyond))


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


def _over(engagement: Engagement, offers: Sequence[Offer]) -> int:
    """Used, but bought by nobody, of whatever hours pay."""
    offer = next((one for one in offers if one.entitlement_id == engagement.entitlement_id), None)
    if offer is None or offer.unit is Unit.CREDITS:
        return 0
    return ledger.balances({offer.entitlement_id: clock.today(offer.zone)})[offer.entitlement_id].over


def _follow(access: Access, engagement: Engagement, deliveries: Sequence[EngagementDelivery], brought: Brought) -> None:
    """The state goes with what was delivered, and with what the customer says of it."""
    was = engagement.state
    if deliveries and was in DELIVERING:
        engagement.state = State.IN_DELIVERY
    if was == State.ACCEPTED:
        _accept_or_reopen(engagement, deliveries, brought)
    if engagement.state == State.DELIVERED and deliveries and all(one.acceptance in AGREED for one in deliveries):
        engagement.state = State.ACCEPTED
    if engagement.state != was:
        engagement.version += 1
        _note(access, engagement, engagement.state)


def _accept_or_reopen(engagement: Engagement, deliveries: Sequence[EngagementDelivery], brought: Brought) -> None:
    """Where its system calls the whole accepted, all of it is. What is corrected, or new after somebody accepted the
    whole here, is looked at again.
    """
    fresh = [one for one in deliveries if one.pk in brought.fresh and one.acceptance not in AGREED]
    judged_here = any(one.judged_by_id or one.acceptance == Acceptance.BY_TIME for one in deliveries)
    is_again = judged_here or any(one.corrects_id for one in fresh)
    if fresh and is_again and not brought.says_accepted:
        engagement.state = State.DELIVERED
        return
    for one in deliveries:
        if one.acceptance not in AGREED:
            one.acceptance, one.judged_at = Acceptance.ACCEPTED, clock.now()
            one.save(update_fields=["acceptance", "judged_at"])


def _find_payer(engagement: Engagement, deliveries: Sequence[EngagementDelivery], offers: Sequence[Offer]) -> None:
    """Where none was named: what fits on the day on which it takes place, as when somebody plans it."""
    if engagement.entitlement_id is not None or engagement.state in (State.REQUESTED, State.DECLINED, State.CANCELLED):
        return
    product = engagement.offering.product_id if engagement.offering else None
    fitting = [one for one in offers if one.unit is not Unit.CREDITS or engagement.credit_rate]
    choice = choose(fitting, engagement.workspace_id, _day_it_is_for(engagement, deliveries), product_id=product)
    if choice.winner is not None:
        engagement.entitlement_id = choice.winner
        losers = [[one.entitlement_id, one.reason] for one in choice.losers]
        engagement.choice = {"why": choice.reason or "", "losers": losers}


def _day_it_is_for(engagement: Engagement, deliveries: Sequence[EngagementDelivery]) -> datetime:
    if deliveries:
        return datetime.combine(deliveries[0].day, time(12), UTC)
    return engagement.starts_at or engagement.requested_at


def _date(hub: Access, engagement: Engagement, deliveries: Sequence[EngagementDelivery], brought: Brought) -> None:
    """By when the customer says something of what is new, by the calendar of what pays."""
    fresh = [one for one in deliveries if one.pk in brought.fresh and one.acceptance == Acceptance.OPEN]
    if fresh:
        due_on = steps.due_on(hub, engagement, clock.today(queries.zone_of(hub, engagement)))
        EngagementDelivery.objects.filter(pk__in=[one.pk for one in fresh]).update(due_on=due_on)
        for one in fresh:
            one.due_on = due_on


# Entries that a later import of consumption, or a program, books for the same, or takes back


class Concerned(NamedTuple):
    """Engagements, by id, that are locked: those with the names of entries, and those whose entries are taken back."""

    named: list[int]
    undone: list[int]


def lock_staged(access: Access) -> Concerned:
    """What the entries of ``staged_entry`` are about; before they are posted."""
    return _locked(access, Concerned(named_by_staged(), undone_by_staged()))


def lock_named(access: Access, keys: Sequence[Key]) -> Concerned:
    """The same for a few entries."""
    customers = {customer for customer, _source, _name in keys}
    if len(customers) != 1:
        return Concerned([], [])
    with as_hub(access, customers.pop()):
        return _locked(access, Concerned(named_by(keys), []))


def lock_undone(access: Access, customer_id: int, entry_id: int) -> Concerned:
    """The same for an entry that is to be taken back."""
    with as_hub(access, customer_id):
        return _locked(access, Concerned([], undone_with([entry_id])))


def _locked(access: Access, concerned: Concerned) -> Concerned:
    lock_brought(access, [*concerned.named, *concerned.undone])
    return concerned


def settle_posted(access: Access, concerned: Concerned, customers: Sequence[int]) -> list[HubError]:
    """Join what was just posted to the engagements that it is about, and let those of which something was taken back
    say so and hold it again. Returns what is wrong with entries that say something else than their engagement; whoever
    gets one undoes the transaction.
    """
    problems = []
    for customer_id in sorted(customers) if any(concerned) else ():
        with as_hub(access, customer_id):
            for engagement in Engagement.objects.filter(pk__in=concerned.named).order_by("pk"):
                try:
                    steps.settle(access, engagement, ADOPTED)
                except HubError as error:
                    problems.append(error)
            for engagement in Engagement.objects.filter(pk__in=concerned.undone).order_by("pk"):
                with suppress(HubError), transaction.atomic():  # in an archive nothing is held, and a reversal stands
                    steps.settle(access, engagement, ADOPTED)
    return problems
