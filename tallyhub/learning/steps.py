"""The one way in for what is learnt: facts are kept, folded into records, and booked. Needs an open transaction.

Whoever learns may neither read all that decides who pays nor write in the ledger, so the hub does it (``as_hub``).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import connection

from tallyhub.agreements.rules import ServiceKind
from tallyhub.journal import steps as journal
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import require_transaction, widen
from tallyhub.learning.models import Fact, Record
from tallyhub.learning.rules import SOURCE, Payment, Reversed, Said, Unbooked, fold, pay, write_choice
from tallyhub.ledger import steps as ledger
from tallyhub.ledger.models import Entry
from tallyhub.ledger.offers import Offer, list_offers
from tallyhub.ledger.queries import find_standing
from tallyhub.ledger.steps import NewEntry
from tallyhub.organizations.queries import find_archived

AT_ONCE = 1_000  # records per statement
_DERIVED = ("started_on", "last_activity_on", "completed_on", "progress_pct")
_BOOKED = ("entry", "entitlement", "choice", "unbooked", "serial")


@dataclass(frozen=True, slots=True)
class Learnt:
    """What one origin says of somebody's learning; ``source`` and ``external_id`` name it there."""

    customer_id: int
    workspace_id: int
    person_id: int
    activity_id: int
    source: str
    external_id: str
    said: Said

    @property
    def key(self) -> tuple[int, int, int]:
        return self.workspace_id, self.person_id, self.activity_id


@contextmanager
def as_hub(access: Access, customers: Collection[int]) -> Iterator[Access]:
    """Work as the hub itself inside these customers, and hand the actor's own scope back.

    What is yielded reads and books as the hub; of what is booked it says by whom.
    """
    require_transaction()
    hub = Access.of_system(sorted(customers))
    widen(hub)
    yield replace(hub, person_id=access.person_id)
    widen(access)


def learn(hub: Access, learnt: Sequence[Learnt], *, replaces: bool = True) -> list[Record]:
    """Keep what is said and work out the records, in the order of ``learnt``. ``book`` must follow, as the last act.

    ``replaces``: a system's last word of a fact is all that it says of it; without, it is added to what it said.
    """
    if not learnt:
        return []
    records = lock_or_make(learnt)
    _keep([(one, records[one.key]) for one in learnt], replaces=replaces)
    refold(records.values())
    return [records[one.key] for one in learnt]


def lock_records(wanted: Sequence[int]) -> list[Record]:
    """In the order of their ids, so that two of us never wait for each other."""
    rows = Record.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    return list(rows.select_related("activity"))


def refold(records: Collection[Record]) -> None:
    """Make the records say what their facts say together. They are locked."""
    said: dict[int, list[Said]] = defaultdict(list)
    for fact in Fact.objects.filter(record_id__in=[one.pk for one in records]):
        said[fact.record_id].append(Said(fact.started_on, fact.touched_on, fact.completed_on, fact.progress_pct))
    changed = []
    for record in records:
        progress = fold(said[record.pk])
        before = [getattr(record, name) for name in _DERIVED]
        for name in _DERIVED:
            setattr(record, name, getattr(progress, name))
        if before != [getattr(record, name) for name in _DERIVED]:
            changed.append(record)
    Record.objects.bulk_update(changed, _DERIVED, batch_size=AT_ONCE)


def lock_or_make(learnt: Sequence[Learnt]) -> dict[tuple[int, int, int], Record]:
    """The records, made where they are not there yet. Two that make the same one at once get the same row."""
    if not learnt:
        return {}
    now = clock.now()
    wanted = {one.key: one for one in learnt}
    Record.objects.bulk_create(
        [
            Record(
                customer_id=one.customer_id,
                workspace_id=one.workspace_id,
                person_id=one.person_id,
                activity_id=one.activity_id,
                made_at=now,
            )
            for _key, one in sorted(wanted.items())
        ],
        ignore_conflicts=True,
        batch_size=AT_ONCE,
    )
    places, people, activities = (set(each) for each in zip(*wanted, strict=True))
    found = Record.objects.filter(workspace_id__in=places, person_id__in=people, activity_id__in=activities)
    ids = [
        pk for pk, *key in found.values_list("pk", "workspace_id", "person_id", "activity_id") if tuple(key) in wanted
    ]
    return {(one.workspace_id, one.person_id, one.activity_id): one for one in lock_records(ids)}


