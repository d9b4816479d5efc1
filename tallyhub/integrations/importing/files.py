"""A file as records: CSV, JSON Lines or XLSX, one at a time; all but XLSX in constant memory whatever they hold.

Every bound is here: a line, a record, a cell. What breaks one is refused before it is in memory.
"""

import csv
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, BinaryIO

from tallyhub.integrations.importing import spreadsheets
from tallyhub.integrations.importing.mapping import Format
from tallyhub.integrations.importing.problems import Problems, harmless
from tallyhub.kernel.errors import HubError, Invalid

LINE_BYTES_MAX = 1024 * 1024
RECORD_BYTES_MAX = 2 * LINE_BYTES_MAX  # of a record whose quoted cells hold line breaks
COLUMN_CHARACTERS_MAX = 200
LINES_PER_PROGRESS = 2_000
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # what JSON can say, and no database can keep
_DELIMITERS = (",", ";", "\t")
_ENDINGS = {".csv": False, ".jsonl": True, ".ndjson": True, ".json": True}  # whether it is JSON Lines

Progress = Callable[[int, int], None]  # bytes read, bytes in all


def no_progress(done: int, total: int) -> None:
    """For those who do not watch."""


class Unreadable(Exception):
    """Nothing after this line can be understood."""

    def __init__(self, line: int, error: HubError, column: str = "", value: str = "") -> None:
        super().__init__(line, error)
        self.line, self.error, self.column, self.value = line, error, column, value


@dataclass(frozen=True, slots=True)
class Record:
    line: int  # where it begins, the first line of the file is 1
    cells: dict[str, str]  # by column


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file must and may have. ``allowed`` None: whatever it likes."""

    required: Sequence[str]
    allowed: frozenset[str] | None


@dataclass(slots=True)
class Lines:
    """The decoded lines of a file. ``held`` counts the bytes of the record that is being read."""

    file: BinaryIO
    encoding: str
    progress: Callable[[int], None]
    number: int = 0
    held: int = 0
    digest: Any = field(default_factory=sha256)

    def __iter__(self) -> Iterator[str]:
        done = 0
        while line := self.file.readline(LINE_BYTES_MAX + 1):
            self.number += 1
            self.held += len(line)
            self._check(line)
            self.digest.update(line)
            done += len(line)
            if self.number % LINES_PER_PROGRESS == 0:
                self.progress(done)
            yield self._decoded(line)
        self.progress(done)

    def _check(self, line: bytes) -> None:
        if len(line) > LINE_BYTES_MAX:
            raise Unreadable(self.number, Invalid("line_too_long", bytes_max=LINE_BYTES_MAX))
        if self.held > RECORD_BYTES_MAX:
            raise Unreadable(self.number, Invalid("csv_quote_open"))

    def _decoded(self, line: bytes) -> str:
        try:
            text = line.decode(self.encoding)
        except UnicodeDecodeError as error:
            wrong = line[error.start : error.start + 1].hex()
            raise Unreadable(self.number, Invalid("encoding_wrong", encoding=self.encoding, byte=wrong)) from None
        if "\0" in text:
            raise Unreadable(self.number, Invalid("nul_character"))
        return text.removeprefix("\ufeff") if self.number == 1 else text


@dataclass(slots=True)
class File:
    """A file on disk that is read once or several times."""

    path: Path
    format: Format
    problems: Problems
    progress: Progress = no_progress
    passes: int = 1  # how often it will be read, for the progress
    rows_max: int | None = None  # more are refused
    fingerprint: str = ""  # of the content, known after the first reading
    _done: int = 0

    def records(self, columns: Columns) -> Iterator[Record]:
        """Every record; what is wrong with one goes to the problems. Raises Unreadable."""
        for count, record in enumerate(self._read(columns), start=1):
            if self.rows_max is not None and count > self.rows_max:
                raise Unreadable(record.line, Invalid("rows_too_many", rows_max=self.rows_max))
            yield record

    def _read(self, columns: Columns) -> Iterator[Record]:
        size = self.path.stat().st_size
        if spreadsheets.is_spreadsheet(self.path):
            yield from self._sheet(columns, size)
            return
        with self.path.open("rb") as file:
            lines = Lines(file, self.format.encoding, lambda done: self.progress(self._done + done, size * self.passes))
            yield from self._parsed(lines, columns)
        self._done += size
        self._check_unchanged(lines.digest.hexdigest())

    def _sheet(self, columns: Columns, size: int) -> Iterator[Record]:
        """Of an XLSX: read in one piece, so there is no progress before the end."""
        try:
            yield from _table(spreadsheets.rows(self.path, self.format), columns, self.problems)
        except Invalid as error:
            raise Unreadable(0, error) from None
        self._done += size
        self.progress(self._done, size * self.passes)
        with self.path.open("rb") as file:
            self._check_unchanged(file_digest(file, "sha256").hexdigest())

    def _parsed(self, lines: Lines, columns: Columns) -> Iterator[Record]:
        parse = _json_records if self._is_json() else _csv_records
        return parse(lines, columns, self.format, self.problems)

    def _is_json(self) -> bool:
        """By the ending; a file with another ending is JSON Lines if it begins like it."""
        ending = self.path.suffix.lower()
        if ending in _ENDINGS:
            return _ENDINGS[ending]
        with self.path.open("rb") as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")

    def _check_unchanged(self, fingerprint: str) -> None:
        if self.fingerprint and self.fingerprint != fingerprint:
            raise Unreadable(0, Invalid("file_changed"))
        self.fingerprint = fingerprint


def _csv_records(lines: Lines, columns: Columns, form: Format, problems: Problems) -> Iterator[Record]:
    feed = iter(lines)
    first = next(feed, "")
    delimiter = form.delimiter or max(_DELIMITERS, key=first.count)
    rows = _csv_rows(csv.reader(_chain(first, feed), delimiter=delimiter, strict=True), lines)
    yield from _table(rows, columns, problems)


def _table(rows: Iterator[tuple[int, list[str]]], columns: Columns, problems: Problems) -> Iterator[Record]:
    """The first row names the columns of the others."""
    header = _header(next(rows, (1, []))[1], columns)
    for line, row in rows:
        if len(row) != len(header):
            problems.add(line, Invalid("cells_wrong", expected=len(header), found=len(row)))
            continue
        yield Record(line, dict(zip(header, row, strict=True)))


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _csv_rows(reader: Any, lines: Lines) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the line on which it begins."""
    last = 0
    try:
        for row in reader:
            line, last = last + 1, reader.line_num
            lines.held = 0
            if row:
                yield line, row
    except csv.Error as error:
        # A cell that never ends runs into the reader's own bound, or into the end of the file.
        is_open = "end of data" in str(error) or "field larger" in str(error)
        raise Unreadable(last + 1, Invalid("csv_quote_open" if is_open else "csv_malformed")) from None


