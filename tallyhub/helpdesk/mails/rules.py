"""What is kept of a mail to a partner's desk, and what may become of it. Pure."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.support.conversation.quoting import cut_quotation
from tallyhub.support.conversation.rules import DIRECTIONS, FILES_MAX, clean_lines, read_line
from tallyhub.support.conversation.storage import Sent
from tallyhub.support.rules import TEXT_MAX, TITLE_MAX, is_number

ADDRESS_MAX = 254  # characters
NAME_MAX = 200
WAITING_MAX = 500  # mails that wait at one desk; anybody may send them, so that there must be an end
WAITING_BYTES_MAX = 1024**3  # of their files
DESKS_MAX = 3  # of one mail
READ_MAX = 200_000  # characters of a text that are looked at
WHOLE = "mail.txt"  # the file that holds all of a text, where only a part of it is shown
_NUMBERS = re.compile(r"\d+", re.ASCII)
_HINTS_MAX = 3


class Outcome(StrEnum):
    """What became of a mail; none, as long as it waits."""

    TAKEN = "taken"
    SPAM = "spam"
    STRANGER = "stranger"  # of nobody that the partner serves
    KNOWN = "known"  # about a request that there is
    OTHER = "other"


ASIDE = (Outcome.SPAM, Outcome.STRANGER, Outcome.KNOWN, Outcome.OTHER)  # without a request


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail as it is kept: who sent it is what it says of itself, and proved by nothing."""

    sender: str
    sender_name: str
    subject: str
    text: str
    files: list[Sent] = field(default_factory=list)
    left_out: int = 0  # files that were too large, or too many

    @property
    def is_empty(self) -> bool:
        return not (self.subject or self.text or self.files or self.left_out)


def arrived(
    sender: str, sender_name: str, subject: str, text: str, files: Sequence[tuple[str, bytes]], bytes_max: int
) -> Arrived:
    """Of what was read of a mail. Where less is shown than it says, all of it comes along as a file."""
    whole = clean_lines("".join(one for one in text[:READ_MAX] if one not in DIRECTIONS))
    said = (cut_quotation(whole) or whole)[:TEXT_MAX]  # of what is only passed on, nothing is left out
    is_all = said == whole and len(text) <= READ_MAX
    kept = [] if is_all else [(WHOLE, text.encode(errors="replace")[:bytes_max])]
    fitting = [one for one in files if len(one[1]) <= bytes_max][: FILES_MAX - len(kept)]
    return Arrived(
        sender[:ADDRESS_MAX],
        read_line(sender_name)[:NAME_MAX],
        read_line(subject)[:TITLE_MAX],
        said,
        [_file(name, content) for name, content in [*fitting, *kept]],
        len(files) - len(fitting),
    )


def _file(name: str, content: bytes) -> Sent:
    return Sent(name, len(content), lambda: [content])


def numbers_in(subject: str) -> list[str]:
    """What may be numbers of requests: a hint, as anybody can write one."""
    found = [one for one in _NUMBERS.findall(subject) if is_number(one)]
    return list(dict.fromkeys(found))[:_HINTS_MAX]


@dataclass(frozen=True, slots=True)
class Adding:
    """The form that adds a mail to a request, as it is typed. ``files``: ids of those of the mail that go along."""

    number: str
    body: str
    files: Collection[int]


def check_untaken(outcome: str, number: str) -> None:
    """One that was put aside may still be taken in. Raises Conflict for one that somebody has taken in."""
    if outcome == Outcome.TAKEN:
        raise Conflict("mail_taken", number=number)


def read_reason(said: str, reasons: Collection[str] = ASIDE) -> Outcome:
    """Why it is put aside. Raises Invalid."""
    if said not in reasons:
        raise Invalid("mail_reason_missing")
    return Outcome(said)
