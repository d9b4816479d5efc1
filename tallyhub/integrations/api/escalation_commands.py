"""What a token may do with escalations, on whichever side. Each is a command of the pages, done once."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from tallyhub.helpdesk.escalations import commands, queries
from tallyhub.helpdesk.escalations.commands import Typed
from tallyhub.helpdesk.escalations.evidence import Form, items_of
from tallyhub.helpdesk.escalations.form_page import first_typed, of_kept
from tallyhub.helpdesk.escalations.forms import keeping_sent, plain
from tallyhub.helpdesk.escalations.rules import OVER, Category, Side, Status
from tallyhub.helpdesk.escalations.steps import require_side
from tallyhub.helpdesk.escalations.taken import read_taken
from tallyhub.helpdesk.models import Escalation
from tallyhub.helpdesk.provider_desk import commands as provider
from tallyhub.integrations.api.helpdesk_commands import act, enter
from tallyhub.integrations.api.problems import Flaw, Refused
from tallyhub.journal.steps import Answer
from tallyhub.journal.steps import Request as Sent
from tallyhub.kernel import cells
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import as_step
from tallyhub.support.conversation import storage
from tallyhub.support.intake.queries import get_request
from tallyhub.support.queries import get_request as get_by_number


def _told(one: Escalation) -> dict[str, Any]:
    return {"id": one.pk, "status": one.status, "version": one.version}


def _word(pointer: str, words: Any, said: str) -> Any:
    try:
        return cells.one_of(words)(said)
    except Invalid as error:
        raise Refused([Flaw(pointer, error)]) from error


# By the partner, at its desk


def draft(access: Access, request_id: int, said: Mapping[str, Any], sent: Sent) -> Answer:
    """A new one. What is left out of the evidence is taken from the request, where that says it."""

    def do(at_work: Access) -> Mapping[str, Any]:
        inside, number = enter(at_work, request_id)
        category = _word("/category", Category, said["category"])
        request = get_by_number(inside, number)
        commands.require_own(inside, request)
        given = _values(category, said["evidence"])
        known = first_typed(inside, request, category, read_taken(inside, request))
        tenants = known.tenants if said["tenants"] is None else said["tenants"]
        typed = Typed(category, {**known.values, **given}, tuple(tenants), said["via_id"])
        return _told(as_step(commands.save_draft)(inside, number, typed, 0))

    return act(access, sent, do)


def _values(category: Category, evidence: Mapping[str, Any]) -> dict[str, str]:
    """Raises Refused for what the category does not ask for; and for a vulnerability, of which nothing is kept here."""
    known = {one.code for one in items_of(category) if one.form is not Form.FILES}
    flaws = [Flaw(f"/evidence/{code}", Invalid("escalation_item_unknown")) for code in sorted(set(evidence) - known)]
    if evidence.get("vulnerability") == "yes":
        flaws = [Flaw("/evidence/vulnerability", Invalid("escalation_vulnerability"))]
    if flaws:
        raise Refused(flaws)
    return {code: plain(str(text)) for code, text in evidence.items()}


def _by_partner(
    access: Access, escalation_id: int, sent: Sent, do: Callable[[Access, str, Escalation], Mapping[str, Any]]
) -> Answer:
    """By the partner whose request it is, inside the request's workspace. Raises Forbidden for the other sides."""

    def done(at_work: Access) -> Mapping[str, Any]:
        found = queries.get_escalation(at_work, escalation_id)
        if require_side(at_work, found) is not Side.PARTNER:
            raise Forbidden(Right.ESCALATE)
        if found.status in OVER:
            raise Conflict("escalation_moved")
        inside, number = enter(at_work, found.request_id)
        return do(inside, number, found)

    return act(access, sent, done)


