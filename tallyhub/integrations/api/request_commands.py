"""What a token may do with support requests. The rules are those of the page, and so are the steps."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tallyhub.agreements.steps import find_products
from tallyhub.integrations.api.problems import Flaw, Refused
from tallyhub.integrations.importing import cells
from tallyhub.journal.steps import Answer, find_answer, keep_answer, record
from tallyhub.journal.steps import Request as Sent
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.queries import find_member, get_workspace, list_holders, list_members
from tallyhub.organizations.rules import RIGHTS_OF
from tallyhub.organizations.steps import find_people_by_key, find_workspaces
from tallyhub.support import steps as support
from tallyhub.support.conversation.steps import say
from tallyhub.support.intake import queries, steps
from tallyhub.support.models import Request, Work
from tallyhub.support.requests import queries as opening
from tallyhub.support.requests.rules import Offered, Typed, check_typed
from tallyhub.support.requests.steps import Opening
from tallyhub.support.requests.steps import open_request as open_one
from tallyhub.support.rules import Source, read_text
from tallyhub.support.time import queries as time
from tallyhub.support.time.rules import NOTE_MAX, read_what
from tallyhub.support.time.steps import Worked, lock_to_work, log

_OPENERS = [role for role, rights in RIGHTS_OF.items() if Right.OPEN_REQUESTS in rights]
_READERS = {
    "workspace": cells.text(80),  # looked up as it is; the database itself would refuse a NUL
    "product": cells.text(60),
    "primary_contact": cells.text(254),
    "title": cells.text(200),
    "description": read_text,
    "impact": read_text,
    "source": cells.reference(40),
    "external_id": cells.reference(120),
}


@command
def open_request(access: Access, said: Mapping[str, str], sent: Sent) -> Answer:
    """Raises Forbidden, Refused with all that is wrong, and Conflict for one that is there with other content."""
    if answered := find_answer(access, sent):
        return answered
    texts = _read_texts(said)
    workspace = _workspace(access, said["workspace"])
    source, external_id = texts.get("source", Source.API), texts.get("external_id", "")
    if external_id:
        access.require(Right.VIEW_ALL_REQUESTS)  # in whole: that it is taken would tell of one that is hidden
        if known := queries.find_by_source(access, source, external_id):
            _check_same(known, workspace, said, texts)
            return keep_answer(access, sent, _opened(known, "known"))
    request = open_one(access, _opening(access, workspace, said, texts))
    steps.name_at_source(request, source, external_id)
    if external_id:
        steps.adopt_entries([(request.customer_id, source, external_id)])
    return keep_answer(access, sent, _opened(request, "new"))


def _read_texts(said: Mapping[str, str], readers: Mapping[str, Callable[[str], Any]] = _READERS) -> dict[str, Any]:
    read, flaws = {}, []
    for name, reader in readers.items():
        try:
            if text := said.get(name, "").strip():
                read[name] = reader(text)
        except HubError as error:
            flaws.append(Flaw(f"/{name}", error))
    if flaws:
        raise Refused(flaws)
    return read


def _workspace(access: Access, code: str) -> Workspace:
    """One in which the token may open requests now. One that it does not read is not there."""
    found = find_workspaces([(access.customer_id or 0, code)])
    workspace_id = found.get((access.customer_id or 0, code))
    if workspace_id not in access.workspaces:
        raise Refused([Flaw("/workspace", Invalid("workspace_unknown"))])
    workspace = get_workspace(access, workspace_id)
    if access.person_id is not None:
        access.require(Right.OPEN_REQUESTS, workspace_id=workspace.pk)
    if workspace.archived_at:
        raise Conflict("workspace_archived", name=workspace.name)
    return workspace


def _check_same(known: Request, workspace: Workspace, said: Mapping[str, str], texts: Mapping[str, str]) -> None:
    """What was said when it was opened, and cannot change by itself."""
    there = (known.workspace_id, known.kind, known.title)
    if there != (workspace.pk, said["kind"], texts.get("title", "")):
        raise Conflict("content_differs", external_ids=known.external_id)


def _opening(access: Access, workspace: Workspace, said: Mapping[str, str], texts: Mapping[str, str]) -> Opening:
    product = find_products([said["product"]]).get(said["product"], 0) if "product" in said else None
    opening.require_direct(access, product)
    contact = _contact(access, workspace, said)
    products = {one.pk for one in opening.list_direct_products(access, workspace.pk)}
    typed = Typed(
        kind=said["kind"],
        product=product,
        title=texts.get("title", ""),
        description=texts.get("description", ""),
        severity=said["severity"],
        impact=texts.get("impact", ""),
        primary_contact=contact,
    )
    offered = Offered(products=products, people=list_members(access, workspace.pk, [contact]), groups=set())
    if problems := check_typed(typed, offered):
        raise Refused([Flaw(f"/{one.field}", one.error) for one in problems])
    return Opening.of(workspace, typed, contact)


def _contact(access: Access, workspace: Workspace, said: Mapping[str, str]) -> int:
    """Whoever it is opened for. A customer's own token opens for a support contact only: it is nobody itself."""
    named = access.person_id
    if text := said.get("primary_contact"):
        key = (access.customer_id or 0, text)
        named = find_people_by_key([key]).get(key) or find_member(access, workspace.pk, text)
    if named is None:
        raise Refused([Flaw("/primary_contact", Invalid("person_unknown"))])
    if access.person_id is None and named not in list_holders(access, workspace.pk, _OPENERS):
        raise Refused([Flaw("/primary_contact", Invalid("contact_opens_nothing"))])
    return named


