"""Whoever reads a timeline reads sentences: every kind of change that code writes has one (R4.3)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tallyhub.support.conversation.kinds import KINDS, people_in, sentence

CODE = Path(__file__).parents[2] / "tallyhub"


def written(tree: ast.AST) -> Iterator[str]:
    """The kinds that lines of a timeline are made with, where Line is that of steps. One that is no constant is shown
    as its code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _makes_line(node.func, tree):
            kinds = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "kind")]
            if kinds:
                yield str(kinds[0].value) if isinstance(kinds[0], ast.Constant) else ast.unparse(kinds[0])


def _makes_line(called: ast.AST, tree: ast.AST) -> bool:
    """``steps.Line``, or ``Line`` where it was imported from there, or made: time has lines of its own."""
    if isinstance(called, ast.Attribute):
        return called.attr == "Line"
    return isinstance(called, ast.Name) and called.id == "Line" and any(_is_its_line(one) for one in ast.walk(tree))


def _is_its_line(node: ast.AST) -> bool:
    if isinstance(node, ast.ClassDef):
        return node.name == "Line" and "timeline" in (ast.get_docstring(node) or "")
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == "tallyhub.support.steps"
        and "Line" in {one.name for one in node.names}
    )


def test_every_kind_that_is_written_has_a_sentence() -> None:
    texts = [path.read_text() for path in CODE.rglob("*.py")]
    found = {kind for text in texts for kind in written(ast.parse(text))}
    assert "status" in found
    assert found - KINDS.keys() == set()


def test_a_new_kind_without_a_sentence_is_noticed() -> None:
    code = 'from tallyhub.support.steps import Line\nsteps.tell(request, Line("moved", {}), steps.Line(kind="merged"))'
    assert set(written(ast.parse(code))) == {"moved", "merged"}


def test_codes_are_said_in_words_and_what_is_not_known_shows_itself() -> None:
    said = sentence("status", {"was": "waiting", "becomes": "in_progress"}, str)
    assert said == "Changed the status from Waiting for the customer to In progress"
    assert sentence("shared", {"person": 7}, "person {}".format) == "Shared it with person 7"
    assert sentence("shared", {"group": 7}, str) == "Shared it with the group no. 7"
    assert sentence("assigned", {"person": None}, str) == "Assigned it to nobody"
    assert sentence("status", {"was": "x"}, str) == "status"
    assert sentence("newer", {"a": 1}, str) == "newer"
    assert list(people_in("shared", {"person": 7})) == [7]
    assert list(people_in("newer", {"person": 1})) == []
