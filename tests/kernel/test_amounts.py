"""One rule charges; these are its cases."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyhub.kernel.amounts import (
    AMOUNT_MAX,
    MULTIPLIER_DENOMINATOR_MAX,
    MULTIPLIER_MAX,
    ROUNDING_STEP_MAX,
    Unit,
    charge,
)
from tallyhub.kernel.errors import Invalid

CASES = [  # real, multiplier, rounding step, charged
    (0, "1", 1, 0),
    (0, "3/2", 15, 0),
    (60, "1", 1, 60),
    (1, "1", 15, 15),
    (15, "1", 15, 15),
    (16, "1", 15, 30),
    (60, "3/2", 1, 90),
    (61, "3/2", 1, 92),  # 91.5
    (50, "3/2", 15, 75),  # exactly five steps: nothing is added
    (51, "3/2", 15, 90),  # 76.5
    (3, "1/3", 1, 1),  # exact in fractions, 1.0000000000000002 nowhere
    (49, "1/49", 1, 1),  # a float says 0.9999999999999999
    (10, "1/3", 1, 4),
    (1, "1/1000", 1, 1),
    (30, "1/2", 60, 60),
    (7, "1", 30, 30),
    (250, "2", 100, 500),  # 2.50 credits at double rate, whole credits
    (251, "1", 100, 300),
    (90, "0", 15, 0),  # goodwill
    (AMOUNT_MAX, "10", 1, 10 * AMOUNT_MAX),
]


@pytest.mark.parametrize(("real", "multiplier", "step", "charged"), CASES)
def test_charge_is_rounded_up_to_the_step_and_a_reversal_mirrors_it(real, multiplier, step, charged):
    assert charge(real, multiplier=Fraction(multiplier), rounding_step=step) == charged
    assert charge(-real, multiplier=Fraction(multiplier), rounding_step=step) == -charged


@pytest.mark.parametrize(
    ("real", "multiplier", "step", "code"),
    [
        (AMOUNT_MAX + 1, Fraction(1), 1, "amount_too_large"),
        (-AMOUNT_MAX - 1, Fraction(1), 1, "amount_too_large"),
        (1, Fraction(-1, 2), 1, "multiplier_out_of_bounds"),
        (1, MULTIPLIER_MAX + Fraction(1, 2), 1, "multiplier_out_of_bounds"),
        (1, Fraction(1, MULTIPLIER_DENOMINATOR_MAX + 1), 1, "multiplier_out_of_bounds"),
        (1, Fraction(1), 0, "rounding_step_out_of_bounds"),
        (1, Fraction(1), -15, "rounding_step_out_of_bounds"),
        (1, Fraction(1), ROUNDING_STEP_MAX + 1, "rounding_step_out_of_bounds"),
    ],
)
def test_absurd_input_is_refused(real, multiplier, step, code):
    with pytest.raises(Invalid) as refused:
        charge(real, multiplier=multiplier, rounding_step=step)
    assert refused.value.code == code


@given(
    real=st.integers(-AMOUNT_MAX, AMOUNT_MAX),
    multiplier=st.fractions(0, MULTIPLIER_MAX, max_denominator=MULTIPLIER_DENOMINATOR_MAX),
    step=st.integers(1, ROUNDING_STEP_MAX),
)
def test_charge_is_whole_steps_and_less_than_one_step_more_than_exact(real, multiplier, step):
    charged = charge(real, multiplier=multiplier, rounding_step=step)
    assert type(charged) is int
    assert charged % step == 0
    assert 0 <= abs(charged) - abs(real) * multiplier < step
    assert charge(-real, multiplier=multiplier, rounding_step=step) == -charged


def test_a_hundred_million_of_the_largest_charges_fit_a_bigint():
    largest = charge(AMOUNT_MAX, multiplier=Fraction(MULTIPLIER_MAX), rounding_step=ROUNDING_STEP_MAX)
    assert largest * 10**8 < 2**63


def test_units_are_stored_by_name():
    assert [str(unit) for unit in Unit] == ["minutes", "cases", "credits", "activities", "setups", "runs", "people"]
