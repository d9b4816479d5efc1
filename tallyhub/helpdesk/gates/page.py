"""What a partner request's page says of how far it has come: the strip of its desk, and its plain form for others."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _

from tallyhub.health import page as health
from tallyhub.helpdesk.gates import queries
from tallyhub.helpdesk.gates.queries import Following, RightsHeld
from tallyhub.helpdesk.gates.rules import WHILE_IT_GOES_ON, Ball, Left, Link, Rights, Stage, Step, lock_of
from tallyhub.helpdesk.gates.words import (
    BALL_NAMES,
    DESPITE_NAMES,
    ESCALATION_ASKS,
    LEFT_NAMES,
    LOCKS,
    RESULT_NAMES,
    STAGE_ASKS,
    STAGE_MEANS,
    STAGE_NAMES,
    STAGE_TONES,
)
from tallyhub.helpdesk.models import Entry, HealthCheck, Resolution
from tallyhub.helpdesk.stages import Standing, read_standings
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel import markdown
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import url
from tallyhub.partners import page as partners
from tallyhub.partners.queries import names_of_organizations
from tallyhub.support.models import Request
from tallyhub.support.parts import Known, Part

UPDATES_SHOWN = 3  # of an incident
ENTRIES_SHOWN = 10  # of the diagnosis, the newest


def read(access: Access, request: Request) -> Part:
    """As ``gates``."""
    standing = read_standings([request])[request.pk]
    following = queries.find_following(access, request) if standing.facts.link is not Link.NONE else None
    resolution = queries.find_resolution(access, request)
    houses = names_of_organizations({request.partner_id or 0, request.desk_id or 0})
    shown = {
        **_stands(access, request, standing, houses),
        "incident": _incident(following),
        "resolution": _resolution(resolution),
    }
    if at_desk(access, request):
        return _for_desk(access, request, standing, shown)
    shown["asks_rights"] = standing.stage is Stage.WAITING_DELEGATION
    shown["may_decide"] = access.has(Right.MANAGE_PARTNERS)
    return Part(lambda known: {"gates": shown})


def at_desk(access: Access, request: Request) -> bool:
    return access.has(Right.READ_NOTES, workspace_id=request.workspace_id)


def _stands(access: Access, request: Request, standing: Standing, houses: dict[int, str]) -> dict[str, Any]:
    is_desk = at_desk(access, request)
    is_back = standing.stage is Stage.ESCALATED and standing.ball in (Ball.PARTNER, Ball.SUPPLIER)
    asks = ESCALATION_ASKS if is_back else STAGE_ASKS[standing.stage]
    return {
        "is_desk": is_desk,
        "is_back": is_back,
        "stage": {"text": str(STAGE_NAMES[standing.stage]), "tone": STAGE_TONES.get(standing.stage, "low")},
        "sentence": str(asks if is_desk else STAGE_MEANS[standing.stage]),
        "ball": _ball(request, standing.ball, houses, is_customer=not access.is_staff),
    }


def _ball(request: Request, ball: Ball, houses: dict[int, str], *, is_customer: bool) -> str:
    if ball is Ball.CUSTOMER and is_customer:
        return _("you")
    named = {Ball.PARTNER: request.partner_id, Ball.SUPPLIER: request.desk_id}.get(ball)
    return houses.get(named or 0) or str(BALL_NAMES[ball])


def _incident(following: Following | None) -> dict[str, Any] | None:
    if following is None:
        return None
    zone = get_current_timezone_name()
    since = fmt.minute(following.since, zone)
    if following.event is None:
        return {"is_known": False, "since": since, "updates": [], "is_over": False}
    updates = following.updates[:UPDATES_SHOWN]
    return {
        "is_known": True,
        "since": since,
        "is_over": following.event.ended_at is not None,
        "event": health.line(following.event, zone),
        "updates": health.story(updates, {}, zone),
        "has_more": len(following.updates) > len(updates),
    }


def _resolution(one: Resolution | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"item": one.item.title, "text": markdown.render(one.message.body), "when": _when(one.at)}


def _when(instant: datetime) -> str:
    return fmt.minute(instant, get_current_timezone_name())


# For the desk


def _for_desk(access: Access, request: Request, standing: Standing, shown: dict[str, Any]) -> Part:
    evidence = queries.read_evidence(access, request)
    rights = queries.read_rights(access, request)
    newest = evidence.entries[-ENTRIES_SHOWN:]
    locks = {step.value: _lock(standing, step) for step in Step}

    def say(known: Known) -> dict[str, Any]:
        desk = {
            "health": _health(evidence.health, known),
            "leaving": [{"id": one.value, "label": LEFT_NAMES[one]} for one in _leaving(standing.facts.link)],
            "entries": entries(newest, known),
            "hidden": len(evidence.entries) - len(newest),
            "rights": _rights(access, request, standing, rights),
            "locks": locks,
        }
        return {"gates": {**shown, **desk}}

    people = {one.by_id for one in newest} | ({evidence.health.by_id} if evidence.health else set())
    return Part(say, people=people)


def _leaving(link: Link) -> list[Left]:
    if link is Link.NONE:
        return []
    return [one for one in Left if (one in WHILE_IT_GOES_ON) is (link is Link.FOLLOWS)]


def _lock(standing: Standing, step: Step) -> str:
    lock = lock_of(step, standing.facts)
    return str(LOCKS[lock]) if lock else ""


def _health(one: HealthCheck | None, known: Known) -> dict[str, str] | None:
    if one is None:
        return None
    event = one.event.title if one.event else ""
    return {
        "result": str(RESULT_NAMES[one.result]) % {"event": event} if event else str(RESULT_NAMES[one.result]),
        "product": one.product.name if one.product else _("every product"),
        "despite": str(DESPITE_NAMES[one.despite]) if one.despite else "",
        "who": _who(one.by_id, known),
        "when": _when(one.at),
    }


def all_entries(found: Sequence[Entry]) -> Part:
    """As ``entries``: the whole diagnosis, for a page of its own."""
    return Part(lambda known: {"entries": entries(found, known)}, people={one.by_id for one in found})


def entries(found: Sequence[Entry], known: Known) -> list[dict[str, Any]]:
    return [
        {
            "hypothesis": one.hypothesis,
            "step": one.step,
            "result": one.result,
            "task": one.task.title if one.task else "",
            "who": _who(one.by_id, known),
            "when": _when(one.at),
        }
        for one in found
    ]


def _who(person_id: int | None, known: Known) -> str:
    return known.people.get(person_id or 0) or _("Somebody who has left")


def _rights(access: Access, request: Request, standing: Standing, held: RightsHeld) -> dict[str, Any]:
    """What this person may do inside the customer, and how the desk comes by more."""
    mine = [one for _delegation, holders in held.delegations for one in holders if one.person_id == access.person_id]
    rights = standing.facts.rights
    return {
        "roles": partners.role_names(one.role for one in mine),
        "delegations": [
            partners.line(one, href=url("partners:delegation", one.pk), holders=holders)
            for one, holders in held.delegations
        ],
        "consent": _when(held.consent.ends_at) if held.consent else "",
        "is_needed": rights is not Rights.NOT_NEEDED,
        "is_missing": rights in (Rights.ASKED, Rights.MISSING),
        "may_ask": access.serves(Right.MANAGE_DELEGATIONS),
    }
