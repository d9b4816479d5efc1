"""What a token may do at a partner's desk. Each is a command of the pages, done once."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tallyhub.agreements.steps import find_products
from tallyhub.helpdesk.gates import commands as gates
from tallyhub.helpdesk.gates import queries
from tallyhub.helpdesk.gates.commands import Look
from tallyhub.helpdesk.gates.rules import Despite, Left
from tallyhub.helpdesk.intake import commands as intake
from tallyhub.helpdesk.intake.asking import Refused as Unfit
from tallyhub.helpdesk.intake.rules import OTHER, Asked
from tallyhub.integrations.api.problems import Flaw, Refused
from tallyhub.journal.steps import Answer, find_answer, keep_answer
from tallyhub.journal.steps import Request as Sent
from tallyhub.kernel import cells
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import as_step, command, widen
from tallyhub.support import desk
from tallyhub.support.conversation.steps import say
from tallyhub.support.intake.queries import get_request
from tallyhub.support.queries import place_at_desk
from tallyhub.support.rules import Source, Status, number_of, read_text
from tallyhub.support.steps import lock_request
from tallyhub.support.work import commands as work

FOLLOW = "follow"
T = TypeVar("T")


@command
def act(access: Access, sent: Sent, do: Callable[[Access], Mapping[str, Any]]) -> Answer:
    """Once, for one's work: what ``do`` does and what is answered are kept together, or neither is."""
    if answered := find_answer(access, sent):
        return answered
    told = do(access)
    widen(access)  # some commands end in the scope of the customer, or of the hub
    return keep_answer(access, sent, Answer(200, json.dumps(told)))


def enter(access: Access, request_id: int) -> tuple[Access, str]:
    """Inside the workspace of a request of one's own desk from now on, and its number. Raises DoesNotExist for any
    other, Forbidden for who serves no customers.
    """
    access.require_serving(Right.SERVE_CUSTOMERS)
    number = number_of(request_id)
    inside = desk.inside(access, *place_at_desk(access, number))
    widen(inside)
    return inside, number


def _at_desk(access: Access, request_id: int, sent: Sent, do: Callable[[Access, str], Mapping[str, Any]]) -> Answer:
    return act(access, sent, lambda at_work: do(*enter(at_work, request_id)))


def _as_it_is(inside: Access, request_id: int) -> dict[str, Any]:
    one = get_request(inside, request_id)
    return {"id": one.pk, "number": one.number, "status": one.status, "version": one.version}


def write_down(access: Access, said: Mapping[str, Any], sent: Sent) -> Answer:
    """For a customer. Raises Refused with all that is wrong, DoesNotExist for another's, Conflict while suspended."""

    def do(at_work: Access) -> Mapping[str, Any]:
        at_work.require_serving(Right.SERVE_CUSTOMERS)
        try:
            number = as_step(intake.take_in)(at_work, said["customer_id"], _asked(said))
        except Unfit as error:
            raise _refused(error) from error
        return {"id": int(number[:-1]), "number": number, "status": "new"}

    return act(access, sent, do)


_AS_TYPED = ("kind", "title", "description", "severity", "impact", "reach", "channel")


def _asked(said: Mapping[str, Any]) -> Asked:
    product = _product(said["product"])
    return Asked(
        workspace=said["workspace_id"],
        contact=said["contact_id"],
        product=str(product) if product else OTHER,
        accepted=said["accepted_plan"],
        **{name: said[name] for name in _AS_TYPED},
    )


def _refused(error: Unfit) -> Refused:
    names = {"workspace": "workspace_id", "contact": "contact_id", "accepted": "accepted_plan"}
    return Refused([Flaw(f"/{names.get(one.field, one.field)}", one.error) for one in error.problems])


def _product(code: str | None) -> int | None:
    if code is None:
        return None
    found = find_products([_read("/product", lambda: cells.text(60)(code))]).get(code)
    if found is None:
        raise Refused([Flaw("/product", Invalid("product_unknown"))])
    return found


