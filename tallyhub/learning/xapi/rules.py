"""What a statement of the Experience API (xAPI 1.0.3) says, as far as it matters here. Pure: no table, no clock.

Everything in it is hostile: whatever is odd is refused in words, before anything is looked up.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import isinf
from typing import Any
from uuid import UUID, uuid4

from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.learning.rules import Said

VERSION = "1.0.3"
STATEMENTS_MAX = 100  # in one request
DEPTH_MAX = 20  # of objects and lists within each other
STATEMENT_BYTES_MAX = 64 * 1024
TEXT_MAX = 1_000  # characters of an IRI, or of what names an account
AHEAD_MAX = timedelta(hours=1)  # by which another system's clock may be wrong
CODE_IRI = "urn:tallyhub:activity:"  # before the code of an activity
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
_VERBS = re.compile(r"https?://(?:www\.)?(?:adlnet\.gov/expapi/verbs|w3id\.org/xapi/adl/verbs)/([a-z]+)")
_SPOKEN = re.compile(r"1\.0(?:\.[0-9]{1,9})?", re.ASCII)
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:[^\s<>\"{}|\\^`]+")
_KNOWN = frozenset(
    {"id", "actor", "verb", "object", "result", "context", "timestamp", "stored", "authority", "version", "attachments"}
)
_OURS = ("id", "stored", "authority", "version")  # not what makes it another statement


class Effect(StrEnum):
    """What a verb does with a record."""

    START = "start"
    PROGRESS = "progress"
    COMPLETE = "complete"
    TOUCH = "touch"
    VOID = "void"
    NOTHING = "nothing"


_EFFECTS = {
    **dict.fromkeys(("initialized", "launched", "attempted", "experienced"), Effect.START),
    "progressed": Effect.PROGRESS,
    **dict.fromkeys(("completed", "passed"), Effect.COMPLETE),
    **dict.fromkeys(("failed", "terminated", "suspended"), Effect.TOUCH),
    "voided": Effect.VOID,
}


class Malformed(Invalid):
    """400: it is no statement that this endpoint takes."""


@dataclass(frozen=True, slots=True)
class Learner:
    """How a statement names somebody: by an address, or by an account of a home page."""

    address: str = ""
    home_page: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """``target`` is the IRI of an activity; ``voids`` the statement that it takes back."""

    id: UUID
    learner: Learner
    effect: Effect
    target: str
    voids: UUID | None
    at: datetime
    progress_pct: int
    digest: bytes
    content: Mapping[str, Any]

    def said(self, day: date) -> Said | None:
        """None where it says nothing about a record."""
        match self.effect:
            case Effect.START:
                return Said(day, day)
            case Effect.PROGRESS:
                return Said(day, day, None, self.progress_pct)
            case Effect.COMPLETE:
                return Said(day, day, day, 100)
            case Effect.TOUCH:
                return Said(None, day)
        return None


def read_body(body: bytes) -> Any:
    """JSON with each name once, no NaN, no character that no text has, and not too deep. Raises Malformed."""
    try:
        read = json.loads(body, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_once)
        json.dumps(read, ensure_ascii=False).encode()  # half a character is none
    except (ValueError, RecursionError):
        raise Malformed("body_malformed") from None
    if any(depth > DEPTH_MAX for depth, _value in _walk(read)):
        raise Malformed("xapi_too_deep", depth_max=DEPTH_MAX)
    if any(isinstance(value, str) and "\x00" in value for _depth, value in _walk(read)):
        raise Malformed("control_character")
    return read


def _refuse(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    """1e400 is JSON, and no number that could be kept."""
    found = float(text)
    if isinf(found):
        raise ValueError(text)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _walk(read: Any) -> Iterator[tuple[int, Any]]:
    """Every value and name in it, with its depth; without recursion, because nobody knows yet how deep it is."""
    waiting = [(1, read)]
    while waiting:
        depth, value = waiting.pop()
        yield depth, value
        if isinstance(value, dict):
            waiting += [(depth + 1, one) for pair in value.items() for one in pair]
        elif isinstance(value, list):
            waiting += [(depth + 1, one) for one in value]


def read_statements(read: Any, now: datetime) -> list[Parsed]:
    """One statement or a list of them. Raises Malformed for the first that is wrong, with its place."""
    several = read if isinstance(read, list) else [read]
    if len(several) > STATEMENTS_MAX:
        raise Malformed("xapi_too_many", count_max=STATEMENTS_MAX)
    found = [_placed(place, one, now) for place, one in enumerate(several)]
    if len({one.id for one in found}) < len(found):
        raise Malformed("xapi_id_twice")
    return found


def _placed(place: int, read: Any, now: datetime) -> Parsed:
    try:
        return read_statement(read, now)
    except HubError as error:
        raise error.at([place]) from None


def read_statement(read: Any, now: datetime, named: UUID | None = None) -> Parsed:
    """``named`` is the id that the address gives it. Raises Malformed."""
    statement = _object(read, "statement")
    if unknown := sorted(set(statement) - _KNOWN):
        raise Malformed("xapi_property_unknown", property=unknown[0][:80])
    if len(json.dumps(statement)) > STATEMENT_BYTES_MAX:
        raise Malformed("xapi_too_large", bytes_max=STATEMENT_BYTES_MAX)
    if _has_null(statement):
        raise Malformed("xapi_null")
    if statement.get("attachments"):
        raise Malformed("xapi_attachments")
    if not is_spoken(statement.get("version", VERSION)):
        raise Malformed("xapi_version")
    said_id = _uuid(statement["id"]) if "id" in statement else None
    if named and said_id and named != said_id:
        raise Malformed("xapi_id_differs")
    verb = _iri(_object(statement.get("verb"), "verb").get("id"), "verb.id")
    effect = _effect(verb)
    target, voids = _target(statement.get("object"), effect)
    return Parsed(
        named or said_id or uuid4(),
        _learner(statement.get("actor")),
        effect,
        target,
        voids,
        _instant(statement.get("timestamp"), now),
        _progress(statement.get("result"), effect),
        _digest(statement),
        statement,
    )


def is_spoken(version: Any) -> bool:
    """Any 1.0: they differ in what is said of them alone."""
    return isinstance(version, str) and _SPOKEN.fullmatch(version) is not None


def _object(read: Any, name: str) -> dict[str, Any]:
    if not isinstance(read, dict):
        raise Malformed("xapi_part_missing", part=name)
    return read


def _has_null(read: Any) -> bool:
    """Nothing may be null but in extensions, which are anybody's."""
    if isinstance(read, dict):
        return any(_has_null(value) for name, value in read.items() if name != "extensions")
    if isinstance(read, list):
        return any(map(_has_null, read))
    return read is None


