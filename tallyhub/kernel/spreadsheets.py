"""The one writer of XLSX: rows go to the disk as they come, so memory does not grow with them.

Texts are cells of text whatever they begin with: nothing in a workbook of ours is ever a formula.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tallyhub.kernel.amounts import Unit

ROWS_MAX = 1_000_000  # of a sheet; the format ends at 1,048,576
_MINUTES_PER_DAY = 24 * 60
_COLUMN_WIDTH, _HEADER_ROWS = 16, 2


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in its unit's smallest step: hours become a duration, credits a number with two decimals."""

    amount: int
    unit: Unit


Cell = str | int | date | Quantity | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """``header`` names each column by a key that stays the same and a label in the reader's language."""

    name: str
    header: Sequence[tuple[str, str]]
    rows: Iterable[Sequence[Cell]]


def write(path: Path, sheets: Iterable[Sheet]) -> None:
    """Write a workbook; what is half written while it lasts lies in the same folder.

    The first row holds the columns' keys, hidden, for programs; the second their labels. Raises OSError where the disk
    is full, and leaves the folder to the caller.
    """
    # Days are counted from 1904 because only then does a spreadsheet show a negative duration, as a reversal has one.
    options = {"constant_memory": True, "tmpdir": str(path.parent), "date_1904": True}
    book = Workbook(str(path), options)
    formats = _Formats(book)
    try:
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name[:31]), sheet, formats)
        book.close()
    except XlsxFileError as error:
        raise OSError(str(error)) from error
    finally:
        _let_go(book)


def _let_go(book: Workbook) -> None:
    """Close the files that rows were kept in, which the library forgets about where it fails."""
    for made in book.worksheets():
        with suppress(OSError):  # of what could not be written, which is known already
            made.row_data_fh.close()


class _Formats:
    def __init__(self, book: Workbook) -> None:
        self.bold: Format = book.add_format({"bold": True})
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self.duration: Format = book.add_format({"num_format": "[h]:mm"})
        self.hundredths: Format = book.add_format({"num_format": "0.00"})


def _write_sheet(made: Worksheet, sheet: Sheet, formats: _Formats) -> None:
    made.set_column(0, max(len(sheet.header) - 1, 0), _COLUMN_WIDTH)
    made.freeze_panes(_HEADER_ROWS, 0)
    made.set_row(0, None, None, {"hidden": True})
    for column, (key, _label) in enumerate(sheet.header):
        made.write_string(0, column, key)  # row by row: what was left behind is on the disk already
    for column, (_key, label) in enumerate(sheet.header):
        made.write_string(1, column, label, formats.bold)
    for number, row in enumerate(sheet.rows, start=_HEADER_ROWS):
        for column, cell in enumerate(row):
            _write_cell(made, number, column, cell, formats)


def _write_cell(made: Worksheet, row: int, column: int, cell: Cell, formats: _Formats) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        made.write_string(row, column, cell)
    elif isinstance(cell, date):
        made.write_datetime(row, column, cell, formats.day)
    elif isinstance(cell, Quantity):
        _write_quantity(made, row, column, cell, formats)
    else:
        made.write_number(row, column, cell)


def _write_quantity(made: Worksheet, row: int, column: int, cell: Quantity, formats: _Formats) -> None:
    if cell.unit is Unit.MINUTES:
        made.write_number(row, column, Fraction(cell.amount, _MINUTES_PER_DAY), formats.duration)
    elif cell.unit is Unit.CREDITS:
        made.write_number(row, column, Fraction(cell.amount, 100), formats.hundredths)
    else:
        made.write_number(row, column, cell.amount)
