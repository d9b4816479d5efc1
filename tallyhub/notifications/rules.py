"""What a mail may be, where it may go, when it is tried again."""

import re
import unicodedata
from datetime import timedelta
from enum import StrEnum

from tallyhub.kernel.cells import UNSEEN


class State(StrEnum):
    WAITING = "waiting"  # to be sent, now or again
    SENT = "sent"  # taken by the mail server
    BOUNCED = "bounced"  # taken, and came back
    REFUSED = "refused"  # the mail server knows no such address
    FAILED = "failed"  # given up
    STOPPED = "stopped"  # not even tried: no address, a stopped one, one that nobody can have, or no news any more


BOUNCES_MAX = 3  # so many stop mail to an address
EARLIER_MAX = 10  # mails of a thread that a new one names
LEASE = timedelta(minutes=15)  # for one try; whoever died in the middle leaves the mail to another after it
AGE_MAX = timedelta(days=3)  # news that is older is none
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440))  # after the first, second … failure

RESERVED = re.compile(r"[@.](example|test|invalid|localhost|example\.(com|net|org))$", re.IGNORECASE)
_RETURN_PATH = re.compile(r"\+([0-9a-f]{32})@")


def next_try(attempts: int) -> timedelta | None:
    """How long to wait after so many failures; None is to give up."""
    return BACKOFF[attempts - 1] if attempts <= len(BACKOFF) else None


def is_reserved(address: str) -> bool:
    """Ends in a name that stands for no real domain (RFC 2606): demos and tests are full of them."""
    return RESERVED.search(address) is not None


def one_line(text: str) -> str:
    """A name as a header can hold it: control characters, line breaks of any kind among them, become blanks."""
    return " ".join("".join(" " if unicodedata.category(one) in UNSEEN else one for one in text).split())


def return_path(address: str, key: str) -> str:
    """Where the mail of this key comes back to: ``bounces+KEY@…``."""
    name, _, domain = address.rpartition("@")
    return f"{name}+{key}@{domain}"


def key_of_return_path(text: str) -> str:
    """The first key in a header that holds addresses; empty where there is none."""
    found = _RETURN_PATH.search(text)
    return found[1] if found else ""
