"""Broken files: the line, the column and the reason, and nothing is written."""

import tracemalloc

import pytest

from tallyhub.integrations.importing import import_file
from tallyhub.integrations.importing.files import LINE_BYTES_MAX, Columns, File
from tallyhub.integrations.importing.mapping import Format
from tallyhub.integrations.importing.problems import PROBLEMS_MAX, Problems
from tests.integrations.files import counts, entry, text_of, write

HEAD = b"customer,code,name\n"
MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        (b"", 1, "file_empty"),
        (b"\n\n", 1, "file_empty"),
        (b"customer,code\ncedar,x\n", 1, "column_missing"),
        (b"customer,code,name,name\n", 1, "column_twice"),
        (b"customer,code,name,colour\n", 1, "column_unknown"),
        (HEAD + b"cedar,x,X\ncedar,y\n", 3, "cells_wrong"),
        (HEAD + b"cedar,x,X,more\n", 2, "cells_wrong"),
        (HEAD + b'cedar,x,X\ncedar,y,"Y\ncedar,z,Z\n', 3, "csv_quote_open"),
        (HEAD + b'cedar,y,"' + b"many words\n" * 20_000, 2, "csv_quote_open"),
        (HEAD + b'cedar,x,"X"y\n', 2, "csv_malformed"),
        (HEAD + b"cedar,x,X\ncedar,y,\xc4rger\n", 3, "encoding_wrong"),
        ("customer,code,name\ncedar,x,X\n".encode("utf-16"), 1, "encoding_wrong"),
        ("customer,code,name\ncedar,x,X\n".encode("utf-16-le"), 1, "nul_character"),
        (HEAD + b"cedar,x,X\0\n", 2, "nul_character"),
        (HEAD + b"cedar,x," + b"X" * LINE_BYTES_MAX + b"\n", 2, "line_too_long"),
        (HEAD + b"cedar,,X\n", 2, "value_missing"),
        (HEAD + b"atlantis,x,X\n", 2, "customer_unknown"),
        (HEAD + b"cedar,x," + b"X" * 201 + b"\n", 2, "text_too_long"),
    ],
)
def test_a_broken_csv_is_refused_with_its_line(world, owner, tmp_path, content, line, code):
    before = counts(owner)
    report = import_file(write(tmp_path, "workspaces.csv", content))
    assert [(problem.line, problem.code) for problem in report.problems] == [(line, code)]
    assert report.problems[0].sentence != code
    assert counts(owner) == before


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        (b"", 1, "file_empty"),
        (b'{"customer": "cedar", "code": "x"}\n', 1, "value_missing"),
        (b'\n{"customer": "cedar", \n', 2, "json_malformed"),
        (b"[1]\n", 1, "json_no_object"),
        (b'{"customer": "cedar", "code": "x", "code": "y", "name": "X"}\n', 1, "json_key_twice"),
        (b'{"customer": "cedar", "code": ["x", []], "name": "X"}\n', 1, "json_value"),
        (b'{"customer": "cedar", "code": "x", "name": "X", "colour": 1}\n', 1, "column_unknown"),
        (b'{"customer": "cedar", "code": "x", "name": "\\u0000"}\n', 1, "control_character"),
        (b'{"customer": "cedar", "code": "\\u0000", "name": "X"}\n', 1, "control_character"),
        (b'{"customer": "cedar", "code": "\\ud800", "name": "X"}\n', 1, "control_character"),
        (b"[" * 100_000 + b"\n", 1, "json_malformed"),
    ],
)
def test_a_broken_json_line_is_refused(world, owner, tmp_path, content, line, code):
    before = counts(owner)
    report = import_file(write(tmp_path, "workspaces.jsonl", content))
    assert [(problem.line, problem.code) for problem in report.problems] == [(line, code)]
    assert counts(owner) == before


def test_every_problem_is_counted_and_the_first_thousand_are_listed(world, tmp_path):
    rows = [{"customer": "atlantis", "code": f"w{n}", "name": "W"} for n in range(PROBLEMS_MAX + 500)]
    report = import_file(write(tmp_path, "workspaces.csv", rows))
    assert report.problem_count == PROBLEMS_MAX + 500
    assert len(report.problems) == PROBLEMS_MAX


