"""The catalogue of learning activities, and learning records of any learning management system."""

from collections.abc import Sequence
from typing import Any

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements import fields
from tallyhub.integrations.importing import cells, staging
from tallyhub.integrations.importing.kinds import Field, Kind, Row, good
from tallyhub.integrations.importing.problems import PROBLEMS_MAX
from tallyhub.integrations.importing.run import Run
from tallyhub.kernel import clock
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.learning.intake import steps
from tallyhub.learning.rules import Format, Level, Said, check_said
from tallyhub.organizations.steps import zones_of

SOURCE = "import"
_LANGUAGES = tuple(dict(LANGUAGES))
_TEXTS = {"names": "name", "descriptions": "description"}


def write_activities(run: Run, rows: Sequence[Row]) -> None:
    """They are added and never changed, but for whether they are offered."""
    run.refs.resolve(rows, "product", run.refs.products)
    run.check(rows, _check_english, lambda _error: "name_en")
    rows = good(rows)
    offered = {row.values["code"]: row.values["is_offered"] for row in rows if "is_offered" in row.values}
    wanted: list[dict[str, Any]] = []
    for row in rows:
        said = row.said("code", "format", "level", "language", "minutes", "url", "added_on") | _texts(row)
        wanted.append(said | ({"product_id": row.found["product"]} if "product" in row.found else {}))
    added = steps.add_activities(wanted)
    run.wrote(rows, added)
    run.tally.changed += steps.offer_activities(offered)


def _check_english(row: Row) -> None:
    if row.wrong.isdisjoint({"names", "name_en"}) and not _texts(row).get("names", {}).get("en"):
        raise Invalid("value_missing")


def _texts(row: Row) -> dict[str, dict[str, str]]:
    """The texts that the row names, by language; a language's own column goes before the object."""
    texts = {}
    for plural, singular in _TEXTS.items():
        columns = {one: row.values[f"{singular}_{one}"] for one in _LANGUAGES if f"{singular}_{one}" in row.values}
        if named := row.values.get(plural, {}) | columns:
            texts[plural] = named
    return texts


def write_records(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_customer(rows)
    run.refs.resolve_workspace(rows)
    run.refs.resolve_person(rows)
    run.refs.resolve(rows, "activity", run.refs.activities)
    _check_places(run, rows)
    run.refuse_strangers(rows, "person")
    zones = zones_of({row.found["customer"] for row in rows if "customer" in row.found})
    for row in rows:
        _check_days(run, row, zones)
    staging.copy("staged_learning", [_staged(row) for row in good(rows)])


def _check_places(run: Run, rows: Sequence[Row]) -> None:
    """A person brings records into workspaces that they read already; nothing new comes into an archived one."""
    for row in rows:
        if run.actor and row.found.get("workspace") and row.found["workspace"] not in run.actor.workspaces:
            run.refuse(row, Conflict("workspace_just_made"), "workspace")


def _said(row: Row) -> Said:
    completed_on = row.values.get("completed_on")
    return Said(
        row.values.get("started_on"),
        row.values.get("last_activity_on") or completed_on or row.values.get("started_on"),
        completed_on,
        100 if completed_on else row.values.get("progress_pct", 0),
    )


def _check_days(run: Run, row: Row, zones: dict[int, str]) -> None:
    """A day that is today somewhere is none of the future for its system; the ledger waits until it has begun."""
    if "customer" not in row.found or not row.wrong.isdisjoint({"started_on", "last_activity_on", "completed_on"}):
        return
    if wrong := check_said(_said(row), clock.today(zones[row.found["customer"]])):
        run.refuse(row, wrong[1], wrong[0])


def _staged(row: Row) -> tuple[object, ...]:
    said = _said(row)
    return (
        row.line,
        row.found["customer"],
        row.found["workspace"],
        row.found["person"],
        row.found["activity"],
        row.values.get("source", SOURCE),
        row.values["external_id"],
        said.started_on,
        said.touched_on,
        said.completed_on,
        said.progress_pct,
    )


def finish_records(run: Run) -> None:
    staging.execute("ANALYZE staged_learning")
    repeated = steps.repeated(PROBLEMS_MAX)
    for line, first, name, _count in repeated:
        run.problems.add(line, Invalid("repeated", first=first), "external_id", name)
    run.problems.add_unlisted(repeated[0][3] if repeated else 0)
    fixed = steps.fixed(run.access, PROBLEMS_MAX)
    for line, column, _count in fixed:
        run.problems.add(line, Conflict("row_differs"), column)
    run.problems.add_unlisted(fixed[0][2] if fixed else 0)
    if run.problems.count:
        return
    new, changed = steps.add_staged(run.access)
    run.count_many(new)
    run.count_changed(changed)
    try:
        steps.book_staged(run.access)
    except HubError as error:
        run.problems.add(0, error)


def _source(text: str) -> str:
    """A name of the hub's own would let another system speak as the hub."""
    name = cells.reference(40)(text)
    if steps.is_reserved(name):
        raise Invalid("source_reserved")
    return name


def _https(text: str) -> str:
    read = cells.url(text)
    if not read.startswith("https://") or len(read) > 500:
        raise Invalid("url_not_https", length_max=500)
    return read


def _language(text: str) -> str:
    if not (text.isascii() and text.isalpha() and text.islower() and 2 <= len(text) <= 3):
        raise Invalid("content_language_malformed")
    return text


KINDS = (
    Kind(
        "activities",
        (
            Field("code", cells.reference(60), is_required=True),
            Field("format", cells.one_of(Format), is_required=True),
            Field("product", fields.CODE),
            Field("level", cells.one_of(Level), is_required=True),
            Field("language", _language, is_required=True),
            Field("minutes", cells.whole(1, 100_000), is_required=True),
            *(Field(plural, cells.texts) for plural in _TEXTS),
            *(Field(f"name_{one}", cells.text(200)) for one in _LANGUAGES),
            *(Field(f"description_{one}", cells.text(2_000)) for one in _LANGUAGES),
            Field("url", _https, is_required=True),
            Field("is_offered", cells.flag),
            Field("added_on", cells.day, is_required=True),
        ),
        ("code",),
        write_activities,
    ),
    Kind(
        "learning_records",
        (
            Field("customer", cells.text(40), is_required=True),
            Field("workspace", cells.text(80), is_required=True),
            Field("person", cells.text(254), is_required=True),
            Field("activity", cells.text(60), is_required=True),
            Field("external_id", cells.reference(120), is_required=True),
            Field("source", _source),
            Field("started_on", cells.day, is_required=True),
            Field("last_activity_on", cells.day),
            Field("completed_on", cells.day),
            Field("progress_pct", cells.whole(0, 100)),
        ),
        ("customer", "source", "external_id"),
        write_records,
        begin=steps.make_room,
        finish=finish_records,
        finds_repeats=True,
    ),
)
