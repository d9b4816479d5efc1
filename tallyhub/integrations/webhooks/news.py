"""From an event of the journal to messages. Ids and whole numbers only: a name would leave the hub for good."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

from tallyhub.integrations.webhooks.rules import Type
from tallyhub.journal.models import Event
from tallyhub.messages.rules import MessageClass
from tallyhub.support.rules import serial_of

Data = dict[str, int | None]
_AGREEMENT = ("agreements", "packages", "entitlements", "mappings")
_OF_REQUESTS = ("requests_changed", "request_changes", "request_messages")
_OF_SERVICES = {
    Type.ENGAGEMENT_CHANGED: ("engagements", "engagements_changed"),
    Type.DELIVERY_CHANGED: ("engagement_deliveries", "engagement_deliveries_changed"),
}
_SUBJECTS = {"agreement": "agreements", "package": "packages", "entitlement": "entitlements"}


def _imported(event: Event) -> Iterator[tuple[Type, Data]]:
    """What a file told this customer anew, by kind of row."""
    rows = event.details
    for type_, kind in (
        (Type.ENTRIES_POSTED, "consumption"),
        (Type.ENTRY_REVERSED, "reversals"),
        (Type.ALLOTMENT_ADDED, "allotments"),
        (Type.REQUEST_OPENED, "requests"),
        (Type.ASSESSMENT_RAN, "assessment_results"),
    ):
        if rows.get(kind):
            yield type_, {"count": rows[kind]}
    if changed := sum(rows.get(kind, 0) for kind in _OF_REQUESTS):
        yield Type.REQUEST_CHANGED, {"count": changed}
    for type_, kinds in _OF_SERVICES.items():
        if changed := sum(rows.get(kind, 0) for kind in kinds):
            yield type_, {"count": changed}
    if changed := {kind: rows[kind] for kind in _AGREEMENT if rows.get(kind)}:
        yield Type.AGREEMENT_CHANGED, changed


def _posted(event: Event) -> Iterator[tuple[Type, Data]]:
    """Through the API. Written before the posting, so rows that were there already are counted."""
    yield Type.ENTRIES_POSTED, {"count": event.details["rows"]}


def _reversed(event: Event) -> Iterator[tuple[Type, Data]]:
    yield Type.ENTRY_REVERSED, {"count": 1, "entry_id": event.subject_id}


def _agreed(event: Event) -> Iterator[tuple[Type, Data]]:
    """An agreement was approved, or packages were added to one."""
    counts = {name: event.details[name] for name in ("packages", "entitlements")}
    yield Type.AGREEMENT_CHANGED, {"agreements": 1, **counts}
    if event.details["allotments"]:
        yield Type.ALLOTMENT_ADDED, {"count": event.details["allotments"]}


def _allotted(event: Event) -> Iterator[tuple[Type, Data]]:
    yield Type.ALLOTMENT_ADDED, {"count": 1, "entitlement_id": event.subject_id}


def _amended(event: Event) -> Iterator[tuple[Type, Data]]:
    """Terms, names and what they contain; allotments that come with it are told as such."""
    yield Type.AGREEMENT_CHANGED, {_SUBJECTS.get(event.details.get("what", ""), "packages"): 1}
    if event.details.get("allotments"):
        yield Type.ALLOTMENT_ADDED, {"count": event.details["allotments"]}


def _mapped(event: Event) -> Iterator[tuple[Type, Data]]:
    yield Type.AGREEMENT_CHANGED, {"mappings": 1}


def _opened(event: Event) -> Iterator[tuple[Type, Data]]:
    """A support request. What is in it is read by whoever may (R1.5)."""
    yield Type.REQUEST_OPENED, {"count": 1, "request_id": event.subject_id}


def _written(event: Event) -> Iterator[tuple[Type, Data]]:
    """A message in a support request, which the event names by its number."""
    yield Type.REQUEST_CHANGED, {"count": 1, "request_id": serial_of(str(event.details["request"]))}


def _ordered(event: Event) -> Iterator[tuple[Type, Data]]:
    """A service was requested."""
    yield Type.ENGAGEMENT_REQUESTED, {"count": 1, "engagement_id": event.subject_id}


def _engaged(event: Event) -> Iterator[tuple[Type, Data]]:
    """An order that goes on."""
    yield Type.ENGAGEMENT_CHANGED, {"count": 1, "engagement_id": event.subject_id}


def _delivered(event: Event) -> Iterator[tuple[Type, Data]]:
    """Something was delivered, corrected or judged; the id is of the delivery that it was about."""
    about = {"engagement_id": event.subject_id, "delivery_id": event.details.get("delivery")}
    yield Type.DELIVERY_CHANGED, {"count": 1, **about}


def _moved(event: Event) -> Iterator[tuple[Type, Data]]:
    """A support request that goes on."""
    yield Type.REQUEST_CHANGED, {"count": 1, "request_id": event.subject_id}


def _merged(event: Event) -> Iterator[tuple[Type, Data]]:
    """A support request that went into another one, which the event names by its number: both have changed."""
    for request_id in (event.subject_id, serial_of(str(event.details["into"]))):
        yield Type.REQUEST_CHANGED, {"count": 1, "request_id": request_id}


def _ran(event: Event) -> Iterator[tuple[Type, Data]]:
    """What it found is read by whoever may (R2.4)."""
    yield Type.ASSESSMENT_RAN, {"count": 1, "run_id": event.subject_id}


def _withdrawn(event: Event) -> Iterator[tuple[Type, Data]]:
    yield Type.ASSESSMENT_WITHDRAWN, {"count": 1, "run_id": event.subject_id}


def _told(event: Event) -> Iterator[tuple[Type, Data]]:
    """An event of service health that reaches the customer, or an update of it."""
    yield Type.HEALTH_TOLD, {"health_event_id": event.subject_id, "update_id": event.details["update"]}


def _sent(event: Event) -> Iterator[tuple[Type, Data]]:
    """A message of the provider. Of one about privacy programs get nothing: it is for administrators alone."""
    if event.details["what"] != MessageClass.PRIVACY:
        yield Type.MESSAGE_SENT, {"message_id": event.subject_id}


def _wished(event: Event) -> Iterator[tuple[Type, Data]]:
    """What was asked, and of whom, is read by the customer's administrators."""
    yield Type.WISH_CHANGED, {"count": 1, "wish_id": event.subject_id}


