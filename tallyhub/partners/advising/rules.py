"""What a customer's requests say about what it may need; what is done about it. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel.errors import Invalid
from tallyhub.support.rules import Kind

TITLE_MAX, REASON_MAX, NOTES_MAX = 120, 1_000, 4_000  # characters
LINKED_MAX = 20  # requests of one follow-up
FOLLOW_UPS_MAX = 500  # of a partner, that are not over
EXPIRES_WITHIN = timedelta(days=90)
QUARTERS = 8
REQUESTS_MAX = 5_000  # of one customer that are looked at: the newest
DUE_BEFORE, DUE_WITHIN = timedelta(days=366), timedelta(days=5 * 366)
THEME_AT_LEAST = 3  # as often asked, it is a theme
THEME_WORDS = 4
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_WORD = re.compile(r"\w+")
_ENDING = re.compile(r"(?<=\w{3})(ing|ed|s)$")
# Words that say nothing of what is asked, in the languages of the hub.
_EMPTY = frozenset(
    _WORD.findall("""
        a an and are at be but by can cannot could do does for from has have how i if in is it its my no not of on or
        our the their them they this to us we what when where why will with you your
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
    """Enough of the word to be known again in another form: five letters, without an English ending."""
    return _ENDING.sub("", word)[:5]


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
    """A request of the customer to the partner, as far as it is counted. Days are the reader's."""

    number: str
    title: str
    product_id: int | None
    kind: Kind
    opened_on: date
    minutes_open: int | None = None  # from opened to resolved; None: not resolved

    @property
    def quarter(self) -> tuple[int, int]:
        return self.opened_on.year, (self.opened_on.month + 2) // 3


@dataclass(frozen=True, slots=True)
class Theme:
    """What is asked again and again about one product."""

    product_id: int | None
    kind: Kind  # the most frequent
    title: str  # the newest one's
    numbers: tuple[str, ...]  # the newest first


def themes_of(asked: Iterable[Asked]) -> list[Theme]:
    """What was asked THEME_AT_LEAST times or more, the most frequent first. ``asked``: the newest first."""
    groups: dict[tuple[int | None, str], list[Asked]] = {}
    for one in asked:
        if alike := theme_of(one.title):
            groups.setdefault((one.product_id, alike), []).append(one)
    found = [
        Theme(product_id, _most_frequent(same), same[0].title, tuple(one.number for one in same))
        for (product_id, _alike), same in groups.items()
        if len(same) >= THEME_AT_LEAST
    ]
    return sorted(found, key=lambda one: (-len(one.numbers), one.title.casefold(), one.numbers))


def _most_frequent(same: Sequence[Asked]) -> Kind:
    return max(Kind, key=lambda kind: sum(one.kind is kind for one in same))


# What may help where the same is asked again and again: of faults that somebody looks at it beforehand, of questions
# that people learn it.
HELPS = {
    Kind.PROBLEM: (ServiceKind.PROACTIVE, ServiceKind.ASSESSMENTS),
    Kind.ADVICE: (ServiceKind.EDUCATION, ServiceKind.ADVISORY),
}


def quarters_until(today: date) -> list[tuple[int, int]]:
    """The last QUARTERS quarters, the running one last."""
    number = today.year * 4 + (today.month - 1) // 3
    return [(one // 4, one % 4 + 1) for one in range(number - QUARTERS + 1, number + 1)]


def first_day_of(quarter: tuple[int, int]) -> date:
    return date(quarter[0], quarter[1] * 3 - 2, 1)


def median(values: Iterable[int]) -> int | None:
    """The one in the middle, of two the smaller one. None of none."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] if ordered else None


def check_follow_up(typed: TypedFollowUp, *, today: date) -> None:
    """Raises Invalid for the first thing that is wrong with it."""
    if not typed.title:
        raise Invalid("follow_up_title_missing")
    if typed.due_on is not None and not today - DUE_BEFORE <= typed.due_on <= today + DUE_WITHIN:
        raise Invalid("follow_up_day")
