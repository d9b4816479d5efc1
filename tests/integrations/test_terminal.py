"""The command: what it says, and what it exits with."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tallyhub.integrations.importing import terminal
from tests.integrations.files import write
from tests.integrations.test_kinds import STORY


def run(*paths: Path, kind: str | None = None, mapping: str | None = None, dry_run: bool = False) -> tuple[bool, str]:
    console = Console(width=200, record=True, force_terminal=False, file=StringIO())
    done = terminal.run(console, paths, kind=kind, mapping=mapping, dry_run=dry_run)
    return done, console.export_text().rstrip("\n") + "\n"


def test_it_says_what_was_new_and_what_was_known(world, tmp_path):
    path = write(tmp_path, "customers.csv", STORY["customers"])
    assert run(path) == (True, "customers.csv: imported\n  customers: 1 row, 1 new, 0 known\n")
    assert run(path) == (True, "customers.csv: imported\n  customers: 1 row, 0 new, 1 known\n")


def test_it_says_line_column_value_and_reason_and_refuses(world, tmp_path):
    path = write(tmp_path, "customers.csv", "code,name,zone\nmaple,[red]Maple[/red],Mars/Base\n")
    done, said = run(path)
    assert not done
    assert said == (
        "line 2, zone “Mars/Base”: This is no time zone. Write one such as Europe/Berlin.\n"
        "customers.csv: 1 problem, nothing was written\n"
    )


def test_a_file_cannot_paint_the_terminal(world, tmp_path):
    done, said = run(write(tmp_path, "customers.csv", "code,name\n[bold]\x1b[2J,X\n[/nothing],\n"))
    assert not done
    assert "\x1b" not in said
    assert "[bold]\\x1b[2J" in said


def test_a_dry_run_says_that_it_is_one(world, tmp_path):
    done, said = run(write(tmp_path, "customers.csv", STORY["customers"]), dry_run=True)
    assert done
    assert "nothing was written" in said


def test_it_says_how_many_files_are_in(world, tmp_path):
    done, said = run(
        write(tmp_path, "1-customers.csv", STORY["customers"]), write(tmp_path, "2-customers.csv", "code,name\nx,\n")
    )
    assert not done
    assert said.endswith("1 file was imported before.\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"kind": "castles"}, "There is no kind castles."),
        ({"mapping": "nothing"}, "There is no mapping nothing."),
        ({"kind": "people", "mapping": "servicenow-incidents"}, "Leave out one of the two options."),
        ({}, "does not tell what is in the file"),
    ],
)
def test_an_order_that_cannot_be_followed_is_refused_in_words(world, tmp_path, options, told):
    done, said = run(write(tmp_path, "data.csv", "code,name\n"), **options)
    assert not done
    assert told in said
