"""The only way into the ledger. Each step demands the open transaction of a command and is its last act."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit, charge
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import require_transaction
from tallyhub.ledger import queries, sql
from tallyhub.ledger.engine import correctable
from tallyhub.ledger.holds import NewHold, check_holds, count_new
from tallyhub.ledger.holds import insert as insert_holds
from tallyhub.ledger.models import Entry
from tallyhub.ledger.rules import AllotmentKind, Terms, check_adjustment, check_allotment, check_entry

_charge = lru_cache(16_384)(charge)  # what repeats from row to row costs a look-up
REFUSED_MAX = 1_000  # how many rows a refusal names
Refused = tuple[int, str, str]  # line, external id, code


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One consumption to book, or what ``reverse`` makes of one.

    real_amount          smallest steps of ``unit``, before multiplier and rounding
    source, external_id  name of the fact in its system; the same content again is ignored
    occurred_on          day in the agreement's zone, not the day we learnt of it
    """

    customer_id: int
    workspace_id: int
    entitlement_id: int
    unit: Unit
    occurred_on: date
    real_amount: int
    source: str
    external_id: str
    multiplier: Fraction = Fraction(1)
    rounding_step: int = 1
    person_id: int | None = None
    reverses_id: int | None = None
    reason: str = ""
    title: str = ""

    @property
    def charged(self) -> int:
        """What the balance pays. Raises Invalid where a part of it is out of bounds."""
        return _charge(self.real_amount, multiplier=self.multiplier, rounding_step=self.rounding_step)


@dataclass(frozen=True, slots=True)
class Posted:
    new: int
    known: int  # were there already, with the same content
    ids: Mapping[int, int] = field(default_factory=dict, compare=False)  # of the new ones, by place; of ``post`` alone


class ContentDiffers(Conflict):
    """The same source and external id, but other content. A correction is a reversal and a new entry."""


def post(
    access: Access,
    entries: Sequence[NewEntry],
    terms: Mapping[int, Terms] | None = None,
    *,
    holds: Sequence[NewHold] = (),
) -> Posted:
    """Append entries of one customer; each is checked against its entitlement's terms.

    ``terms`` is for a caller that has read them in this transaction, and would have them read twice.
    ``holds`` are recorded with the same version: what was planned is given back as it is used.
    Needs an open transaction and must be its last statement: it takes the customer's ledger lock.
    Raises Invalid for an entry that must not be booked or a duplicate inside the batch, ContentDiffers for one that
    is there with other content, Conflict for one that was reversed before; ``lines`` of the
    error are the places of the refused in ``entries``. Over-use is recorded, not refused.
    """
    require_transaction()
    rows: list[NewEntry | NewHold] = [*entries, *holds]
    terms = terms or queries.terms_of(access, {one.entitlement_id for one in rows})
    check_holds(holds, terms)
    for entry in entries:
        check_entry(
            unit=entry.unit,
            real=entry.real_amount,
            occurred_on=entry.occurred_on,
            is_reversal=entry.reverses_id is not None,
            terms=terms[entry.entitlement_id],
        )
    _check_once((entry.customer_id, entry.source, entry.external_id) for entry in entries)
    encoded = json.dumps([_row(line, entry) for line, entry in enumerate(entries)])
    batch = sql.Batch(sql.JSON_BATCH, [encoded])
    fresh, fresh_holds = len(entries) - _count_known(batch), _count_new_holds(holds)
    ids: dict[int, int] = {}
    if fresh or fresh_holds:
        _raise_versions({one.customer_id for one in rows})
        insert_holds(holds, clock.now())
    if fresh:
        ids = dict(_insert(access, batch, sql.THEIR_IDS))
    if len(ids) < fresh:  # somebody else booked or reversed one of them between our look and our lock
        _count_known(batch)
    return Posted(len(ids), len(entries) - len(ids), ids)


def hold(access: Access, holds: Sequence[NewHold]) -> int:
    """Hold what is planned, or give it back (a negative amount); returns how many rows are new.

    Needs an open transaction and must be its last statement: the same locks and versions as ``post``. A hold changes no
    balance, and may be larger than what is left. Raises Conflict where more would be given back than is held.
    """
    require_transaction()
    check_holds(holds, queries.terms_of(access, {one.entitlement_id for one in holds}))
    if not _count_new_holds(holds):
        return 0
    _raise_versions({one.customer_id for one in holds})
    return insert_holds(holds, clock.now())


def reverse(access: Access, entry_ids: Collection[int], reason: str) -> Posted:
    """Take entries back, each by one that mirrors it; use that is moved or changed is posted anew afterwards.

    ``reason`` is a code. The texts of an entry are not repeated, so that they can be erased in one place.
    Raises DoesNotExist for an entry outside the scope, Conflict for one that was reversed before, Invalid for a
    reversal and for a reason that is missing or no code.
    """
    posted = post(access, [_mirror(one, reason) for one in queries.list_entries(access, entry_ids)])
    if posted.known:  # by an equal reversal that ran beside this one: the caller's has not happened
        raise Conflict("already_reversed", external_ids=", ".join(f"{one}:reversal" for one in entry_ids))
    return posted


