"""A collector's result, read piece by piece: a file with a million objects takes no more memory than a short one.

The published schema (result.schema.json) says what a file looks like. Whatever is not so is refused with a sentence
that names the place. The standard library reads each small value; this module only walks over the three long lists.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from tallyhub.assessments.rules import (
    CHECKS_MAX,
    CODE_MAX,
    EXTERNAL_ID_MAX,
    FIX_MAX,
    NAME_MAX,
    OBJECTS_MAX,
    PREREQUISITES_MAX,
    TYPE_MAX,
    Outcome,
)
from tallyhub.kernel import cells
from tallyhub.kernel.errors import Invalid

CHUNK_BYTES = 256 * 1024
VALUE_CHARS_MAX = 64 * 1024  # of one value that is read as a whole: an object, a prerequisite, a text
SCHEMA = "urn:tallyhub:assessment-result:1"  # the $id of result.schema.json
COUNT_MAX = 2_000_000_000  # of affected objects that are counted and not named
_COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_BLANK = re.compile(r"[ \t\n\r]*")
_LINES = {one: cells.text(one) for one in (CODE_MAX, EXTERNAL_ID_MAX, FIX_MAX, NAME_MAX, TYPE_MAX)}


class Bytes(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Prerequisite:
    name: str
    group: str
    is_passed: bool
    fix: str


@dataclass(slots=True)
class Result:
    """``place`` numbers the results of a file from 0 on; the objects that were handed over name it."""

    place: int
    check: str = ""
    outcome: Outcome | None = None
    affected: int | None = None  # as the file says
    named: int = 0  # objects that the file names

    @property
    def count(self) -> int:
        return self.named if self.affected is None else self.affected


@dataclass(slots=True)
class Report:
    definition: str = ""
    version: int = 0
    collected_at: datetime | None = None
    external_id: str = ""
    prerequisites: list[Prerequisite] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    digest: bytes = b""  # of the file's bytes


TakeObject = Callable[[int, str, str], None]  # place of its result, name, type


def read_report(source: Bytes, take: TakeObject) -> Report:
    """The file without its objects, which are handed over one by one. Raises Invalid."""
    text = _Text(source)
    report = Report()
    readers: dict[str, Callable[[], None]] = {
        "$schema": lambda: _check_schema(text.value()),
        "definition": lambda: _set(report, "definition", _code(text.value(), "definition")),
        "version": lambda: _set(report, "version", _whole(text.value(), "version", least=1, most=1_000_000)),
        "collected_at": lambda: _set(report, "collected_at", _instant(text.value(), "collected_at")),
        "run_id": lambda: _set(report, "external_id", _text(text.value(), "run_id", EXTERNAL_ID_MAX)),
        "prerequisites": lambda: _read_prerequisites(text, report),
        "results": lambda: _read_results(text, report, take),
    }
    _read_object(text, "", readers, ignored=("collector",))
    text.end()
    for name in ("definition", "version", "collected_at", "results"):
        if not getattr(report, name):
            raise Invalid("result_field_missing", field=name)
    report.digest = text.digest
    return report


def _check_schema(said: Any) -> None:
    """A file need not say it; where it does by its name, the version must be ours. An address tells an editor only."""
    if isinstance(said, str) and said.startswith(SCHEMA.rstrip("1")) and said != SCHEMA:
        raise Invalid("result_schema_unknown", said=_shown(said), known=SCHEMA)


def _set(report: Report, name: str, value: Any) -> None:
    setattr(report, name, value)


def _read_object(
    text: "_Text", at: str, readers: dict[str, Callable[[], None]], *, ignored: tuple[str, ...] = ()
) -> None:
    seen: set[str] = set()
    for key in text.fields():
        where = f"{at}{key}"
        if key in seen:
            raise Invalid("result_key_twice", field=_shown(where))
        seen.add(key)
        if key in readers:
            readers[key]()
        elif key in ignored:
            text.value()
        else:
            raise Invalid("result_field_unknown", field=_shown(where))


def _read_prerequisites(text: "_Text", report: Report) -> None:
    names = {"name", "group", "passed", "fix"}
    for place in text.items("prerequisites"):
        where = f"prerequisites[{place}]"
        if place == PREREQUISITES_MAX:
            raise Invalid("result_prerequisites_many", prerequisites_max=PREREQUISITES_MAX)
        said = _mapping(text.value(), where, names, required=("name", "passed"))
        if not isinstance(said["passed"], bool):
            raise Invalid("result_not_boolean", field=f"{where}.passed")
        report.prerequisites.append(
            Prerequisite(
                _text(said["name"], f"{where}.name", NAME_MAX),
                _text(said.get("group", ""), f"{where}.group", NAME_MAX, may_be_empty=True),
                said["passed"],
                _text(said.get("fix", ""), f"{where}.fix", FIX_MAX, may_be_empty=True),
            )
        )


def _read_results(text: "_Text", report: Report, take: TakeObject) -> None:
    known: set[str] = set()
    total = 0
    for place in text.items("results"):
        if place == CHECKS_MAX:
            raise Invalid("result_checks_many", checks_max=CHECKS_MAX)
        one = Result(place)
        _read_result(text, one, take, total)
        if not one.check or one.outcome is None:
            raise Invalid("result_field_missing", field=f"results[{place}].{'result' if one.check else 'check'}")
        if one.check in known:
            raise Invalid("result_check_twice", check=one.check)
        if one.affected is not None and one.named and one.affected != one.named:
            raise Invalid("result_affected_differs", check=one.check, affected=one.affected, objects=one.named)
        known.add(one.check)
        total += one.named
        report.results.append(one)


def _read_result(text: "_Text", one: Result, take: TakeObject, before: int) -> None:
    where = f"results[{one.place}]."

    def check() -> None:
        one.check = _code(text.value(), f"{where}check")

    def result() -> None:
        said = text.value()
        if said not in list(Outcome):
            raise Invalid("result_outcome_unknown", field=f"{where}result", words=", ".join(Outcome))
        one.outcome = Outcome(said)

    def affected() -> None:
        one.affected = _whole(text.value(), f"{where}affected", least=0, most=COUNT_MAX)

    def objects() -> None:
        for place in text.items(f"{where}objects"):
            at = f"{where}objects[{place}]"
            if before + place >= OBJECTS_MAX:
                raise Invalid("result_objects_many", objects_max=OBJECTS_MAX)
            said = _mapping(text.value(), at, {"name", "type"}, required=("name",))
            kind = _text(said.get("type", ""), f"{at}.type", TYPE_MAX, may_be_empty=True)
            take(one.place, _text(said["name"], f"{at}.name", NAME_MAX), kind)
            one.named += 1

    _read_object(text, where, {"check": check, "result": result, "affected": affected, "objects": objects})


def _mapping(said: Any, where: str, known: set[str], required: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise Invalid("result_not_object", field=where)
    if unknown := said.keys() - known:
        raise Invalid("result_field_unknown", field=_shown(f"{where}.{min(unknown)}"))
    for name in required:
        if name not in said:
            raise Invalid("result_field_missing", field=f"{where}.{name}")
    return said


def _text(said: Any, where: str, length_max: int, *, may_be_empty: bool = False) -> str:
    """In one line. What looks like markup stays what it is: a text."""
    if not isinstance(said, str):
        raise Invalid("result_not_text", field=where)
    try:
        found = _LINES[length_max](" ".join(said.split()))
        found.encode()  # half of a pair of surrogates is no character
    except (Invalid, UnicodeEncodeError):
        raise Invalid("result_text_refused", field=where, length_max=length_max) from None
    if not found and not may_be_empty:
        raise Invalid("result_field_missing", field=where)
    return found


def _code(said: Any, where: str) -> str:
    found = _text(said, where, CODE_MAX)
    if not found.isascii() or not all(one.isalnum() or one in "-_." for one in found):
        raise Invalid("result_not_code", field=where)
    return found


def _whole(said: Any, where: str, *, least: int, most: int) -> int:
    """``true`` is no number, though Python thinks so; neither is 2.0."""
    if not isinstance(said, int) or isinstance(said, bool) or not least <= said <= most:
        raise Invalid("result_not_whole", field=where, least=least, most=most)
    return said


def _instant(said: Any, where: str) -> datetime:
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 <= found.year < 9999:
        raise Invalid("result_not_instant", field=where)
    return found


def _shown(field_name: str) -> str:
    """A name that a file made up, short enough to be said."""
    return field_name.encode("ascii", "replace").decode()[:80]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Invalid("result_key_twice", field=_shown(next(iter(dict(pairs)))))
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are Python's, not JSON's


class _Text:
    """A JSON text that is read forwards, a window of it at a time."""

    def __init__(self, source: Bytes) -> None:
        self._source = source
        self._hash = sha256()
        self._rest = b""  # bytes of a character that is not whole yet
        self._held, self._at, self._is_over = "", 0, False
        self._passed = 0  # characters before the window
        self._decoder = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
        self._fill()
        if self._held.startswith("\ufeff"):
            self._at = 1

    @property
    def digest(self) -> bytes:
        return self._hash.digest()

    def value(self) -> Any:
        """The next value, which is a short one."""
        self._skip()
        try:
            found, end = self._decoder.raw_decode(self._held, self._at)
        except RecursionError:
            raise Invalid("result_too_deep") from None
        except ValueError:
            if len(self._held) - self._at > VALUE_CHARS_MAX:
                raise Invalid("result_value_long", place=self._place, chars_max=VALUE_CHARS_MAX) from None
            raise self._malformed() from None
        if end - self._at > VALUE_CHARS_MAX:
            raise Invalid("result_value_long", place=self._place, chars_max=VALUE_CHARS_MAX)
        self._at = end
        return found

    def fields(self) -> Iterator[str]:
        """Of an object, whose values the caller reads one after the other."""
        self._take("{")
        if self._next() == "}":
            self._at += 1
            return
        while True:
            if self._next() != '"':
                raise self._malformed()
            key = self.value()
            self._take(":")
            yield key
            if self._take(",}") == "}":
                return

    def items(self, where: str) -> Iterator[int]:
        """Of a list, whose items the caller reads one after the other."""
        if self._next() != "[":
            raise Invalid("result_not_list", field=where)
        self._at += 1
        if self._next() == "]":
            self._at += 1
            return
        place = 0
        while True:
            yield place
            place += 1
            if self._take(",]") == "]":
                return

    def end(self) -> None:
        self._skip()
        if self._at < len(self._held):
            raise self._malformed()

    def _take(self, allowed: str) -> str:
        found = self._next()
        if not found or found not in allowed:
            raise self._malformed()
        self._at += 1
        return found

    def _next(self) -> str:
        self._skip()
        return self._held[self._at : self._at + 1]

    def _skip(self) -> None:
        """Over what is blank; afterwards a whole value that may be read lies in the window, if there is one."""
        while True:
            if len(self._held) - self._at <= VALUE_CHARS_MAX and not self._is_over:
                self._fill()
            self._at = _BLANK.match(self._held, self._at).end()  # type: ignore[union-attr]
            if self._is_over or len(self._held) - self._at > VALUE_CHARS_MAX:
                return

    def _fill(self) -> None:
        piece = self._source.read(CHUNK_BYTES)
        self._is_over = not piece
        self._hash.update(piece)
        raw = self._rest + piece
        if not self._held and not self._passed and raw.startswith(_COMPRESSED):
            raise Invalid("result_compressed")  # unpacked it may be of any size
        try:
            text = raw.decode()
            self._rest = b""
        except UnicodeDecodeError as error:
            if self._is_over or error.end < len(raw) or len(raw) - error.start > 3:
                raise Invalid("result_not_utf8") from None
            text, self._rest = raw[: error.start].decode(), raw[error.start :]
        self._passed += self._at
        self._held, self._at = self._held[self._at :] + text, 0

    @property
    def _place(self) -> int:
        return self._passed + self._at + 1

    def _malformed(self) -> Invalid:
        return Invalid("result_malformed", place=self._place)
