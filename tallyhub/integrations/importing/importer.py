"""Imports from end to end: read, check, write, and either keep all of it or nothing."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from django.db import DataError, IntegrityError

from tallyhub.agreements.models import AGREEMENT_NUMBER_ONCE
from tallyhub.integrations.importing import (
    assessments,
    cells,
    consumption,
    contracts,
    engagements,
    learning,
    parties,
    requests,
    staging,
)
from tallyhub.integrations.importing import mapping as mappings
from tallyhub.integrations.importing.files import Columns, File, Progress, Record, Unreadable, check_known, no_progress
from tallyhub.integrations.importing.kinds import Kind
from tallyhub.integrations.importing.mapping import Format, Section
from tallyhub.integrations.importing.mapping import Mapping as Mapped
from tallyhub.integrations.importing.problems import PROBLEMS_MAX, Problems, Report, harmless
from tallyhub.integrations.importing.run import Run
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.scope import scope

log = logging.getLogger(__name__)
ROWS_PER_BATCH = 2_000
# Two of them would wait for each other's rows in another order each.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(74112026)"
# Enough to sort a large file in a few passes; the server's memory, and only for this transaction.
_MEMORY = "SET LOCAL work_mem = '64MB'"

# What a customer's own account team may bring in. Sellers, services and customers are the provider's; people and their
# roles come through an operator, because an address may be known elsewhere and a role is a right.
OF_CUSTOMER = ("workspaces", "agreements", "packages", "entitlements", "allotments", "mappings", "consumption",
               "requests", "request_changes", "request_messages", "engagements", "engagement_deliveries",
               "learning_records", "assessment_results")  # fmt: skip
_ALL = (
    *parties.KINDS, *contracts.KINDS, *consumption.KINDS, *requests.KINDS, *engagements.KINDS, *learning.KINDS,
    *assessments.KINDS,
)  # fmt: skip
KINDS = {kind.name: kind for kind in _ALL}


class Refused(HubError):
    """Records that a program made were wrong; ``report`` says which and why."""

    def __init__(self, report: Report) -> None:
        first = report.problems[0]
        where = f"{report.name} {first.line}, {first.column} {first.value!r}: {first.sentence}"
        super().__init__("import_refused", count=report.problem_count, first=where)
        self.report = report


class _Undo(Exception):
    """Ends the transaction of an import that must leave nothing behind."""


@dataclass(frozen=True, slots=True)
class Part:
    """Records of one kind, and how its fields are called where they come from."""

    kind: Kind
    records: Callable[[File], Iterator[Record]]
    columns: Mapping[str, str] = field(default_factory=dict)
    key: Sequence[str] = ()
    wins: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made of a file. ``name`` is what the journal calls it: no path, which may hold a person's name."""

    name: str
    format: Format
    parts: Sequence[Part]
    passes: int = 1


