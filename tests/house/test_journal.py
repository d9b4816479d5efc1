"""Whoever reads the journal reads sentences: every kind that code records has one (R7.3)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tallyhub.engagements.rules import CHANGES
from tallyhub.helpdesk.escalations.steps import TOLD
from tallyhub.journal.kinds import KINDS

CODE = Path(__file__).parents[2] / "tallyhub"
RECORDERS = {"record": 1, "News": 0}  # where in the call the kind stands


def recorded(tree: ast.AST) -> Iterator[str]:
    """The kinds that calls of a recorder name. A kind that is no constant is shown as its code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = RECORDERS.get(name)
        if place is not None and len(node.args) > place:
            kind = node.args[place]
            yield str(kind.value) if isinstance(kind, ast.Constant) else ast.unparse(kind)


# A line of a timeline that is an event as well: one call for all of them.
FAMILIES = {
    "f'engagements.{kind}'": {f"engagements.{kind}" for kind in CHANGES},
    "f'helpdesk.escalation_{kind}'": {f"helpdesk.escalation_{kind}" for kind in TOLD},
}
BY_THE_DATABASE = {"journal.cleared"}  # by its function, so that nothing is cleared without a trace


def in_code() -> set[str]:
    trees = (
        ast.parse(path.read_text())
        for path in CODE.rglob("*.py")
        if path.name != "steps.py" or "journal" not in path.parts
    )
    return BY_THE_DATABASE | {
        kind for tree in trees for named in recorded(tree) for kind in FAMILIES.get(named, {named})
    }


def test_every_kind_that_is_recorded_has_a_sentence() -> None:
    assert in_code() - KINDS.keys() == set()


def test_no_sentence_outlives_its_kind() -> None:
    assert KINDS.keys() - in_code() == set()


def test_a_new_kind_without_a_sentence_is_noticed() -> None:
    code = 'record(access, "x.made")\njournal.record(access, kind)\nNews("x.given", 1)'
    assert set(recorded(ast.parse(code))) == {"x.made", "kind", "x.given"}