def _keep(learnt: Sequence[tuple[Learnt, Record]], *, replaces: bool) -> None:
    """One row per origin's name of it."""
    names = [one.external_id for one, _record in learnt]
    customers = {one.customer_id for one, _record in learnt}
    rows = Fact.objects.filter(customer_id__in=customers, external_id__in=names)
    known = {(fact.customer_id, fact.source, fact.external_id): fact for fact in rows}
    fresh: dict[tuple[int, str, str], Fact] = {}
    for one, record in learnt:
        key = (one.customer_id, one.source, one.external_id)
        fact = known.get(key) or fresh.get(key)
        if fact is None:
            fact = fresh[key] = Fact(
                customer_id=one.customer_id,
                workspace_id=one.workspace_id,
                person_id=one.person_id,
                record=record,
                source=one.source,
                external_id=one.external_id,
            )
        elif fact.record_id != record.pk:
            raise Conflict("content_differs", external_ids=one.external_id)
        _say(fact, one.said if replaces else said_by(fact).and_then(one.said))
    Fact.objects.bulk_create(fresh.values(), batch_size=AT_ONCE)
    Fact.objects.bulk_update(
        known.values(), ["started_on", "touched_on", "completed_on", "progress_pct"], batch_size=AT_ONCE
    )


def said_by(fact: Fact) -> Said:
    return Said(fact.started_on, fact.touched_on, fact.completed_on, fact.progress_pct)


def _say(fact: Fact, said: Said) -> None:
    fact.started_on, fact.touched_on = said.started_on, said.touched_on
    fact.completed_on, fact.progress_pct = said.completed_on, said.progress_pct


# Booking


@dataclass(slots=True)
class _Desk:
    """What is to be written in the ledger, and in which records."""

    offers: dict[int, list[Offer]]  # by customer
    archived: set[int]
    reversed_ids: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))  # by reason
    posted: list[tuple[Record, NewEntry]] = field(default_factory=list)
    changed: dict[int, Record] = field(default_factory=dict)


def book(hub: Access, records: Sequence[Record]) -> None:
    """Make the ledger say what was started: one activity each, on the day it was started, and never twice.

    The records are locked. An entry that another system booked stays as it is; of ours, one whose start is gone is
    taken back, and one whose day has moved is booked anew. What somebody else took back is not booked again. What
    nobody pays is kept with the reason. The last act.
    """
    desk = _Desk(_offers_by_customer(hub, records), _archived(records))
    entries = _live_entries(records)
    for record in {one.pk: one for one in records}.values():
        _settle(desk, record, entries.get(record.entry_id or 0))
    _write(hub, desk)


def _settle(desk: _Desk, record: Record, entry: Entry | None) -> None:
    if record.entry_id is not None and entry is None:
        _say_taken_back(record)
        desk.changed[record.pk] = record
        return
    if entry is not None and (entry.source != SOURCE or entry.occurred_on == record.started_on):
        return
    if entry is not None:
        reason = Reversed.MOVED if record.started_on else Reversed.VOIDED
        desk.reversed_ids[reason].append(entry.pk)
    if record.started_on is None:
        _leave(desk, record, None)
        return
    offers = desk.offers.get(record.customer_id, [])
    payment = pay(offers, record.workspace_id, record.started_on, record.activity.product_id, clock.now())
    if record.workspace_id in desk.archived:
        payment = Payment(payment.choice, Unbooked.ARCHIVED)
    _leave(desk, record, payment)
    if payment.unbooked is None:
        record.serial += 1
        desk.posted.append((record, _entry(record, record.started_on, offers)))


