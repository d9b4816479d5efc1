"""A grid is declared once: its columns serve the page and the export, its state lives in the URL.

Paging goes by key with the id as tie-breaker, so the last page of a million rows costs what the first one does.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.http import QueryDict

from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.spreadsheets import Cell

Row = TypeVar("Row")
PAGE_ROWS = 50
COUNT_MAX = 10_000  # exact up to here, "10,000+" beyond
TEXT_MAX = 200  # characters of a sort value
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)  # more digits are no bigint
_RUN = "=+\\-@＝＋－＠"  # what makes a spreadsheet run a cell
# At its beginning, also after what is blank there; and behind what another spreadsheet takes for the end of a cell.
_FORMULA = re.compile(f"^(?=[\t\r\n{_RUN}])|(?<=[;\t\r\n])(?=[{_RUN}])")
_NEEDS_QUOTES = re.compile('[",;\t\r\n]')


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """``text`` is what the page shows, ``plain`` what a CSV holds: ISO days, whole smallest steps.

    ``cell`` is what a spreadsheet holds: a typed value, and a text as it is, because there nothing runs it.
    """

    key: str  # stable once published
    label: str
    text: Callable[[Row], str] | None = None  # None: only in exports
    plain: Callable[[Row], str | int] | None = None  # None: only on the page
    cell: Callable[[Row], Cell] | None = None  # None: as plain
    sort: str | None = None  # the declared order it is sorted by; each has an index
    is_numeric: bool = False
    sorts_upwards: bool = False  # first, when it is chosen
    href: "Callable[[Row], str] | None" = None  # where the text leads
    note: "Callable[[Row], str] | None" = None  # said below the text
    lines: "Callable[[Row], list[Line]] | None" = None  # on the page, in place of the text


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page begins: the sort value and id of the row before it."""

    value: str
    id: int


@dataclass(frozen=True, slots=True)
class Place:
    """Which page, in which order. ``backwards``: the rows before the key, or the last ones without a key."""

    sort: str
    is_descending: bool = True
    key: Key | None = None
    backwards: bool = False

    @property
    def reads_descending(self) -> bool:
        """The last page is the first one of the reverse order."""
        return self.is_descending is not self.backwards


SortKind = type[date] | type[int] | type[str]


def read_place(query: QueryDict, sorts: Mapping[str, SortKind]) -> Place:
    """``sort=-occurred_on``, and ``after=VALUE~ID``, ``before=VALUE~ID`` or ``page=last``; by default the first sort,
    downwards, or upwards where it is one of texts.

    ``sorts``: what each declared order sorts by. Raises Invalid for an order that is not declared, or a key that no
    page of ours made.
    """
    first, kind = next(iter(sorts.items()))
    wanted = query.get("sort") or (first if kind is str else f"-{first}")
    sort = wanted.removeprefix("-")
    if sort not in sorts:
        raise Invalid("sort_unknown", sort=sort)
    is_descending = wanted.startswith("-")
    if query.get("page") == "last":
        return Place(sort, is_descending, None, backwards=True)
    if before := query.get("before"):
        return Place(sort, is_descending, _key(before, sorts[sort]), backwards=True)
    after = query.get("after")
    return Place(sort, is_descending, _key(after, sorts[sort]) if after else None)


def _key(text: str, kind: SortKind) -> Key:
    value, _, row_id = text.rpartition("~")
    if not _WHOLE.fullmatch(row_id) or not _is_value(value, kind):
        raise Invalid("page_unknown")
    return Key(value, int(row_id))


def _is_value(value: str, kind: SortKind) -> bool:
    if kind is str:
        return len(value) <= TEXT_MAX and "\x00" not in value
    return _is_day(value) if kind is date else bool(_WHOLE.fullmatch(value))


