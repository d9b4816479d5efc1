"""What a customer's requests say about what it may need; what is done about it. Pure."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from tallyhub.kernel.errors import Invalid

TITLE_MAX, REASON_MAX, NOTES_MAX = 120, 1_000, 4_000  # characters
LINKED_MAX = 20  # requests of one follow-up
FOLLOW_UPS_MAX = 500  # of a partner, that are not over
EXPIRES_WITHIN = timedelta(days=90)
THEME_AT_LEAST = 3  # as often asked, it is a theme
THEME_WORDS = 4
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_WORD = re.compile(r"\w+")
# Words that say nothing of what is asked, in the languages of the hub.
_EMPTY = frozenset(
    _WORD.findall("""
        a an and are at be but by can cannot could do does for from has have how i if in is it its my no not of on or
        our the this to we what when where why will with
        aber als am an auf aus bei das dem den der des die ein eine einem einen einer es fur hat ich im in ist kann
        kein keine man mit nach nicht und uns unser unsere von wie wir zu zum zur
        al como con cuando de del donde el en es la las lo los mi no nuestra nuestro o para por que se si sin su un y
        без в во для до если и из к как когда мы на не нет но о от по при с со у что это я
        che ci come da dal dalla dei della di e gli i il le ma nel non per quando una
    """)
)


class FollowUpState(StrEnum):
    OPEN = "open"
    OFFERED = "offered"
    WON = "won"
    LOST = "lost"


UNFINISHED = frozenset({FollowUpState.OPEN, FollowUpState.OFFERED})


def theme_of(title: str) -> str:
    """By which titles are alike: the first words that say something, in small letters, without accents, numbers and
    endings, in the order of the alphabet. The rule stands in docs/partner-support.md, because partners read its result.
    """
    plain = unicodedata.normalize("NFKD", title.casefold())
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    found: list[str] = []
    for word in _WORD.findall(bare):
        if word in _EMPTY or len(word) < 3 or word.isdigit():
            continue
        stem = _stem(word)
        if stem not in found:
            found.append(stem)
    return " ".join(sorted(found[:THEME_WORDS]))


def _stem(word: str) -> str:
    """Enough of the word to be known again in another form."""
    return word[:6]


@dataclass(frozen=True, slots=True)
class TypedFollowUp:
    title: str
    product: int | None = None
    service: int | None = None
    reason: str = ""
    requests: tuple[str, ...] = ()
    owner: int | None = None
    state: FollowUpState = FollowUpState.OPEN
    due_on: date | None = None
    notes: str = ""


def read_numbers(text: str) -> tuple[str, ...]:
    """Numbers of support requests, parted by commas or blanks. Raises Invalid."""
    said = tuple(dict.fromkeys(re.split(r"[\s,;#]+", text.strip()))) if text.strip() else ()
    numbers = tuple(one for one in said if one)
    if len(numbers) > LINKED_MAX or any(not _NUMBER.fullmatch(one) for one in numbers):
        raise Invalid("follow_up_requests", linked_max=LINKED_MAX)
    return numbers


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of the customer to the partner, as far as it is counted."""

    number: str
    title: str
    product_id: int | None
    kind: str
    opened_on: date
    hours_open: int | None = None  # from opened to resolved, whole hours; None: not resolved, or no problem


@dataclass(slots=True)
class Theme:
    """What is asked again and again about one product."""

    product_id: int | None
    title: str  # the newest one's
    numbers: list[str] = field(default_factory=list)
