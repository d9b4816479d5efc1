"""Units, and the one rule that turns a real amount into a charged one.

An amount is always a whole number of its unit's smallest step: never a float, never a decimal.
"""

from enum import StrEnum
from fractions import Fraction

from tallyhub.kernel.errors import Invalid

AMOUNT_MAX = 100_000_000  # of one row: 1.6 million hours, a million credits; more is a slip of the pen
MULTIPLIER_MAX = 10
MULTIPLIER_DENOMINATOR_MAX = 1_000
ROUNDING_STEP_MAX = 10_000


class Unit(StrEnum):
    """What is counted. Two units are never added to each other."""

    MINUTES = "minutes"
    CASES = "cases"
    CREDITS = "credits"  # amounts are hundredths of a credit
    ACTIVITIES = "activities"
    SETUPS = "setups"
    RUNS = "runs"  # of assessments
    PEOPLE = "people"


def charge(real: int, *, multiplier: Fraction, rounding_step: int) -> int:
    """Real x multiplier, rounded up to a whole ``rounding_step``, all in the unit's smallest step.

    A reversal (negative ``real``) rounds away from zero, so that it takes back exactly what was charged.
    Goodwill is multiplier 0 and charges 0. Raises Invalid where an input is out of bounds.
    """
    check_charge(real, multiplier=multiplier, rounding_step=rounding_step)
    exact = abs(real) * multiplier
    charged = -(-exact // rounding_step) * rounding_step  # floor of the negative: a ceiling without a float
    return charged if real >= 0 else -charged


def check_charge(real: int, *, multiplier: Fraction, rounding_step: int) -> None:
    """Raise Invalid for a quantity, multiplier or step that no agreement means."""
    if abs(real) > AMOUNT_MAX:
        raise Invalid("amount_too_large", amount=real, amount_max=AMOUNT_MAX)
    if not 0 <= multiplier <= MULTIPLIER_MAX or multiplier.denominator > MULTIPLIER_DENOMINATOR_MAX:
        raise Invalid("multiplier_out_of_bounds", multiplier=str(multiplier), multiplier_max=MULTIPLIER_MAX)
    if not 1 <= rounding_step <= ROUNDING_STEP_MAX:
        raise Invalid("rounding_step_out_of_bounds", rounding_step=rounding_step, step_max=ROUNDING_STEP_MAX)
