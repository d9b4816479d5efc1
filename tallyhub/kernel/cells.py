"""From a text that a file or a form holds to a value. Each raises Invalid with a code that says what was wrong.

The results of what repeats from row to row are kept, so that a long file costs a look-up instead of a reading.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar
from unicodedata import category

from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Invalid

E = TypeVar("E", bound=StrEnum)

_KEPT = 16_384  # results per function
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)  # beyond them a day is a slip of the keyboard
URL_MAX = 200
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d{1,12})(?:\.(?P<part>\d{1,6}))?", re.ASCII)
_HOURS = re.compile(r"(?P<sign>[+-]?)(?P<hours>\d{1,10}):(?P<minutes>[0-5]\d)", re.ASCII)
_FRACTION = re.compile(r"\d{1,5}(?:/0*[1-9]\d{0,4}|\.\d{1,6})?", re.ASCII)
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]*", re.ASCII)
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+", re.ASCII)
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # categories of what nobody types, and nobody sees
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # make a text look like another
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def text(length_max: int) -> Callable[[str], str]:
    """Any text in one line. A formula is text like any other: it is stored, never run."""

    def read(cell: str) -> str:
        if len(cell) > length_max:
            raise Invalid("text_too_long", length_max=length_max)
        return cell if cell.isprintable() else _one_line(cell)

    return read


def _one_line(cell: str) -> str:
    """Line breaks become blanks; other control characters and halves of characters have no business in a text."""
    line = " ".join(cell.split())
    if any(category(one) in ("Cc", "Cs") or one in _DIRECTIONS for one in line):
        raise Invalid("control_character")
    return line


def lines(length_max: int) -> Callable[[str], str]:
    """A text of several lines, with line feeds alone between them."""

    def read(cell: str) -> str:
        said = cell.replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(said) > length_max:
            raise Invalid("text_too_long", length_max=length_max)
        if any(one not in "\n\t" and (category(one) in ("Cc", "Cs") or one in _DIRECTIONS) for one in said):
            raise Invalid("control_character")
        return said

    return read


def reference(length_max: int) -> Callable[[str], str]:
    """A text that ends in the ledger, which nobody can erase: an address must not be in it (R10.4)."""
    read_text = text(length_max)

    def read(cell: str) -> str:
        if "@" in cell:
            raise Invalid("address_in_ledger")
        return read_text(cell)

    return read


def code(length_max: int) -> Callable[[str], str]:
    """A word of small letters, digits, dots, hyphens and underscores."""

    def read(cell: str) -> str:
        if len(cell) > length_max or not _CODE.fullmatch(cell):
            raise Invalid("code_malformed", length_max=length_max)
        return cell

    return read


def one_of(words: Iterable[E]) -> Callable[[str], E]:
    by_text = {word.value: word for word in words}

    def read(cell: str) -> E:
        if cell not in by_text:
            raise Invalid("word_unknown", words=", ".join(by_text))
        return by_text[cell]

    return read


def flag(cell: str) -> bool:
    if cell.lower() not in _FLAGS:
        raise Invalid("word_unknown", words=", ".join(_FLAGS))
    return _FLAGS[cell.lower()]


def whole(least: int, most: int) -> Callable[[str], int]:
    def read(cell: str) -> int:
        if not (cell.isascii() and cell.isdigit() and len(cell) < 12 and least <= int(cell) <= most):
            raise Invalid("number_out_of_bounds", least=least, most=most)
        return int(cell)

    return read


@lru_cache(_KEPT)
def day(cell: str) -> date:
    try:
        read = date.fromisoformat(cell) if _DAY.fullmatch(cell) else None
    except ValueError:
        read = None
    if read is None:
        raise Invalid("day_malformed")
    if not FIRST_DAY <= read <= LAST_DAY:
        raise Invalid("day_out_of_bounds", first=FIRST_DAY, last=LAST_DAY)
    return read


def url(cell: str) -> str:
    """A web address: the page makes a link of it, so nothing that a browser would run."""
    if not re.fullmatch(r"https?://[^\s<>\"]+", cell) or len(cell) > URL_MAX:
        raise Invalid("url_malformed", length_max=URL_MAX)
    return cell


def listed(read_one: Callable[[str], str]) -> Callable[[str], list[str]]:
    """Several in one cell, with semicolons between them."""

    def read(cell: str) -> list[str]:
        return [read_one(one.strip()) for one in cell.split(";") if one.strip()]

    return read


def domain(cell: str) -> str:
    if not _DOMAIN.fullmatch(cell.lower()):
        raise Invalid("domain_malformed", domain=cell)
    return cell.lower()


@lru_cache(_KEPT)
def multiplier(cell: str) -> Fraction:
    """``3/2`` or ``1.5``. Its bounds are ``kernel.amounts``' to say."""
    if not _FRACTION.fullmatch(cell):
        raise Invalid("multiplier_malformed")
    return Fraction(cell)


@lru_cache(_KEPT)
def quantity(cell: str, unit_cell: str) -> tuple[Unit, int]:
    """The unit that is counted, and the amount in its smallest steps.

    ``hours`` are minutes written otherwise: ``1:30``, or a decimal that is a whole number of minutes.
    """
    if unit_cell == "hours":
        return Unit.MINUTES, _minutes(cell)
    if unit_cell not in list(Unit):
        raise Invalid("unit_unknown", words=", ".join(["hours", *Unit]))
    unit = Unit(unit_cell)
    if unit is Unit.CREDITS:
        return unit, _steps(cell, 100, "amount_too_fine")
    return unit, _steps(cell, 1, "amount_not_whole")


def _minutes(cell: str) -> int:
    if read := _HOURS.fullmatch(cell):
        minutes = int(read["hours"]) * 60 + int(read["minutes"])
        return -minutes if read["sign"] == "-" else minutes
    return _steps(cell, 60, "hours_not_whole_minutes")


def _steps(cell: str, per_unit: int, code_of_rest: str) -> int:
    if not _NUMBER.fullmatch(cell):
        raise Invalid("amount_malformed")
    steps = Fraction(cell) * per_unit
    if steps.denominator != 1:
        raise Invalid(code_of_rest)
    return int(steps)
