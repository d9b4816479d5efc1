"""What may enter the ledger, and which entitlement pays. Pure: no tables, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tallyhub.agreements.rules import Scope
from tallyhub.kernel.amounts import AMOUNT_MAX, Unit
from tallyhub.kernel.errors import Invalid


class AllotmentKind(StrEnum):
    """Why an allotment is there. ``ledger/README.md`` says what each does to the balance."""

    PURCHASE = "purchase"
    TOP_UP = "top_up"
    CARRY_OVER = "carry_over"
    ADJUSTMENT = "adjustment"  # the only kind that may be negative
    TERMINATION = "termination"  # the only kind without an amount


def check_allotment(kind: AllotmentKind, amount: int, starts_on: date, ends_on: date) -> None:
    """Raise Invalid unless the amount fits the kind and the days (``ends_on`` inclusive) are in order."""
    if starts_on > ends_on:
        raise Invalid("allotment_ends_before_start", starts_on=starts_on, ends_on=ends_on)
    if ends_on == date.max:  # what other systems write for "no end"; a daterange would end in the year 10000
        raise Invalid("allotment_without_end", ends_on=ends_on)
    if abs(amount) > AMOUNT_MAX:
        raise Invalid("amount_too_large", amount=amount, amount_max=AMOUNT_MAX)
    if not _amount_fits(kind, amount):
        raise Invalid("allotment_amount", kind=kind, amount=amount)


def _amount_fits(kind: AllotmentKind, amount: int) -> bool:
    if kind is AllotmentKind.TERMINATION:
        return amount == 0
    if kind is AllotmentKind.ADJUSTMENT:
        return amount != 0
    return amount > 0


def check_adjustment(amount: int, correctable: int) -> None:
    """Refuse to take back more than was bought; ``correctable`` is what ``engine.correctable`` says."""
    if -amount > correctable:
        raise Invalid("adjustment_too_large", amount=amount, correctable=correctable)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an entry is checked against: the entitlement's unit, its package's days, today in its zone."""

    unit: Unit
    starts_on: date
    ends_on: date  # the last day
    today: date


def check_entry(*, unit: Unit, real: int, occurred_on: date, is_reversal: bool, terms: Terms) -> None:
    """Raise Invalid for an entry that must not be booked. Over-use is not refused: it is recorded.

    ``real``        in the smallest step of ``unit``; negative for a reversal and only there; never 0.
    ``occurred_on`` day in the agreement's zone. A reversal carries the day of what it reverses, wherever it lies:
                    a term that was cut short afterwards must not keep a wrong entry in.

    The code ``after_term`` marks time that is kept unbooked and offered to the follow-up agreement.
    """
    check_unit(unit, terms)
    check_real(real, is_reversal=is_reversal)
    if not is_reversal:
        check_day(occurred_on, terms)


def check_unit(unit: Unit, terms: Terms) -> None:
    if unit is not terms.unit:
        raise Invalid("unit_mismatch", unit=unit, expected=terms.unit)


def check_real(real: int, *, is_reversal: bool) -> None:
    if real == 0:
        raise Invalid("amount_zero")
    if abs(real) > AMOUNT_MAX:
        raise Invalid("amount_too_large", amount=real, amount_max=AMOUNT_MAX)
    if (real < 0) is not is_reversal:
        raise Invalid("reversal_not_negative" if is_reversal else "amount_negative", amount=real)


def check_day(occurred_on: date, terms: Terms) -> None:
    if occurred_on < terms.starts_on:
        raise Invalid("before_term", occurred_on=occurred_on, starts_on=terms.starts_on)
    if occurred_on > terms.ends_on:
        raise Invalid("after_term", occurred_on=occurred_on, ends_on=terms.ends_on)
    if occurred_on > terms.today:
        raise Invalid("in_future", occurred_on=occurred_on, today=terms.today)


class Reason(StrEnum):
    """Why a candidate pays, or does not. Stored with the choice and shown."""

    NAMED = "named"  # pays: the request names it
    ADD_ON = "add_on"  # pays: an add-on for the request's product
    BASE = "base"  # pays: nothing more specific fits
    NOT_NAMED = "not_named"  # does not: the request names another
    OTHER_PRODUCT = "other_product"  # does not: an add-on for other products
    ADD_ON_FIRST = "add_on_first"  # does not: an add-on comes before the base package
    ENDS_LATER = "ends_later"  # does not: its equal ends first
    HIGHER_ID = "higher_id"  # does not: its equal was there first


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entitlement that fits: right service, in force on the day, mapped to the workspace."""

    entitlement_id: int
    scope: Scope
    ends_on: date
    products: frozenset[int] = frozenset()  # of an add-on; an empty set covers none, never all


@dataclass(frozen=True, slots=True)
class Loser:
    entitlement_id: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Choice:
    """``winner`` and ``reason`` are None where nobody may pay; losers in the order of their ids."""

    winner: int | None
    reason: Reason | None
    losers: tuple[Loser, ...]


def choose_entitlement(candidates: Iterable[Candidate], named: int | None, product: int | None) -> Choice:
    """Which entitlement pays: the named one; else an add-on for the product; else the base package.

    Among equals the one that ends first, then the lowest id. A named entitlement that is no candidate leaves
    the choice empty: another one never pays silently in its place.
    """
    ordered = sorted(candidates, key=lambda one: (one.ends_on, one.entitlement_id))
    claims = {one: _claim(one, named, product) for one in ordered}
    for claim in (Reason.NAMED, Reason.ADD_ON, Reason.BASE):
        winner = next((one for one in ordered if claims[one] is claim), None)
        if winner:
            return Choice(winner.entitlement_id, claim, _losers(claims, winner))
    return Choice(None, None, _losers(claims))


def _claim(one: Candidate, named: int | None, product: int | None) -> Reason:
    """The reason for which a candidate may pay, or at once the one for which it may not."""
    if named is not None:
        return Reason.NAMED if one.entitlement_id == named else Reason.NOT_NAMED
    if one.scope is Scope.ENTERPRISE:
        return Reason.BASE
    return Reason.ADD_ON if product in one.products else Reason.OTHER_PRODUCT


def _losers(claims: Mapping[Candidate, Reason], winner: Candidate | None = None) -> tuple[Loser, ...]:
    lost = (one for one in sorted(claims, key=lambda one: one.entitlement_id) if one is not winner)
    return tuple(Loser(one.entitlement_id, _why_not(one, claims, winner)) for one in lost)


def _why_not(one: Candidate, claims: Mapping[Candidate, Reason], winner: Candidate | None) -> Reason:
    if winner is None or claims[one] in (Reason.NOT_NAMED, Reason.OTHER_PRODUCT):
        return claims[one]
    if claims[one] is not claims[winner]:
        return Reason.ADD_ON_FIRST
    return Reason.ENDS_LATER if one.ends_on > winner.ends_on else Reason.HIGHER_ID


@dataclass(frozen=True, slots=True)
class Sum:
    """What the rows of one entitlement add up to. ``checksum`` changes with any figure of any of them."""

    rows: int = 0
    charged: int = 0
    checksum: int = 0
