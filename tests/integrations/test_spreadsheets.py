"""Hostile sheets: a far corner, endless texts and entities are refused in words, by a process that may die."""

import zipfile
from pathlib import Path

import pytest

from tallyhub.integrations.importing import spreadsheets
from tallyhub.integrations.importing.mapping import Format
from tallyhub.kernel.errors import Invalid

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ROOT = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK = (
    f'<workbook {MAIN} xmlns:r="{LINKS}"><sheets><sheet name="A" sheetId="1" r:id="r1"/>'
    '<sheet name="B" sheetId="2" r:id="r2"/></sheets></workbook>'
)
RELATIONS = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r2" Type="{LINKS}/worksheet" Target="worksheets/sheet2.xml"/>'
    f'<Relationship Id="r1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r3" Type="{LINKS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
SHARED = '<c t="s"><v>0</v></c>'
CORNER = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def sheet(rows: str) -> str:
    return f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"


def book(folder: Path, first: str, **parts: str) -> Path:
    """Written by hand: no program writes what is asked for here."""
    path = folder / "book.xlsx"
    parts = {"_rels/.rels": ROOT, "xl/worksheets/sheet1.xml": first, "xl/worksheets/sheet2.xml": sheet("")} | parts
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ({"xl/workbook.xml": WORKBOOK, "xl/_rels/workbook.xml.rels": RELATIONS} | parts).items():
            archive.writestr(name, f'<?xml version="1.0"?>{content}')
    return path


def read(path: Path) -> list[tuple[int, list[str]]]:
    return list(spreadsheets.rows(path, Format()))


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (CORNER, "rows_too_many"),
        (CORNER.replace("<c ", "<x:c ").replace("</c>", "</x:c>").replace("<row", '<row xmlns:x="x"'), "rows_too_many"),
        ('<row r="1048570"/><row><c><v>1</v></c></row>', "rows_too_many"),
        ('<row r="1"><c r="A1048576"><v>1</v></c></row>', "rows_too_many"),
        ('<row><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>', "columns_too_many"),
        (f"<row>{'<c><v>1</v></c>' * 501}</row>", "columns_too_many"),
        ('<row r="1"><c r="SF1"><v>1</v></c></row><row r="13000"><c r="A13000"><v>1</v></c></row>', "cells_too_many"),
        ('<row r="1"><c r="AAAAAAAA1"><v>1</v></c></row>', "spreadsheet_malformed"),
        ('<row r="99999999999999999999"><c><v>1</v></c></row>', "spreadsheet_malformed"),
        ('<row r="1"><c r="A1"><v>1</v>', "spreadsheet_malformed"),
    ],
)
def test_a_sheet_with_a_far_corner_is_refused(tmp_path, rows, code):  # R8.1
    with pytest.raises(Invalid, match=code):
        read(book(tmp_path, sheet(rows)))


def test_cells_without_places_are_counted_and_coloured_ones_are_not(tmp_path):
    rows = '<row r="2"><c><v>1</v></c><c r="C2"><v>2</v></c><c r="XFD2" s="1"/></row><row><c><v>3</v></c></row>'
    assert read(book(tmp_path, sheet(rows))) == [(2, ["1", "", "2"]), (3, ["3", "", ""])]


def test_a_sheet_that_is_not_read_may_be_large(tmp_path):
    path = book(tmp_path, sheet("<row><c><v>1</v></c></row>"), **{"xl/worksheets/sheet2.xml": sheet(CORNER)})
    assert read(path) == [(1, ["1"])]


def test_a_workbook_that_hides_another_one_is_refused(tmp_path):
    with pytest.raises(Invalid, match="spreadsheet_malformed"):
        read(book(tmp_path, sheet(""), **{"_rels/.rels": ROOT.replace("xl/workbook", "other/workbook")}))


def test_entities_are_refused(tmp_path):
    with pytest.raises(Invalid, match="spreadsheet_malformed"):
        read(book(tmp_path, '<!DOCTYPE w [<!ENTITY a "a">]>' + sheet('<row><c t="str"><v>&a;</v></c></row>')))


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        (f"<row>{SHARED}</row>", "<si/>" * 12_000_000),
        (f"<row>{SHARED * 400}</row>" * 3, f"<si><t>{'x' * 1_000_000}</t></si>"),
    ],
)
def test_texts_that_take_too_much_memory_end_the_reader_and_nobody_else(tmp_path, monkeypatch, rows, texts):
    monkeypatch.setattr(spreadsheets, "MEMORY_BYTES_MAX", 320 * 1024 * 1024)
    path = book(tmp_path, sheet(rows), **{"xl/sharedStrings.xml": f"<sst {MAIN}>{texts}</sst>"})
    with pytest.raises(Invalid, match="spreadsheet_too_heavy"):
        read(path)


def test_whoever_wants_the_first_rows_only_leaves_no_process_behind(tmp_path):
    path = book(tmp_path, sheet("<row><c><v>1</v></c></row>" * 50_000))
    rows = spreadsheets.rows(path, Format())
    process = next(rows) and rows.gi_frame.f_locals["process"]
    rows.close()
    assert process.returncode is not None