def _opened(request: Request, status: str) -> Answer:
    return _answer({"id": request.pk, "number": request.number, "status": status})


@command
def write_message(access: Access, request_id: int, body: str, sent: Sent) -> Answer:
    """Raises DoesNotExist for a request that is hidden or absent, Conflict where nothing more is said, Invalid."""
    if answered := find_answer(access, sent):
        return answered
    request = support.lock_request(access, queries.get_request(access, request_id).number)
    said = read_text(body)  # a program is told of what a person's browser would leave out
    if not said:
        raise Invalid("value_missing")
    message = say(access, request, body=said, source=Source.API)
    return keep_answer(access, sent, _answer({"id": message.pk}))


_WORK_READERS: dict[str, Callable[[str], Any]] = {
    "starts_at": cells.instant,
    "what": read_what,
    "note": lambda text: read_text(text, length_max=NOTE_MAX),
    "source": cells.reference(40),
    "external_id": cells.reference(120),
}
_PLACE_OF = {"work_minutes": "/minutes", "work_in_future": "/starts_at"}


@command
def log_time(
    access: Access, request_id: int, said: Mapping[str, str], minutes: int, sent: Sent, *, is_goodwill: bool
) -> Answer:
    """Raises DoesNotExist, Forbidden, Refused with all that is wrong, and Conflict: merged, or with other content."""
    if answered := find_answer(access, sent):
        return answered
    request = support.lock_request(access, queries.get_request(access, request_id).number)
    access.require(Right.WORK_REQUESTS, workspace_id=request.workspace_id)
    worked = _worked(said, minutes, is_goodwill=is_goodwill)
    if worked.external_id:
        access.require(Right.READ_WORK)  # in whole: that it is taken would tell of time on a request that is hidden
        if known := time.find_by_source(access, worked.source, worked.external_id):
            _check_same_time(known, request, worked)
            return keep_answer(access, sent, _answer({"id": known.pk, "status": "known"}))
    work = log(access, lock_to_work(access, request.number), worked)
    return keep_answer(access, sent, _answer({"id": work.pk, "status": "new"}))


def _worked(said: Mapping[str, str], minutes: int, *, is_goodwill: bool) -> Worked:
    read = _read_texts(said, _WORK_READERS)
    if missing := [Flaw(f"/{name}", Invalid("value_missing")) for name in ("starts_at", "what") if name not in read]:
        raise Refused(missing)
    worked = Worked(minutes=minutes, is_goodwill=is_goodwill, **{"source": Source.API, **read})
    try:
        worked.check()
    except Invalid as error:
        raise Refused([Flaw(_PLACE_OF[error.code], error)]) from error
    return worked


def _check_same_time(known: Work, request: Request, worked: Worked) -> None:
    """Time of a request that was merged is found in the other one."""
    is_there = known.request_id == request.pk or request.merged_into_id is not None
    kept = (known.starts_at, known.minutes, known.what, known.note, known.is_goodwill)
    if not is_there or kept != (worked.starts_at, worked.minutes, worked.what, worked.note, worked.is_goodwill):
        raise Conflict("content_differs", external_ids=known.external_id)


@command
def note_look(access: Access, request: Request | None) -> None:
    """By staff, at a request or at the list; the database keeps the first of a day."""
    if request:
        support.note_look(access, request)
    else:
        record(access, "activity.looked", page="support", day=clock.today("UTC").isoformat())


def _answer(told: Mapping[str, Any]) -> Answer:
    return Answer(200, json.dumps(told))
