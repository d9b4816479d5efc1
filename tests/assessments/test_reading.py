"""A collector's file: hostile ones are refused in words, long ones take no memory, and the schema says the same."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallyhub.assessments import reading
from tallyhub.assessments.reading import CHUNK_BYTES, VALUE_CHARS_MAX, read_report
from tallyhub.assessments.rules import CHECKS_MAX, OBJECTS_MAX
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.sentences import sentence
from tests.assessments.making import report

SCHEMA = jsonschema_rs.validator_for(json.loads((Path(reading.__file__).parent / "result.schema.json").read_text()))


def read(said: Any) -> tuple[Any, list[tuple[int, str, str]]]:
    objects: list[tuple[int, str, str]] = []
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    return read_report(io.BytesIO(raw), lambda *one: objects.append(one)), objects


def refused(said: Any) -> str:
    with pytest.raises(Invalid) as caught:
        read(said)
    assert sentence(caught.value) != caught.value.code
    return caught.value.code


def changed(**over: Any) -> dict[str, Any]:
    return report() | over


def with_result(**over: Any) -> dict[str, Any]:
    return changed(results=[{"check": "C1", "result": "failed"} | over])


WRONG: list[tuple[Any, str]] = [
    (b"", "result_malformed"),
    (b"[]", "result_malformed"),
    (b"null", "result_malformed"),
    (b"{", "result_malformed"),
    (json.dumps(report()).encode() + b"x", "result_malformed"),
    (json.dumps(report()).encode()[:-9], "result_malformed"),
    (b"\xff\xfe{}", "result_not_utf8"),
    (b'{"definition": "\xc3', "result_not_utf8"),
    (b'{"definition": "a", "definition": "b"}', "result_key_twice"),
    (b'{"prerequisites": [{"name": "a", "name": "b", "passed": true}]}', "result_key_twice"),
    (b'{"version": NaN}', "result_malformed"),
    (b'{"version": ' + b"9" * 5_000 + b"}", "result_malformed"),
    (b'{"version": 1' + b"0" * 30 + b"}", "result_not_whole"),
    ({"$schema": "urn:tallyhub:assessment-result:2"} | report(), "result_schema_unknown"),
    (gzip.compress(json.dumps(report()).encode()), "result_compressed"),
    (b"PK\x03\x04" + b"x" * 100, "result_compressed"),
    (changed(surprise=1), "result_field_unknown"),
    (changed(version="1"), "result_not_whole"),
    (changed(version=1.0), "result_not_whole"),
    (changed(version=True), "result_not_whole"),
    (changed(version=0), "result_not_whole"),
    (changed(definition=None), "result_not_text"),
    (changed(definition="a b"), "result_not_code"),
    (changed(definition=""), "result_field_missing"),
    (changed(collected_at="yesterday"), "result_not_instant"),
    (changed(collected_at="2026-11-20T08:00:00"), "result_not_instant"),
    (changed(collected_at=1_700_000_000), "result_not_instant"),
    (changed(run_id="x" * 121), "result_text_refused"),
    (changed(results={}), "result_not_list"),
    (changed(results=[]), "result_field_missing"),
    (changed(results=[1]), "result_malformed"),
    (changed(results=[{"check": "C1"}]), "result_field_missing"),
    (changed(results=[{"result": "failed"}]), "result_field_missing"),
    (changed(results=[{"check": "C1", "result": "failed"}] * 2), "result_check_twice"),
    (changed(results=[{"check": f"C{n}", "result": "passed"} for n in range(CHECKS_MAX + 1)]), "result_checks_many"),
    (with_result(result="broken"), "result_outcome_unknown"),
    (with_result(result=["failed"]), "result_outcome_unknown"),
    (with_result(objects="srv"), "result_not_list"),
    (with_result(objects=["srv"]), "result_not_object"),
    (with_result(objects=[{}]), "result_field_missing"),
    (with_result(objects=[{"name": 7}]), "result_not_text"),
    (with_result(objects=[{"name": "x" * 301}]), "result_text_refused"),
    (with_result(objects=[{"name": "a\u0000b"}]), "result_text_refused"),
    (with_result(objects=[{"name": "a", "os": "x"}]), "result_field_unknown"),
    (with_result(affected=-1), "result_not_whole"),
    (with_result(affected=2, objects=[{"name": "a"}]), "result_affected_differs"),
    (changed(prerequisites=[{"name": "x", "passed": "yes"}]), "result_not_boolean"),
    (changed(prerequisites=[{"name": "x", "passed": True}] * 501), "result_prerequisites_many"),
    (changed(collector="x" * (VALUE_CHARS_MAX + 1)), "result_value_long"),
    (b'{"collector": ' + b"[" * 50_000, "result_too_deep"),
    (b'{"results": [{"check": ' + b'{"a":' * 50_000, "result_too_deep"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "code"), WRONG, ids=[f"{n}-{code}" for n, (_said, code) in enumerate(WRONG)])
def test_what_is_no_result_is_refused_in_words(said: Any, code: str) -> None:
    assert refused(said) == code


def test_half_of_a_character_is_refused() -> None:
    raw = json.dumps(with_result(objects=[{"name": "NAME"}])).replace("NAME", "\\ud800").encode()
    assert refused(raw) == "result_text_refused"


def test_what_looks_like_markup_is_a_text() -> None:
    name = "<script>alert(1)</script>"
    _found, objects = read(with_result(objects=[{"name": name, "type": "<b>"}]))
    assert objects == [(0, name, "<b>")]


class Long:
    """A file with so many objects, made while it is read."""

    def __init__(self, count: int) -> None:
        self._pieces = self._made(count)
        self._held = b""

    def _made(self, count: int) -> Iterator[bytes]:
        head = json.dumps(report(results={})).encode().removesuffix(b"]}")
        yield head + b'{"check": "C1", "result": "failed", "objects": ['
        for n in range(count):
            yield (b", " if n else b"") + b'{"name": "srv-%d", "type": "server"}' % n
        yield b"]}]}"

    def read(self, size: int, /) -> bytes:
        while len(self._held) < size and (piece := next(self._pieces, b"")):
            self._held += piece
        found, self._held = self._held[:size], self._held[size:]
        return found


def test_a_long_file_takes_no_more_memory_than_a_short_one() -> None:
    counted = 0

    def take(_place: int, _name: str, _kind: str) -> None:
        nonlocal counted
        counted += 1

    tracemalloc.start()
    try:
        found = read_report(Long(100_000), take)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert counted == found.results[0].named == 100_000
    assert peak < 16 * CHUNK_BYTES


def test_more_objects_than_a_run_may_have_are_refused(monkeypatch: Any) -> None:
    assert OBJECTS_MAX == 1_000_000
    monkeypatch.setattr(reading, "OBJECTS_MAX", 1_000)
    with pytest.raises(Invalid, match="result_objects_many"):
        read_report(Long(1_001), lambda *one: None)
    read_report(Long(1_000), lambda *one: None)


codes = st.from_regex(r"[A-Za-z0-9._-]{1,20}", fullmatch=True)
words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=40)
things = st.fixed_dictionaries({"name": words}, optional={"type": words})
results = st.lists(
    st.fixed_dictionaries(
        {"check": codes, "result": st.sampled_from(["passed", "failed", "not_applicable", "error"])},
        optional={"objects": st.lists(things, max_size=5)},
    ),
    min_size=1, max_size=8, unique_by=lambda one: one["check"],
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(results, st.integers(1, 7), st.sampled_from([None, 1, 4]))
def test_any_good_file_is_read_as_json_reads_it(found: Any, size: int, indent: int | None) -> None:
    said = report() | {"results": found}
    assert SCHEMA.is_valid(said)
    raw = json.dumps(said, indent=indent, ensure_ascii=size % 2 == 0).encode()

    class Dripping(io.BytesIO):
        def read(self, _size: Any = -1, /) -> bytes:
            return super().read(size)

    objects: list[Any] = []
    report_read = read_report(Dripping(raw), lambda *one: objects.append(one))
    assert [(one.check, one.outcome, one.named) for one in report_read.results] == [
        (one["check"], one["result"], len(one.get("objects", ()))) for one in found
    ]
    assert objects == [
        (n, " ".join(each["name"].split()), " ".join(each.get("type", "").split()))
        for n, one in enumerate(found)
        for each in one.get("objects", ())
    ]


def test_the_published_schema_refuses_what_the_reader_refuses() -> None:
    """Of what a schema can say: not that a check comes twice, nor which bytes are JSON."""
    beyond = {"result_check_twice", "result_affected_differs", "result_not_instant", "result_text_refused",
              "result_value_long"}  # fmt: skip
    for said, code in WRONG:
        if not isinstance(said, bytes) and code not in beyond and said != changed(version=1.0):
            assert not SCHEMA.is_valid(said), code
