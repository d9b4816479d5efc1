"""What another system has booked for a delivery that we have, too, is that delivery: it counts once.

The same means the same source and external id, either of the delivery or, where one entry stands for the whole, of its
engagement. Entitlement, day and amount must agree: of two figures for one thing nobody here knows which is right, so
they are a problem. An entry of ours gives way to the other system's, whichever came first.
"""

from collections.abc import Mapping, Sequence

from django.db.models import Exists, OuterRef

from tallyhub.engagements import queries
from tallyhub.engagements.models import Engagement, EngagementBooking, EngagementDelivery
from tallyhub.engagements.rules import KINDS, SOURCE, Line, State, lines_of
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.ledger import steps as ledger
from tallyhub.ledger.models import Entry
from tallyhub.ledger.offers import Offer
from tallyhub.ledger.queries import standing_entries
from tallyhub.ledger.rules import Reason

ADOPTED = "adopted"  # why an entry of ours was taken back


def adopt(
    access: Access,
    hub: Access,
    engagement: Engagement,
    deliveries: Sequence[EngagementDelivery],
    offers: Mapping[int, Offer],
) -> None:
    """Join what stands under the engagement's names. The first act of ``settle``: nothing is written before it raises.

    Raises Conflict for an entry that says something else than the engagement. While an engagement has nothing to book
    yet, its entries wait.
    """
    entries = _booked_elsewhere(engagement, deliveries)
    if not entries:
        return
    _take_payer(engagement, entries, offers)
    lines = _lines(engagement, deliveries, offers)
    if not lines:
        return
    found: list[tuple[Line, Entry]] = []
    for entry in entries:
        line = _line_of(entry, lines, deliveries)
        if line is None:
            raise Conflict("delivery_booked_otherwise", external_id=entry.external_id)
        lines.remove(line)
        found.append((line, entry))
    _give_way(access, hub, engagement, [line for line, _entry in found])
    EngagementBooking.objects.bulk_create(
        EngagementBooking(
            customer_id=engagement.customer_id,
            workspace_id=engagement.workspace_id,
            engagement=engagement,
            delivery_id=line.delivery_id,
            entitlement_id=line.entitlement_id,
            entry=entry,
        )
        for line, entry in found
    )


def _take_payer(engagement: Engagement, entries: Sequence[Entry], offers: Mapping[int, Offer]) -> None:
    """Of what the other system drew, unless somebody named another one. A choice of ours gives way."""
    if engagement.entitlement_id is not None and engagement.choice.get("why") == Reason.NAMED:
        return
    drawn = {entry.entitlement_id for entry in entries}
    if len(drawn) == 1 and drawn <= offers.keys():
        engagement.entitlement_id = drawn.pop()
        engagement.choice = {"why": Reason.NAMED, "losers": []}
        engagement.save(update_fields=["entitlement", "choice"])


def _lines(engagement: Engagement, deliveries: Sequence[EngagementDelivery], offers: Mapping[int, Offer]) -> list[Line]:
    """What the engagement should have booked."""
    offer = offers.get(engagement.entitlement_id or 0)
    late = (engagement.late_on, engagement.late_charge) if engagement.late_on else None
    lines, _unbooked = lines_of(
        queries.paying_of(offer, engagement.workspace_id),
        State(engagement.state),
        queries.standing(deliveries),
        rate=engagement.credit_rate,
        late=late,
    )
    return lines


def _line_of(entry: Entry, lines: Sequence[Line], deliveries: Sequence[EngagementDelivery]) -> Line | None:
    """The line that the entry stands for: of the delivery with its name, or any where it has the engagement's."""
    named = next(
        (one.pk for one in deliveries if (one.source, one.external_id) == (entry.source, entry.external_id)), None
    )
    same = (entry.entitlement_id, entry.occurred_on, entry.real_amount)
    fitting = [one for one in lines if (one.entitlement_id, one.day, one.amount) == same]
    return next((one for one in fitting if named is None or one.delivery_id == named), None)


def _give_way(access: Access, hub: Access, engagement: Engagement, lines: Sequence[Line]) -> None:
    """Take back what we have booked for these lines ourselves."""
    wanted = {one.booked for one in lines}
    ours = [
        one.entry_id
        for one in queries.list_bookings(hub, engagement)
        if one.entry.source == SOURCE
        and not one.is_taken_back  # type: ignore[attr-defined]
        and (one.delivery_id, one.entitlement_id, one.entry.occurred_on, one.entry.real_amount) in wanted
    ]
    if ours:
        ledger.reverse(access, ours, ADOPTED)
        queries.give_up(ours)


def _booked_elsewhere(engagement: Engagement, deliveries: Sequence[EngagementDelivery]) -> list[Entry]:
    """Entries that another system booked under the name of the engagement or of one of its deliveries.

    They stand, and are not joined to any engagement yet.
    """
    names: dict[str, set[str]] = {}
    both: list[Engagement | EngagementDelivery] = [engagement, *deliveries]
    for one in both:
        if one.external_id and one.source != SOURCE:
            names.setdefault(one.source, set()).add(one.external_id)
    found: list[Entry] = []
    for source, external_ids in sorted(names.items()):
        joined = EngagementBooking.objects.filter(entry_id=OuterRef("pk"))
        found += standing_entries(engagement.customer_id, source, external_ids, KINDS).exclude(Exists(joined))
    return found
