"""Every error code that is raised anywhere has a sentence, and the sentence gets what it names."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

import tallyhub
from tallyhub.kernel import sentences
from tallyhub.kernel.errors import Invalid
from tallyhub.ledger import sql

ERRORS = {"Invalid", "Conflict", "ContentDiffers"}
SOURCES = sorted(Path(tallyhub.__file__).parent.rglob("*.py"))


def raised() -> Iterator[tuple[str, str, set[str] | None]]:
    """(where, code, names of its parameters; None where they are handed on)."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args:
                names = [keyword.arg for keyword in node.keywords]
                for code in codes(node.args[0]):
                    yield f"{path.name}:{node.lineno}", code, None if None in names else {str(name) for name in names}


def codes(argument: ast.expr) -> Iterator[str]:
    """A literal, or either side of a conditional."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    if isinstance(argument, ast.IfExp):
        yield from codes(argument.body)
        yield from codes(argument.orelse)


def test_every_code_has_a_sentence_that_names_only_what_it_is_given():
    mute = {where: code for where, code, _ in raised() if code not in sentences._SENTENCES}
    assert mute == {}
    for where, code, given in raised():
        named = set(re.findall(r"%\((\w+)\)s", str(sentences._SENTENCES[code])))
        assert given is None or named <= given, (where, code)


def test_every_code_of_a_statement_has_a_sentence():
    found = re.findall(r"THEN '([a-z_]+)'", sql.REFUSED_ENTRIES + sql.REFUSED_ALLOTMENTS)
    assert len(found) > 5
    for code in found:
        assert set(re.findall(r"%\((\w+)\)s", str(sentences._SENTENCES[code]))) <= {"external_ids"}, code


def test_the_walk_finds_what_it_looks_for():
    found = {code for _, code, _ in raised()}
    assert {"amount_zero", "reversal_not_negative", "amount_negative", "content_differs"} <= found


@pytest.mark.parametrize("code", ["amount_zero", "nothing_like_it"])
def test_a_code_without_a_sentence_shows_itself(code):
    assert (sentences.sentence(Invalid(code)) == code) is (code == "nothing_like_it")


@pytest.mark.parametrize(("language", "day"), [("en", "21 November 2026"), ("de", "21. November 2026")])
def test_a_day_is_said_as_the_reader_writes_it(language, day):
    with translation.override(language):
        assert day in sentences.sentence(Invalid("due_in_past", today=date(2026, 11, 21)))
