"""An independent model of a balance: every unit is a token, every day is lived through.

Slow, and hard to get wrong. It shares the engine's input types and nothing else, so that a mistake would have
to be made twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tallyhub.ledger.engine import Allotment, Daily
from tallyhub.ledger.rules import AllotmentKind


@dataclass(eq=False)
class Token:
    """One unit that was bought."""

    of: Allotment
    last_day: date
    is_used: bool = False


def model(allotments: Sequence[Allotment], daily: Sequence[Daily], today: date) -> dict[str, object]:
    """The figures on ``today`` under the engine's names; ``paid``: per allotment (used, left, expired)."""
    tokens = [token for token in mint(allotments) if token.of.starts_on <= token.last_day]
    used = over = 0
    for day in days_through(today, daily):
        net = sum(charged for on, charged in daily if on == day)
        for _ in range(net):  # empty where reversals outweigh
            used += 1
            if not spend_one(tokens, day):
                over += 1
    begun = [token for token in tokens if token.of.starts_on <= today]
    free = [token for token in begun if not token.is_used]
    usable = [token for token in free if token.last_day >= today]
    next_end = min((token.last_day for token in usable), default=None)
    return {
        "quantity": len([token for token in begun if token.last_day >= today]),
        "bought": len(begun),
        "left": len(usable),
        "expired": len(free) - len(usable),
        "over": over,
        "used": used,
        "upcoming": len(tokens) - len(begun),
        "next_end": next_end,
        "ends_next_amount": len([token for token in usable if token.last_day == next_end]),
        "paid": {one.id: fate(one, begun, today) for one in allotments},
    }


def mint(allotments: Sequence[Allotment]) -> list[Token]:
    """Live through the recording: buy, take back, terminate, each in its turn."""
    tokens: list[Token] = []
    for one in sorted(allotments, key=lambda each: each.id):
        if one.kind is AllotmentKind.TERMINATION:
            for token in tokens:
                token.last_day = one.ends_on if one.ends_on < token.last_day else token.last_day
        tokens += [Token(one, one.ends_on) for _ in range(one.amount)]
        for _ in range(-one.amount):
            take_back_one(tokens, one)
    return tokens


def take_back_one(tokens: list[Token], adjustment: Allotment) -> None:
    reachable = [t for t in tokens if t.of.starts_on <= adjustment.starts_on <= t.of.ends_on]
    same = [t for t in reachable if t.of.ends_on == adjustment.ends_on]
    same = [t for t in same if t.of.priority == adjustment.priority]
    if reachable:
        tokens.remove(first_to_burn(same or reachable))


def spend_one(tokens: list[Token], day: date) -> bool:
    usable = [t for t in tokens if not t.is_used and t.of.starts_on <= day <= t.last_day]
    if usable:
        first_to_burn(usable).is_used = True
    return bool(usable)


def first_to_burn(tokens: list[Token]) -> Token:
    """Narrow the choice one rule at a time: priority, earliest end as bought, age, order of recording."""
    for rule in ("priority", "ends_on", "starts_on", "id"):
        best = min(getattr(token.of, rule) for token in tokens)
        tokens = [token for token in tokens if getattr(token.of, rule) == best]
    return tokens[0]


def fate(one: Allotment, begun: list[Token], today: date) -> tuple[int, int, int]:
    own = [token for token in begun if token.of.id == one.id]
    free = [token for token in own if not token.is_used]
    left = [token for token in free if token.last_day >= today]
    return (len(own) - len(free), len(left), len(free) - len(left))


def days_through(today: date, daily: Sequence[Daily]) -> Iterator[date]:
    day = min([today, *(on for on, _ in daily)])
    while day <= today:
        yield day
        day += timedelta(days=1)