def reversal_id(entry: Entry) -> str:
    """The external id of what takes it back: made of the id, because its own may be as long as the column."""
    return f"{entry.pk}:reversal"


def post_staged(access: Access) -> Posted:
    """As ``post``, from the temporary table ``staged_entry``, whose rows have passed ``check_entry`` one by one."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT customer_id FROM staged_entry")
        customers = {row[0] for row in cursor.fetchall()}
        _check_staged()
        cursor.execute(f"{sql.STAGED_BATCH} {sql.COUNT_NEW}")
        total, fresh = cursor.fetchone()
    if not fresh:
        return Posted(0, total)
    _raise_versions(customers)
    ((new,),) = _insert(access, sql.Batch(sql.STAGED_BATCH, []), sql.THEIR_COUNT)
    if new < fresh:  # as in ``post``
        _check_staged()
    return Posted(new, total - new)


def differing_staged(limit: int = REFUSED_MAX) -> list[tuple[int, str]]:
    """(line, external id) of staged rows that are in the ledger with other content."""
    with connection.cursor() as cursor:
        cursor.execute(f"{sql.STAGED_BATCH} {sql.DIFFERING_ENTRIES}", [limit])
        return list(cursor.fetchall())


def refused_staged(limit: int = REFUSED_MAX) -> list[Refused]:
    """(line, external id, code) of new staged rows that ``post_staged`` would refuse."""
    with connection.cursor() as cursor:
        cursor.execute(f"{sql.STAGED_BATCH} {sql.REFUSED_ENTRIES}", [limit])
        return list(cursor.fetchall())


def allot(access: Access, rows: Iterable[dict[str, Any]]) -> Posted:
    """Record what was bought; ``rows`` hold Allotment's columns, with ``starts_on`` and ``ends_on`` (inclusive).

    Needs an open transaction and must be its last statement. Raises Invalid for a row that must not be recorded,
    ContentDiffers for one that is there with other content.
    """
    require_transaction()
    batch = list(rows)
    encoded = json.dumps(batch, default=str)
    new = _judged(batch, encoded)
    if not new:
        return Posted(0, len(batch))
    _raise_versions({row["customer_id"] for row in new})
    _check_adjustments(_new_allotments(batch, encoded))  # again, under the lock: two must not take back the same
    with connection.cursor() as cursor:
        cursor.execute(sql.INSERT_ALLOTMENTS, {"rows": encoded, "now": clock.now()})
        (inserted,) = cursor.fetchone()
    return Posted(inserted, len(batch) - inserted)


def are_recorded(rows: Iterable[dict[str, Any]]) -> bool:
    """True where ``allot`` would find all of these there already. Raises ContentDiffers as it does."""
    batch = list(rows)
    return not _new_allotments(batch, json.dumps(batch, default=str))


def judge_allotments(rows: Iterable[dict[str, Any]]) -> None:
    """Raise what ``allot`` would raise for these rows, and write nothing."""
    require_transaction()
    batch = list(rows)
    _check_adjustments(_judged(batch, json.dumps(batch, default=str)))


def _judged(batch: Sequence[dict[str, Any]], encoded: str) -> list[dict[str, Any]]:
    """Those of the batch that are new; Invalid where one of them must not be recorded."""
    for row in batch:
        check_allotment(AllotmentKind(row["kind"]), row["amount"], row["starts_on"], row["ends_on"])
    _check_once((row["customer_id"], row["source"], row["external_id"]) for row in batch)
    if new := _new_allotments(batch, encoded):
        _check_quantities(encoded)
    return new


def _mirror(entry: Entry, reason: str) -> NewEntry:
    return NewEntry(
        customer_id=entry.customer_id,
        workspace_id=entry.workspace_id,
        entitlement_id=entry.entitlement_id,
        unit=Unit(entry.entitlement.service.unit),
        occurred_on=entry.occurred_on,
        real_amount=-entry.real_amount,
        source=entry.source,
        external_id=reversal_id(entry),
        multiplier=Fraction(entry.multiplier_numerator, entry.multiplier_denominator),
        rounding_step=entry.rounding_step,
        person_id=entry.person_id,
        reverses_id=entry.pk,
        reason=reason,
    )


def _check_once(keys: Iterable[tuple[int, str, str]]) -> None:
    """Refuse a fact that comes twice in a batch: which of the two was meant?"""
    named = list(keys)
    times = Counter(named)
    if twice := [external_id for (_, _, external_id), count in times.items() if count > 1]:
        lines = [line for line, key in enumerate(named) if times[key] > 1]
        raise Invalid("duplicate_in_batch", external_ids=_listed(twice)).at(lines)


def _row(line: int, entry: NewEntry) -> dict[str, Any]:
    """One after the other, because ``asdict`` takes five times as long."""
    return {
        "line": line,
        "customer_id": entry.customer_id,
        "workspace_id": entry.workspace_id,
        "entitlement_id": entry.entitlement_id,
        "occurred_on": entry.occurred_on.isoformat(),
        "real_amount": entry.real_amount,
        "multiplier_numerator": entry.multiplier.numerator,
        "multiplier_denominator": entry.multiplier.denominator,
        "rounding_step": entry.rounding_step,
        "charged": entry.charged,
        "source": entry.source,
        "external_id": entry.external_id,
        "person_id": entry.person_id,
        "reverses_id": entry.reverses_id,
        "reason": entry.reason,
        "title": entry.title,
    }


def _count_known(batch: sql.Batch) -> int:
    """How many rows are booked already. Raises for those that are there with other content, and for new ones that
    other tables forbid."""
    with connection.cursor() as cursor:
        cursor.execute(f"{batch.source} {sql.LOOK}", batch.params)
        found = cursor.fetchall()
    _raise_differing([(line, external_id) for line, external_id, *_, differs in found if differs])
    _raise_first([(line, external_id, code) for line, external_id, code, is_known, _ in found if not is_known])
    return sum(is_known for *_, is_known, _ in found)


def _check_staged() -> None:
    _raise_differing(differing_staged())
    _raise_first(refused_staged())


def _count_new_holds(holds: Sequence[NewHold]) -> int:
    _check_once((one.customer_id, one.source, one.external_id) for one in holds)
    return count_new(holds)


def _insert(access: Access, batch: sql.Batch, told: str) -> list[Any]:
    """Book what is not there yet, under the customers' locks."""
    with connection.cursor() as cursor:
        cursor.execute(f"{batch.source}, {sql.INSERT_ENTRIES} {told}", [*batch.params, clock.now(), access.person_id])
        return list(cursor.fetchall())