def put_evidence(access: Access, escalation_id: int, said: Mapping[str, Any], sent: Sent) -> Answer:
    """All of it anew, as the form does."""

    def do(inside: Access, number: str, found: Escalation) -> Mapping[str, Any]:
        last = of_kept(inside, found)
        category = _word("/category", Category, said["category"] or last.category)
        tenants = last.tenants if said["tenants"] is None else said["tenants"]
        typed = Typed(category, _values(category, said["evidence"]), tuple(tenants), said["via_id"] or last.via_id)
        return _told(as_step(commands.save_draft)(inside, number, typed, said["version"]))

    return _by_partner(access, escalation_id, sent, do)


def add_file(access: Access, escalation_id: int, said: Mapping[str, Any], sent: Sent) -> Answer:
    """The bytes are kept for as long as what names them is."""
    content = b64decode(said["content"])
    file = storage.Sent(said["name"], len(content), lambda: [content])
    with keeping_sent([(said["item"], file)]) as kept:

        def do(inside: Access, number: str, found: Escalation) -> Mapping[str, Any]:
            typed = of_kept(inside, found)
            items = {one.code for one in items_of(typed.category) if one.form is Form.FILES}
            if said["item"] not in items:
                raise Refused([Flaw("/item", Invalid("escalation_item_unknown"))])
            return _told(as_step(commands.save_draft)(inside, number, typed, said["version"], kept))

        return _by_partner(access, escalation_id, sent, do)


def remove_file(access: Access, escalation_id: int, file_id: int, sent: Sent) -> Answer:
    def do(inside: Access, number: str, found: Escalation) -> Mapping[str, Any]:
        as_step(commands.remove_file)(inside, number, file_id)
        return _told(queries.get_escalation(inside, found.pk))

    return _by_partner(access, escalation_id, sent, do)


def send(access: Access, escalation_id: int, version: int, looked: str, sent: Sent) -> Answer:
    """Raises EscalationRefused with every gap and every finding."""

    def do(inside: Access, number: str, found: Escalation) -> Mapping[str, Any]:
        return _told(as_step(commands.send)(inside, number, version, looked))

    return _by_partner(access, escalation_id, sent, do)


def publish(access: Access, escalation_id: int, event_id: int, body: str, sent: Sent) -> Answer:
    """To the customer, in the partner's words; also of one that is over."""

    def do(at_work: Access) -> Mapping[str, Any]:
        found = queries.get_escalation(at_work, escalation_id)
        if require_side(at_work, found) is not Side.PARTNER:
            raise Forbidden(Right.ESCALATE)
        inside, number = enter(at_work, found.request_id)
        newest = queries.find_newest(inside, get_request(inside, found.request_id))
        if newest is None or newest.pk != escalation_id:
            raise Conflict("escalation_moved")
        as_step(commands.publish)(inside, number, event_id, plain(body))
        return {"id": escalation_id, "status": newest.status, "version": newest.version}

    return act(access, sent, do)


# By every side


def move(access: Access, escalation_id: int, said: Mapping[str, Any], sent: Sent) -> Answer:
    def do(at_work: Access) -> Mapping[str, Any]:
        becomes = _word("/becomes", Status, said["becomes"])
        text, items = plain(said["text"]), tuple(said["items"])
        moved = as_step(commands.move)(at_work, escalation_id, becomes, version=said["version"], text=text, items=items)
        return _told(moved)

    return act(access, sent, do)


def note(access: Access, escalation_id: int, text: str, sent: Sent) -> Answer:
    return act(access, sent, lambda at_work: {"id": as_step(commands.note)(at_work, escalation_id, plain(text)).pk})


# By the provider's desk


def assign(access: Access, escalation_id: int, person_id: int | None, version: int, sent: Sent) -> Answer:
    def do(at_work: Access) -> Mapping[str, Any]:
        as_step(provider.assign)(at_work, escalation_id, person_id, version)
        return _told(queries.get_escalation(at_work, escalation_id))

    return act(access, sent, do)


def tie(access: Access, escalation_id: int, event_id: int | None, version: int, sent: Sent) -> Answer:
    def do(at_work: Access) -> Mapping[str, Any]:
        as_step(provider.tie)(at_work, escalation_id, event_id, version)
        return _told(queries.get_escalation(at_work, escalation_id))

    return act(access, sent, do)