def test_every_wrong_cell_of_a_line_is_a_problem(world, tmp_path):
    path = write(tmp_path, "customers.csv", "code,name,zone,domains\n,X,Mars/Base,localhost\n")
    problems = import_file(path).problems
    assert [(one.column, one.value, one.code) for one in problems] == [
        ("code", "", "value_missing"),
        ("zone", "Mars/Base", "zone_unknown"),
        ("domains", "localhost", "domain_malformed"),
    ]


def test_a_value_is_shown_without_its_control_characters_and_not_endlessly(world, tmp_path):
    path = write(tmp_path, "customers.csv", "code,name\n\x1b[31mred,X\nc," + "x" * 5_000 + "\n")
    first, second = import_file(path).problems
    assert first.value == "\\x1b[31mred"
    assert len(second.value) == 80


@pytest.mark.parametrize(
    "content", ["\ufeffcustomer;code;name\r\ncedar;west;West\r\n", "customer\tcode\tname\ncedar\twest\tWest"]
)
def test_what_spreadsheets_write_is_read(world, owner, tmp_path, content):
    assert not import_file(write(tmp_path, "workspaces.csv", content)).is_refused
    assert owner.execute("SELECT name FROM organizations_workspace WHERE code = 'west'").fetchall() == [("West",)]


def test_a_cell_with_line_breaks_is_one_line_of_text_and_later_lines_keep_their_numbers(world, owner, tmp_path):
    path = write(tmp_path, "workspaces.csv", 'customer,code,name\n\ncedar,a,"One\nTwo"\ncedar,b,B\natlantis,c,C\n')
    assert [problem.line for problem in import_file(path).problems] == [6]
    path = write(tmp_path, "workspaces.csv", 'customer,code,name\ncedar,a,"One\nTwo"\n')
    assert not import_file(path).is_refused
    assert owner.execute("SELECT name FROM organizations_workspace WHERE code = 'a'").fetchone() == ("One Two",)


def test_json_lines_keep_numbers_as_they_are_written(world, owner, tmp_path):
    fields = entry(world, external_id="J-1", unit="credits", amount="0.07", package="ADD")
    path = write(
        tmp_path,
        "consumption.jsonl",
        "{"
        + ", ".join(f'"{name}": "{text}"' for name, text in fields.items() if name not in ("amount", "entitlement"))
        + f', "amount": 0.07, "entitlement": "{world.cedar_credits.code}", "title": null}}\n',
    )
    assert not import_file(path).is_refused
    assert owner.execute("SELECT real_amount FROM ledger_entry WHERE external_id = 'J-1'").fetchone() == (7,)


def test_the_content_tells_where_the_ending_does_not(world, owner, tmp_path):
    path = write(tmp_path, "workspaces.txt", '{"customer": "cedar", "code": "west", "name": "West"}\n')
    assert not import_file(path).is_refused


def test_a_long_file_is_read_in_constant_memory(tmp_path):
    row = b"cedar,x," + b"X" * 80 + b"\n"
    path = write(tmp_path, "workspaces.csv", HEAD + row * (30 * MEGABYTE // len(row)))
    file = File(path, Format(), Problems())
    tracemalloc.start()
    rows = sum(1 for _ in file.records(Columns(("code",), None)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows > 300_000
    assert peak < MEGABYTE


def test_a_record_that_never_ends_is_refused_before_it_fills_the_memory(tmp_path):
    path = write(tmp_path, "workspaces.csv", b'"\n"' + b',"\n"' * (20 * MEGABYTE // 4))
    problems = Problems()
    tracemalloc.start()
    with pytest.raises(Exception, match="csv_quote_open"):
        list(File(path, Format(), problems).records(Columns(("code",), None)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * MEGABYTE


def test_the_bar_gets_to_its_end(world, tmp_path):  # R8.1
    seen: list[tuple[int, int]] = []
    path = write(tmp_path, "consumption.csv", text_of([entry(world) for _ in range(5_000)]))
    import_file(path, progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (path.stat().st_size,) * 2
    assert len(seen) > 2