def import_files(
    paths: Iterable[Path],
    *,
    kind: str | None = None,
    mapping: str | None = None,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Iterator[Report]:
    """Import one file after the other, each whole or not at all; ends with the first that is refused.

    A dry run is one transaction for all of them, so that a file may name what an earlier one would have made.
    Raises Invalid when there is no such kind or mapping, or a file's name tells none; before anything is written.
    """
    plans = [(path, _plan(path, kind, mapping)) for path in paths]
    if dry_run:
        yield from _tried(plans, progress)
        return
    for path, plan in plans:
        with _transaction():
            report = _import(path, plan, progress)
            if report.is_refused:
                raise _Undo
        yield report
        if report.is_refused:
            return


def import_file(
    path: Path,
    kind: str | None = None,
    mapping: str | None = None,
    *,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Report:
    """As ``import_files``, for one."""
    (report,) = import_files([path], kind=kind, mapping=mapping, dry_run=dry_run, progress=progress)
    return report


def import_for(
    actor: Access,
    path: Path,
    mapping: Mapped,
    *,
    dry_run: bool,
    rows_max: int | None = None,
    progress: Progress = no_progress,
    done: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Import a file on behalf of a person, inside the customer they work in: what names another is unknown.

    ``done`` is called inside the transaction, when everything is in: what it writes and the rows are kept together.
    """
    with _transaction(actor):
        report = replace(_import(path, plan_of(mapping), progress, actor, rows_max), is_dry_run=dry_run)
        if report.is_refused or dry_run:
            raise _Undo
        done(report)
    return report


def plan_of(mapping: Mapped) -> Plan:
    """Of a person's mapping: sections whose kinds may be brought in for one customer; the others are passed over."""
    sections = [one for one in mapping.records if one.kind in OF_CUSTOMER]
    if not sections:
        raise Invalid("mapping_elsewhere", kinds=", ".join(OF_CUSTOMER))
    return Plan("mapping", mapping.format, [_part(one, mapping.format) for one in sections], mapping.passes)


def preview(path: Path, mapping: Mapped, rows_max: int) -> list[tuple[Part, list[Record], Problems]]:
    """The first rows of each part as they will be read, and what is wrong with their cells. Writes nothing."""
    found = []
    for part in plan_of(mapping).parts:
        problems = Problems()
        file = File(path, mapping.format, problems)
        records: list[Record] = []
        try:
            records = list(islice(part.records(file), rows_max))
        except Unreadable as broken:
            problems.add(broken.line, broken.error, broken.column, broken.value)
        for record in records:
            part.kind.row_of(record, problems)
        found.append((part, records, problems))
    return found


def import_records(streams: Iterable[tuple[str, Iterable[Mapping[str, str]]]]) -> Report:
    """Import records of our own kinds, in one transaction: a problem's line is the place of its record.

    Raises Refused when one of them is wrong, and then nothing was written.
    """
    with _transaction():
        run = Run()
        for name, rows in streams:
            _run_part(run, KINDS[name], _numbered(KINDS[name], rows))
            if run.problems.count:
                raise Refused(_report(run, name))
        _close(run, "records", "")
        if run.problems.count:
            raise Refused(_report(run, "records"))
    return _report(run, "records")


def _tried(plans: Sequence[tuple[Path, Plan]], progress: Progress) -> list[Report]:
    reports: list[Report] = []
    with _transaction():
        for path, plan in plans:
            reports.append(replace(_import(path, plan, progress), is_dry_run=True))
            if reports[-1].is_refused:
                break
        raise _Undo
    return reports


@contextmanager
def _transaction(actor: Access | None = None) -> Iterator[None]:
    with suppress(_Undo), scope(actor or Access.of_system(), writing=True):
        staging.execute(ONE_AT_A_TIME)
        staging.execute(_MEMORY)
        yield


def _plan(path: Path, kind: str | None, mapping: str | None) -> Plan:
    if mapping is None:
        one = _kind(kind) if kind else _kind_of(path)
        return Plan(one.name, Format(), [Part(one, lambda file: file.records(one.columns))])
    if kind:
        raise Invalid("kind_and_mapping")
    loaded = mappings.load(mapping)
    name = mapping if mappings.is_shipped(mapping) else "mapping"
    return Plan(name, loaded.format, [_part(section, loaded.format) for section in loaded.records], loaded.passes)


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise Invalid("kind_unknown", kind=name, kinds=", ".join(KINDS))
    return KINDS[name]


def _kind_of(path: Path) -> Kind:
    """``customers.csv``, ``03-agreements.jsonl``, ``cedar consumption 2026-10.csv``: the one kind among its words."""
    words = f"_{'_'.join(re.split('[^a-z]+', path.stem.lower()))}_"
    named = {name for name in KINDS if f"_{name}_" in words}
    if len(named) != 1:
        raise Invalid("kind_not_named", file=harmless(path.name), kinds=", ".join(KINDS))
    return KINDS[named.pop()]


def _part(section: Section, form: Format) -> Part:
    kind = _kind(section.kind)
    if unknown := {*section.columns, *section.key} - {one.name for one in kind.fields}:
        raise Invalid("mapping_malformed", reason=f"{kind.name}: {min(unknown)}")
    read = mappings.reader(section, form, kind.fields_read_by(cells.day), kind.fields_read_by(cells.instant))

    def records(file: File) -> Iterator[Record]:
        if section.is_fixed:  # every line would say the same
            yield Record(0, read({}) or {})
            return
        for record in file.records(Columns(section.used_columns, None)):
            if (fields := read(record.cells)) is not None:
                yield Record(record.line, fields)

    names = {name: ", ".join(source.columns) or name for name, source in section.columns.items()}
    return Part(kind, records, names, section.key, section.wins)


def _import(
    path: Path, plan: Plan, progress: Progress, actor: Access | None = None, rows_max: int | None = None
) -> Report:
    run = Run(actor)
    file = File(path, plan.format, run.problems, progress, plan.passes, rows_max)
    try:
        for part in plan.parts:
            run.problems.columns = part.columns
            _run_part(run, part.kind, part.records(file), part.key, part.wins)
            if run.problems.count:  # what comes after would only say that this is missing
                break
        else:
            _close(run, plan.name, file.fingerprint)
    except (DataError, IntegrityError) as error:
        # Somebody made the same thing at the same time, or we forgot a check. Nothing is kept either way.
        log.warning("import refused by the database", exc_info=error)
        run.problems.add(0, _refused_by(error))
    return _report(run, path.name)


def _refused_by(error: Exception) -> HubError:
    """Without the database's words: they name tables, and values that may be another customer's."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None and diagnosis.constraint_name == AGREEMENT_NUMBER_ONCE:
        return Invalid("number_taken")
    return Conflict("database_refused")


def _run_part(
    run: Run, kind: Kind, records: Iterator[Record], key: Sequence[str] = (), wins: str | None = None
) -> None:
    run.kind = kind.name
    kind.begin()
    try:
        if wins or not kind.finds_repeats:
            records = _unrepeated(run, kind, records, key, wins)
        while batch := list(islice(records, ROWS_PER_BATCH)):
            run.tally.rows += len(batch)
            kind.write(run, [kind.row_of(record, run.problems) for record in batch])
    except Unreadable as broken:
        run.problems.add(broken.line, broken.error, broken.column, broken.value)
    else:
        kind.finish(run)


def _close(run: Run, name: str, fingerprint: str) -> None:
    for kind in run.tallies:
        KINDS[kind].close(run)
    run.close(name, fingerprint)


def _unrepeated(
    run: Run, kind: Kind, records: Iterator[Record], key: Sequence[str], wins: str | None
) -> Iterator[Record]:
    """One record for each key: the one that wins; where none may, a repeated key is a problem."""
    staging.stage((kind.key_of(record.cells, key), record) for record in records)
    repeats = [] if wins else staging.repeats(PROBLEMS_MAX)
    for line, first, _ in repeats:
        run.problems.add(line, Invalid("repeated", first=first), (key or kind.key)[-1])
    run.problems.add_unlisted(repeats[0][2] if repeats else 0)
    return staging.staged(wins or "first")


def _numbered(kind: Kind, rows: Iterable[Mapping[str, str]]) -> Iterator[Record]:
    for number, row in enumerate(rows, start=1):
        try:
            check_known(row.keys(), kind.columns)
        except Invalid as error:
            raise Unreadable(number, error, error.params["column"]) from None
        yield Record(number, dict(row))


def _report(run: Run, name: str) -> Report:
    return Report(name, dict(run.tallies), tuple(run.problems.listed), run.problems.count)