def _raise_differing(differing: Sequence[tuple[int, str]]) -> None:
    if differing:
        ids = _listed(external_id for _, external_id in differing)
        raise ContentDiffers("content_differs", external_ids=ids).at(line for line, _ in differing)


def _raise_first(refused: Sequence[Refused]) -> None:
    """Raise for the first reason there is, naming the rows that share it."""
    if refused:
        code = refused[0][2]
        error = Conflict if code == "already_reversed" else Invalid
        shared = [(line, external_id) for line, external_id, each in refused if each == code]
        ids = _listed(external_id for _, external_id in shared)
        raise error(code, external_ids=ids).at(line for line, _ in shared)


def _listed(external_ids: Iterable[str]) -> str:
    return ", ".join(external_ids)


def _new_allotments(batch: Sequence[dict[str, Any]], encoded: str) -> list[dict[str, Any]]:
    """Those of the batch that are not recorded yet. Raises ContentDiffers for what is there with other content."""
    with connection.cursor() as cursor:
        cursor.execute(sql.DIFFERING_ALLOTMENTS, [encoded])
        if differing := [row[0] for row in cursor.fetchall()]:
            raise ContentDiffers("content_differs", external_ids=_listed(differing))
        cursor.execute(sql.NEW_ALLOTMENTS, [encoded])
        return [batch[line] for (line,) in cursor.fetchall()]


def _check_quantities(encoded: str) -> None:
    """Refuse to sell a quantity where none was agreed."""
    with connection.cursor() as cursor:
        cursor.execute(sql.REFUSED_ALLOTMENTS, [encoded])
        _raise_first(cursor.fetchall())


def forget_titles_naming(customers: Collection[int], names: Collection[str]) -> int:
    """Delete the titles that name a person; returns how many. Titles of what is booked for them go with them anyway."""
    require_transaction()
    return queries.titles_naming(customers, names).delete()[0]


def _check_adjustments(new: Sequence[dict[str, Any]]) -> None:
    """Refuse to take back more than was given by what is recorded and by what comes earlier in the batch."""
    reached = {row["entitlement_id"] for row in new if row["amount"] < 0}
    recorded = queries.allotments_of(reached) if reached else {}
    for place, row in enumerate(new):
        before = recorded.get(row["entitlement_id"])
        if before is None:
            continue
        if row["amount"] < 0:
            check_adjustment(row["amount"], correctable(before, row["starts_on"]))
        before.append(queries.as_recorded(place, row))


def _raise_versions(customers: Collection[int]) -> None:
    """Take each customer's ledger lock, in the order of their ids, and give the transaction its version."""
    with connection.cursor() as cursor:
        cursor.execute(sql.RAISE_VERSIONS, [clock.now(), list(customers)])