def moment(instant: datetime) -> int:
    """The sort value of an instant: exact, where a float of seconds would not be."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def instant_of(value: str) -> datetime:
    """The other way round. Raises Invalid for one that lies beyond every calendar."""
    try:
        return _EPOCH + timedelta(microseconds=int(value))
    except OverflowError:
        raise Invalid("page_unknown") from None


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: list[Row]
    has_before: bool
    has_after: bool


def cut(rows: list[Row], place: Place) -> Page[Row]:
    """A page from up to ``PAGE_ROWS + 1`` rows read in the place's reading order."""
    has_more = len(rows) > PAGE_ROWS
    kept = rows[:PAGE_ROWS]
    if place.backwards:
        return Page(kept[::-1], has_before=has_more, has_after=place.key is not None)
    return Page(kept, has_before=place.key is not None, has_after=has_more)


def count_text(count: int, number: Callable[[int], str]) -> str:
    return f"{number(COUNT_MAX)}+" if count > COUNT_MAX else number(count)


def link(carried: Sequence[tuple[str, str]], **changes: str) -> str:
    """The query string of the grid's page with another place."""
    return "?" + urlencode([*carried, *((name, value) for name, value in changes.items() if value)])


def heading(column: Column[Row], place: Place, base: str, carried: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A column's head. Choosing a sorted column again turns the order round."""
    is_sorted = column.sort is not None and column.sort == place.sort
    goes_up = place.is_descending if is_sorted else column.sorts_upwards
    sort = column.sort if goes_up else f"-{column.sort}"
    return {
        "key": column.key,
        "label": column.label,
        "is_numeric": column.is_numeric,
        "is_sorted": ("desc" if place.is_descending else "asc") if is_sorted else None,
        "sort_href": base + link(carried, sort=str(sort)) if column.sort else None,
    }


@dataclass(frozen=True, slots=True)
class Line:
    """One of several things in a cell, with what is said beside it."""

    text: str
    note: str = ""


def cell(column: Column[Row], row: Row) -> dict[str, Any]:
    """What a cell shows: a text, which may lead somewhere, or several lines."""
    return {
        "text": column.text(row) if column.text else "",
        "note": column.note(row) if column.note else "",
        "lines": column.lines(row) if column.lines else None,
        "is_numeric": column.is_numeric,
        "href": column.href(row) if column.href else None,
    }


def select(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str) -> dict[str, Any]:
    """A filter with a choice of (value, text)."""
    offered = [{"value": value, "label": text, "is_chosen": value == chosen} for value, text in options]
    return {"name": name, "label": label, "type": "select", "options": offered}


def page_links(
    base: str, carried: Sequence[tuple[str, str]], found: Page[Row], place: Place, key_of: Callable[[Row], str]
) -> dict[str, str | None]:
    """Where the pages before and after begin. ``key_of``: a row's sort value and id, ``VALUE~ID``."""
    ordered = [*carried, ("sort", f"{'-' if place.is_descending else ''}{place.sort}")]
    has_before, has_after = found.has_before and bool(found.rows), found.has_after and bool(found.rows)
    return {
        "first_href": base + link(ordered) if found.has_before else None,
        "prev_href": base + link(ordered, before=key_of(found.rows[0])) if has_before else None,
        "next_href": base + link(ordered, after=key_of(found.rows[-1])) if has_after else None,
        "last_href": base + link(ordered, page="last") if has_after else None,
    }


def _csv_line(cells: Sequence[str | int]) -> str:
    """As csv.writer does; but quotes stand around semicolons and tabs, too, at which some spreadsheets split."""
    return ",".join(_csv_cell(str(cell)) for cell in cells) + "\r\n"


def _csv_cell(text: str) -> str:
    if not _NEEDS_QUOTES.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def csv_lines(
    header: Sequence[str], rows: Iterable[Sequence[str | int]], *, lines_per_chunk: int = 500
) -> Iterator[str]:
    """A CSV as spreadsheets expect it (UTF-8 with its mark), in chunks, in constant memory."""
    yield "\ufeff" + _csv_line(header)
    chunk: list[str] = []
    for row in rows:
        chunk.append(_csv_line(row))
        if len(chunk) == lines_per_chunk:
            yield "".join(chunk)
            chunk.clear()
    yield "".join(chunk)


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, or for a cell that ends and one that is a formula."""
    return _FORMULA.sub("'", text)
