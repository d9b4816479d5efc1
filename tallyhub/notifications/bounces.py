"""Reads a mail that came back (RFC 3464), as the mail server pipes it in, and notes it on the person."""

from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from enum import StrEnum
from typing import BinaryIO

from tallyhub.notifications import commands, queries
from tallyhub.notifications.rules import key_of_return_path

SIZE_MAX = 1024 * 1024  # bytes that are read of one message; the report stands at its beginning
_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To")


class Read(StrEnum):
    NOTED = "noted"
    KNOWN = "known"  # noted before, or the mail was never sent
    NO_REPORT = "no_report"  # an answer, a vacation notice, a report of a delay or of success
    NOT_OURS = "not_ours"  # a report about a mail that this hub did not send


def read(stream: BinaryIO) -> Read:
    message = message_from_bytes(stream.read(SIZE_MAX), policy=policy.default)
    status = _status(message)
    if not status:
        return Read.NO_REPORT
    key = _key(message)
    reader = queries.find_reader(key) if key else None
    if reader is None:
        return Read.NOT_OURS
    is_new = commands.bounce(reader.access, key, status)
    return Read.NOTED if is_new else Read.KNOWN


def _status(message: EmailMessage) -> str:
    """The code of a failure, such as 5.1.1; empty where the message reports none."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in _blocks(part):
                code = str(block.get("Status", "")).split(" ")[0]
                if str(block.get("Action", "")).strip().lower() == "failed" and code[:2] in ("4.", "5."):
                    return code[:40]
    return ""


def _blocks(part: Message) -> list[Message]:
    blocks = part.get_payload()
    return [block for block in blocks if isinstance(block, Message)] if isinstance(blocks, list) else []


def _key(message: EmailMessage) -> str:
    """From the return path that we made; a server that lost it sends back the mail's headers, with its Message-ID."""
    found = (key_of_return_path(str(value)) for name in _TO for value in message.get_all(name, []))
    if key := next(filter(None, found), ""):
        return key
    for part in message.walk():
        if part is not message and (identity := _message_id(part)):
            return identity
    return ""


def _message_id(part: Message) -> str:
    if part.get_content_type() == "text/rfc822-headers":
        payload = part.get_payload(decode=True)
        part = message_from_bytes(payload if isinstance(payload, bytes) else b"", policy=policy.default)
    name = str(part.get("Message-ID", "")).strip().strip("<>").partition("@")[0]
    return key_of_return_path(f"+{name}@")
