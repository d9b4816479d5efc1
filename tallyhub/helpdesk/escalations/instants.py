"""Instants as they stand in evidence: a day, a time and a zone, or that it goes on. Pure."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.times import in_zone

ONGOING = "ongoing"
# As somebody writes it in each of our languages. A form shows the first of its own, and all of them are understood.
ONGOING_WORDS: dict[str, tuple[str, ...]] = {
    "en": ("ongoing", "still ongoing"),
    "de": ("andauernd", "dauert an", "hält an", "laufend"),
    "es": ("en curso", "continúa", "sigue"),
    "ru": ("продолжается", "длится", "всё ещё продолжается"),
    "it": ("in corso", "continua", "ancora in corso"),
}
_ONGOING = frozenset(word for words in ONGOING_WORDS.values() for word in words)
# What means another day tomorrow. Only asked of what is no instant, so a word of another sense does no harm.
_RELATIVE = re.compile(
    r"\b(today|yesterday|tomorrow|tonight|now|since|ago|last|this|recently|morning|afternoon|evening|night"
    r"|heute|gestern|vorgestern|morgen|jetzt|eben|seit|vor|letzten?|letzter|vorhin|früh|mittag|abend|nacht"
    r"|hoy|ayer|anteayer|anoche|ahora|desde|hace|mañana|tarde|noche|pasad[oa]"
    r"|сегодня|вчера|позавчера|завтра|сейчас|недавно|назад|утр[ао]м?|вечера?|ночи|прошл\w+"
    r"|oggi|ieri|stamattina|stamani|stasera|stanotte|adesso|ora|fa|da|scors[oa]|mattina|sera)\b",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"(?P<local>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?)\s*(?P<zone>[A-Za-z][A-Za-z0-9_/+-]*|[+-]\d\d:?\d\d)?", re.ASCII
)
_LENGTH_MAX = 80


def read_instant(text: str) -> datetime:
    """``2026-11-21T08:15+01:00``, ``2026-11-21 08:15 Z`` or with the name of a zone. Raises Invalid that says what is
    missing; a time that came twice is refused with both choices.
    """
    said = text.strip()
    found = _WRITTEN.fullmatch(said) if len(said) <= _LENGTH_MAX else None
    if found is None:
        is_relative = _RELATIVE.search(said[:_LENGTH_MAX]) is not None
        raise Invalid("escalation_time_relative" if is_relative else "escalation_time_malformed")
    if not found["zone"]:
        raise Invalid("escalation_time_zone")
    try:
        return _at(datetime.fromisoformat(found["local"]), found["zone"])
    except (ValueError, KeyError, OSError):  # no such day, or no such zone
        raise Invalid("escalation_time_malformed") from None


def _at(local: datetime, zone: str) -> datetime:
    if zone.upper() in ("Z", "UTC", "GMT"):
        return local.replace(tzinfo=UTC)
    if zone[0] in "+-":
        return datetime.fromisoformat(f"{local.isoformat()}{zone[:3]}:{zone[-2:]}")
    ZoneInfo(zone)
    return in_zone(local, zone)


def is_ongoing(text: str) -> bool:
    return " ".join(text.strip(" .…").casefold().split()) in _ONGOING


def check_span(start: str, end: str, now: datetime) -> None:
    """Raises Invalid where what has begun ends before, or lies in the future. Either may be unreadable: others say
    that.
    """
    began = _find(start)
    ended = None if is_ongoing(end) else _find(end)
    if any(one > now for one in (began, ended) if one):
        raise Invalid("escalation_time_future")
    if began and ended and ended < began:
        raise Invalid("escalation_time_order")


def _find(text: str) -> datetime | None:
    try:
        return read_instant(text)
    except Invalid:
        return None
