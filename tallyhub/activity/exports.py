"""What a file holds: the rows of a drill-down with its filters, or a statement. One rule for CSV, XLSX and the job."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import gettext as _

from tallyhub.activity import drilldown, queries
from tallyhub.activity.drilldown import Subject
from tallyhub.activity.filters import Choice, NoSuchChoice, read_choice
from tallyhub.activity.grids import rows_of
from tallyhub.activity.queries import AgreementLines, list_agreements
from tallyhub.activity.rows import Reader, Rows
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
from tallyhub.learning.report import queries as report_queries
from tallyhub.learning.report.reading import Report
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


def read_rows(reader: Reader, find: Find, query: QueryDict) -> Rows:
    """Raises Forbidden and NoSuchChoice as the page does. Needs a scope."""
    choice = read_choice(query, reader.access)
    rows = rows_of(reader, find(list_agreements(reader.access, choice.workspaces), choice), query, choice)
    require_rows(rows)
    return rows


def require_rows(rows: Rows) -> None:
    """Named people's learning answers 403 to all but learning managers (R2.2); a benefit has no rows."""
    if not rows.entry_workspaces and ServiceKind.EDUCATION in rows.subject.kinds:
        raise Forbidden(Right.VIEW_LEARNING)
    if rows.subject.is_benefit:
        raise NoSuchChoice


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
    """Of a page of ours. It is a link on the export's page later: another site, or a script, is no address of it."""
    try:
        parts = urlsplit(address)
        found = resolve(parts.path)
    except (Resolver404, ValueError):  # http://[ is no address at all
        raise NoSuchChoice from None
    if parts.scheme or parts.netloc:
        raise NoSuchChoice
    return found


def open_source(reader: Reader, address: str, *, rows_max: int) -> Source:
    """What lies behind the address of a page. Needs a scope. Raises NoSuchChoice for an address without rows."""
    found = _resolve(address)
    if found.view_name == "activity:statement":
        return _statement_source(*open_statement(reader, found.kwargs["statement_id"]))
    if found.view_name == "assessments:run":
        return _run_source(reader.access, found.kwargs["run_id"], rows_max)
    if found.view_name == "learning:report":
        return _report_source(reader, QueryDict(urlsplit(address).query), rows_max)
    finders: dict[str, Callable[[], Find]] = {
        "activity:entitlement": lambda: find_entitlement(found.kwargs["entitlement_id"]),
        "activity:group": lambda: find_group(found.kwargs["group"]),
    }
    if found.view_name not in finders:
        raise NoSuchChoice
    return _rows_source(read_rows(reader, finders[found.view_name](), QueryDict(urlsplit(address).query)), rows_max)


def _rows_source(rows: Rows, rows_max: int) -> Source:
    if not rows.may_export:
        raise Conflict("export_not_allowed")  # with whom a request is shared may change before the file is taken
    exported = [column for column in rows.columns() if column.cell or column.plain]

    def sheets(watch: Watch) -> Iterator[Sheet]:
        labels = [(column.key, column.label) for column in exported]
        flat = (row for batch in rows.batches() for row in batch)
        yield Sheet(_("Entries"), labels, (cells_of(exported, row) for row in watch(flat)))

    total = rows.count(exact_max=rows_max)
    return Source(rows.file_name("xlsx"), total, rows.workspaces, rows.names_people, sheets)


def _report_source(reader: Reader, query: QueryDict, rows_max: int) -> Source:
    """The education report, for learning managers."""
    report_queries.read_workspaces(reader.access)
    made = Report.read(reader.access, query, reader.workspaces)
    exported: list[Column[Any]] = [column for column in made.words.columns() if column.cell or column.plain]

    def sheets(watch: Watch) -> Iterator[Sheet]:
        flat = (row for batch in made.batches() for row in batch)
        labels = [(column.key, column.label) for column in exported]
        yield Sheet(_("Education report"), labels, (cells_of(exported, row) for row in watch(flat)))

    return Source(
        made.file_name("xlsx"),
        report_queries.count(made.wanted, exact_max=rows_max),
        made.wanted.workspaces,
        True,
        sheets,
    )


def _run_source(access: Access, run_id: int, rows_max: int) -> Source:
    """Everything that an assessment found; the objects may name people."""
    run = get_run(access, run_id)
    columns: list[Column[Any]] = full.columns()

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
