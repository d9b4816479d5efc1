"""A CSV is data: no spreadsheet runs a cell of it, at whatever separator it splits."""

import csv
import io

import pytest

from tallyhub.kernel.grid import csv_lines, harmless


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("1-2; a=b", "1-2; a=b"),
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("\t=1", "'\t'=1"),
        ("\n=1", "'\n'=1"),
        ("＝1+1", "'＝1+1"),
        ("－1", "'－1"),
        ("x;=cmd|'/C calc'!A0;y", "x;'=cmd|'/C calc'!A0;y"),
        ("x\t+1", "x\t'+1"),
        ("x\r\n-1", "x\r\n'-1"),
    ],
)
def test_a_text_that_would_run_is_made_harmless(text: str, expected: str) -> None:  # R10.4
    assert harmless(text) == expected


@pytest.mark.parametrize("cell", ["a;b", "a\tb", 'say "so"', "a,b", "a\nb", "a\rb"])
def test_whatever_another_spreadsheet_splits_at_is_quoted(cell: str) -> None:
    assert f'"{cell.replace(chr(34), chr(34) * 2)}"' in "".join(csv_lines(["A", "B"], [[cell, 1]]))


def test_a_reader_finds_every_cell_as_it_was() -> None:
    rows = [["a;b", 'say "so"', "", "ü,\n", "-5"], ["1", "2", "3", "4", "5"]]
    written = "".join(csv_lines(["A", "B", "C", "D", "E"], rows, lines_per_chunk=1))
    assert list(csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline="")))[1:] == rows
    assert written.endswith("1,2,3,4,5\r\n")
