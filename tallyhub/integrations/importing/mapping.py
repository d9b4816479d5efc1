"""How another system's export becomes our records: a small YAML file, read once and then only followed.

``docs/import.md`` describes it for people; the classes here are its grammar.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from tallyhub.integrations.importing import cells
from tallyhub.kernel.errors import Invalid

SHIPPED = Path(__file__).resolve().parent.parent / "mappings"
FILE_BYTES_MAX = 256 * 1024
_ENDS = " /,;:·|-"  # what a template leaves over where a column is empty
_COLUMN = re.compile(r"\{([^{}]+)\}")
_ASCII = bytes(range(32, 127))

Row = dict[str, str]  # cells by column


def _is_byte_wise(encoding: str) -> str:
    """Lines are cut before they are decoded, so ASCII must be itself."""
    try:
        if _ASCII.decode(encoding) == _ASCII.decode("ascii"):
            return encoding
    except (LookupError, UnicodeDecodeError):
        pass
    raise ValueError("name an encoding such as utf-8 or cp1252; UTF-16 must be converted first")


def _is_one_character(delimiter: str) -> str:
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise ValueError("one character")
    return delimiter


def _is_zone(zone: str) -> str:
    try:
        return cells.zone(zone)
    except Invalid:
        raise ValueError("name an IANA zone such as Europe/Lisbon") from None


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Format(_Part):
    """How the file is written. ISO days are understood beside ``day``."""

    delimiter: Annotated[str, AfterValidator(_is_one_character)] | None = None  # else the commonest in the first line
    encoding: Annotated[str, AfterValidator(_is_byte_wise)] = "utf-8"
    day: str = "%Y-%m-%d"
    time: str = "%Y-%m-%d %H:%M:%S"
    zone: Annotated[str, AfterValidator(_is_zone)] | None = None  # of times that name none
    empty: tuple[str, ...] = ()  # cells that mean nothing


def _source(value: Any) -> Any:
    """The short form: a column's name, or a template where it holds braces."""
    if isinstance(value, str):
        return {"template" if _COLUMN.search(value) else "column": value}
    return value


class Source(_Part):
    """Where a field's text comes from: a column, a fixed value or a template; then ``map`` replaces what it lists."""

    column: str | None = None
    value: str | None = None
    template: str | None = None
    map: dict[str, str] = {}

    def model_post_init(self, context: Any) -> None:
        if (self.column is not None) + (self.value is not None) + (self.template is not None) != 1:
            raise ValueError("give exactly one of column, value and template")

    @property
    def columns(self) -> list[str]:
        if self.column is not None:
            return [self.column]
        return _COLUMN.findall(self.template or "")

    def text_of(self, row: Row) -> str:
        text = self._raw(row)
        return self.map.get(text, text)

    def _raw(self, row: Row) -> str:
        if self.value is not None:
            return self.value
        if self.column is not None:
            return row.get(self.column, "")
        return _COLUMN.sub(lambda found: row.get(found[1], ""), self.template or "").strip(_ENDS)


class Section(_Part):
    """One pass over the file. With ``wins`` a key may come more often: the first or the last of its rows is meant."""

    kind: str
    columns: dict[str, Annotated[Source, BeforeValidator(_source)]]
    key: tuple[str, ...] = ()  # fields; else those that name a row of this kind
    wins: Literal["first", "last"] | None = None
    only_with: str | None = None  # a column: rows in which it is empty are passed over

    @property
    def used_columns(self) -> list[str]:
        used = [name for source in self.columns.values() for name in source.columns]
        return list(dict.fromkeys([*used, *([self.only_with] if self.only_with else [])]))

    @property
    def is_fixed(self) -> bool:
        """Every row would say the same, so none need be read. Where no field is said, reading tells what is wrong."""
        return bool(self.columns) and not self.used_columns


class Mapping(_Part):
    format: Format = Format()
    records: tuple[Section, ...]

    @property
    def passes(self) -> int:
        return sum(not section.is_fixed for section in self.records)


def is_shipped(name: str) -> bool:
    return re.fullmatch(r"[a-z0-9-]+", name) is not None and (SHIPPED / f"{name}.yaml").is_file()


def shipped_names() -> list[str]:
    return sorted(one.stem for one in SHIPPED.glob("*.yaml"))


def load(name: str) -> Mapping:
    """A shipped mapping by its name, or one by its path. Raises Invalid, naming the place that is wrong."""
    path = SHIPPED / f"{name}.yaml" if is_shipped(name) else Path(name)
    if not path.is_file():
        raise Invalid("mapping_unknown", name=name, names=", ".join(shipped_names()))
    try:
        with path.open(encoding="utf-8") as file:
            # Every scalar is text: a day, a number or "no" means what it says and nothing else.
            return Mapping.model_validate(yaml.load(file.read(FILE_BYTES_MAX), yaml.BaseLoader))  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("mapping_malformed", reason=str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid("mapping_malformed", reason=f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def reader(section: Section, form: Format, days: frozenset[str], times: frozenset[str]) -> Callable[[Row], Row | None]:
    """What makes our fields of a row's cells; None for a row that is passed over.

    ``days`` and ``times`` are the fields that are brought into the form that our own files have.
    """
    empty = frozenset(form.empty)
    used = section.used_columns

    def read(row: Row) -> Row | None:
        clean = {name: text for name in used if (text := row.get(name, "").strip()) not in empty}
        if section.only_with and not clean.get(section.only_with):
            return None
        fields = {name: source.text_of(clean) for name, source in section.columns.items()}
        for name in days & fields.keys():
            fields[name] = _iso_day(fields[name], form.day)
        for name in times & fields.keys():
            fields[name] = _iso_time(fields[name], form.time, form.zone)
        return fields

    return read


@lru_cache(16_384)
def _iso_day(text: str, pattern: str) -> str:
    """What does not fit stays as it is, and is refused as a malformed day with its line."""
    try:
        return datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007  a day has no zone
    except ValueError:
        return text


@lru_cache(16_384)
def _iso_time(text: str, pattern: str, zone: str | None) -> str:
    """As ``_iso_day``; a time without an offset gets the format's zone, as ``cells.instant`` reads it."""
    try:
        time = datetime.strptime(text, pattern)  # noqa: DTZ007  the zone follows
    except ValueError:
        return text
    return time.isoformat() if time.tzinfo or zone is None else f"{time.isoformat(timespec='seconds')}[{zone}]"
