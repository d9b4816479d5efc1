"""Figures as people read them."""

import pytest
from django.utils import translation

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit


@pytest.mark.parametrize("language", ["en", "de", "es", "ru", "it"])
def test_what_is_below_zero_has_a_minus_and_no_hyphen(language: str) -> None:  # R6.1
    """Whatever the unit: a hyphen may be broken off at the end of a line."""
    with translation.override(language):
        said = [fmt.number(-12), *(fmt.amount(-1250, unit) for unit in Unit)]
    assert all(one.startswith("−") for one in said), said
    assert not any("-" in one.split()[0] for one in said), said
