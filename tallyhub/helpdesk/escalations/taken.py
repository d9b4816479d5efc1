"""What an escalation takes over from the gates: the health check that was recorded, and the diagnosis (S003-35)."""

from dataclasses import dataclass, field
from typing import Any

from tallyhub.helpdesk.gates.queries import Evidence, read_evidence, read_facts
from tallyhub.helpdesk.gates.rules import Lock, Result, Step, lock_of
from tallyhub.helpdesk.models import Entry, HealthCheck
from tallyhub.kernel.access import Access
from tallyhub.support.models import Request

_LOCKS = {
    Lock.OVER: "escalation_request_over",
    Lock.FOLLOWS: "escalation_follows",
    Lock.IS_OVER: "escalation_incident_over",
    Lock.NO_RIGHTS: "escalation_no_rights",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """As it is kept with an escalation. ``lock``: the code of why nothing is escalated now, whatever else is there. A
    missing health check is a gap like another, and no lock.
    """

    health: dict[str, Any] | None = None
    diagnosis: list[dict[str, Any]] = field(default_factory=list)
    lock: str = ""


def read_taken(access: Access, request: Request) -> Taken:
    """At the desk, inside the request's workspace. Four statements."""
    found = read_evidence(access, request)
    facts = read_facts([request]).get(request.pk)
    lock = lock_of(Step.ESCALATE, facts) if facts else None
    return Taken(
        health=_health(found.health) if found.health else None,
        diagnosis=[_entry(one) for one in found.entries],
        lock=_LOCKS.get(lock, "") if lock else _unsaid(found),
    )


def _unsaid(found: Evidence) -> str:
    """An incident fits, and nobody has said why it goes on nevertheless (edge 21)."""
    if found.health is None or found.health.result != Result.MATCH or found.health.despite:
        return ""
    has_left = found.link is not None and found.link.event_id == found.health.event_id
    return "" if has_left else "escalation_match_reason"


def _health(one: HealthCheck) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "by": one.by_id,
        "product": one.product_id,
        "result": one.result,
        "event": one.event_id,
        "despite": one.despite,
    }


def _entry(one: Entry) -> dict[str, Any]:
    said = {"hypothesis": one.hypothesis, "step": one.step, "result": one.result}
    return {"at": one.at.isoformat(), "by": one.by_id, **said}
