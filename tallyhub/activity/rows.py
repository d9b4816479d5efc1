"""The rows behind a number, as the filters of an address want them (design 5.6).

Page, CSV, spreadsheet and the job that makes it show the same rows; each kind of service has a grid of its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.activity import drilldown
from tallyhub.activity.drilldown import Subject
from tallyhub.activity.filters import Choice, NoSuchChoice
from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.grid import (
    COUNT_MAX,
    Column,
    Page,
    Place,
    SortKind,
    cell,
    count_text,
    cut,
    harmless,
    heading,
    link,
    page_links,
)
from tallyhub.kernel.http import file_name
from tallyhub.ledger.entries import EntryFilter
from tallyhub.organizations.queries import names_of


@dataclass(frozen=True, slots=True)
class Reader:
    """Who the rows are for. ``workspaces``: the names of those that can be read."""

    access: Access
    customer: str
    workspaces: dict[int, str]

    @classmethod
    def of(cls, sign_on: Any) -> "Reader":
        """``sign_on``: organizations.sign_on.SignOn, of a request or of a job's actor."""
        return cls(sign_on.access, sign_on.customer_name, {place.id: place.name for place in sign_on.places})

    def names(self, workspaces: Iterable[int]) -> dict[int, str]:
        return {one: self.workspaces[one] for one in self.workspaces if one in set(workspaces)}


class People:
    """Names by id, looked up a page or a batch at a time. Whom the customer no longer knows has none."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._names: dict[int, str] = {}

    def learn(self, ids: Iterable[int | None]) -> None:
        """Know these people, and forget the ones before: an export keeps no more than one batch."""
        self._names = names_of(self._access, ids)

    def knows(self, person_id: int | None) -> bool:
        return person_id in self._names

    def name(self, person_id: int | None) -> str:
        return self._names.get(person_id) or _("Erased person") if person_id is not None else ""


class Rows(ABC):
    """What a grid shows of a subject. Everything is read in the scope that is open then.

    Of each kind of service, what its own records do not tell is among the rows as entries: they add up to the total.
    """

    sorts: ClassVar[Mapping[str, SortKind]]
    names_people = True  # a file that does may not be taken any more once that right is gone

    def __init__(self, reader: Reader, subject: Subject, query: QueryDict, choice: Choice) -> None:
        """Raises NoSuchChoice for a filter that is none."""
        self.reader, self.access, self.subject, self.choice = reader, reader.access, subject, choice
        # Where the reader may see entries; records may have readers of their own.
        self.entry_workspaces = drilldown.row_workspaces(reader.access, subject.kinds, choice.workspaces)
        self.people = People(reader.access)
        self.wanted = read_filter(query, subject, self.workspaces)

    @staticmethod
    def fits(subject: Subject) -> bool:
        """Whether a subject of its kind has these rows."""
        return True

    @property
    def workspaces(self) -> tuple[int, ...]:
        """Of which rows are shown."""
        return self.entry_workspaces

    @property
    def workspace_names(self) -> dict[int, str]:
        return self.reader.names(self.workspaces)

    @property
    def may_export(self) -> bool:
        """Into a file that is made in the background and taken later."""
        return bool(self.workspaces)

    @property
    def sees_all(self) -> bool:
        """Nobody else sees more of what is wanted."""
        return self.workspaces == self.choice.workspaces

    @abstractmethod
    def columns(self) -> list[Column[Any]]:
        """The one declaration, for page and files."""

    @abstractmethod
    def page(self, place: Place) -> list[Any]:
        """Up to a page of rows and one more, in the place's reading order."""

    @abstractmethod
    def stream(self) -> Iterator[Sequence[Any]]:
        """All rows in batches, in constant memory."""

    @abstractmethod
    def count(self, *, exact_max: int = COUNT_MAX) -> int:
        """How many there are for this reader: exact up to ``exact_max``, one more than that beyond."""

    @abstractmethod
    def count_all(self) -> int:
        """How many there are for all readers together."""

    def totals(self) -> list[dict[str, Any]]:
        """What the kind counts beside its balance, whatever the grid's filters."""
        return []

    def note(self) -> str:
        """What must be known of the rows to add them up, beside what the grid says of all kinds."""
        return ""

    def parts(self, base: str) -> dict[str, Any]:
        """Of the drill-down's page, what stands around the grid."""
        return {"charts": drilldown.charts(self.subject, self.choice.workspaces)}

    def learn(self, rows: Sequence[Any]) -> None:
        """Look up whoever is named in these rows."""
        self.people.learn(row.person_id for row in rows)

    def batches(self) -> Iterator[Sequence[Any]]:
        for batch in self.stream():
            self.learn(batch)
            yield batch

    @property
    def only_workspace(self) -> int | None:
        """Where they concern that one alone."""
        return self.workspaces[0] if len(self.workspaces) == 1 else None

    @property
    def only_line(self) -> int | None:
        return self.subject.lines[0].id if len(self.subject.lines) == 1 else None

    @property
    def days(self) -> tuple[date | None, date | None]:
        """First and last that are asked for."""
        return self.wanted.first_day, self.wanted.last_day

    def file_name(self, ending: str) -> str:
        """By tile and range of days: what the filters say, else from the first package on until today."""
        members = self.subject.members
        first, last = self.days
        first = first or min(package.starts_on for _agreement, package, _line in members)
        last = last or max(agreement.today for agreement, *_rest in members)
        return file_name([self.subject.title, first.isoformat(), last.isoformat()], ending)

    def grid(self, base: str, place: Place) -> dict[str, Any]:
        """The page's grid, ready to be placed. The choice of the page is carried along in every link."""
        found = cut(self.page(place), place)
        self.learn(found.rows)
        shown = self.count()
        # Hidden rows are counted, but not one by one: a number that is hidden and one that is not there look alike.
        total = shown if self.sees_all or self.wanted.reference else self.count_all()
        return self._grid(base, place, found, shown, total)

    def _grid(self, base: str, place: Place, found: Page[Any], shown: int, total: int) -> dict[str, Any]:
        wanted, choice = self.wanted, [*self.choice.pairs()]
        carried = [*choice, *_bounds(wanted)]
        on_page = [column for column in self.columns() if column.text]
        return {
            "columns": [heading(column, place, base, carried) for column in on_page],
            "rows": [{"cells": [cell(column, row) for column in on_page]} for row in found.rows],
            "filters": [
                {"name": "from", "label": _("From"), "type": "date", "value": iso(wanted.first_day), "options": []},
                {"name": "to", "label": _("To"), "type": "date", "value": iso(wanted.last_day), "options": []},
                {
                    "name": "reference",
                    "label": _("Reference"),
                    "type": "search",
                    "value": wanted.reference,
                    "options": [],
                },
            ],
            "action": base,
            "hidden": choice,
            "count": _count_label(shown),
            "shown": " ".join(filter(None, (_hidden_notice(shown, total, self.subject.kinds), self.note()))),
            **page_links(base, carried, found, place, lambda row: f"{getattr(row, place.sort)}~{row.id}"),
            "csv_href": f"{base}entries.csv{link(carried)}" if self.workspaces else None,
            "address": base + link(carried) if self.may_export else "",
            "empty": None if found.rows else _no_rows(wanted, shown, total),
        }


