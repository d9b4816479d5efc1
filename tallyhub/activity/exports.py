"""What a file holds: the rows of a drill-down with its filters, or a statement. One rule for CSV, XLSX and the job."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import gettext as _

from tallyhub.activity import drilldown, entry_grid, queries
from tallyhub.activity.drilldown import Subject
from tallyhub.activity.entry_grid import Columns, People
from tallyhub.activity.filters import Choice, NoSuchChoice, read_choice
from tallyhub.activity.grids import grid_of
from tallyhub.activity.queries import AgreementLines, list_agreements
from tallyhub.activity.rules import Group
from tallyhub.activity.statement_words import Words, cells_of
from tallyhub.activity.statements import Document, Lines, read_document
from tallyhub.agreements.rules import ServiceKind
from tallyhub.assessments import full
from tallyhub.assessments.queries import count_full, get_run, stream_full
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden
from tallyhub.kernel.grid import Column
from tallyhub.kernel.http import file_name
from tallyhub.kernel.spreadsheets import Sheet
from tallyhub.ledger import entries
from tallyhub.ledger.entries import EntryFilter
from tallyhub.ledger.queries import known_at
from tallyhub.organizations.queries import names_of

# A drill-down is one entitlement, or one kind of the enterprise-wide section.
Find = Callable[[list[AgreementLines], Choice], Subject]


def find_entitlement(entitlement_id: int) -> Find:
    return lambda agreements, _choice: drilldown.subject_of_entitlement(agreements, entitlement_id)


def find_group(name: str) -> Find:
    if name not in set(Group):
        raise NoSuchChoice
    return lambda agreements, choice: drilldown.subject_of_group(agreements, Group(name), choice)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a file is for. ``workspaces``: the names of those that can be read."""

    access: Access
    customer: str
    workspaces: dict[int, str]

    @classmethod
    def of(cls, sign_on: Any) -> "Reader":
        """``sign_on``: organizations.sign_on.SignOn, of a request or of a job's actor."""
        return cls(sign_on.access, sign_on.customer_name, {place.id: place.name for place in sign_on.places})


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows behind a number that a person may see. They are read in the scope that is open then."""

    subject: Subject
    wanted: EntryFilter
    columns: list[Column[Any]]
    people: People | None  # None: they are not named
    records: Any = None  # the filter of its own grid, where the rows are more than entries

    @property
    def workspaces(self) -> tuple[int, ...]:
        return self.wanted.workspaces

    @property
    def only_workspace(self) -> int | None:
        """Where they concern that one alone."""
        return self.workspaces[0] if len(self.workspaces) == 1 else None

    @property
    def only_line(self) -> int | None:
        return self.subject.lines[0].id if len(self.subject.lines) == 1 else None

    def count(self, *, exact_max: int) -> int:
        if self.records:
            counted: int = grid_of(self.subject).listing.count(self.records, exact_max=exact_max)
            return counted
        return entries.count(self.wanted, exact_max=exact_max)

    def batches(self) -> Iterator[Sequence[Any]]:
        of_kind = grid_of(self.subject) if self.records else None
        found = of_kind.listing.stream(self.records) if of_kind else entries.stream(self.wanted)
        for batch in found:
            if self.people:
                self.people.learn(of_kind.names_people(row) if of_kind else row.person_id for row in batch)
            yield batch

    def file_name(self, ending: str) -> str:
        """By tile and range of days: what the filters say, else from the first package on until today."""
        members = self.subject.members
        first = self.wanted.first_day or min(package.starts_on for _agreement, package, _line in members)
        last = self.wanted.last_day or max(agreement.today for agreement, *_rest in members)
        return file_name([self.subject.title, first.isoformat(), last.isoformat()], ending)


def read_rows(reader: Reader, find: Find, query: QueryDict) -> Rows:
    """Raises Forbidden and NoSuchChoice as the page does. Needs a scope."""
    access = reader.access
    choice = read_choice(query, access)
    subject = find(list_agreements(access, choice.workspaces), choice)
    workspaces = require_rows(access, subject, choice)
    if grid_of(subject):
        return _read_records(reader, subject, query, choice, workspaces)
    people = People(access) if shows_people(access, subject, workspaces) else None
    named = {one: name for one, name in reader.workspaces.items() if one in workspaces}
    wanted = entry_grid.read_filter(query, subject, workspaces)
    return Rows(subject, wanted, Columns(subject, named, people).declared(), people)


def _read_records(
    reader: Reader, subject: Subject, query: QueryDict, choice: Choice, entry_workspaces: tuple[int, ...]
) -> Rows:
    wanted = entry_grid.read_filter(query, subject, choice.workspaces)
    of_kind = grid_of(subject)
    rows = of_kind.rows_of(reader.access, subject, wanted, entry_workspaces)
    people = People(reader.access)
    named = {one: name for one, name in reader.workspaces.items() if one in choice.workspaces}
    return Rows(subject, wanted, of_kind.Columns(subject, named, people).declared(), people, rows)


def require_rows(access: Access, subject: Subject, choice: Choice) -> tuple[int, ...]:
    """The workspaces whose rows are shown. Named people's learning answers 403 to all but learning managers (R2.2)."""
    workspaces = drilldown.row_workspaces(access, subject.kinds, choice.workspaces)
    if not workspaces and ServiceKind.EDUCATION in subject.kinds:
        raise Forbidden(Right.VIEW_LEARNING)
    if subject.is_benefit:
        raise NoSuchChoice
    return workspaces