def _say_taken_back(record: Record) -> None:
    """It keeps its entry, so that whoever reversed that is not undone by the next click or file."""
    record.entitlement_id, record.choice, record.unbooked = None, {}, Unbooked.TAKEN_BACK


def _leave(desk: _Desk, record: Record, payment: Payment | None) -> None:
    """What the record says of its payment until the entry is posted."""
    before = record.entry_id, record.entitlement_id, record.choice, record.unbooked
    record.entry = None
    record.unbooked = payment.unbooked or "" if payment else ""
    record.entitlement_id = payment.choice.winner if payment and not payment.unbooked else None
    record.choice = write_choice(payment.choice) if payment else {}
    if before != (record.entry_id, record.entitlement_id, record.choice, record.unbooked):
        desk.changed[record.pk] = record


def _entry(record: Record, day: date, offers: Sequence[Offer]) -> NewEntry:
    """No title: whoever reads the workspace's entries need not be allowed to know what somebody learns."""
    offer = next(one for one in offers if one.entitlement_id == record.entitlement_id)
    return NewEntry(
        customer_id=record.customer_id,
        workspace_id=record.workspace_id,
        entitlement_id=offer.entitlement_id,
        unit=offer.unit,
        occurred_on=day,
        real_amount=1,
        source=SOURCE,
        external_id=f"{record.pk}:{record.serial}",
        rounding_step=offer.rounding_step,
        person_id=record.person_id,
    )


def _write(hub: Access, desk: _Desk) -> None:
    """The records first, freed of what is taken back; the ledger holds the customer's lock until the end."""
    for record, _entry_of in desk.posted:
        desk.changed[record.pk] = record
    Record.objects.bulk_update(desk.changed.values(), _BOOKED, batch_size=AT_ONCE)
    for reason, ids in sorted(desk.reversed_ids.items()):
        ledger.reverse(hub, ids, reason)
    if not desk.posted:
        return
    posted = ledger.post(hub, [entry for _record, entry in desk.posted])
    for place, (record, _entry_of) in enumerate(desk.posted):
        record.entry_id = posted.ids[place]
    Record.objects.bulk_update([record for record, _entry_of in desk.posted], ["entry"], batch_size=AT_ONCE)


def _offers_by_customer(hub: Access, records: Sequence[Record]) -> dict[int, list[Offer]]:
    """Offers do not say whose they are; several customers at once come only from an import of the operator's."""
    customers = {one.customer_id for one in records}
    if len(customers) <= 1:
        return {customer: offers_of_education() for customer in customers}
    found = {}
    for customer in customers:
        widen(Access.of_system([customer]))
        found[customer] = offers_of_education()
    widen(replace(hub, person_id=None))
    return found


def offers_of_education() -> list[Offer]:
    """Where activities are counted."""
    return [one for one in list_offers([ServiceKind.EDUCATION]) if one.unit is Unit.ACTIVITIES]


def _archived(records: Sequence[Record]) -> set[int]:
    return find_archived({one.workspace_id for one in records})


def _live_entries(records: Sequence[Record]) -> dict[int, Entry]:
    """By id, those that stand."""
    return {one.pk: one for one in find_standing([one.entry_id for one in records if one.entry_id])}


# Entries that another system booked for the same


