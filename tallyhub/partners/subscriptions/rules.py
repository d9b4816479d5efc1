"""What a customer may wish of a subscription, and what becomes of the wish. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import AMOUNT_MAX, Unit
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.organizations.rules import Kind

WHAT_MAX, REASON_MAX, NOTE_MAX, NUMBER_MAX = 200, 1_000, 1_000, 60  # characters
WANTED_WITHIN = timedelta(days=5 * 366)
OPEN_MAX = 200  # wishes of one customer that nobody has ended


class WishKind(StrEnum):
    BUY = "buy"  # something that it has not
    ADD = "add"  # more of what it has
    REDUCE = "reduce"
    CANCEL = "cancel"


class WishState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({WishState.ASKED, WishState.ACCEPTED})
ABOUT_A_SUBSCRIPTION = frozenset({WishKind.ADD, WishKind.REDUCE, WishKind.CANCEL})
HAS_AMOUNT = frozenset({WishKind.BUY, WishKind.ADD, WishKind.REDUCE})
_AT_A_PARTNER = (Right.SERVE_CUSTOMERS, Right.MANAGE_DELEGATIONS, Right.ADVISE)


def may_ask(access: Access) -> bool:
    """Whoever administers the customer in whole; nobody by a delegation: what is bought is the customer's to wish."""
    return access.in_whole and access.has(Right.ADMINISTER) and not access.acts_as


def may_answer(access: Access, organization_id: int, kind: str) -> bool:
    """Whoever works with customers at the partner that is asked; at the provider, the account team."""
    if organization_id in access.organizations:
        return any(access.serves(right) for right in _AT_A_PARTNER)
    return kind == Kind.PROVIDER and access.has(Right.MANAGE_AGREEMENTS)


@dataclass(frozen=True, slots=True)
class Typed:
    """A wish as it is asked. ``package`` and ``entitlement``: what of it there is already; ``to``: who is asked for
    something new, where what is held does not say it.
    """

    kind: WishKind
    package: int | None = None
    entitlement: int | None = None
    product: int | None = None
    what: str = ""
    amount: int | None = None  # smallest steps of the unit: so many more, or fewer
    unit: Unit | None = None
    wanted_from: date | None = None
    reason: str = ""
    to: int | None = None


def check_typed(typed: Typed, *, today: date, in_force: int | None) -> None:
    """Raises Invalid for the first thing that is wrong. ``in_force``: how much of it there is; None: not
    counted.
    """
    if typed.kind is WishKind.BUY and typed.product is None and not typed.what:
        raise Invalid("wish_what_missing")
    if typed.kind in HAS_AMOUNT:
        _check_amount(typed, in_force)
    if typed.wanted_from is not None and not today <= typed.wanted_from <= today + WANTED_WITHIN:
        raise Invalid("wish_day", latest=today + WANTED_WITHIN)
    if typed.kind in (WishKind.ADD, WishKind.REDUCE) and typed.amount is None and not typed.reason:
        raise Invalid("wish_amount_or_reason")  # more or less of it: either so much, or in words


def _check_amount(typed: Typed, in_force: int | None) -> None:
    if typed.amount is None:
        return
    if typed.unit is None:
        raise Invalid("wish_unit_missing")
    if not 1 <= typed.amount <= AMOUNT_MAX:
        raise Invalid("wish_amount")
    if typed.kind is WishKind.REDUCE and in_force is not None and typed.amount > in_force:
        raise Invalid("wish_more_than_there")


def choose_seller(offered: Sequence[int], to: int | None) -> int:
    """From whom something new would be bought. Raises Invalid where several may be meant and nothing says whom, and for
    one that does not sell it.
    """
    if (to is not None and to not in offered) or not offered:
        raise Invalid("wish_other_seller")
    if to is None and len(offered) > 1:
        raise Invalid("wish_whom_missing")
    return to if to is not None else offered[0]


def check_open(state: WishState) -> None:
    """Raises Conflict: it is over, and stays so."""
    if state not in OPEN:
        raise Conflict(f"wish_{state}")


def check_asked(state: WishState) -> None:
    """Raises Conflict that says what became of it."""
    if state is not WishState.ASKED:
        raise Conflict(f"wish_{state}")