def _uuid(read: Any) -> UUID:
    try:
        found = UUID(read if isinstance(read, str) else "")
    except ValueError:
        raise Malformed("xapi_id_malformed") from None
    if str(found) != str(read).lower():
        raise Malformed("xapi_id_malformed")
    return found


def read_id(text: str) -> UUID:
    return _uuid(text)


def _iri(read: Any, name: str) -> str:
    if not isinstance(read, str) or len(read) > TEXT_MAX or not _IRI.fullmatch(read):
        raise Malformed("xapi_iri", part=name)
    return read


def _effect(verb: str) -> Effect:
    known = _VERBS.fullmatch(verb)
    return _EFFECTS.get(known[1], Effect.NOTHING) if known else Effect.NOTHING


def _learner(read: Any) -> Learner:
    actor = _object(read, "actor")
    if actor.get("objectType", "Agent") != "Agent":
        raise Malformed("xapi_actor_group")
    ways = [way for way in ("mbox", "mbox_sha1sum", "openid", "account") if way in actor]
    if len(ways) != 1 or ways[0] not in ("mbox", "account"):
        raise Malformed("xapi_actor_unnamed")
    if ways == ["mbox"]:
        address = _iri(actor["mbox"], "actor.mbox")
        if not address.startswith("mailto:"):
            raise Malformed("xapi_iri", part="actor.mbox")
        return Learner(address=address.removeprefix("mailto:"))
    account = _object(actor["account"], "actor.account")
    name = account.get("name")
    if not isinstance(name, str) or not name or len(name) > TEXT_MAX:
        raise Malformed("xapi_part_missing", part="actor.account.name")
    return Learner(home_page=_iri(account.get("homePage"), "actor.account.homePage"), name=name)


def _target(read: Any, effect: Effect) -> tuple[str, UUID | None]:
    target = _object(read, "object")
    kind = target.get("objectType", "Activity")
    if effect is Effect.VOID:
        if kind != "StatementRef":
            raise Malformed("xapi_voids_nothing")
        return "", _uuid(target.get("id"))
    if kind != "Activity":
        raise Malformed("xapi_object_no_activity")
    return _iri(target.get("id"), "object.id"), None


def _instant(read: Any, now: datetime) -> datetime:
    """Now, where it says none. What lies a little ahead comes from a clock that is wrong."""
    if read is None:
        return now
    try:
        at = datetime.fromisoformat(read if isinstance(read, str) else "")
    except ValueError:
        raise Malformed("xapi_timestamp") from None
    if at.tzinfo is None or not 2000 <= at.year < 9999:
        raise Malformed("xapi_timestamp")
    if at > now + AHEAD_MAX:
        raise Malformed("xapi_in_future")
    return min(at.astimezone(UTC), now)


def _progress(read: Any, effect: Effect) -> int:
    """In whole per cent: of the extension, else of the scaled score."""
    result = {} if read is None else _object(read, "result")
    extensions = _object(result.get("extensions", {}), "result.extensions")
    score = _object(result.get("score", {}), "result.score")
    if effect is not Effect.PROGRESS:
        return 0
    said = extensions.get(PROGRESS)
    if said is None and "scaled" in score:
        scaled = score["scaled"]
        said = round(scaled * 100) if _is_number(scaled) and 0 <= scaled <= 1 else -1
    if said is None:
        return 0
    if not _is_number(said) or not 0 <= said <= 100:
        raise Malformed("xapi_progress")
    return int(said)


def _is_number(read: Any) -> bool:
    return isinstance(read, int | float) and not isinstance(read, bool)


def _digest(statement: Mapping[str, Any]) -> bytes:
    """Of what makes it another statement: neither its name nor what the endpoint itself adds."""
    kept = {name: value for name, value in statement.items() if name not in _OURS}
    return sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).digest()
