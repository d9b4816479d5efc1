"""XLSX as rows of text. It is a ZIP, so what it unpacks to is measured before anybody opens it."""

import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from python_calamine import CalamineError, CalamineWorkbook

from tallyhub.integrations.importing.mapping import Format
from tallyhub.kernel.errors import Invalid

UNPACKED_BYTES_MAX = 400 * 1024 * 1024
MEMBERS_MAX = 2_000
ROWS_MAX = 200_000  # a sheet is in memory as a whole
_MAGIC = b"PK\x03\x04"
_WORKBOOK = "xl/workbook.xml"
_LOCAL_HEADER = 30
_CHUNK = 1024 * 1024


def is_spreadsheet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def rows(path: Path, form: Format) -> Iterator[tuple[int, list[str]]]:
    """(row of the sheet, its cells), of the first sheet, blank rows left out.

    Raises Invalid for what is no spreadsheet, or would be larger in memory than we allow.
    """
    check_unpacked(path)
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (CalamineError, OSError, ValueError) as error:
        raise Invalid("spreadsheet_malformed") from error
    if sheet.total_height > ROWS_MAX + 1:
        raise Invalid("rows_too_many", rows_max=ROWS_MAX)
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        texts = [_text(cell, form) for cell in cells]
        if any(texts):
            yield line, texts


def check_unpacked(path: Path) -> None:
    """Unpack each part to nowhere and count: what the file says of itself may be a lie. Raises Invalid."""
    try:
        with ZipFile(path) as archive, path.open("rb") as raw:
            members = archive.infolist()
            if len(members) > MEMBERS_MAX or _WORKBOOK not in archive.namelist():
                raise Invalid("spreadsheet_malformed")
            left = UNPACKED_BYTES_MAX
            for member in members:
                left -= _unpacked_bytes(raw, member, left)
                if left < 0:
                    raise Invalid("spreadsheet_too_large", bytes_max=UNPACKED_BYTES_MAX)
    except (BadZipFile, zlib.error, OSError, ValueError, OverflowError) as error:
        raise Invalid("spreadsheet_malformed") from error


def _unpacked_bytes(raw: Any, member: ZipInfo, limit: int) -> int:
    """How much a part unpacks to; a little more than ``limit`` means: too much. The ZIP's own figure is not asked."""
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or member.flag_bits & 1:
        raise BadZipFile("a method that no spreadsheet uses")
    raw.seek(member.header_offset)
    header = raw.read(_LOCAL_HEADER)
    if header[:4] != _MAGIC:
        raise BadZipFile("no part begins here")
    raw.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    if member.compress_type == ZIP_STORED:
        return member.compress_size
    unpack, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    packed = raw.read(_CHUNK)
    while packed and not unpack.eof and total <= limit:
        total += len(unpack.decompress(packed, _CHUNK))
        packed = unpack.unconsumed_tail or raw.read(_CHUNK)
    return total


def _text(cell: Any, form: Format) -> str:
    """As the file's format writes it, so that a mapping reads a date of the sheet like one that was typed."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(cell, ".15g")  # the digits that a sheet has
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.strftime(form.time)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return str(cell)
