"""The only way into the ledger. Each step demands the open transaction of a command and is its last act."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit, charge
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import require_transaction
from tallyhub.ledger import queries, sql
from tallyhub.ledger.rules import AllotmentKind, check_allotment, check_entry

DIFFERING_MAX = 1_000  # how many differing rows a refusal names


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One consumption to book; a reversal is made by ``reversal_of``.

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


@dataclass(frozen=True, slots=True)
class Posted:
    new: int
    known: int  # were there already, with the same content


class ContentDiffers(Conflict):
    """The same source and external id, but other content. A correction is a reversal and a new entry."""


def post(access: Access, entries: Sequence[NewEntry]) -> Posted:
    """Append entries of one customer; each is checked against its entitlement's terms.

    Needs an open transaction and must be its last statement: it takes the customer's ledger lock.
    Raises Invalid for an entry that must not be booked or a duplicate inside the batch, ContentDiffers for one that
    is there with other content. Over-use is recorded, not refused.
    """
    require_transaction()
    terms = queries.terms_of(access, {entry.entitlement_id for entry in entries})
    for entry in entries:
        check_entry(
            unit=entry.unit,
            real=entry.real_amount,
            occurred_on=entry.occurred_on,
            is_reversal=entry.reverses_id is not None,
            terms=terms[entry.entitlement_id],
        )
    keys = {(entry.source, entry.external_id) for entry in entries}
    if len(keys) != len(entries):
        raise Invalid("duplicate_in_batch")
    rows = json.dumps([_row(line, entry) for line, entry in enumerate(entries)])
    return _post(access, sql.Batch(sql.JSON_BATCH, [rows]), {entry.customer_id for entry in entries})


def post_staged(access: Access) -> Posted:
    """As ``post``, from the temporary table ``staged_entry``, whose rows have passed the same checks one by one."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT customer_id FROM staged_entry")
        customers = {row[0] for row in cursor.fetchall()}
    return _post(access, sql.Batch(sql.STAGED_BATCH, []), customers)


def differing_staged(limit: int = DIFFERING_MAX) -> list[tuple[int, str]]:
    """(line, external id) of staged rows that are in the ledger with other content."""
    return _differing(sql.Batch(sql.STAGED_BATCH, []), limit)


def allot(access: Access, rows: Iterable[dict[str, Any]]) -> Posted:
    """Record what was bought; ``rows`` hold the columns of Allotment, with ``starts_on`` and ``ends_on`` (inclusive)."""
    require_transaction()
    batch = list(rows)
    for row in batch:
        check_allotment(AllotmentKind(row["kind"]), row["amount"], row["starts_on"], row["ends_on"])
    encoded = json.dumps(batch, default=str)
    with connection.cursor() as cursor:
        cursor.execute(sql.DIFFERING_ALLOTMENTS, [encoded])
        if differing := [row[0] for row in cursor.fetchall()]:
            raise ContentDiffers("content_differs", external_ids=", ".join(differing))
        cursor.execute(sql.NEW_ALLOTMENT_CUSTOMERS, [encoded])
        customers = [row[0] for row in cursor.fetchall()]
        if not customers:
            return Posted(0, len(batch))
        _raise_versions(customers)
        cursor.execute(sql.INSERT_ALLOTMENTS, {"rows": encoded, "now": clock.now()})
        (new,) = cursor.fetchone()
    return Posted(new, len(batch) - new)


def _row(line: int, entry: NewEntry) -> dict[str, Any]:
    values = asdict(entry) | {
        "line": line,
        "multiplier_numerator": entry.multiplier.numerator,
        "multiplier_denominator": entry.multiplier.denominator,
        "charged": charge(entry.real_amount, multiplier=entry.multiplier, rounding_step=entry.rounding_step),
        "occurred_on": entry.occurred_on.isoformat(),
    }
    del values["multiplier"], values["unit"]
    return values


def _post(access: Access, batch: sql.Batch, customers: set[int]) -> Posted:
    if differing := _differing(batch, DIFFERING_MAX):
        raise ContentDiffers("content_differs", external_ids=", ".join(external_id for _, external_id in differing))
    with connection.cursor() as cursor:
        cursor.execute(f"{batch.source} {sql.COUNT_NEW}", batch.params)
        total, fresh = cursor.fetchone()
        if not fresh:
            return Posted(0, total)
        _raise_versions(sorted(customers))
        cursor.execute(f"{batch.source}, {sql.INSERT_ENTRIES}", [*batch.params, clock.now(), access.person_id])
        (new,) = cursor.fetchone()
    if new < fresh and (differing := _differing(batch, DIFFERING_MAX)):
        # Somebody else booked one of them between our look and our lock.
        raise ContentDiffers("content_differs", external_ids=", ".join(external_id for _, external_id in differing))
    return Posted(new, total - new)


def _differing(batch: sql.Batch, limit: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{batch.source} {sql.DIFFERING_ENTRIES}", [*batch.params, limit])
        return [(line, external_id) for line, external_id in cursor.fetchall()]


def _raise_versions(customers: Sequence[int]) -> None:
    """Take each customer's ledger lock, in the order of their ids, and give the transaction its version."""
    with connection.cursor() as cursor:
        cursor.execute(sql.MAKE_LEDGERS, [list(customers)])
        cursor.execute(sql.RAISE_VERSIONS, [list(customers), clock.now()])
