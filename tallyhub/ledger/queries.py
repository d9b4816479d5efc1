"""What the ledger knows: terms, balances, totals, rows. All inside the caller's scope."""

import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

from django.db import connection, connections
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, Max, OuterRef, QuerySet, Sum

from tallyhub.agreements.models import Agreement, Entitlement, Package
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger import engine
from tallyhub.ledger.engine import Balance, Segment
from tallyhub.ledger.models import (
    Allotment,
    EntitlementDay,
    EntitlementTotal,
    Entry,
    EntryDetail,
    Hold,
    LedgerVersion,
    Snapshot,
    WorkspaceTotal,
)
from tallyhub.ledger.rules import AllotmentKind, Terms


def terms_of(access: Access, entitlement_ids: Collection[int]) -> dict[int, Terms]:
    """What an entry is checked against, by entitlement. Raises DoesNotExist for one outside the scope."""
    wanted = Entitlement.objects.visible_to(access).filter(pk__in=entitlement_ids)
    found = wanted.select_related("service", "package__agreement")
    terms = {one.pk: terms_in(one, one.package, one.package.agreement) for one in found}
    if len(terms) != len(set(entitlement_ids)):
        raise Entitlement.DoesNotExist
    return terms


def terms_in(entitlement: Entitlement, package: Package, agreement: Agreement) -> Terms:
    """The terms of what has been read already, the entitlement with its service."""
    return Terms(
        unit=Unit(entitlement.service.unit),
        starts_on=package.starts_on,
        ends_on=min(package.ends_on, agreement.ends_on),  # a package never outlives its agreement
        today=clock.today(agreement.zone),
    )


def list_entries(access: Access, entry_ids: Collection[int]) -> list[Entry]:
    """The entries, in the order of their ids, with their services. Raises DoesNotExist for one outside the scope."""
    wanted = Entry.objects.visible_to(access).filter(pk__in=entry_ids)
    found = wanted.select_related("entitlement__service").order_by("pk")
    if len(found) != len(set(entry_ids)):
        raise Entry.DoesNotExist
    return list(found)


# One parameter for all of them: a hundred would take longer to plan than to find.
_IDS = """
SELECT source, external_id, id FROM ledger_entry
WHERE customer_id = ANY (%s::bigint[]) AND external_id = ANY (%s::text[])
"""


def reversals_of(column: str) -> QuerySet[Entry]:
    """What takes back the entry that a row of another query names in this column."""
    return Entry.objects.filter(reverses_id=OuterRef(column))


def find_standing(entry_ids: Collection[int]) -> list[Entry]:
    """Those of these entries of the scope that nobody has taken back."""
    return list(Entry.objects.filter(pk__in=entry_ids).exclude(Exists(reversals_of("pk"))).order_by("pk"))


