"""What a token may do with assessments. The rules are those of the page, and so are the steps."""

import json
from collections.abc import Mapping
from typing import Any

from tallyhub.assessments import commands
from tallyhub.assessments.models import Run
from tallyhub.assessments.reading import Bytes
from tallyhub.assessments.rules import Source
from tallyhub.assessments.steps import find_definitions
from tallyhub.integrations.api.problems import Flaw, Refused
from tallyhub.integrations.importing import cells
from tallyhub.journal.steps import Answer, Request, find_answer, keep_answer
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.scope import command, widen
from tallyhub.organizations.steps import find_workspaces


@command
def set_up(access: Access, said: Mapping[str, Any], sent: Request) -> Answer:
    """Raises Forbidden, Conflict, and Refused for a code that is unknown here."""
    if answered := find_answer(access, sent):
        return answered
    codes = {name: _code(name, said[name]) for name in ("workspace", "assessment")}
    key = (access.customer_id or 0, codes["workspace"])
    workspace_id = find_workspaces([key]).get(key)
    if workspace_id not in access.workspaces:
        raise Refused([Flaw("/workspace", Invalid("workspace_unknown"))])
    definition = find_definitions([codes["assessment"]]).get(codes["assessment"])
    if definition is None:
        raise Refused([Flaw("/assessment", Invalid("assessment_unknown"))])
    made = commands.make(
        access, workspace_id, definition.pk, label=said["label"], configured_on=None, goes_beyond=said["goes_beyond"]
    )
    return keep_answer(access, sent, _answer({"id": made.pk}))


def _code(name: str, text: str) -> str:
    """Raises Refused for what no code is."""
    try:
        return cells.reference(80)(text)
    except HubError as error:
        raise Refused([Flaw(f"/{name}", error)]) from error


@command
def end(access: Access, set_up_id: int, sent: Request) -> Answer:
    if answered := find_answer(access, sent):
        return answered
    commands.finish(access, set_up_id)
    return keep_answer(access, sent, _answer({"id": set_up_id}))


@command
def add_run(access: Access, set_up_id: int, source: Bytes, sent: Request) -> Answer:
    """As the page's upload. The ledger's lock is held until the answer is kept, which is one statement more."""
    if answered := find_answer(access, sent):
        return answered
    taken = commands.take(access, set_up_id, source, Source.API)
    widen(access)
    told = {"id": taken.run.pk, "status": "new" if taken.is_new else "known"}
    return keep_answer(access, sent, _answer(told))


@command
def withdraw(access: Access, run_id: int, sent: Request) -> Answer:
    if answered := find_answer(access, sent):
        return answered
    commands.take_back(access, run_id)
    widen(access)
    return keep_answer(access, sent, _answer({"id": run_id}))


def tell_look(access: Access, run: Run) -> None:
    """Of staff (R7.3), in a transaction of its own: the other one only reads."""
    if access.is_staff:
        commands.note_look(access, run)


def _answer(told: Mapping[str, Any]) -> Answer:
    return Answer(200, json.dumps(told))
