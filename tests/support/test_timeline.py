"""Whoever reads a timeline reads sentences: every kind of change that code writes has one (R4.3)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tallyhub.support.conversation.kinds import KINDS, people_in, sentence

CODE = Path(__file__).parents[2] / "tallyhub"


def written(tree: ast.AST) -> Iterator[str]:
    """The kinds that lines of a timeline are made with. A kind that is no constant is shown as its code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            kinds = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "kind")]
            if name in ("Line", "Change") and kinds and not isinstance(kinds[0], ast.Starred):
                yield str(kinds[0].value) if isinstance(kinds[0], ast.Constant) else ast.unparse(kinds[0])


HANDED_ON = {"line.kind"}  # by steps.tell, from a line


def test_every_kind_that_is_written_has_a_sentence() -> None:
    trees = [ast.parse(path.read_text()) for path in CODE.rglob("*.py")]
    found = {kind for tree in trees for kind in written(tree)}
    assert "status_changed" in found
    assert found - KINDS.keys() - HANDED_ON == set()


def test_a_new_kind_without_a_sentence_is_noticed() -> None:
    code = 'steps.tell(request, Line("shared", {}), steps.Line(kind="merged"))'
    assert set(written(ast.parse(code))) == {"shared", "merged"}


def test_codes_are_said_in_words_and_what_is_not_known_shows_itself() -> None:
    said = sentence("status_changed", {"was": "waiting", "becomes": "in_progress"}, str)
    assert said == "Changed the status from Waiting for the customer to In progress"
    assert sentence("status_changed", {"was": "x"}, str) == "status_changed"
    assert sentence("newer", {"a": 1}, str) == "newer"
    assert list(people_in("newer", {"person": 1})) == []
