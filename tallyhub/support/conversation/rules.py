"""What may be said, kept and answered. Pure."""

import unicodedata
from datetime import datetime, timedelta

from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.support.rules import REOPEN_DAYS, TEXT_MAX, Actor, Status

FILES_MAX = 10  # of one message or note
NAME_MAX = 200  # characters of a file's name
ORPHANS_KEPT = timedelta(days=1)  # bytes that no row names: somebody may be sending them just now
DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # exe.gnp looks like a picture


def read_body(text: str) -> str:
    """A text of several lines as it is kept: what nobody types and no database holds is left out of it.

    Raises Invalid for one that is too long.
    """
    said = clean_lines(text)
    if len(said) > TEXT_MAX:
        raise Invalid("text_too_long", length_max=TEXT_MAX)
    return said


def clean_lines(text: str) -> str:
    """As ``read_body``, of whatever length."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs")).strip()


def read_line(text: str) -> str:
    """In one line, without what nobody types and what makes it look like another."""
    plain = "".join(
        " " if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") or one in DIRECTIONS else one for one in text
    )
    return " ".join(plain.split())


def read_file_name(name: str) -> str:
    """The last part of a path, in one line, without what hides how it ends. Empty: there is none."""
    joined = read_line(name.replace("\\", "/").rpartition("/")[2])
    return joined if len(joined) <= NAME_MAX else _shortened(joined)


def _shortened(name: str) -> str:
    """Its end says what it is."""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 20:
        return name[:NAME_MAX]
    return f"{stem[: NAME_MAX - len(ending) - 1]}.{ending}"


def check_open_for_words(status: Status, closed_at: datetime | None, merged_into: int | None, now: datetime) -> None:
    """Raise Conflict where nothing more is said: merged, cancelled, or closed for too long to be opened again."""
    if merged_into is not None:
        raise Conflict("request_merged")
    if status == Status.CANCELLED:
        raise Conflict("request_cancelled")
    if status == Status.CLOSED and (closed_at is None or now - closed_at > timedelta(days=REOPEN_DAYS)):
        raise Conflict("request_closed", days=REOPEN_DAYS)


def status_after(status: Status, actor: Actor) -> Status | None:
    """What a message makes of the status; None leaves it. An answer ends the waiting; a closed one begins anew.

    What the customer says to a resolved one says that it is not done: staff see it in the queue again.
    """
    if status == Status.CLOSED:
        return Status.REOPENED
    if actor == Actor.CUSTOMER:
        return {Status.WAITING: Status.IN_PROGRESS, Status.RESOLVED: Status.REOPENED}.get(status)
    return None
