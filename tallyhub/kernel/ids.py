"""Ids, and words of a fixed set, that a form or an address names. Whatever is none is nothing that is there."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist

Word = TypeVar("Word", bound=StrEnum)
_DIGITS_MAX = 18  # more are no bigint


def find_id(value: str | None) -> int | None:
    """None for what cannot be an id: only ASCII digits make one."""
    text = value or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX else None


def read_id(value: str | None) -> int:
    """Raises DoesNotExist for what cannot be an id."""
    found = find_id(value)
    if found is None:
        raise ObjectDoesNotExist
    return found


def read_ids(values: Iterable[str]) -> list[int]:
    """Those that were ticked, each once."""
    return sorted({read_id(value) for value in values})


def read_word(words: type[Word], value: str | None) -> Word:
    """Raises DoesNotExist for what is none of them."""
    try:
        return words(value or "")
    except ValueError:
        raise ObjectDoesNotExist from None
