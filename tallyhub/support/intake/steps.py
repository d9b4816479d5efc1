"""Pieces of writing for imports and programs. Each demands an open transaction whose scope holds the customers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.support.intake import sql
from tallyhub.support.models import Request
from tallyhub.support.rules import number_of

Key = tuple[int, str, str]  # customer, source, external id
Repeated = tuple[int, int, str, int]  # a line, the first with the same name, that name, how many there are in all
Counts = Mapping[int, int]  # rows by customer


@dataclass(frozen=True, slots=True)
class Known:
    id: int
    digest: bytes | None  # of what its system said of it last; None: it did not come by an import


def make_room() -> None:
    """The temporary tables ``staged_request``, ``staged_change`` and ``staged_message``."""
    require_transaction()
    for statement in sql.MAKE.split(";"):
        _execute(statement)


def find_requests(keys: Collection[Key]) -> dict[Key, Known]:
    """Those that are there, in the scope as it is."""
    columns = [list(column) for column in zip(*keys, strict=True)] or [[], [], []]
    found = _fetch(sql.FIND, columns)
    return {
        (customer, source, external_id): Known(serial, bytes(digest) if digest else None)
        for customer, source, external_id, serial, digest in found
    }


def next_serials(count: int) -> list[int]:
    """As ``support.steps.next_serial``, for many."""
    require_transaction()
    return [serial for (serial,) in _fetch(sql.NEXT_SERIALS, [count])]


def numbered(serial: int) -> tuple[int, str]:
    return serial, number_of(serial)


def repeated_requests(limit: int) -> list[Repeated]:
    return _fetch(sql.REPEATED_REQUESTS, [limit])


def repeated_changes(limit: int) -> list[Repeated]:
    return _fetch(sql.REPEATED_CHANGES, [limit])


def repeated_messages(limit: int) -> list[Repeated]:
    return _fetch(sql.REPEATED_MESSAGES, [limit])


def fixed_requests(limit: int) -> list[tuple[int, str, int]]:
    """(line, field, how many in all) of staged rows that would change what a request keeps for good."""
    return _fetch(sql.FIXED, [limit])


def differing_messages(limit: int) -> list[tuple[int, str, int]]:
    """(line, field, how many in all) of staged messages that are there with other content."""
    return _fetch(sql.DIFFERING_MESSAGES, [limit])


def add_staged_requests(access: Access) -> Counts:
    """Make the new ones, give each to its primary contact, and begin its timeline; change those that their system
    changed. Returns how many of the known ones came out different.

    ``settle_timelines`` must follow in the same transaction, when the histories are in.
    """
    require_transaction()
    _execute(sql.INSERT)
    _execute(sql.GIVE, [access.person_id, clock.now()])
    _execute(sql.TELL_OPENED)
    _execute(sql.NOTE_NEW)
    changed: Counts = dict(_fetch(sql.UPDATE))
    adopt_for_staged_requests()
    return changed


def add_staged_changes() -> list[tuple[int, int]]:
    """Add what their timelines do not tell yet, in the order of time; a request goes along with what comes after its
    own last word. Returns (customer, request) of each new line.
    """
    require_transaction()
    added = _fetch(sql.TELL_MOVES)
    if added:
        _execute(sql.FOLLOW)
    return added


def add_staged_messages() -> Counts:
    """Returns how many are new."""
    require_transaction()
    return dict(_fetch(sql.ADD_MESSAGES))


def settle_timelines() -> None:
    """Where a system says a request's status and no history that leads to it, the timeline gets that one line."""
    require_transaction()
    _execute("ANALYZE settled_request")
    _execute(sql.SETTLE)
    _execute("TRUNCATE settled_request")


# The entries of an earlier or later import of consumption


def adopt_for_staged_requests() -> None:
    """Join what was booked under the numbers of the new ones."""
    require_transaction()
    _execute(sql.ADOPT_FOR_REQUESTS)


def adopt_staged_entries() -> None:
    """Join the entries of ``staged_entry`` (ledger) to the requests of their numbers. After they were posted."""
    require_transaction()
    _execute(sql.ADOPT_ENTRIES)


def adopt_entries(keys: Sequence[Key]) -> None:
    """The same for a few."""
    require_transaction()
    _execute(sql.ADOPT_NAMED, [list(column) for column in zip(*keys, strict=True)])


# One request, or one message, of a program


def name_at_source(request: Request, source: str, external_id: str) -> None:
    """Keep what another system calls it, so that it comes once."""
    require_transaction()
    request.source, request.external_id = source, external_id
    request.save(update_fields=["source", "external_id"])


def _execute(statement: str, params: Sequence[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def _fetch(statement: str, params: Sequence[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
