"""From the text of a cell to a value: what ``kernel.cells`` reads, and what needs languages and zones besides.

The results of what repeats from row to row are kept, so that a long file costs a look-up instead of a reading.
"""

import re
from datetime import datetime
from functools import lru_cache
from json import JSONDecodeError, loads

from tallyhub.accounts.rules import LANGUAGES, read_language, read_zone
from tallyhub.kernel.cells import (
    code,
    day,
    domain,
    flag,
    listed,
    multiplier,
    one_of,
    quantity,
    reference,
    text,
    url,
    whole,
)
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.times import in_zone

__all__ = [
    "code",
    "day",
    "domain",
    "flag",
    "instant",
    "language",
    "listed",
    "multiplier",
    "one_of",
    "quantity",
    "reference",
    "text",
    "texts",
    "url",
    "whole",
    "zone",
]
_KEPT = 16_384  # results per function
_LOCAL_TIME = re.compile(r"(?P<time>[\dT: .-]{16,26})\[(?P<zone>[\w/+-]+)\]", re.ASCII)
language = read_language
zone = lru_cache(_KEPT)(read_zone)


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
        return in_zone(read, zone(local["zone"]))
    if read.tzinfo is None:
        raise Invalid("time_without_zone")
    return read


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
