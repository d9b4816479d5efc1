"""Quantities as people write them."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import AMOUNT_MAX, Unit
from tallyhub.kernel.errors import Invalid
from tallyhub.office.agreements.amounts import read_amount, write_amount

GOOD = [
    ("20 h", Unit.MINUTES, 1200),
    ("20", Unit.MINUTES, 1200),
    ("20 hours", Unit.MINUTES, 1200),
    ("0:20", Unit.MINUTES, 20),
    ("1.5", Unit.MINUTES, 90),
    ("1,5 h", Unit.MINUTES, 90),
    ("90 min", Unit.MINUTES, 90),
    ("-2:30 h", Unit.MINUTES, -150),
    ("12.50 credits", Unit.CREDITS, 1250),
    ("12,5", Unit.CREDITS, 1250),
    ("1 case", Unit.CASES, 1),
    ("7 cases", Unit.CASES, 7),
    ("3 people", Unit.PEOPLE, 3),
]
BAD = [
    ("", Unit.CASES, "amount_malformed"),
    ("many", Unit.CASES, "amount_malformed"),
    ("1.5", Unit.CASES, "amount_not_whole"),
    ("1,234", Unit.CASES, "amount_malformed"),
    ("0.333", Unit.MINUTES, "hours_not_whole_minutes"),
    ("1.005 credits", Unit.CREDITS, "amount_too_fine"),
    ("5 h", Unit.CREDITS, "amount_in_other_unit"),
    ("5 credits", Unit.MINUTES, "amount_in_other_unit"),
    ("1e9", Unit.CASES, "amount_malformed"),
    ("5 h 20", Unit.MINUTES, "amount_malformed"),
]


@pytest.mark.parametrize(("text", "unit", "amount"), GOOD)
def test_an_amount_is_read_in_the_units_own_words(text: str, unit: Unit, amount: int) -> None:
    assert read_amount(text, unit) == amount


@pytest.mark.parametrize(("text", "unit", "code"), BAD)
def test_what_is_no_amount_is_refused(text: str, unit: Unit, code: str) -> None:
    with pytest.raises(Invalid) as error:
        read_amount(text, unit)
    assert error.value.code == code


@given(st.integers(-AMOUNT_MAX, AMOUNT_MAX), st.sampled_from(list(Unit)))
def test_what_is_written_is_read_the_same(amount: int, unit: Unit) -> None:
    assert read_amount(write_amount(amount, unit), unit) == amount


@pytest.mark.parametrize("language", ["en", "de", "es", "ru", "it"])
@pytest.mark.parametrize("unit", list(Unit))
def test_the_words_that_a_page_writes_are_understood(language: str, unit: Unit) -> None:
    with translation.override(language):
        for amount in (1, 2, 5, 21, 100, 250):
            assert read_amount(fmt.amount(amount, unit), unit) == amount
