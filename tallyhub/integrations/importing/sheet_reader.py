"""The first sheet of an XLSX as lines of JSON. A script of its own: ``spreadsheets`` runs it in a process of its own.

A reader of sheets holds all of one in memory, and the memory is made for the corner that is farthest out: two cells
can ask for half a terabyte. So the corner is looked for first, and the process has bounds, because whoever runs out
of memory in Rust ends its process. It knows the standard library and the reader, and nothing of the hub.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

SECONDS_MAX = 60  # of the processor
_ROOT, _WORKBOOK, _RELATIONS = "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_DIGITS, _DIGITS_MAX, _LETTERS_MAX = "0123456789", 7, 3  # of a place: XFD1048576 is the last one


class Refused(Exception):
    """``said``: the code of the error, and what its sentence needs."""

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.said = {"code": code, **params}


@dataclass(frozen=True, slots=True)
class Bounds:
    rows_max: int
    columns_max: int
    cells_max: int  # blank ones among them: rows times columns

    def check(self, row: int, column: int) -> None:
        if row > self.rows_max + 1:  # the first one names the columns
            raise Refused("rows_too_many", rows_max=self.rows_max)
        if column > self.columns_max:
            raise Refused("columns_too_many", columns_max=self.columns_max)
        if row * column > self.cells_max:
            raise Refused("cells_too_many", cells_max=self.cells_max)


class Corner:
    """The farthest row and column that hold something, counted as the reader counts: where a place is not said, it is
    the next one, and a cell that is only coloured counts for nothing. Called for millions of elements.

    Raises Refused as soon as it is out of bounds.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._rows = self._columns = 0  # the corner so far
        self._row = self._cell_row = self._column = 0  # where we are
        self._row_said = ""
        self._is_in_cell = False
        self._kinds = {"c": "c", "row": "row", "v": "v", "is": "v", "f": "v"}  # of elements, by name
        self._column_of: dict[str, int] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = self._kinds.get(name)
        if kind is None:
            kind = self._kinds[name] = self._kinds.get(name.rpartition(":")[2], "")
        if kind == "v":
            if self._is_in_cell and (self._column > self._columns or self._cell_row > self._rows):
                self._rows, self._columns = max(self._rows, self._cell_row), max(self._columns, self._column)
                self._bounds.check(self._rows, self._columns)
        elif kind == "c":
            self._is_in_cell = True
            self._place(attributes.get("r"))
        else:
            self._is_in_cell = False
            if kind == "row":
                self._begin_row(attributes.get("r"))

    def _begin_row(self, said: str | None) -> None:
        self._row_said = said or ""
        self._row = self._row + 1 if said is None else _whole(said)
        self._column = 0

    def _place(self, said: str | None) -> None:
        if said is None:
            self._column, self._cell_row = self._column + 1, self._row
            return
        letters = said.rstrip(_DIGITS)
        row = said[len(letters) :]
        self._cell_row = self._row if row == self._row_said else _whole(row)
        self._column = self._column_of.get(letters) or self._column_of.setdefault(letters, _column(letters))


def _whole(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) <= _DIGITS_MAX):
        raise Refused("spreadsheet_malformed")
    return int(said)


def _column(letters: str) -> int:
    if not (letters.isascii() and letters.isalpha() and len(letters) <= _LETTERS_MAX):
        raise Refused("spreadsheet_malformed")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def check_corner(path: str, bounds: Bounds) -> None:
    with ZipFile(path) as archive:
        parts = {name.lower(): name for name in archive.namelist()}
        if len(parts) != len(archive.namelist()):
            raise Refused("spreadsheet_malformed")  # two parts of one name: which one is meant?
        with archive.open(parts[_first_sheet(archive, parts).lower()]) as part:
            _parse(part, Corner(bounds).start)


def _first_sheet(archive: ZipFile, parts: dict[str, str]) -> str:
    """Where the first sheet lies. Raises LookupError where nothing leads there."""
    sheets: list[str] = []

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            sheets.extend(value for key, value in attributes.items() if key.endswith(":id"))

    books = [target for kind, target in _relations(archive, parts, _ROOT).values() if kind.endswith("/officeDocument")]
    if [book.removeprefix("/").lower() for book in books] != [_WORKBOOK]:
        raise Refused("spreadsheet_malformed")  # the reader would open another one
    with archive.open(parts[_WORKBOOK]) as file:
        _parse(file, sheet)
    target = _relations(archive, parts, _RELATIONS)[sheets[0]][1].removeprefix("/")
    return target if target.startswith("xl/") else f"xl/{target}"


def _relations(archive: ZipFile, parts: dict[str, str], name: str) -> dict[str, tuple[str, str]]:
    """(type, target) by id."""
    found: dict[str, tuple[str, str]] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            found[attributes.get("Id", "")] = attributes.get("Type", ""), attributes.get("Target", "")

    with archive.open(parts[name]) as file:
        _parse(file, relation)
    return found


def _parse(file: IO[bytes], start: Callable[[str, dict[str, str]], None]) -> None:
    """No spreadsheet has a document type; whoever brings one wants entities."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.ParseFile(file)


def _refuse_document_type(*_: Any) -> None:
    raise Refused("spreadsheet_malformed")


def rows(path: str, time_format: str) -> Iterator[tuple[int, list[str]]]:
    """(row of the sheet, its cells), blank rows left out."""
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        texts = [_text(cell, time_format) for cell in cells]
        if any(texts):
            yield line, texts


def _text(cell: Any, time_format: str) -> str:
    """As the file's format writes it, so that a mapping reads a date of the sheet like one that was typed."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(cell, ".15g")  # the digits that a sheet has
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.strftime(time_format)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return str(cell)


def _set_bounds(memory_bytes_max: int) -> None:
    """Where the platform has them; elsewhere the corner alone must do."""
    try:
        import resource
    except ImportError:
        return
    bounds = {"RLIMIT_AS": memory_bytes_max, "RLIMIT_CPU": SECONDS_MAX, "RLIMIT_CORE": 0}
    for name, bound in bounds.items():
        with suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (bound, bound))


def _write(said: Any) -> None:
    sys.stdout.write(json.dumps(said) + "\n")


def _main() -> None:
    from python_calamine import CalamineError

    order = json.loads(sys.argv[1])
    _set_bounds(order["memory_bytes_max"])
    try:
        check_corner(order["path"], Bounds(**order["bounds"]))
        for row in rows(order["path"], order["time_format"]):
            _write(row)
    except Refused as refused:
        _write(refused.said)
    except MemoryError:
        _write({"code": "spreadsheet_too_heavy"})
    except (CalamineError, BadZipFile, expat.ExpatError, LookupError, OSError, ValueError):
        _write({"code": "spreadsheet_malformed"})


if __name__ == "__main__":
    _main()
