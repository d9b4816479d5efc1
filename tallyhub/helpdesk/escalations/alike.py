"""Which other open requests may be about the same thing. Pure.

Only words are compared, and only among requests of one product in one market: it proposes, a person chooses.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COMPARED_MAX = 200  # of the newest open requests
PROPOSED_MAX = 10
_WORD = re.compile(r"\w{4,}")
_SHARE_MIN = 0.15  # of the words that both have


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: ``text`` is its title and description."""

    request_id: int
    customer_id: int
    text: str


def words_of(text: str) -> frozenset[str]:
    """Those of four letters and more, by how they begin, so that endings of a language matter less."""
    return frozenset(word[:6] for word in _WORD.findall(text.casefold()))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """From 0 to 1: how many of the words are in both."""
    return len(one & other) / len(one | other) if one and other else 0.0


def propose(mine: Asked, others: Iterable[Asked]) -> Sequence[int]:
    """Of each other customer the request that is most like it, the likest first."""
    own = words_of(mine.text)
    best: dict[int, tuple[float, int]] = {}
    for other in others:
        share = likeness(own, words_of(other.text))
        if other.customer_id != mine.customer_id and share >= _SHARE_MIN:
            best[other.customer_id] = max(best.get(other.customer_id, (0.0, 0)), (share, other.request_id))
    return [request for _share, request in sorted(best.values(), reverse=True)[:PROPOSED_MAX]]
