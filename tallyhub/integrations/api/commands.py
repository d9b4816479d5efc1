"""What a token may do: book entries and take them back, each call whole or not at all, and once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tallyhub.agreements.steps import find_lines
from tallyhub.engagements.intake import steps as engagements
from tallyhub.integrations.api.problems import Flaw, Refused
from tallyhub.integrations.importing import consumption
from tallyhub.integrations.importing.files import Record
from tallyhub.integrations.importing.kinds import Row
from tallyhub.integrations.importing.problems import Problems
from tallyhub.integrations.importing.references import Cache, References
from tallyhub.journal.steps import Answer, Request, find_answer, keep_answer, record
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.scope import command
from tallyhub.learning import steps as learning
from tallyhub.ledger import queries, steps
from tallyhub.ledger.rules import Terms
from tallyhub.ledger.steps import NewEntry, Posted
from tallyhub.organizations.steps import find_people_by_key
from tallyhub.support.intake.steps import adopt_entries

SOURCE = "api"
ROWS_MAX = 1_000
# A row is that of the import, by the same rules; what takes back has a call of its own.
_KIND = replace(
    consumption.KINDS[0],
    fields=tuple(one for one in consumption.KINDS[0].fields if one.name not in ("reverses", "reason")),
)


@command
def post_entries(access: Access, rows: Sequence[dict[str, str]], request: Request) -> Answer:
    """Book rows of the import's consumption. Raises Forbidden, and Refused with every row that is wrong."""
    access.require(Right.POST_ENTRIES)
    if answered := find_answer(access, request):
        return answered
    entries, terms, services = _read(access, rows)
    record(access, "integrations.entries_posted", token=request.token_id, rows=len(entries))
    ordered = engagements.lock_named(access, _keys(one for one in entries if one.entitlement_id in services))
    try:
        posted = steps.post(access, entries, terms)
    except HubError as error:
        raise _refused(error) from error
    if posted.new:
        adopt_entries(_keys(entries))
        if wrong := engagements.settle_posted(access, ordered, [access.customer_id or 0]):
            raise wrong[0]
        if learnt := [one for one in entries if one.unit is Unit.ACTIVITIES]:
            learning.adopt_entries(access, _keys(learnt))
    return keep_answer(access, request, _answer(access, [(one.source, one.external_id) for one in entries], posted))


@command
def reverse_entry(access: Access, entry_id: int, reason: str, request: Request) -> Answer:
    """Take one entry back. Raises Forbidden, DoesNotExist, Conflict for one that was reversed before, Invalid."""
    access.require(Right.POST_ENTRIES)
    if answered := find_answer(access, request):
        return answered
    (entry,) = queries.list_entries(access, [entry_id])
    record(access, "integrations.entry_reversed", entry_id, token=request.token_id)
    ordered = engagements.lock_undone(access, entry.customer_id, entry_id)
    posted = steps.reverse(access, [entry_id], reason)
    engagements.settle_posted(access, ordered, [entry.customer_id])
    key = entry.source, steps.reversal_id(entry)
    learning.adopt_entries(access, [(entry.customer_id, *key)])
    return keep_answer(access, request, _answer(access, [key], posted))


def _keys(entries: Iterable[NewEntry]) -> list[tuple[int, str, str]]:
    return [(one.customer_id, one.source, one.external_id) for one in entries]


def _answer(access: Access, keys: Sequence[tuple[str, str]], posted: Posted) -> Answer:
    known = [key for place, key in enumerate(keys) if place not in posted.ids]
    known_ids = queries.ids_of(access, known) if known else {}
    entries = [
        {
            "id": posted.ids.get(place) or known_ids[key],
            "source": key[0],
            "external_id": key[1],
            "status": "new" if place in posted.ids else "known",
        }
        for place, key in enumerate(keys)
    ]
    return Answer(200, json.dumps({"entries": entries, "new": posted.new, "known": posted.known}, ensure_ascii=False))


def _read(access: Access, rows: Sequence[Mapping[str, str]]) -> tuple[list[NewEntry], dict[int, Terms], set[int]]:
    """Entries, the terms of their entitlements, and which of these are of services that are ordered.

    Raises Refused with everything that is wrong with any row.
    """
    problems = Problems()
    read = [_KIND.row_of(Record(line, dict(cells)), problems) for line, cells in enumerate(rows)]
    _resolve(access, read, problems)
    terms = _add_terms(read)
    consumption.check(problems, read)
    if problems.listed:
        found = sorted(problems.listed, key=lambda one: one.line)
        raise Refused([Flaw(f"/entries/{one.line}/{one.column}", one.error) for one in found])
    services = {one.pk for row in read if (one := row.found["entitlement"]).service.kind in engagements.KINDS}
    return [consumption.entry_of(row, SOURCE) for row in read], terms, services


def _resolve(access: Access, rows: Sequence[Row], problems: Problems) -> None:
    """Looked up in the scope as it is: what another customer has is not there. People by their key only, because an
    address that is found would tell who has an account."""
    numbers, packages, entitlements = (
        {row.values[name] for row in rows if name in row.values} for name in ("agreement", "package", "entitlement")
    )
    lines = find_lines(access, numbers, packages, entitlements)
    refs = References(lambda _customers: set(), problems)
    refs.agreements = Cache(lambda _numbers: lines.agreements)
    refs.packages = Cache(lambda _keys: lines.packages)
    refs.entitlements = Cache(lambda _keys: lines.entitlements)
    refs.people = Cache(find_people_by_key)
    consumption.resolve(refs, rows)


def _add_terms(rows: Sequence[Row]) -> dict[int, Terms]:
    """To each row whose entitlement is known; once for all rows of one."""
    terms: dict[int, Terms] = {}
    for row in rows:
        if entitlement := row.found.get("entitlement"):
            if entitlement.pk not in terms:
                terms[entitlement.pk] = queries.terms_in(entitlement, row.found["package"], row.found["agreement"])
            row.found["terms"] = terms[entitlement.pk]
    return terms


def _refused(error: HubError) -> HubError:
    """What the ledger refused, by row; an error that names no rows stays what it is."""
    if not error.lines:
        return error
    column = consumption.COLUMN_OF.get(error.code)
    return Refused([Flaw(f"/entries/{line}/{column}" if column else f"/entries/{line}", error) for line in error.lines])