def _header(cells: list[str], columns: Columns) -> list[str]:
    header = [cell.strip() for cell in cells]
    if not any(header):
        raise Unreadable(1, Invalid("file_empty"))
    try:
        _check_names(header)
    except Invalid as error:
        raise Unreadable(1, error) from None
    seen: set[str] = set()
    for name in header:
        if name in seen:
            raise Unreadable(1, Invalid("column_twice"), name)
        seen.add(name)
        if columns.allowed is not None and name not in columns.allowed:
            raise Unreadable(1, Invalid("column_unknown", columns=", ".join(sorted(columns.allowed))), name)
    for name in columns.required:
        if name not in seen:
            raise Unreadable(1, Invalid("column_missing"), name)
    return header


def _check_names(names: Collection[str]) -> None:
    """A page lists them beside each of our fields. Raises Invalid."""
    if len(names) > spreadsheets.COLUMNS_MAX:
        raise Invalid("columns_too_many", columns_max=spreadsheets.COLUMNS_MAX)
    if any(len(name) > COLUMN_CHARACTERS_MAX for name in names):
        raise Invalid("column_too_long", length_max=COLUMN_CHARACTERS_MAX)


def _json_records(lines: Lines, columns: Columns, form: Format, problems: Problems) -> Iterator[Record]:
    for text in lines:
        lines.held = 0
        if not text.strip():
            continue
        try:
            cells = _json_cells(text)
            check_known(cells.keys(), columns)
        except Invalid as error:
            problems.add(lines.number, error, error.params.get("column", ""))
        else:
            yield Record(lines.number, cells)
    if lines.number == 0:
        raise Unreadable(1, Invalid("file_empty"))


def _json_cells(text: str) -> dict[str, str]:
    try:
        # Numbers stay as they are written: an amount never passes through a float.
        read = json.loads(text, object_pairs_hook=once, parse_float=str, parse_int=str, parse_constant=str)
    except (json.JSONDecodeError, RecursionError):
        raise Invalid("json_malformed") from None
    if not isinstance(read, dict):
        raise Invalid("json_no_object")
    _check_names(read)
    cells = {key: _json_cell(key, value) for key, value in read.items()}
    if wrong := next((key for key, text in cells.items() if _NO_TEXT.search(key + text)), None):
        raise Invalid("control_character", column=harmless(wrong))
    return cells


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For ``json.loads``: of two values of one key, which one is meant? Raises Invalid."""
    read = dict(pairs)
    if len(read) != len(pairs):
        raise Invalid("json_key_twice")
    return read


def _json_cell(key: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ";".join(value)
    if isinstance(value, dict):
        return json.dumps(value)
    raise Invalid("json_value", column=harmless(key))


def check_known(names: Iterable[str], columns: Columns) -> None:
    """Raise Invalid for a column that the file may not have: a slip in its name would lose what it says."""
    if columns.allowed is not None and (unknown := set(names) - columns.allowed):
        raise Invalid("column_unknown", columns=", ".join(sorted(columns.allowed)), column=harmless(min(unknown)))
