"""Mappings: small files that are refused with the place that is wrong, and followed to the letter."""

import pytest

from tallyhub.integrations.importing import import_file, mapping
from tallyhub.integrations.importing.mapping import Format, Mapping, Section, reader
from tallyhub.kernel.errors import Invalid
from tests.integrations.files import write


def section(**columns):
    return Section(kind="workspaces", columns=columns)


def read(one: Section, row: dict[str, str], **form: object):
    return reader(one, Format(**form), frozenset({"day"}), frozenset({"time"}))(row)


def test_a_field_is_a_column_a_fixed_value_or_a_template_and_then_mapped():
    one = section(
        a="City", b={"value": "x"}, c="{City} / {Street}", d={"column": "City", "map": {"": "none", "Rome": "Roma"}}
    )
    assert read(one, {"City": " Rome ", "Street": "Long"}) == {"a": "Rome", "b": "x", "c": "Rome / Long", "d": "Roma"}
    assert read(one, {"City": "?", "Street": "Long"}, empty=["?"]) == {"a": "", "b": "x", "c": "Long", "d": "none"}


def test_days_and_times_come_into_our_form():
    one = section(day="D", time="T")
    form = {"day": "%d.%m.%Y", "time": "%d.%m.%Y %H:%M", "zone": "Europe/Rome"}
    assert read(one, {"D": "3.11.2026", "T": "03.11.2026 07:05"}, **form) == {
        "day": "2026-11-03",
        "time": "2026-11-03T07:05:00[Europe/Rome]",
    }
    assert read(one, {"D": "2026-11-03", "T": "soon"}, **form) == {"day": "2026-11-03", "time": "soon"}


def test_rows_without_what_they_are_about_are_passed_over():
    one = Section(kind="people", columns={"name": "Who"}, only_with="Who")
    assert read(one, {"Who": "?"}, empty=["?"]) is None
    assert read(one, {"Who": "Ann"}) == {"name": "Ann"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("records: [", "mapping_malformed"),
        ("colour: red", "records"),
        ("records: [{kind: workspaces}]", "records.0.columns"),
        ("format: {encoding: utf-16}\nrecords: []", "format.encoding"),
        ("format: {delimiter: ';;'}\nrecords: []", "format.delimiter"),
        ("format: {zone: Mars/Base}\nrecords: []", "format.zone"),
        ("records: [{kind: workspaces, columns: {code: {column: a, value: b}}}]", "exactly one"),
        ("records: [{kind: workspaces, columns: {code: a}, wins: loudest}]", "wins"),
        ("records: [{kind: castles, columns: {code: a}}]", "castles"),
        ("records: [{kind: workspaces, columns: {colour: a}}]", "colour"),
        ("records: !!python/object/apply:os.system [ls]", "records"),
    ],
)
def test_a_mapping_that_cannot_be_understood_names_the_place(world, tmp_path, text, told):
    path = write(tmp_path, "mapping.yaml", text)
    data = write(tmp_path, "data.csv", "a\n")
    with pytest.raises(Invalid) as refused:
        import_file(data, mapping=str(path))
    assert told in str(refused.value)


def test_an_unknown_mapping_names_the_shipped_ones():
    with pytest.raises(Invalid) as refused:
        mapping.load("nothing")
    assert refused.value.params["names"] == "lms-completions, servicenow-incidents, servicenow-requests, xccdf-results"


@pytest.mark.parametrize("path", sorted(mapping.SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_mapping_is_understood(path):
    assert isinstance(mapping.load(path.stem), Mapping)


def test_another_encoding_and_delimiter(world, owner, tmp_path):
    text = """
format: {encoding: cp1252, delimiter: "|"}
records:
  - kind: workspaces
    wins: first
    columns: {customer: {value: cedar}, code: Ort, name: Ort}
"""
    path = write(tmp_path, "orte.csv", "Ort|Nr\nKöln|1\nKöln|2\n".encode("cp1252"))
    report = import_file(path, mapping=str(write(tmp_path, "orte.yaml", text)))
    assert report.problems == ()
    assert owner.execute("SELECT name FROM organizations_workspace WHERE code = 'Köln'").fetchone() == ("Köln",)