def ids_of(access: Access, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Of entries in scope, by source and external id."""
    with connection.cursor() as cursor:
        cursor.execute(_IDS, [list(access.customers), list({external_id for _, external_id in keys})])
        rows = cursor.fetchall()
    return {(source, external_id): pk for source, external_id, pk in rows if (source, external_id) in keys}


def list_allotments(access: Access, *, entitlement_id: int | None = None, after: int = 0) -> QuerySet[Allotment]:
    """In the order of recording, each with its entitlement and service."""
    wanted = Allotment.objects.visible_to(access).filter(pk__gt=after).order_by("pk")
    if entitlement_id is not None:
        wanted = wanted.filter(entitlement_id=entitlement_id)
    return wanted.select_related("entitlement__service", "entitlement__package__agreement")


# One parameter for all entitlements: a place for each would be another statement for every number of them.
_ALLOTMENTS = """
SELECT e.id, e.is_as_needed, a.ledger_version, a.id, a.kind, a.amount, a.term, a.priority
FROM agreements_entitlement e LEFT JOIN ledger_allotment a ON a.entitlement_id = e.id
WHERE e.id = ANY (%s::bigint[]) ORDER BY a.id
"""
_DAYS = "SELECT entitlement_id, day, charged FROM ledger_entitlementday WHERE entitlement_id = ANY (%s::bigint[])"


def allotments_of(
    entitlement_ids: Collection[int], *, version: int | None = None, using: str = "default"
) -> dict[int, list[engine.Allotment] | None]:
    """What was bought (up to a version), in the order of recording, by entitlement; None for an as-needed one."""
    found: dict[int, list[engine.Allotment] | None] = {}
    with connections[using].cursor() as cursor:
        cursor.execute(_ALLOTMENTS, [list(entitlement_ids)])
        rows = cursor.fetchall()
    for entitlement_id, is_as_needed, recorded_in, *row in rows:
        bought = found.setdefault(entitlement_id, None if is_as_needed else [])
        if bought is not None and recorded_in is not None and (version is None or recorded_in <= version):
            bought.append(_read_allotment(*row))
    return found


def _read_allotment(serial: int, kind: str, amount: int, term: DateRange, priority: int) -> engine.Allotment:
    last_day = term.upper - timedelta(days=1)
    return engine.Allotment(serial, AllotmentKind(kind), amount, term.lower, last_day, priority)


def replay(
    entitlement_ids: Collection[int], from_day: Mapping[int, date], *, using: str = "default"
) -> dict[int, list[Segment]]:
    """The timeline of each entitlement from its day on, made from the facts: two statements for any number of them."""
    allotments, used = allotments_of(entitlement_ids, using=using), _used(entitlement_ids, using=using)
    return {one: engine.timeline(allotments[one], used[one], from_day[one]) for one in entitlement_ids}


def balances(today: Mapping[int, date], added: Sequence[Mapping[str, Any]] = ()) -> dict[int, Balance]:
    """The figures of each entitlement on its day, as if ``added`` were recorded, too.

    ``added``: rows as ``steps.allot`` takes them. Two statements for any number of entitlements.
    """
    allotments, used = allotments_of(today), _used(today)
    for place, row in enumerate(added):
        bought = allotments.get(row["entitlement_id"])
        if bought is not None:
            bought.append(as_recorded(place, row))
    return {one: engine.balance(allotments[one], used[one], day) for one, day in today.items()}


def as_recorded(place: int, row: Mapping[str, Any]) -> engine.Allotment:
    """What is not recorded yet, with an id beyond all others, in the order of its batch."""
    kind, priority = AllotmentKind(row["kind"]), row.get("priority") or 0
    return engine.Allotment(sys.maxsize + place, kind, row["amount"], row["starts_on"], row["ends_on"], priority)


def _used(entitlement_ids: Collection[int], *, using: str = "default") -> dict[int, list[engine.Daily]]:
    """What the whole agreement used per day, by entitlement."""
    used: dict[int, list[engine.Daily]] = defaultdict(list)
    with connections[using].cursor() as cursor:
        cursor.execute(_DAYS, [list(entitlement_ids)])
        for entitlement_id, day, charged in cursor.fetchall():
            used[entitlement_id].append((day, charged))
    return used


def count_entries(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """How many entries, reversals included, stand in a workspace for a package, by (package, workspace)."""
    packages = {package for package, _ in pairs}
    found = WorkspaceTotal.objects.filter(entitlement__package_id__in=packages).values_list(
        "entitlement__package_id", "workspace_id"
    )
    counted = {(package, workspace): count for package, workspace, count in found.annotate(Sum("entries"))}
    return {pair: counted.get(pair, 0) for pair in pairs}


def count_entries_after(entitlement_ids: Collection[int], day: date) -> int:
    """How many entries, reversals included, stand on later days on which something was charged."""
    later = EntitlementDay.objects.filter(entitlement_id__in=entitlement_ids, day__gt=day).exclude(charged=0)
    return later.aggregate(Sum("entries"))["entries__sum"] or 0


def read_segments(stored: Iterable[dict[str, Any]]) -> list[Segment]:
    """From a snapshot's JSON."""
    return [_read_segment(row) for row in stored]


def read_segment_on(stored: Iterable[dict[str, Any]], day: date) -> Segment:
    """The one segment of a snapshot's JSON that holds on a day not before its first; the others are not read."""
    text = day.isoformat()
    return _read_segment(max((row for row in stored if row["from_day"] <= text), key=itemgetter("from_day")))


def _read_segment(row: dict[str, Any]) -> Segment:
    return Segment(**row | {name: row[name] and date.fromisoformat(row[name]) for name in ("from_day", "next_end")})


def write_segments(segments: Iterable[Segment]) -> list[dict[str, Any]]:
    return [
        asdict(one) | {"from_day": one.from_day.isoformat(), "next_end": one.next_end and one.next_end.isoformat()}
        for one in segments
    ]


@dataclass(frozen=True, slots=True)
class Stale:
    entitlement_id: int
    customer_id: int
    version: int
    zone: str


def stale_snapshots(limit: int = 1_000) -> list[Stale]:
    """Entitlements with a quantity, in scope, whose snapshot is missing or of another version."""
    fresh = Snapshot.objects.filter(entitlement_id=OuterRef("entitlement_id"), version=OuterRef("version"))
    counted = EntitlementTotal.objects.filter(entitlement__is_as_needed=False)
    found = counted.filter(~Exists(fresh)).order_by("entitlement_id")
    rows = found.values_list("entitlement_id", "customer_id", "version", "entitlement__package__agreement__zone")
    return [Stale(*row) for row in rows[:limit]]


def customers_with_stale_snapshots() -> list[int]:
    """Of all customers: a definer function that tells ids only, because a job begins without knowing any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_stale_customers()")
        return [row[0] for row in cursor.fetchall()]


def version_at(customer_id: int, instant: datetime) -> int:
    """The ledger version that was current at an instant; 0 before the first."""
    found = LedgerVersion.objects.filter(customer_id=customer_id, at__lte=instant).aggregate(Max("version"))
    return found["version__max"] or 0


def known_at(customer_id: int, version: int) -> datetime | None:
    """When a version was made; None for 0, which is before the first."""
    return LedgerVersion.objects.filter(customer_id=customer_id, version=version).values_list("at", flat=True).first()


def days_as_of(entitlement_ids: Collection[int], version: int) -> dict[int, list[engine.Daily]]:
    """What the whole agreement had used per day, as a version knew it, by entitlement; also for whoever reads only
    one of the workspaces that it is mapped to."""
    found: dict[int, list[engine.Daily]] = {one: [] for one in entitlement_ids}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_days_as_of(%s, %s)", [list(entitlement_ids), version])
        for entitlement_id, day, charged in cursor.fetchall():
            found[entitlement_id].append((day, charged))
    return found


def held_as_of(entitlement_ids: Collection[int], version: int, last_day: date) -> dict[int, int]:
    """What the whole agreement held on a day, as a version knew it, by entitlement; as ``days_as_of``."""
    found = dict.fromkeys(entitlement_ids, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_held_as_of(%s, %s, %s)", [list(entitlement_ids), version, last_day])
        found.update(cursor.fetchall())
    return found


def held_of(entitlement_id: int) -> int:
    """All that is held of an entitlement now, for whatever matter."""
    return held_of_each([entitlement_id]).get(entitlement_id, 0)


def held_of_each(entitlement_ids: Collection[int]) -> dict[int, int]:
    """As ``held_of``, of those of which something is held; one statement."""
    rows = EntitlementTotal.objects.filter(entitlement_id__in=list(entitlement_ids)).exclude(held=0)
    return dict(rows.values_list("entitlement_id", "held"))


def held_for(access: Access, source: str, matters: Collection[str]) -> dict[tuple[str, int], int]:
    """What is held now, by matter and entitlement, of those in scope."""
    rows = Hold.objects.visible_to(access).filter(source=source, held_for__in=matters)
    sums = rows.values_list("held_for", "entitlement_id").annotate(Sum("amount"))
    return {(matter, entitlement_id): held for matter, entitlement_id, held in sums if held}


def balance_as_of(entitlement_id: int, version: int, day: date) -> Balance:
    """The figures of a day as they were known at a version: from the rows themselves, so that a statement can be made
    again to the digit, whatever was booked since."""
    allotments = allotments_of([entitlement_id], version=version)[entitlement_id]
    return engine.balance(allotments, days_as_of([entitlement_id], version)[entitlement_id], day)


def customers_of(person_id: int) -> list[int]:
    """The customers in which something is booked for the person, or by them, whatever the scope. Reads every entry."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_customers_of(%s)", [person_id])
        return [customer for (customer,) in cursor.fetchall()]


