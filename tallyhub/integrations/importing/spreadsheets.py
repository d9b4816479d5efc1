"""XLSX as rows of text. It is a ZIP, so what it unpacks to is measured before anybody opens it."""

import json
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from tallyhub.integrations.importing import sheet_reader
from tallyhub.integrations.importing.mapping import Format
from tallyhub.kernel.errors import Invalid

UNPACKED_BYTES_MAX = 400 * 1024 * 1024
MEMBERS_MAX = 2_000
ROWS_MAX = 200_000  # a sheet is in memory as a whole
COLUMNS_MAX = 500
CELLS_MAX = 6_000_000  # blank ones among them: rows times columns, which is what the memory is made for
MEMORY_BYTES_MAX = 1536 * 1024 * 1024  # of the process that reads a sheet
_MAGIC = b"PK\x03\x04"
_WORKBOOK = "xl/workbook.xml"
_LOCAL_HEADER = 30
_CHUNK = 1024 * 1024


def is_spreadsheet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def rows(path: Path, form: Format) -> Iterator[tuple[int, list[str]]]:
    """(row of the sheet, its cells), of the first sheet, blank rows left out.

    Raises Invalid for what is no spreadsheet, or would be larger in memory than we allow. Read in a process of its
    own with bounds: what surprises the reader ends that one, and neither a page nor the worker.
    """
    check_unpacked(path)
    bounds = {"rows_max": ROWS_MAX, "columns_max": COLUMNS_MAX, "cells_max": CELLS_MAX}
    order = {"path": str(path), "time_format": form.time, "bounds": bounds, "memory_bytes_max": MEMORY_BYTES_MAX}
    command = [sys.executable, "-I", sheet_reader.__file__, json.dumps(order)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield from _rows_said(process.stdout or ())
            status = process.wait()
        finally:
            process.kill()  # whoever wanted only the first rows
    if status:
        # What the reader could not even report: a signal, or a fault of the reader's own.
        raise Invalid("spreadsheet_too_heavy" if status < 0 else "spreadsheet_malformed")


def _rows_said(lines: Iterable[bytes]) -> Iterator[tuple[int, list[str]]]:
    for line in lines:
        said = json.loads(line)
        if isinstance(said, dict):
            raise Invalid(said.pop("code"), **said)
        number, cells = said
        yield number, cells


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