class RecordRows(Rows):
    """Rows of a package's own listing, which tells its records and the entries that have none."""

    records: Any  # its listing: SORTS, RowFilter, list_page, stream, count

    @property
    def sorts(self) -> Mapping[str, SortKind]:  # type: ignore[override]
        found: Mapping[str, SortKind] = self.records.SORTS
        return found

    @cached_property
    def filter(self) -> Any:
        return self.filter_of(self.workspaces)

    def filter_of(self, workspaces: tuple[int, ...]) -> Any:
        wanted = self.wanted
        return self.records.RowFilter(
            wanted.entitlements, workspaces, wanted.first_day, wanted.last_day, wanted.reference
        )

    def page(self, place: Place) -> list[Any]:
        found: list[Any] = self.records.list_page(self.filter, place)
        return found

    def stream(self) -> Iterator[Sequence[Any]]:
        found: Iterator[Sequence[Any]] = self.records.stream(self.filter)
        return found

    def count(self, *, exact_max: int = COUNT_MAX) -> int:
        found: int = self.records.count(self.filter, exact_max=exact_max)
        return found

    def count_all(self) -> int:
        found: int = self.records.count(self.filter_of(self.choice.workspaces))
        return found


def text_column(key: str, label: str, of: Callable[[Any], str], *, on_page: bool = True) -> Column[Any]:
    """The same on page and in the export, in a CSV made harmless for spreadsheets."""
    return Column(key, label, of if on_page else None, lambda row: harmless(of(row)), of)


def day_column(
    key: str, label: str, of: Callable[[Any], date | None], *, on_page: bool = True, sort: str | None = None
) -> Column[Any]:
    """A day, or nothing."""

    def text(row: Any) -> str:
        day = of(row)
        return fmt.short_day(day) if day else ""

    return Column(key, label, text if on_page else None, lambda row: iso(of(row)), of, sort=sort)


def read_filter(query: QueryDict, subject: Subject, workspaces: tuple[int, ...]) -> EntryFilter:
    """The grid's own filters. Raises NoSuchChoice for a day that is none."""
    return EntryFilter(
        entitlements=tuple(line.id for line in subject.lines),
        workspaces=workspaces,
        first_day=read_day(query.get("from")),
        last_day=read_day(query.get("to")),
        reference=(query.get("reference") or "").replace("\x00", "").strip()[:120],
    )


def read_day(value: str | None) -> date | None:
    """Raises NoSuchChoice for a day that is none."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise NoSuchChoice from None


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def plain_amount(value: int, unit: Unit) -> str | int:
    """An export's figure: h:mm, hundredths as a decimal with a point, else the whole number."""
    if unit is Unit.MINUTES:
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 60}:{abs(value) % 60:02}"
    if unit is Unit.CREDITS:
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 100}.{abs(value) % 100:02}"
    return value


def _bounds(wanted: EntryFilter) -> list[tuple[str, str]]:
    named = {"from": iso(wanted.first_day), "to": iso(wanted.last_day), "reference": wanted.reference}
    return [(name, value) for name, value in named.items() if value]


def _hidden_notice(shown: int, total: int, kinds: set[ServiceKind]) -> str | None:
    """Rows one may not see are counted, and it is said for whom they are."""
    if shown >= total:
        return None
    counted = _("%(shown)s of %(total)s shown.") % {"shown": fmt.number(shown), "total": fmt.number(total)}
    if ServiceKind.EDUCATION in kinds:
        return counted + " " + _("Named people's learning is shown to learning managers only.")
    return counted + " " + _("The others are not shared with you.")


def _count_label(count: int) -> str:
    return ngettext("%(n)s entry", "%(n)s entries", count) % {"n": count_text(count, fmt.number)}


def _no_rows(wanted: EntryFilter, shown: int, total: int) -> dict[str, str]:
    if total and not shown:
        return {
            "title": _("No entries that you may see"),
            "sentence": _("There are entries, but they are shown to others only."),
        }
    if wanted.is_bounded:
        return {"title": _("No entries fit the filters"), "sentence": _("Widen the days or clear the reference.")}
    return {"title": _("No consumption yet"), "sentence": _("Nothing has been recorded here so far.")}