def shows_people(access: Access, subject: Subject, workspaces: tuple[int, ...]) -> bool:
    """Who an entry is about is for those who may see everything of its kind."""
    needed = Right.VIEW_LEARNING if ServiceKind.EDUCATION in subject.kinds else Right.ADMINISTER
    return bool(workspaces) and all(access.has(needed, workspace_id=one) for one in workspaces)


def open_statement(reader: Reader, statement_id: int) -> tuple[Words, Lines]:
    """A stored statement, made again. Needs a scope, and the statement's language to be the active one."""
    statement = queries.get_statement(reader.access, statement_id)
    document = read_document(reader.access, statement)
    words = Words(
        document,
        customer=reader.customer,
        workspaces=reader.workspaces,
        made_by=names_of(reader.access, [statement.made_by_id]).get(statement.made_by_id, ""),
        known_at=known_at(statement.customer_id, statement.ledger_version),
    )
    named = {one: name for one, name in reader.workspaces.items() if one in document.asked.workspaces}
    return words, Lines(reader.access, document, named)


def statement_file_name(document: Document, ending: str) -> str:
    asked = document.asked
    days = (asked.first_day.isoformat(), asked.last_day.isoformat())
    return file_name([_("Statement"), document.agreement.number, *days], ending)


Watch = Callable[[Iterator[Any]], Iterator[Any]]  # hands the rows on, and knows how many have passed


@dataclass(frozen=True, slots=True)
class Source:
    """What an export's file is made of, found out anew by the job and again by the download."""

    name: str
    total: int  # rows of the sheet that is long
    workspaces: tuple[int, ...]  # whose rows are in it
    names_people: bool
    sheets: Callable[[Watch], Iterator[Sheet]]  # the one that is long is watched


def language_of(reader: Reader, address: str, otherwise: str) -> str:
    """A statement keeps its own language; everything else is in the reader's."""
    found = _resolve(address)
    if found.view_name != "activity:statement":
        return otherwise
    return queries.get_statement(reader.access, found.kwargs["statement_id"]).language


def _resolve(address: str) -> ResolverMatch:
    try:
        return resolve(urlsplit(address).path)
    except (Resolver404, ValueError):  # http://[ is no address at all
        raise NoSuchChoice from None


def open_source(reader: Reader, address: str, *, rows_max: int) -> Source:
    """What lies behind the address of a page. Needs a scope. Raises NoSuchChoice for an address without rows."""
    found = _resolve(address)
    if found.view_name == "activity:statement":
        return _statement_source(*open_statement(reader, found.kwargs["statement_id"]))
    if found.view_name == "assessments:run":
        return _run_source(reader.access, found.kwargs["run_id"], rows_max)
    finders: dict[str, Callable[[], Find]] = {
        "activity:entitlement": lambda: find_entitlement(found.kwargs["entitlement_id"]),
        "activity:group": lambda: find_group(found.kwargs["group"]),
    }
    if found.view_name not in finders:
        raise NoSuchChoice
    return _rows_source(
        reader.access, read_rows(reader, finders[found.view_name](), QueryDict(urlsplit(address).query)), rows_max
    )


def _rows_source(access: Access, rows: Rows, rows_max: int) -> Source:
    if rows.records and not grid_of(rows.subject).oversees(access, rows.workspaces):
        raise Conflict("export_not_allowed")  # with whom a request is shared may change before the file is taken
    exported = [column for column in rows.columns if column.cell or column.plain]

    def sheets(watch: Watch) -> Iterator[Sheet]:
        labels = [(column.key, column.label) for column in exported]
        flat = (row for batch in rows.batches() for row in batch)
        yield Sheet(_("Entries"), labels, (cells_of(exported, row) for row in watch(flat)))

    total = rows.count(exact_max=rows_max)
    return Source(rows.file_name("xlsx"), total, rows.workspaces, rows.people is not None, sheets)


def _run_source(access: Access, run_id: int, rows_max: int) -> Source:
    """Everything that an assessment found; the objects may name people."""
    run = get_run(access, run_id)
    columns: list[Any] = full.columns()

    def sheets(watch: Watch) -> Iterator[Sheet]:
        flat = (row for batch in stream_full(run) for row in batch)
        labels = [(column.key, column.label) for column in columns]
        yield Sheet(_("Findings"), labels, (cells_of(columns, row) for row in watch(flat)))

    total = count_full(run, exact_max=rows_max)
    return Source(full.file_name_of(run, "xlsx"), total, (run.workspace_id,), True, sheets)


def _statement_source(words: Words, lines: Lines) -> Source:
    document = words.document

    def sheets(watch: Watch) -> Iterator[Sheet]:
        *short, long = words.sheets(lines)
        yield from short
        yield Sheet(long.name, long.header, watch(iter(long.rows)))

    name = statement_file_name(document, "xlsx")
    return Source(name, document.lines_shown, document.asked.workspaces, bool(document.named), sheets)


def is_still_allowed(workspaces: Sequence[int], *, names_people: bool, source: Source) -> bool:
    """True while its person may see all that is in the file: rights may have gone since it was made."""
    return set(workspaces) <= set(source.workspaces) and (source.names_people or not names_people)