# Kind of event -> the messages it makes. Each of them must stand in site/wiring.py, too.
MESSAGES_OF: dict[str, Callable[[Event], Iterator[tuple[Type, Data]]]] = {
    "assessments.ran": _ran,
    "assessments.withdrawn": _withdrawn,
    "engagements.accepted": _engaged,
    "engagements.cancelled": _engaged,
    "engagements.day_freed": _engaged,
    "engagements.declined": _engaged,
    "engagements.delivered": _engaged,
    "engagements.delivery_accepted": _delivered,
    "engagements.delivery_answered": _delivered,
    "engagements.delivery_by_time": _delivered,
    "engagements.delivery_corrected": _delivered,
    "engagements.delivery_disputed": _delivered,
    "engagements.delivery_logged": _delivered,
    "engagements.in_delivery": _engaged,
    "engagements.planned": _engaged,
    "engagements.replanned": _engaged,
    "engagements.requested": _ordered,
    "engagements.rescheduled": _engaged,
    "engagements.scheduled": _engaged,
    "health.told": _told,
    "integrations.entries_posted": _posted,
    "integrations.entry_reversed": _reversed,
    "integrations.imported": _imported,
    "messages.sent": _sent,
    "office.agreement_approved": _agreed,
    "office.allotment_added": _allotted,
    "office.ended_early": _amended,
    "office.entitlement_added": _amended,
    "office.mapping_added": _mapped,
    "office.mapping_removed": _mapped,
    "office.packages_added": _agreed,
    "office.renamed": _amended,
    "office.term_extended": _amended,
    "partners.wish_accepted": _wished,
    "partners.wish_asked": _wished,
    "partners.wish_declined": _wished,
    "partners.wish_done": _wished,
    "partners.wish_withdrawn": _wished,
    "support.assigned": _moved,
    "support.classified": _moved,
    "support.message_added": _written,
    "support.request_merged": _merged,
    "support.request_opened": _opened,
    "support.severity_changed": _moved,
    "support.status_changed": _moved,
}


def messages(event: Event) -> list[tuple[Type, str]]:
    """(type, body) of each message."""
    if event.kind not in MESSAGES_OF:
        return []
    who = {"customer_id": event.customer_id, "event_id": event.pk, "actor_id": event.actor_id}
    return [(type_, body(type_, event.at, who | data)) for type_, data in MESSAGES_OF[event.kind](event)]


def body(type_: Type, at: Any, data: Data) -> str:
    timestamp = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return json.dumps({"type": type_, "timestamp": timestamp, "data": data}, separators=(",", ":"))
