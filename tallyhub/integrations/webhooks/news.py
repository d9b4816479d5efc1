"""From an event of the journal to messages. Ids and whole numbers only: a name would leave the hub for good."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

from tallyhub.integrations.webhooks.rules import Type
from tallyhub.journal.models import Event

Data = dict[str, int | None]
_AGREEMENT = ("agreements", "packages", "entitlements", "mappings")


def _imported(event: Event) -> Iterator[tuple[Type, Data]]:
    """What a file told this customer anew, by kind of row."""
    rows = event.details
    for type_, kind in (
        (Type.ENTRIES_POSTED, "consumption"),
        (Type.ENTRY_REVERSED, "reversals"),
        (Type.ALLOTMENT_ADDED, "allotments"),
    ):
        if rows.get(kind):
            yield type_, {"count": rows[kind]}
    if changed := {kind: rows[kind] for kind in _AGREEMENT if rows.get(kind)}:
        yield Type.AGREEMENT_CHANGED, changed


def _posted(event: Event) -> Iterator[tuple[Type, Data]]:
    """Through the API. Written before the posting, so rows that were there already are counted."""
    yield Type.ENTRIES_POSTED, {"count": event.details["rows"]}


def _reversed(event: Event) -> Iterator[tuple[Type, Data]]:
    yield Type.ENTRY_REVERSED, {"count": 1, "entry_id": event.subject_id}


# Kind of event -> the messages it makes. Each of them must stand in site/wiring.py, too.
MESSAGES_OF: dict[str, Callable[[Event], Iterator[tuple[Type, Data]]]] = {
    "integrations.entries_posted": _posted,
    "integrations.entry_reversed": _reversed,
    "integrations.imported": _imported,
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
