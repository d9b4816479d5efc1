"""What is sent, how it is signed, and when it is tried again. Pure."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

PREFIX = "whsec_"
SECRET_BYTES = 32
OVERLAP = timedelta(hours=24)  # both secrets sign, so that the other side can change over
ENDPOINTS_MAX = 20  # per customer
AT_ONCE_MAX = 3  # tries per customer: whose systems hang keeps the others' messages waiting by so many only
URL_MAX = 500
REPLAY_MAX = 10_000  # messages at once
KEPT = timedelta(days=30)  # a message can be replayed for so long
LEASE = timedelta(seconds=60)  # more than a try can take: after it the try counts as broken off
REST = timedelta(seconds=60)
_WAITS = [timedelta(minutes=m) for m in (1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 18 * 60, 22 * 60)]
TRIES_MAX = len(_WAITS) + 1  # over three days


class Type(StrEnum):
    ENTRIES_POSTED = "entries.posted"
    ENTRY_REVERSED = "entry.reversed"
    ALLOTMENT_ADDED = "allotment.added"
    AGREEMENT_CHANGED = "agreement.changed"
    REQUEST_OPENED = "request.opened"
    REQUEST_CHANGED = "request.changed"
    ASSESSMENT_RAN = "assessment.ran"
    ASSESSMENT_WITHDRAWN = "assessment.withdrawn"
    ENGAGEMENT_REQUESTED = "engagement.requested"
    ENGAGEMENT_CHANGED = "engagement.changed"
    DELIVERY_CHANGED = "delivery.changed"
    HEALTH_TOLD = "health.told"
    MESSAGE_SENT = "message.sent"
    WISH_CHANGED = "wish.changed"
    PING = "ping"


CHOSEN = tuple(one for one in Type if one is not Type.PING)  # a ping is asked for, never subscribed to


class State(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """``v1,…``: HMAC-SHA256 over id, time and body (Standard Webhooks, *Signature scheme*)."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(signing: Sequence[str], message_id: str, sent_at: datetime, body: str) -> dict[str, str]:
    """``signing``: the secrets, the present one first. The id stays the same over all tries, the time does not."""
    timestamp = int(sent_at.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(one, message_id, timestamp, body) for one in signing),
        "content-type": "application/json",
    }


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after so many failures; None when it is given up."""
    return _WAITS[tries - 1] if tries < TRIES_MAX else None


def is_accepted(status: int | None) -> bool:
    return status is not None and 200 <= status < 300
