"""Assessments: the checks of a version, which is published whole; and runs of another system, a row for each check."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements import fields
from tallyhub.assessments import steps
from tallyhub.assessments.models import Check, Run, SetUp
from tallyhub.assessments.rules import (
    CHECKS_MAX,
    CODE_MAX,
    EXTERNAL_ID_MAX,
    LABEL_MAX,
    PREREQUISITES_MAX,
    Focus,
    Outcome,
    Priority,
    Source,
)
from tallyhub.integrations.importing import cells, staging
from tallyhub.integrations.importing.kinds import Field, Kind, Row, good
from tallyhub.integrations.importing.run import Run as Import
from tallyhub.kernel import clock
from tallyhub.kernel.bulk import first_difference
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.scope import widen

_LANGUAGES = tuple(dict(LANGUAGES))
# A JSON object from languages to texts, or a column for each language.
_TEXTS = {"names": "name", "titles": "title", "descriptions": "description", "remedies": "remedy",
          "questions": "question"}  # fmt: skip
_LENGTHS = {"names": 200, "titles": 300}
_AFFECTED_MAX = 2_000_000_000
_WAITING = "waiting"  # until the import is in, and then counted

_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_assessment (line bigint, key text, said text) ON COMMIT DROP;
TRUNCATE staged_assessment
"""
_STAGED = "SELECT key, line, said FROM staged_assessment ORDER BY key, line"


def _begin() -> None:
    staging.execute(_STAGE)


def _stage(rows: Sequence[tuple[Row, Sequence[Any], Mapping[str, Any]]]) -> None:
    """What a whole is made of waits until all of the file is read: its rows may lie anywhere in it."""
    staging.copy("staged_assessment", [(row.line, json.dumps(key), json.dumps(said)) for row, key, said in rows])


def _wholes() -> Iterator[tuple[list[Any], list[tuple[int, dict[str, Any]]]]]:
    """Each whole by its key, with the lines that make it, in the order of the file."""
    for key, lines in groupby(staging.fetch(_STAGED), key=lambda one: one[0]):
        yield json.loads(key), [(line, json.loads(said)) for _key, line, said in lines]


# Versions and their checks.


def write_checks(run: Import, rows: Sequence[Row]) -> None:
    run.refs.resolve(rows, "product", run.refs.products)
    for column, plural in (("name_en", "names"), ("title_en", "titles")):
        run.check(rows, _english(plural), lambda error, column=column: column)  # type: ignore[misc]
    _stage([(row, (row.values["assessment"], row.values["version"]), _check(row)) for row in good(rows)])


def _english(plural: str) -> Callable[[Row], None]:
    """English is what is shown where a language is missing."""

    def check(row: Row) -> None:
        if row.wrong.isdisjoint({plural, f"{_TEXTS[plural]}_en"}) and not _texts(row, plural).get("en"):
            raise Invalid("value_missing")

    return check


def _texts(row: Row, plural: str) -> dict[str, str]:
    singular = _TEXTS[plural]
    columns = {one: row.values[f"{singular}_{one}"] for one in _LANGUAGES if f"{singular}_{one}" in row.values}
    found: dict[str, str] = row.values.get(plural, {}) | columns
    return found


def _check(row: Row) -> dict[str, Any]:
    said = row.values
    return {
        "product_id": row.found.get("product"),
        "published_at": said["published_at"].isoformat() if "published_at" in said else None,
        "code": said["check"],
        "focus": said["focus_area"].value,
        "priority": said["priority"].value,
        **{plural: _texts(row, plural) for plural in _TEXTS},
    }


def finish_checks(run: Import) -> None:
    if run.problems.count:
        return
    for (code, number), lines in _wholes():
        if len(lines) > CHECKS_MAX:
            run.problems.add(lines[CHECKS_MAX][0], Invalid("assessment_checks_many", checks_max=CHECKS_MAX), "check")
        else:
            _publish(run, code, number, lines)


