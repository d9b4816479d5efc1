"""From the text of a cell to a value. Each raises Invalid with a code that says what was wrong.

The results of what repeats from row to row are kept, so that a long file costs a look-up instead of a reading.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from json import JSONDecodeError, loads
from typing import TypeVar
from unicodedata import category
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tallyhub.accounts.rules import LANGUAGES, check_zone
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Invalid

E = TypeVar("E", bound=StrEnum)

_KEPT = 16_384  # results per function
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)  # beyond them a day is a slip of the keyboard
URL_MAX = 200
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOCAL_TIME = re.compile(r"(?P<time>[\dT: .-]{16,26})\[(?P<zone>[\w/+-]+)\]", re.ASCII)
_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d{1,12})(?:\.(?P<part>\d{1,6}))?", re.ASCII)
_HOURS = re.compile(r"(?P<sign>[+-]?)(?P<hours>\d{1,10}):(?P<minutes>[0-5]\d)", re.ASCII)
_FRACTION = re.compile(r"\d{1,5}(?:/0*[1-9]\d{0,4}|\.\d{1,6})?", re.ASCII)
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]*", re.ASCII)
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+", re.ASCII)
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


@lru_cache(_KEPT)
def instant(cell: str) -> datetime:
    """An aware time: ``2026-03-29T14:30+02:00``, or a local one with its zone, ``2026-03-29T14:30[Europe/Berlin]``.

    A local time that came twice or never is refused with both choices, because either may be meant (R10.6).
    """
    local = _LOCAL_TIME.fullmatch(cell)
    try:
        read = datetime.fromisoformat(local["time"] if local else cell)
    except ValueError:
        raise Invalid("time_malformed") from None
    day(read.date().isoformat())
    if local and read.tzinfo is None:
        return _in_zone(read, local["zone"])
    if read.tzinfo is None:
        raise Invalid("time_without_zone")
    return read


def _in_zone(local: datetime, zone_name: str) -> datetime:
    place = ZoneInfo(zone(zone_name))
    first, second = local.replace(tzinfo=place), local.replace(tzinfo=place, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    # Through UTC and back, a time that the clocks jumped over comes out as one that there was.
    choices = [one.astimezone(UTC).astimezone(place).isoformat(timespec="minutes") for one in (first, second)]
    never = first.astimezone(UTC).astimezone(place).replace(tzinfo=None) != local
    raise Invalid("time_never" if never else "time_twice", zone=zone_name, first=choices[0], second=choices[1])


@lru_cache(_KEPT)
def zone(cell: str) -> str:
    try:
        check_zone(cell)
    except ValidationError:
        raise Invalid("zone_unknown") from None
    return cell


def language(cell: str) -> str:
    if cell not in dict(LANGUAGES):
        raise Invalid("word_unknown", words=", ".join(dict(LANGUAGES)))
    return cell


def email(cell: str) -> str:
    try:
        validate_email(cell)
    except ValidationError:
        raise Invalid("email_malformed") from None
    if len(cell) > 254:
        raise Invalid("text_too_long", length_max=254)
    return cell


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


def texts(cell: str) -> dict[str, str]:
    """A JSON object from languages to texts."""
    try:
        read = loads(cell)
    except (JSONDecodeError, RecursionError):
        read = None
    if not isinstance(read, dict) or not all(isinstance(one, str) for one in read.values()):
        raise Invalid("texts_malformed")
    if unknown := read.keys() - dict(LANGUAGES).keys():
        raise Invalid("language_unknown", language=min(unknown), words=", ".join(dict(LANGUAGES)))
    return {key: text(2_000)(value.strip()) for key, value in read.items() if value.strip()}


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
