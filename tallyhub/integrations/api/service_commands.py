"""What a token may do with services. The rules are those of the pages, and so are the steps."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from tallyhub.engagements import queries
from tallyhub.engagements.deliveries import steps as deliveries
from tallyhub.engagements.deliveries.steps import Worked
from tallyhub.engagements.intake.queries import find_deliveries, find_engagements, find_offerings, is_reserved
from tallyhub.engagements.models import Engagement, EngagementDelivery
from tallyhub.engagements.planning import steps as planning
from tallyhub.engagements.planning.steps import Plan, Wish
from tallyhub.integrations.api.problems import Flaw, Refused
from tallyhub.integrations.importing import cells
from tallyhub.journal.steps import Answer, find_answer, keep_answer
from tallyhub.journal.steps import Request as Sent
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations.steps import find_workspaces

SOURCE = "api"
_PLACE_OF = {
    "delivery_beyond_planned": "/minutes",
    "delivery_minutes": "/minutes",
    "dispute_missing": "/text",
    "engagement_without_payer": "/entitlement_id",
    "engineer_unknown": "/engineer_id",
    "in_future": "/delivered_on",
    "planned_minutes": "/minutes",
    "slot_reversed": "/ends_at",
    "slot_too_long": "/ends_at",
    "wanted_in_past": "/wanted_from",
    "wanted_reversed": "/wanted_until",
}


def _source(text: str) -> str:
    name = cells.reference(40)(text)
    if is_reserved(name):
        raise Invalid("source_reserved")
    return name


_READERS: dict[str, Callable[[str], Any]] = {
    "workspace": cells.reference(80),
    "offering": cells.reference(60),
    "wanted_from": cells.day,
    "wanted_until": cells.day,
    "delivered_on": cells.day,
    "starts_at": cells.instant,
    "ends_at": cells.instant,
    "source": _source,
    "external_id": cells.reference(120),
}


def _read(said: Mapping[str, Any]) -> dict[str, Any]:
    """Its texts as what they mean. Raises Refused with all that is wrong."""
    read, flaws = dict(said), []
    for name in _READERS.keys() & said.keys():
        try:
            if not (text := str(said[name]).strip()):
                raise Invalid("value_missing")
            read[name] = _READERS[name](text)
        except HubError as error:
            flaws.append(Flaw(f"/{name}", error))
    if flaws:
        raise Refused(sorted(flaws, key=lambda one: one.pointer))
    return read


def _placed(error: Invalid) -> HubError:
    return Refused([Flaw(_PLACE_OF[error.code], error)]) if error.code in _PLACE_OF else error


@command
def request_service(access: Access, said: Mapping[str, Any], sent: Sent) -> Answer:
    """Raises Forbidden, Refused with what is wrong, and Conflict for a workspace that is archived."""
    if answered := find_answer(access, sent):
        return answered
    read = _read(said)
    source, external_id = read.get("source", SOURCE), read.get("external_id", "")
    workspace_id = _workspace(access, read["workspace"])
    if external_id:
        access.require(Right.VIEW_ACTIVITY)  # in whole: that it is taken would tell of one that is hidden
        if known := _known(access, source, external_id, workspace_id, read["offering"]):
            return keep_answer(access, sent, _requested(known, "known"))
    if not (offering := find_offerings([read["offering"]]).get(read["offering"])) or not offering.is_offered:
        raise Refused([Flaw("/offering", Invalid("offering_unknown"))])
    named = (external_id, source) if external_id else ()
    wish = Wish(read.get("wish", ""), read.get("wanted_from"), read.get("wanted_until"), *named)
    try:
        number = planning.request_service(access, workspace_id, offering.code, wish)
    except Invalid as error:
        raise _placed(error) from error
    made = queries.get_engagement(access, number)
    return keep_answer(access, sent, _requested(made, "new"))


def _workspace(access: Access, code: str) -> int:
    """One that the token reads. Any other is not there."""
    key = (access.customer_id or 0, code)
    found = find_workspaces([key]).get(key)
    if found is None or found not in access.workspaces:
        raise Refused([Flaw("/workspace", Invalid("workspace_unknown"))])
    return found


def _known(access: Access, source: str, external_id: str, workspace_id: int, code: str) -> Engagement | None:
    """One of the same name. Raises Conflict where it is another service, or of another workspace."""
    key = (access.customer_id or 0, source, external_id)
    found = find_engagements({key}).get(key)
    if found and (found.workspace_id, found.offering.code if found.offering else "") != (workspace_id, code):
        raise Conflict("content_differs", external_ids=external_id)
    return found


def _requested(one: Engagement, status: str) -> Answer:
    return _answer({"id": one.pk, "number": one.number, "version": one.version, "status": status})


@command
def plan(access: Access, engagement_id: int, said: Mapping[str, Any], sent: Sent) -> Answer:
    """Raises DoesNotExist, Forbidden, Invalid, and Conflict: changed since, over, or more than is left."""
    if answered := find_answer(access, sent):
        return answered
    number = queries.get_by_id(access, engagement_id).number
    wanted = Plan(said["minutes"], said.get("entitlement_id"), said.get("title", ""), said["confirmed"])
    try:
        made = planning.plan(access, number, wanted, version=said["version"])
    except Invalid as error:
        raise _placed(error) from error
    return keep_answer(access, sent, _changed(made))


@command
def schedule(access: Access, engagement_id: int, said: Mapping[str, Any], sent: Sent) -> Answer:
    if answered := find_answer(access, sent):
        return answered
    number = queries.get_by_id(access, engagement_id).number
    read = _read(said)
    try:
        made = planning.schedule(access, number, **read)
    except Invalid as error:
        raise _placed(error) from error
    return keep_answer(access, sent, _changed(made))


@command
def log_delivery(access: Access, engagement_id: int, said: Mapping[str, Any], sent: Sent) -> Answer:
    if answered := find_answer(access, sent):
        return answered
    number = queries.get_by_id(access, engagement_id).number
    read = _read(said)
    day: date = read["delivered_on"]
    external_id = read.get("external_id", "")
    source = read.get("source", SOURCE) if external_id else ""
    key = (access.customer_id or 0, source, external_id)
    is_known = bool(external_id and find_deliveries({key}))
    worked = Worked(day, read["minutes"], read["note"], read["confirmed"], source, external_id)
    try:
        made = deliveries.log_delivery(access, number, worked)
    except Invalid as error:
        raise _placed(error) from error
    return keep_answer(access, sent, _answer({"id": made, "status": "known" if is_known else "new"}))


@command
def finish(access: Access, engagement_id: int, version: int, sent: Sent) -> Answer:
    if answered := find_answer(access, sent):
        return answered
    number = queries.get_by_id(access, engagement_id).number
    return keep_answer(access, sent, _changed(deliveries.finish(access, number, version=version)))


@command
def accept(access: Access, delivery_id: int, version: int, sent: Sent) -> Answer:
    """Raises DoesNotExist, Forbidden, and Conflict: changed, accepted or disputed since."""
    if answered := find_answer(access, sent):
        return answered
    return keep_answer(access, sent, _judged(deliveries.accept_delivery(access, delivery_id, version=version)))


@command
def dispute(access: Access, delivery_id: int, text: str, version: int, sent: Sent) -> Answer:
    if answered := find_answer(access, sent):
        return answered
    try:
        made = deliveries.dispute_delivery(access, delivery_id, text, version=version)
    except Invalid as error:
        raise _placed(error) from error
    return keep_answer(access, sent, _judged(made))


def _changed(one: Engagement) -> Answer:
    return _answer({"id": one.pk, "number": one.number, "state": one.state, "version": one.version})


def _judged(one: EngagementDelivery) -> Answer:
    return _answer({"id": one.pk, "acceptance": one.acceptance, "version": one.version})


def _answer(told: Mapping[str, Any]) -> Answer:
    return Answer(200, json.dumps(told))
