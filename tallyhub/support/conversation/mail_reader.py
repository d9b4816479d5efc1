"""From the bytes of a mail to what it says. Pure. A mail may be made to harm its reader, so it is bounded first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from hashlib import sha256

from tallyhub.support.conversation.html_text import text_of

BYTES_MAX = 40 * 1024 * 1024  # of a mail; files grow by a third on their way
LINES_MAX = 800_000
HEADER_BYTES_MAX = 256 * 1024  # of the mail's own
PARTS_MAX = 200
MULTIPARTS_MAX = 50  # one inside another; reading takes their number times the lines
HEADER_LENGTH_MAX = 2_000  # characters of one that is looked at
_MULTIPART = re.compile(rb"multipart/", re.IGNORECASE)
_LINE_END = re.compile(rb"\r?\n\r?\n")
_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")


class _Bounded(policy.Compat32):
    """What a part says of itself is cut: the library takes the square of such a line's length to read it."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:HEADER_LENGTH_MAX] if name.lower().startswith("content-") else value


_POLICY = _Bounded()


class TooMuch(Exception):
    """It is larger, or has more parts, than any mail that a person writes."""


@dataclass(frozen=True, slots=True)
class Attached:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """``sender``: the one address that it says it is from, in small letters; empty where there is not exactly one."""

    digest: bytes
    sender: str
    recipients: list[str]  # headers, as they are
    message_id: str
    is_automatic: bool
    sender_name: str = ""  # as it calls itself
    subject: str = ""
    text: str = ""
    attached: list[Attached] = field(default_factory=list)


def check_bounds(content: bytes) -> None:
    """Before anything is parsed. Raises TooMuch."""
    head = _LINE_END.search(content)
    if (
        len(content) > BYTES_MAX
        or content.count(b"\n") > LINES_MAX
        or (head.start() if head else len(content)) > HEADER_BYTES_MAX
        or len(_MULTIPART.findall(content)) > MULTIPARTS_MAX
    ):
        raise TooMuch


def digest_of(content: bytes) -> bytes:
    """Of Message-ID and date, by which a mail is known again; of all of it, where it has no Message-ID.

    Of any bytes: nothing else of them is read.
    """
    head = _LINE_END.split(content[:HEADER_BYTES_MAX], maxsplit=1)[0]
    mail = BytesHeaderParser(policy=_POLICY).parsebytes(head + b"\n\n")
    message_id = _header(mail, "Message-ID")
    return sha256(f"{message_id}\n{_header(mail, 'Date')}".encode() if message_id else content).digest()


def read(content: bytes) -> Read:
    """Raises TooMuch, and whatever the library raises at what is no mail."""
    check_bounds(content)
    mail = message_from_bytes(content, policy=_POLICY)
    parts = []
    for part in mail.walk():
        parts.append(part)
        if len(parts) > PARTS_MAX:
            raise TooMuch
    text, attached = _content(parts)
    return Read(
        digest=digest_of(content),
        sender=_sender(mail),
        recipients=[_ascii(one) for name in _TO for one in mail.get_all(name, [])],
        message_id=_header(mail, "Message-ID"),
        is_automatic=_is_automatic(mail),
        sender_name=_sender_name(mail),
        subject=_decoded_header(str(mail.get("Subject", ""))),
        text=text,
        attached=attached,
    )


def _header(mail: Message, name: str) -> str:
    return _ascii(mail.get(name, ""))


def _ascii(header: object) -> str:
    """What identifies something is ASCII; bytes of other sorts come from no program that means well."""
    said = str(header).strip()[:HEADER_LENGTH_MAX].encode("ascii", "replace").decode()
    return "".join(one if one.isprintable() else "?" for one in said)


def _sender(mail: Message) -> str:
    lines = mail.get_all("From", [])
    if len(lines) != 1 or len(str(lines[0])) > HEADER_LENGTH_MAX:
        return ""
    found = [address for _name, address in getaddresses([_ascii(lines[0])]) if address]
    return found[0].lower() if len(found) == 1 and found[0].count("@") == 1 else ""


def _sender_name(mail: Message) -> str:
    """Taken apart first: a name in other letters may hide a comma."""
    found = getaddresses([str(mail.get("From", ""))[:HEADER_LENGTH_MAX]])
    return _decoded_header(found[0][0]) if found else ""


def _is_automatic(mail: Message) -> bool:
    """A vacation notice, a report, a list: nobody sat there and answered (RFC 3834)."""
    submitted = _header(mail, "Auto-Submitted").lower().partition(";")[0].strip()
    return (
        submitted not in ("", "no")
        or _header(mail, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply", "auto-reply")
        or _header(mail, "X-Autoreply").lower() == "yes"
        or _header(mail, "Return-Path") == "<>"
        or bool(_header(mail, "List-Id"))
        or mail.get_content_type() == "multipart/report"
    )


def _content(parts: list[Message]) -> tuple[str, list[Attached]]:
    """The text, and everything else as files: of a text and its HTML, the text."""
    inside_mails = {id(one) for part in parts if part.get_content_type() == "message/rfc822" for one in _below(part)}
    texts: list[str] = []
    htmls: list[str] = []
    attached: list[Attached] = []
    for part in parts:
        if id(part) in inside_mails or (part.is_multipart() and part.get_content_type() != "message/rfc822"):
            continue
        is_inline = part.get_content_disposition() != "attachment" and not part.get_filename()
        if is_inline and part.get_content_type() == "text/plain":
            texts.append(_decoded(part))
        elif is_inline and part.get_content_type() == "text/html":
            htmls.append(_decoded(part))
        else:
            attached.append(_attached(part, len(attached) + 1))
    if any(one.strip() for one in texts):
        return "\n\n".join(texts), attached
    return "\n\n".join(map(text_of, htmls)), attached


def _below(part: Message) -> Iterator[Message]:
    found = part.walk()
    next(found)
    yield from found


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    try:
        return raw.decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:  # a charset that nobody knows
        return raw.decode("utf-8", errors="replace")


def _attached(part: Message, number: int) -> Attached:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        mail = inner[0] if isinstance(inner, list) and inner else part
        return Attached(_file_name(part) or f"mail-{number}.eml", mail.as_bytes() if isinstance(mail, Message) else b"")
    content = part.get_payload(decode=True)
    return Attached(_file_name(part) or f"file-{number}", content if isinstance(content, bytes) else b"")


def _file_name(part: Message) -> str:
    """Decoded, as most programs write it against the standard."""
    return _decoded_header(part.get_filename() or "")


def _decoded_header(said: str) -> str:
    """What people read of a header. What cannot be decoded stays as it is."""
    try:
        return str(make_header(decode_header(said[:HEADER_LENGTH_MAX])))
    except (LookupError, UnicodeError, ValueError):
        return said[:HEADER_LENGTH_MAX]
