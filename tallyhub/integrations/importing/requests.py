"""Support requests of another system: read and checked here row by row, staged, and written as one by support.intake.

A request that is known is looked at again only where its system says something new of it.
"""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from tallyhub.integrations.importing import cells, staging
from tallyhub.integrations.importing.kinds import Field, Kind, Row, good
from tallyhub.integrations.importing.problems import PROBLEMS_MAX
from tallyhub.integrations.importing.run import Run
from tallyhub.kernel import clock
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.support.intake import rules, steps
from tallyhub.support.intake.steps import Key
from tallyhub.support.rules import TEXT_MAX, TITLE_MAX, RequestClass, Severity, Status, read_text
from tallyhub.support.rules import Kind as RequestKind

SOURCE = "import"
_IMPACT_MAX = 2_000
_CLASSES = [one for one in RequestClass if one]  # the standard one is said by saying none


def write_requests(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_customer(rows)
    run.refs.resolve_workspace(rows)
    run.refs.resolve(rows, "product", run.refs.products)
    run.refs.resolve_person(rows, "primary_contact")
    run.refs.resolve_person(rows, "assigned_to")
    _resolve_agreement(run, rows)
    _check_workspaces(run, rows)
    for row in rows:
        _check_times(run, row)
    _stage_requests(run, good(rows))


def _resolve_agreement(run: Run, rows: Sequence[Row]) -> None:
    """Of the row's customer; a package only with its agreement."""
    run.refs.resolve(rows, "agreement", run.refs.agreements)
    for row in rows:
        agreement = row.found.get("agreement")
        if agreement and "customer" in row.found and agreement.customer_id != row.found["customer"]:
            row.found.pop("agreement")
            run.refuse(row, Invalid("agreement_unknown"), "agreement")
        if "package" in row.values and not row.cells.get("agreement", "").strip():
            run.refuse(row, Invalid("package_without_agreement"), "package")
    run.refs.resolve_in_agreement(rows)


def _check_workspaces(run: Run, rows: Sequence[Row]) -> None:
    """A person brings requests into workspaces that they read already: one that this file makes is not among them."""
    if run.actor:
        for row in rows:
            if row.found.get("workspace") and row.found["workspace"] not in run.actor.workspaces:
                run.refuse(row, Conflict("workspace_just_made"), "workspace")


def _check_times(run: Run, row: Row) -> None:
    said = row.values
    if "opened_at" not in said:
        return
    wrong = rules.check_times(said["opened_at"], said.get("resolved_at"), said.get("closed_at"), clock.now())
    if wrong:
        run.refuse(row, wrong[1], wrong[0])


def _stage_requests(run: Run, rows: Sequence[Row]) -> None:
    """All of them, those that say the same as the last time too: one that comes twice is a problem whatever it says."""
    known = steps.find_requests([_key(row) for row in rows]) if rows else {}
    fresh = [row for row in rows if _key(row) not in known]
    serials = dict(zip((id(row) for row in fresh), steps.next_serials(len(fresh)), strict=True)) if fresh else {}
    staged = []
    for row in rows:
        there = known.get(_key(row))
        named = (there.id, "", False) if there else (*steps.numbered(serials[id(row)]), True)
        staged.append(_request(row, *named, _digest(row)))
    staging.copy("staged_request", staged)


def _key(row: Row) -> Key:
    return row.found["customer"], row.values.get("source", SOURCE), row.values["external_id"]


def _digest(row: Row) -> bytes:
    """Of all that the row says."""
    said = [row.cells.get(one.name, "").strip() for one in _REQUEST_FIELDS]
    return sha256(json.dumps(said).encode()).digest()


def _request(row: Row, serial: int, number: str, is_new: bool, digest: bytes) -> tuple[Any, ...]:
    said, found = row.values, row.found
    times = (said["opened_at"], said.get("resolved_at"), said.get("closed_at"))
    agreement, package = found.get("agreement"), found.get("package")
    return (
        row.line,
        serial,
        number,
        is_new,
        found["customer"],
        found["workspace"],
        said.get("source", SOURCE),
        said["external_id"],
        digest,
        said["kind"].value,
        said["class"].value if "class" in said else None,
        said["title"],
        said.get("description"),
        said.get("impact"),
        found.get("product"),
        said["severity"].value,
        said["status"].value,
        found.get("primary_contact"),
        found.get("assigned_to"),
        agreement.pk if agreement else None,
        package.pk if package else None,
        *times,
        rules.said_at(said["status"], *times, said.get("updated_at")),
    )


def finish_requests(run: Run) -> None:
    staging.execute("ANALYZE staged_request")
    _refuse_repeated(run, steps.repeated_requests(PROBLEMS_MAX), "external_id")
    _refuse_differing(run, steps.fixed_requests(PROBLEMS_MAX))
    if run.problems.count:
        return
    run.count_many(dict(staging.fetch(_NEW_OF)))
    run.count_changed(steps.add_staged_requests(run.access))


_NEW_OF = "SELECT customer_id, count(*) FROM staged_request WHERE is_new GROUP BY 1"


def close_requests(run: Run) -> None:
    steps.settle_timelines()


def write_changes(run: Run, rows: Sequence[Row]) -> None:
    _resolve_request(run, rows)
    run.refs.resolve_person(rows)
    for row in rows:
        _check_at(run, row)
    staging.copy(
        "staged_change",
        [
            (
                row.line,
                row.found["customer"],
                row.found["request"],
                row.values["status"].value,
                row.values["at"],
                row.found.get("person"),
            )
            for row in good(rows)
        ],
    )


def finish_changes(run: Run) -> None:
    staging.execute("ANALYZE staged_change")
    _refuse_repeated(run, steps.repeated_changes(PROBLEMS_MAX), "at")
    if not run.problems.count:
        added: dict[int, int] = {}
        for customer, _request_id in steps.add_staged_changes():
            added[customer] = added.get(customer, 0) + 1
        run.count_many(added)


def write_messages(run: Run, rows: Sequence[Row]) -> None:
    _resolve_request(run, rows)
    run.refs.resolve_person(rows, "author")
    for row in rows:
        _check_at(run, row)
    staging.copy(
        "staged_message",
        [
            (
                row.line,
                row.found["customer"],
                row.found["request"],
                row.values.get("source", SOURCE),
                row.values["external_id"],
                row.found.get("author"),
                row.values["is_by_staff"],
                row.values["body"],
                row.values["at"],
            )
            for row in good(rows)
        ],
    )


def finish_messages(run: Run) -> None:
    staging.execute("ANALYZE staged_message")
    _refuse_repeated(run, steps.repeated_messages(PROBLEMS_MAX), "external_id")
    _refuse_differing(run, steps.differing_messages(PROBLEMS_MAX))
    if not run.problems.count:
        run.count_many(steps.add_staged_messages())


def _resolve_request(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_customer(rows)
    run.refs.resolve(rows, "request", run.refs.requests, _request_key)


def _request_key(row: Row) -> Key | None:
    if "customer" not in row.found or "request" not in row.values or "source" in row.wrong:
        return None
    return row.found["customer"], row.values.get("source", SOURCE), row.values["request"]


def _check_at(run: Run, row: Row) -> None:
    if "at" in row.values and row.values["at"] > clock.now():
        run.refuse(row, Invalid("time_in_future"), "at")


def _refuse_repeated(run: Run, repeated: Sequence[steps.Repeated], column: str) -> None:
    for line, first, name, _ in repeated:
        run.problems.add(line, Invalid("repeated", first=first), column, name)
    run.problems.add_unlisted(repeated[0][3] if repeated else 0)


def _refuse_differing(run: Run, differing: Sequence[tuple[int, str, int]]) -> None:
    for line, column, _ in differing:
        run.problems.add(line, Conflict("row_differs"), column)
    run.problems.add_unlisted(differing[0][2] if differing else 0)


def _begin(table: str) -> Callable[[], None]:
    def begin() -> None:
        steps.make_room()
        staging.execute(f"TRUNCATE {table}")

    return begin


def _prose(length_max: int) -> Callable[[str], str]:
    return lambda cell: read_text(cell, length_max=length_max)


_customer = Field("customer", cells.text(40), is_required=True)
_source = Field("source", cells.reference(40))
_REQUEST_FIELDS = (
    _customer,
    Field("workspace", cells.text(80), is_required=True),
    Field("external_id", cells.reference(120), is_required=True),
    _source,
    Field("kind", cells.one_of(RequestKind), is_required=True),
    Field("class", cells.one_of(_CLASSES)),
    Field("title", cells.text(TITLE_MAX), is_required=True),
    Field("description", _prose(TEXT_MAX)),
    Field("impact", _prose(_IMPACT_MAX)),
    Field("product", cells.text(60)),
    Field("severity", cells.one_of(Severity), is_required=True),
    Field("status", cells.one_of(Status), is_required=True),
    Field("opened_at", cells.instant, is_required=True),
    Field("resolved_at", cells.instant),
    Field("closed_at", cells.instant),
    Field("updated_at", cells.instant),
    Field("primary_contact", cells.text(254)),
    Field("assigned_to", cells.text(254)),
    Field("agreement", cells.text(60)),
    Field("package", cells.text(60)),
)
KINDS = (
    Kind(
        "requests",
        _REQUEST_FIELDS,
        ("customer", "source", "external_id"),
        write_requests,
        begin=_begin("staged_request"),
        finish=finish_requests,
        close=close_requests,
        finds_repeats=True,
    ),
    Kind(
        "request_changes",
        (
            _customer,
            Field("request", cells.reference(120), is_required=True),
            _source,
            Field("at", cells.instant, is_required=True),
            Field("status", cells.one_of(Status), is_required=True),
            Field("person", cells.text(254)),
        ),
        ("customer", "source", "request", "at", "status"),
        write_changes,
        begin=_begin("staged_change"),
        finish=finish_changes,
        finds_repeats=True,
    ),
    Kind(
        "request_messages",
        (
            _customer,
            Field("request", cells.reference(120), is_required=True),
            _source,
            Field("external_id", cells.reference(255), is_required=True),
            Field("at", cells.instant, is_required=True),
            Field("is_by_staff", cells.flag, is_required=True),
            Field("author", cells.text(254)),
            Field("body", _prose(TEXT_MAX), is_required=True),
        ),
        ("customer", "source", "request", "external_id"),
        write_messages,
        begin=_begin("staged_message"),
        finish=finish_messages,
        finds_repeats=True,
    ),
)
