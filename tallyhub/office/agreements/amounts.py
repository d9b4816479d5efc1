"""Quantities as people write them: "20 h", "0:20", "12.50 credits". Pure."""

import re

from django.utils import translation

from tallyhub.kernel import cells
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Invalid

_WRITTEN = re.compile(r"(?P<figure>[+\-−]?[\d:.,]+)\s*(?P<word>\D*)")
_COMMA = re.compile(r"[+-]?\d+,\d{1,2}")  # "12,50" as half of Europe writes it; "1,200" could be two things
_MINUTES = ("min", "minute", "minutes")
_HOURS = ("h", "hour", "hours")


def read_amount(text: str, unit: Unit) -> int:
    """The smallest steps. A bare figure is in what the page names: hours, cases, credits. Raises Invalid."""
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise Invalid("amount_malformed")
    figure = written["figure"].replace("−", "-")
    if _COMMA.fullmatch(figure):
        figure = figure.replace(",", ".")
    word = _word(written["word"])
    if unit is Unit.MINUTES and word in _MINUTES:
        return cells.quantity(figure, "minutes")[1]
    counted_in = "hours" if unit is Unit.MINUTES else str(unit)
    amount = cells.quantity(figure, counted_in)[1]
    if word and word not in _words(amount, unit):
        raise Invalid("amount_in_other_unit", unit=fmt.unit_name(unit))
    return amount


def _words(amount: int, unit: Unit) -> set[str]:
    """What may stand behind the figure: what we would write there, in English or the reader's language."""
    said = [fmt.amount(one, unit) for one in (amount, 1, 2)]
    with translation.override("en"):
        said += [fmt.amount(one, unit) for one in (amount, 1, 2)]
    words = {_word(one) for one in said}
    return words | (set(_HOURS) if unit is Unit.MINUTES else set())


def _word(text: str) -> str:
    """Without figures, stops and blanks around it."""
    return re.sub(r"[\d:.,\s−]+", " ", text).strip().casefold()


def write_amount(amount: int, unit: Unit) -> str:
    """So that ``read_amount`` reads the same again, in any language."""
    sign, size = "-" if amount < 0 else "", abs(amount)
    if unit is Unit.MINUTES:
        hours, minutes = divmod(size, 60)
        return f"{sign}{hours}:{minutes:02}" if minutes else f"{sign}{hours}"
    if unit is Unit.CREDITS:
        whole, hundredths = divmod(size, 100)
        return f"{sign}{whole}.{hundredths:02}" if hundredths else f"{sign}{whole}"
    return f"{sign}{size}"
