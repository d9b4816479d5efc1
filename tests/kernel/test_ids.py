"""Ids of forms and addresses: one rule for all of them."""

import pytest
from django.core.exceptions import ObjectDoesNotExist

from tallyhub.kernel.ids import find_id, read_id, read_ids


@pytest.mark.parametrize("text", ["", None, "-1", "+1", " 1", "1.0", "1e3", "٣", "²", "1\n", "x", "9" * 19])
def test_what_cannot_be_an_id_is_nothing_that_is_there(text: str | None) -> None:
    assert find_id(text) is None
    with pytest.raises(ObjectDoesNotExist):
        read_id(text)


def test_ids_are_read_each_once_and_all_or_none() -> None:
    assert (read_id("007"), find_id("9" * 18)) == (7, 10**18 - 1)
    assert read_ids(["3", "1", "3"]) == [1, 3]
    with pytest.raises(ObjectDoesNotExist):
        read_ids(["3", "x"])