def _publish(run: Import, code: str, number: int, lines: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """A version that is published already is compared: not a check of it may differ, be missing, or be new."""
    first = lines[0][1]
    for line, said in lines:
        for column in ("names", "product_id"):
            if said[column] != first[column]:
                run.problems.add(line, Conflict("row_differs"), _column_of(column))
                return
    added = steps.add_definitions([{"code": code, "names": first["names"], "product_id": first["product_id"]}])
    for _place, column in added.differing:
        run.problems.add(lines[0][0], Conflict("row_differs"), _column_of(column))
        return
    definition = added.rows[0]
    known = steps.find_versions([(definition.pk, number)])
    checks = [_columns(said) for _line, said in lines]
    if version := known.get((definition.pk, number)):
        stored = {one.code: one for one in steps.list_checks(version.pk)}
        for (line, _said), said in zip(lines, checks, strict=True):
            if said["code"] not in stored or first_difference(stored[said["code"]], said):
                run.problems.add(line, _is_published(code, number), "version", str(number))
        if len(stored) != len(checks) and not run.problems.count:
            run.problems.add(lines[-1][0], _is_published(code, number), "version", str(number))
        return
    said_at = first["published_at"]
    published_at = datetime.fromisoformat(said_at) if said_at else clock.now()
    steps.add_version(definition, number, published_at, [Check(**one) for one in checks])
    run.tally.new += len(checks)


def _is_published(code: str, number: int) -> HubError:
    return Conflict("assessment_version_published", assessment=code, version=number)


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("code", "focus", "priority", "titles", "descriptions", "remedies", "questions")
    return {column: said[column] for column in kept}


def _column_of(column: str) -> str:
    return {"names": "name_en", "product_id": "product"}.get(column, column)


# Runs of another system.


def write_results(run: Import, rows: Sequence[Row]) -> None:
    run.refs.resolve_customer(rows)
    run.refs.resolve_workspace(rows)
    run.refs.resolve(rows, "assessment", run.refs.assessments)
    for row in rows:
        _check_place(run, row)
        _check_result(run, row)
    _stage([(row, _key(row), _result(row)) for row in good(rows)])


def _check_place(run: Import, row: Row) -> None:
    """A person brings results into workspaces that they read already."""
    place = row.found.get("workspace")
    if run.actor and place and place not in run.actor.workspaces:
        run.refuse(row, Conflict("workspace_just_made"), "workspace")


def _check_result(run: Import, row: Row) -> None:
    said = row.values
    if "collected_at" in said and said["collected_at"] > clock.now():
        run.refuse(row, Invalid("time_in_future"), "collected_at")
    if said.get("prerequisites_passed", 0) > said.get("prerequisites", 0):
        run.refuse(row, Invalid("assessment_prerequisites_passed"), "prerequisites_passed")


def _key(row: Row) -> tuple[Any, ...]:
    return row.found["customer"], row.values.get("source", Source.IMPORT), row.values["external_id"]


def _result(row: Row) -> dict[str, Any]:
    said, found = row.values, row.found
    return {
        "workspace": found["workspace"],
        "definition": found["assessment"].pk,
        "set_up": said.get("set_up", ""),
        "version": said["version"],
        "collected_at": said["collected_at"].isoformat(),
        "prerequisites": said.get("prerequisites", 0),
        "prerequisites_passed": said.get("prerequisites_passed", 0),
        "check": said["check"],
        "result": said["result"].value,
        "affected": said.get("affected", 0),
    }


_OF_RUN = ("workspace", "definition", "set_up", "version", "collected_at", "prerequisites", "prerequisites_passed")


def finish_results(run: Import) -> None:
    if run.problems.count:
        return
    new: dict[int, int] = {}
    for (customer, source, external_id), lines in _wholes():
        if _take(run, customer, source, external_id, lines):
            new[customer] = new.get(customer, 0) + len(lines)
    if not run.problems.count:
        run.count_many(new)


def _take(
    run: Import, customer: int, source: str, external_id: str, lines: Sequence[tuple[int, dict[str, Any]]]
) -> bool:
    """Whether it is new; what is wrong is among the problems."""
    first = lines[0][1]
    for line, said in lines:
        if column := next((one for one in _OF_RUN if said[one] != first[one]), ""):
            run.problems.add(line, Conflict("row_differs"), {"definition": "assessment"}.get(column, column))
            return False
    digest = sha256(json.dumps([first[one] for one in _OF_RUN] + sorted(_said_of(lines))).encode()).digest()
    if known := steps.find_run(customer, source, external_id):
        if bytes(known.digest) != digest:
            run.problems.add(lines[0][0], Conflict("row_differs"), "external_id", external_id)
        return False
    version = steps.find_versions([(first["definition"], first["version"])]).get(
        (first["definition"], first["version"])
    )
    if version is None:
        run.problems.add(lines[0][0], steps.unknown_version(first["definition"], first["version"]), "version")
        return False
    checks = {one.code: one for one in steps.list_checks(version.pk)}
    for line, said in lines:
        if said["check"] not in checks:
            unknown = Invalid("assessment_check_unknown", check=said["check"], version=version.number)
            run.problems.add(line, unknown, "check")
            return False
    collected_at = datetime.fromisoformat(first["collected_at"])
    set_up = _set_up(run, customer, first, collected_at)
    made = Run(
        customer_id=customer, workspace_id=first["workspace"], set_up=set_up, version=version,
        collected_at=collected_at, at=clock.now(), by_id=run.access.person_id, source=source, external_id=external_id,
        digest=digest, prerequisites=first["prerequisites"], prerequisites_passed=first["prerequisites_passed"],
        unbooked=_WAITING,
    )  # fmt: skip
    results = [(checks[said["check"]], Outcome(said["result"]), said["affected"]) for _line, said in lines]
    steps.keep_run(made, results)
    return True


def _said_of(lines: Sequence[tuple[int, dict[str, Any]]]) -> list[list[Any]]:
    return [[said["check"], said["result"], said["affected"]] for _line, said in lines]


def _set_up(run: Import, customer: int, first: Mapping[str, Any], collected_at: datetime) -> SetUp:
    """The one of that label which is active; where there is none, it was set up on the day of its first result."""
    return steps.find_or_add_set_up(
        customer, first["workspace"], first["definition"], first["set_up"], collected_at, run.access.person_id
    )


def close_results(run: Import) -> None:
    """What was brought in is counted at the end, customer by customer: the ledger comes last."""
    if run.tally.new:
        for customer in sorted(run.customers):
            steps.settle(steps.hub_of(customer))
        widen(run.access)


def _text_fields(plural: str) -> tuple[Field, ...]:
    length = _LENGTHS.get(plural, 2_000)
    return Field(plural, cells.texts), *(Field(f"{_TEXTS[plural]}_{one}", cells.text(length)) for one in _LANGUAGES)


KINDS = (
    Kind(
        "assessment_checks",
        (
            Field("assessment", fields.CODE, is_required=True),
            Field("product", cells.text(60)),
            Field("version", cells.whole(1, 1_000_000), is_required=True),
            Field("published_at", cells.instant),
            Field("check", cells.reference(CODE_MAX), is_required=True),
            Field("focus_area", cells.one_of(Focus), is_required=True),
            Field("priority", cells.one_of(Priority), is_required=True),
            *(one for plural in _TEXTS for one in _text_fields(plural)),
        ),
        ("assessment", "version", "check"),
        write_checks,
        begin=_begin,
        finish=finish_checks,
    ),
    Kind(
        "assessment_results",
        (
            Field("customer", cells.text(40), is_required=True),
            Field("workspace", cells.text(80), is_required=True),
            Field("assessment", cells.text(CODE_MAX), is_required=True),
            Field("version", cells.whole(1, 1_000_000), is_required=True),
            Field("set_up", cells.text(LABEL_MAX)),
            Field("source", cells.reference(40)),
            Field("external_id", cells.reference(EXTERNAL_ID_MAX), is_required=True),
            Field("collected_at", cells.instant, is_required=True),
            Field("check", cells.text(CODE_MAX), is_required=True),
            Field("result", cells.one_of(Outcome), is_required=True),
            Field("affected", cells.whole(0, _AFFECTED_MAX)),
            Field("prerequisites", cells.whole(0, PREREQUISITES_MAX)),
            Field("prerequisites_passed", cells.whole(0, PREREQUISITES_MAX)),
        ),
        ("customer", "source", "external_id", "check"),
        write_results,
        begin=_begin,
        finish=finish_results,
        close=close_results,
    ),
)
