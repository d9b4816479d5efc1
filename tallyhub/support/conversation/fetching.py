"""Fetches mail by IMAP: each is taken or refused, and only then marked; a folder holds what was refused."""

import imaplib
import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError

from tallyhub.organizations.models import Organization
from tallyhub.organizations.rules import Kind
from tallyhub.support.conversation import incoming
from tallyhub.support.conversation.addresses import desk_address
from tallyhub.support.conversation.incoming import Verdict
from tallyhub.support.conversation.mail_reader import BYTES_MAX

log = logging.getLogger(__name__)
SECONDS_MAX = 30  # for each answer of the server
AT_ONCE_MAX = 200  # mails that one run takes up; the next one goes on
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_NAME = re.compile(r'[\\"]')


class MailboxError(Exception):
    """The mailbox cannot be read; the text says why."""


def is_ready() -> bool:
    return bool(settings.TALLYHUB.imap_url and settings.TALLYHUB.reply_address)


def desk_address_of(own: Organization) -> str:
    """Where mail to a partner's desk comes in; empty for no partner, and where the hub reads no mailbox."""
    return desk_address(own.code) if own.kind == Kind.PARTNER and is_ready() else ""


def fetch() -> Counter[Verdict]:
    """What became of the mails that nobody has seen. Raises MailboxError, and what ``incoming.take`` raises.

    A mail is marked after its transaction has ended: whoever is killed in between takes it again and knows it.
    """
    counted: Counter[Verdict] = Counter()
    try:
        with _mailbox() as box:
            for uid in _unseen(box):
                try:
                    verdict = _take(box, uid)
                except (OperationalError, InterfaceError, imaplib.IMAP4.error, OSError):  # may pass
                    raise
                except Exception:  # a fault of ours: the others are taken, this one stays unseen
                    log.exception("mail not taken")
                    continue
                counted[verdict] += 1
                _put_away(box, uid, verdict)
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(f"The mailbox cannot be read ({type(error).__name__}).") from error
    if counted:
        log.info("mail fetched", extra={"facts": {one.value: many for one, many in counted.items()}})
    return counted


@contextmanager
def _mailbox() -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(settings.TALLYHUB.imap_url)
    host, is_tls = parts.hostname or "", parts.scheme == "imaps"
    make = imaplib.IMAP4_SSL if is_tls else imaplib.IMAP4
    box = make(host, parts.port or (993 if is_tls else 143), timeout=SECONDS_MAX)
    try:
        if parts.scheme == "imap+starttls":
            box.starttls()
        box.login(_quoted(unquote(parts.username or "")), unquote(parts.password or ""))
        _check(box.select(_quoted(unquote(parts.path.strip("/")) or "INBOX")))
        yield box
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            box.logout()
        with suppress(OSError):  # where it did not come to that
            box.shutdown()


def _unseen(box: imaplib.IMAP4) -> list[str]:
    found = _check(box.uid("SEARCH", "UNSEEN", "UNDELETED"))
    return [one.decode() for one in (found[0] or b"").split()[:AT_ONCE_MAX]]


def _take(box: imaplib.IMAP4, uid: str) -> Verdict:
    size = _SIZE.search(_first(_check(box.uid("FETCH", uid, "(RFC822.SIZE)"))))
    # Of one that is too large the beginning is enough to know it by; all of it stays in the mailbox.
    part = "BODY.PEEK[]" if size and int(size[1]) <= BYTES_MAX else "BODY.PEEK[]<0.262144>"
    content = _first(_check(box.uid("FETCH", uid, f"({part})")), 1)
    if part.endswith(">"):
        return incoming.refuse_too_large(content)
    return incoming.take(content)


def _put_away(box: imaplib.IMAP4, uid: str, verdict: Verdict) -> None:
    """What was taken is seen and stays; what was refused goes into a folder of its own, unseen."""
    if verdict in (Verdict.TAKEN, Verdict.KNOWN):
        _check(box.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))
        return
    log.warning("mail refused", extra={"facts": {"verdict": verdict.value}})
    folder = _quoted(settings.TALLYHUB.imap_refused)
    if box.uid("COPY", uid, folder)[0] != "OK":
        box.create(folder)
        _check(box.uid("COPY", uid, folder))
    _check(box.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Deleted)"))
    if "UIDPLUS" in box.capabilities:  # else whoever tidies up the mailbox removes it
        _check(box.uid("EXPUNGE", uid))


def _quoted(name: str) -> str:
    return '"' + _NAME.sub(r"\\\g<0>", name) + '"'


def _check(answer: tuple[str, Any]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    found: list[Any] = data
    return found


def _first(data: list[Any], place: int = 0) -> bytes:
    """Of an answer with a literal, ``place`` 1 is the literal."""
    found = data[0] if data else b""
    chosen = found[place] if isinstance(found, tuple) else found
    return chosen if isinstance(chosen, bytes) else b""
