"""docs/import.md says what the code does: every kind, every column, and which of them must be filled in."""

import re
from pathlib import Path

import pytest

from tallyhub.integrations.importing import KINDS
from tallyhub.integrations.importing.mapping import Format, Section

PAGE = (Path(__file__).parents[2] / "docs/import.md").read_text()
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def documented(kind: str) -> dict[str, tuple[bool, bool]]:
    """By column: whether it must be filled in, and whether it is part of the key."""
    rows = re.findall(r"^\| (?!column|-)(.+?) \| ?(.*) \|$", SECTIONS[kind], re.MULTILINE)
    return {
        name.strip("*"): (name.startswith("*"), what.startswith("*key*"))
        for names, what in rows
        for name in names.split(", ")
    }


def test_the_page_has_every_kind_and_no_other():
    assert set(SECTIONS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_page_has_every_column_and_no_other(kind):
    told = documented(kind.name)
    assert set(told) == {field.name for field in kind.fields}
    assert {name for name, (is_required, _) in told.items() if is_required} == set(kind.columns.required)
    keys = {name for name, (_, is_key) in told.items() if is_key}
    assert keys <= set(kind.key)
    assert set(kind.key) - keys <= {"agreement"}  # stands for its customer where external IDs are the key


def test_the_page_has_every_key_of_a_mapping():
    for name in Format.model_fields:
        assert f"format.{name}" in PAGE
    for name in Section.model_fields:
        assert f"records[].{name}" in PAGE
