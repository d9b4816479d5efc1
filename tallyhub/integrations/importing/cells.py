"""From the text of a cell to a value: what ``kernel.cells`` reads, and what needs languages and zones besides.

The results of what repeats from row to row are kept, so that a long file costs a look-up instead of a reading.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from json import JSONDecodeError, loads
from zoneinfo import ZoneInfo

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
