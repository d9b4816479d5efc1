"""What a kind of record is: its fields, what names a row of it, and who writes it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tallyhub.integrations.importing.files import Columns, Record
from tallyhub.integrations.importing.problems import Problems
from tallyhub.kernel.errors import HubError, Invalid

if TYPE_CHECKING:
    from tallyhub.integrations.importing.run import Run


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    read: Callable[[str], Any]  # raises Invalid
    is_required: bool = False


@dataclass(slots=True)
class Row:
    """A record. ``values`` has what the file says: an empty cell says nothing, and neither does a wrong one.

    A row that is refused is looked at further, so that all that is wrong with it is said at once; it is not written.
    """

    line: int
    cells: dict[str, str]
    values: dict[str, Any]
    found: dict[str, Any] = field(default_factory=dict)  # what its references mean, by field
    wrong: set[str] = field(default_factory=set)  # fields about which a problem was told

    def said(self, *names: str) -> dict[str, Any]:
        return {name: self.values[name] for name in names if name in self.values}

    @property
    def is_good(self) -> bool:
        return not self.wrong

    def refuse(self, problems: Problems, error: HubError, column: str = "") -> None:
        self.wrong.add(column)
        problems.add(self.line, error, column, self.cells.get(column, "").strip())


def good(rows: Iterable[Row]) -> list[Row]:
    """Those of which nothing wrong is known."""
    return [row for row in rows if row.is_good]


def _nothing(*_: "Run") -> None:
    """Most kinds need nothing made ready, and are done with their last row."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``write`` gets the rows in batches, refused ones among them, and tells the run what it did or refuses.

    ``begin`` comes before the first, ``finish`` after the last, ``close`` when all kinds of the file are in.
    """

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    write: Callable[["Run", Sequence[Row]], None]
    begin: Callable[[], None] = _nothing
    finish: Callable[["Run"], None] = _nothing
    close: Callable[["Run"], None] = _nothing
    finds_repeats: bool = False  # in its own way: its rows need not be staged for that

    @property
    def columns(self) -> Columns:
        required = [one.name for one in self.fields if one.is_required]
        return Columns(required, frozenset(one.name for one in self.fields))

    def fields_read_by(self, read: Callable[[str], Any]) -> frozenset[str]:
        return frozenset(one.name for one in self.fields if one.read is read)

    def key_of(self, cells: dict[str, str], names: Sequence[str] = ()) -> str | None:
        """What names the row; None where a part that must be there is not, which is a problem of its own."""
        required = {one.name for one in self.fields if one.is_required}
        parts = {name: cells.get(name, "").strip() for name in names or self.key}
        if any(not text for name, text in parts.items() if name in required):
            return None
        return json.dumps(list(parts.values()))  # escaped, because nobody has looked at what is in it

    def row_of(self, record: Record, problems: Problems) -> Row:
        """The record's values; every one that is wrong is among the problems."""
        row = Row(record.line, record.cells, {})
        cells = record.cells
        for one in self.fields:
            text = cells.get(one.name, "").strip()
            try:
                if text:
                    row.values[one.name] = one.read(text)
                elif one.is_required:
                    raise Invalid("value_missing")
            except HubError as error:
                row.refuse(problems, error, one.name)
        return row