def adopt(hub: Access, records: Sequence[Record]) -> None:
    """Join what was booked under the names of the records' facts, and take back what we booked for the same.

    The records are locked. Of two bookings of one record, the older one stands for it. One whose entry was taken back,
    and that nothing else stands for, says so.
    """
    wanted = {one.pk: one for one in records}
    found = _booked_elsewhere(list(wanted))
    own = _live_entries(records)
    changed, taken_back = [], []
    for record in wanted.values():
        if record.pk not in found and record.entry_id and record.entry_id not in own:
            _say_taken_back(record)
            changed.append(record)
    for pk, (entry_id, entitlement_id) in found.items():
        record = wanted[pk]
        entry = own.get(record.entry_id or 0)
        if entry is not None and entry.source != SOURCE:
            continue
        if entry is not None:
            taken_back.append(entry.pk)
        record.entry_id, record.entitlement_id, record.choice, record.unbooked = entry_id, entitlement_id, {}, ""
        changed.append(record)
    Record.objects.bulk_update(changed, _BOOKED, batch_size=AT_ONCE)
    if taken_back:
        ledger.reverse(hub, taken_back, Reversed.ADOPTED)


def _booked_elsewhere(records: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(entry, entitlement) by record: of education, in its workspace, not taken back, and no other record's."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED_ELSEWHERE, [list(records)])
        return {record: (entry, entitlement) for record, entry, entitlement in cursor.fetchall()}


_BOOKED_ELSEWHERE = f"""
SELECT DISTINCT ON (f.record_id) f.record_id, e.id, e.entitlement_id
FROM learning_fact f JOIN ledger_entry e USING (customer_id, external_id, source)
JOIN agreements_entitlement t ON t.id = e.entitlement_id JOIN agreements_service s ON s.id = t.service_id
WHERE f.record_id = ANY (%s) AND e.source <> '{SOURCE}' AND e.workspace_id = f.workspace_id
    AND s.kind = '{ServiceKind.EDUCATION}' AND e.reverses_id IS NULL
    AND NOT EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id)
    AND NOT EXISTS (SELECT FROM learning_record o WHERE o.entry_id = e.id AND o.id <> f.record_id)
ORDER BY f.record_id, e.id
"""


def adopt_staged_entries(access: Access) -> None:
    """Join the entries of ``staged_entry`` (ledger), just posted, to the records of their names; those among them that
    take an entry back, to the record that it stood for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT customer_id FROM staged_entry")
        customers = [customer for (customer,) in cursor.fetchall()]
    _adopt_named(access, customers, _NAMED.format(named="staged_entry"))


def adopt_entries(access: Access, keys: Sequence[tuple[int, str, str]]) -> None:
    """The same for a few: (customer, source, external id) of each."""
    columns = [list(column) for column in zip(*keys, strict=True)]
    named = "unnest(%s::bigint[], %s::text[], %s::text[])"
    statement = (
        f"WITH named (customer_id, source, external_id) AS (SELECT * FROM {named}) {_NAMED.format(named='named')}"
    )
    _adopt_named(access, {customer for customer, *_ in keys}, statement, columns)


_NAMED = """
SELECT f.record_id FROM learning_fact f JOIN {named} USING (customer_id, external_id, source)
UNION SELECT r.id FROM {named} JOIN ledger_entry v USING (customer_id, external_id, source)
    JOIN learning_record r ON r.entry_id = v.reverses_id
"""


def _adopt_named(
    access: Access, customers: Collection[int], statement: str, params: Sequence[Any] | None = None
) -> None:
    with as_hub(access, customers) as hub, connection.cursor() as cursor:
        cursor.execute(statement, params)
        ids = [record for (record,) in cursor.fetchall()]
        adopt(hub, lock_records(ids))


def tell(hub: Access, record: Record, *, was_started: bool, was_completed: bool) -> None:
    """That something was learnt, by nobody's name: whoever reads the audit need not be allowed to know by whom."""
    nobody = replace(hub, person_id=None)
    where = {"customer_id": record.customer_id, "workspace_id": record.workspace_id}
    if record.started_on and not was_started:
        journal.record(nobody, "learning.started", record.activity_id, **where)
    if record.completed_on and not was_completed:
        journal.record(nobody, "learning.completed", record.activity_id, **where)
