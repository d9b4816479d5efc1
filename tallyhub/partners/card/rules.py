"""Whose card is shown for what. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why this card, and not the seller's own."""

    SELLER = "seller"
    SUSPENDED = "suspended"  # the partner is, so somebody stands in for it (S003-53)
    ABSENT = "absent"  # the partner has not said how to reach it: somebody else can be reached meanwhile


@dataclass(frozen=True, slots=True)
class Standing:
    """How a partner stands towards the customer: suspended or not, its indirect provider, if it has one, and whether
    anything that it sold is in force.
    """

    is_suspended: bool = False
    stand_in_id: int | None = None
    has_sold: bool = True


@dataclass(frozen=True, slots=True)
class Responsible:
    """``organization_id`` is reached, for the partner ``for_id`` where that is another one."""

    organization_id: int
    for_id: int
    why: Why


def responsible(
    partner_id: int, standing: Mapping[int, Standing], reachable: Iterable[int], provider_id: int | None
) -> list[Responsible]:
    """Whose cards to show for a partner, in their order: never none, and never a blank one alone.

    A suspended partner's own is not shown: its indirect provider's is, or else the provider's. Of one that has said
    nothing yet, both are.
    """
    stands = standing.get(partner_id, Standing())
    there = set(reachable)
    others = [one for one in (stands.stand_in_id, provider_id) if one is not None and one != partner_id]
    stand_in = next((one for one in others if one in there), others[0] if others else None)
    own = [] if stands.is_suspended else [Responsible(partner_id, partner_id, Why.SELLER)]
    if stand_in is not None and (stands.is_suspended or partner_id not in there):
        why = Why.SUSPENDED if stands.is_suspended else Why.ABSENT
        return [*own, Responsible(stand_in, partner_id, why)]
    return own