def _read(pointer: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except Invalid as error:
        raise Refused([Flaw(pointer, error)]) from error


def assign(access: Access, request_id: int, person_id: int | None, version: int, sent: Sent) -> Answer:
    """To somebody at the desk, oneself included, or to nobody."""

    def do(inside: Access, number: str) -> Mapping[str, Any]:
        _read("/person_id", lambda: as_step(work.assign)(inside, number, person_id=person_id, version=version))
        return _as_it_is(inside, request_id)

    return _at_desk(access, request_id, sent, do)


def change_status(access: Access, request_id: int, status: str, version: int, sent: Sent) -> Answer:
    def do(inside: Access, number: str) -> Mapping[str, Any]:
        becomes = _read("/status", lambda: cells.one_of(Status)(status))
        as_step(work.change_status)(inside, number, becomes=becomes, version=version)
        return _as_it_is(inside, request_id)

    return _at_desk(access, request_id, sent, do)


def write_message(access: Access, request_id: int, body: str, sent: Sent) -> Answer:
    def do(inside: Access, number: str) -> Mapping[str, Any]:
        said = _read("/body", lambda: read_text(body))
        return {"id": say(inside, lock_request(inside, number), body=said, source=Source.API).pk}

    return _at_desk(access, request_id, sent, do)


def check_health(access: Access, request_id: int, said: Mapping[str, Any], sent: Sent) -> Answer:
    """What fits is named with what is to be done about it; where something goes on, that nothing fits is said, too."""

    def do(inside: Access, number: str) -> Mapping[str, Any]:
        product = _product(said["product"]) if said["product"] else get_request(inside, request_id).product_id
        event, then = said["event_id"], said["then"]
        if event is not None and then is None:
            raise Refused([Flaw("/then", Invalid("health_next_missing"))])
        if event is None and not said["nothing_fits"] and queries.list_going_on(inside, product):
            raise Refused([Flaw("/event_id", Invalid("health_choice_missing"))])
        despite = None if event is None or then == FOLLOW else Despite(then)
        result = as_step(gates.check_health)(inside, number, Look(product, event, despite))
        return {"result": result.value, **_as_it_is(inside, request_id)}

    return _at_desk(access, request_id, sent, do)


def leave_incident(access: Access, request_id: int, why: Left, sent: Sent) -> Answer:
    def do(inside: Access, number: str) -> Mapping[str, Any]:
        as_step(gates.leave_incident)(inside, number, why)
        return _as_it_is(inside, request_id)

    return _at_desk(access, request_id, sent, do)


def add_entry(access: Access, request_id: int, said: Mapping[str, str], sent: Sent) -> Answer:
    def do(inside: Access, number: str) -> Mapping[str, Any]:
        return {"id": as_step(gates.add_entry)(inside, number, **said)}

    return _at_desk(access, request_id, sent, do)


def need_rights(access: Access, request_id: int, sent: Sent, *, is_needed: bool) -> Answer:
    def do(inside: Access, number: str) -> Mapping[str, Any]:
        as_step(gates.need_rights if is_needed else gates.need_no_rights)(inside, number)
        return _as_it_is(inside, request_id)

    return _at_desk(access, request_id, sent, do)


def ask_consent(access: Access, request_id: int, body: str, sent: Sent) -> Answer:
    """Raises Refused without words: the customer reads them."""

    def do(inside: Access, number: str) -> Mapping[str, Any]:
        _read("/body", lambda: as_step(gates.ask_consent)(inside, number, body))
        return _as_it_is(inside, request_id)

    return _at_desk(access, request_id, sent, do)


def resolve(access: Access, request_id: int, item_id: int, text: str, version: int, sent: Sent) -> Answer:
    def do(inside: Access, number: str) -> Mapping[str, Any]:
        as_step(gates.resolve)(inside, number, item_id=item_id, text=text, version=version)
        return _as_it_is(inside, request_id)

    return _at_desk(access, request_id, sent, do)


def give_back(access: Access, request_id: int, reason: str, version: int, sent: Sent) -> Answer:
    """It is not seen any more afterwards, so nothing is said of it but its id."""

    def do(inside: Access, number: str) -> Mapping[str, Any]:
        _read("/reason", lambda: as_step(intake.give_back)(inside, number, reason, version))
        return {"id": request_id}

    return _at_desk(access, request_id, sent, do)