def count_titles_naming(customers: Collection[int], names: Collection[str]) -> int:
    """How many titles ``steps.forget_titles_naming`` would delete."""
    return titles_naming(customers, names).count()


def titles_naming(customers: Collection[int], names: Collection[str]) -> QuerySet[EntryDetail]:
    """Titles in which one of these stands as a whole: "Ann Lee" is not in "Ann Leeds"."""
    if not names:
        return EntryDetail.objects.none()
    pattern = "|".join(re.escape(name) for name in names)
    return EntryDetail.objects.filter(customer_id__in=customers, title__iregex=rf"(^|\W)({pattern})(\W|$)")


def list_holds(
    access: Access, source: str, matters: Any, wanted: Mapping[str, Any], *, after: int, limit: int
) -> list[Hold]:
    """In the order of recording, each with its entitlement and service; ``matters``: names, or a query of them."""
    rows = Hold.objects.visible_to(access).filter(source=source, held_for__in=matters, pk__gt=after, **wanted)
    return list(rows.select_related("entitlement__service").order_by("pk")[:limit])


def standing_entries(customer_id: int, source: str, names: Collection[str], kinds: Collection[str]) -> QuerySet[Entry]:
    """Entries of services of these kinds that a system booked under these names, and that are not taken back."""
    rows = Entry.objects.filter(customer_id=customer_id, source=source, external_id__in=names, reverses_id=None)
    return rows.filter(entitlement__service__kind__in=kinds).exclude(Exists(reversals_of("pk"))).order_by("pk")
