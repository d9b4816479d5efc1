"""Whom somebody wants to invite: a pasted list, or a CSV. What cannot be read is kept with the reason."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.kernel.addresses import ADDRESS_MAX, check_address
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.names import PERSON_NAME_MAX, check_person_name
from tallyhub.people.invitations.rules import LIST_BYTES_MAX, PEOPLE_MAX
from tallyhub.people.rules import check_roles

COLUMNS = ("email", "name", "roles", "language")
_DELIMITERS = (",", ";", "\t")
_BETWEEN_ROLES = re.compile(r"[\s,;|+]+")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What counts where a row says nothing else. ``in_whole``: who invites manages the whole customer's people."""

    roles: tuple[str, ...]
    language: str
    in_whole: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One of the list, where it stands there, and what is wrong with it. ``email`` is as written where it is wrong."""

    line: int
    email: str
    name: str
    roles: tuple[str, ...]
    language: str
    problem: HubError | None = None

    @property
    def key(self) -> str:
        return self.email.lower()


def read_pasted(text: str, defaults: Defaults) -> list[Row]:
    """Commas, semicolons and line breaks stand between people; each is an address, or a name and ``<address>``.

    Raises Invalid where there are too many.
    """
    if len(text.encode(errors="replace")) > LIST_BYTES_MAX:
        raise Invalid("list_too_large", kilobytes_max=LIST_BYTES_MAX // 1024)
    rows = []
    for line, entry in _entries(text):
        rows.append(_row(line, *_name_and_address(entry), defaults))
        _check_count(len(rows))
    return rows


def _entries(text: str) -> Iterator[tuple[int, str]]:
    """(line, entry): a name with a comma in it stays together with its address, whether it is quoted or not."""
    for number, line in enumerate(text.splitlines(), start=1):
        for part in _split(line, ";"):
            has_names, before = "<" in part, ""
            for piece in _split(part, ","):
                entry = f"{before}, {piece}" if before else piece
                # "Berg, Anna <anna@…>": what has no address yet is the beginning of a name.
                before = entry if has_names and _begins_name(entry) else ""
                if not before:
                    yield from ((number, one) for one in _apart(entry))
            if before:
                yield number, before


def _begins_name(entry: str) -> bool:
    """One word in small letters, or with a digit or dot in it, is rather an address without its @."""
    is_word = " " not in entry and (entry.islower() or any(one.isdigit() or one in "._" for one in entry))
    return "@" not in entry and len(entry) < PERSON_NAME_MAX and not is_word


def _split(text: str, mark: str) -> list[str]:
    """The parts between marks that stand in no quotes and no angle brackets, without those that are blank."""
    parts, start, is_quoted, is_inside = [], 0, False, False
    quotes = text.count('"')
    for place, letter in enumerate(text):
        if letter == '"':
            quotes -= 1
            is_quoted = not is_quoted and quotes > 0  # one that is never closed is no quote
        elif letter in "<>" and not is_quoted:
            is_inside = letter == "<"
        elif letter == mark and not is_quoted and not is_inside:
            parts.append(text[start:place])
            start = place + 1
    return [part.strip() for part in (*parts, text[start:]) if part.strip()]


def _apart(piece: str) -> list[str]:
    """Addresses with nothing but blanks between them."""
    words = piece.split()
    return words if len(words) > 1 and all("@" in word and "<" not in word for word in words) else [piece]


def _name_and_address(entry: str) -> tuple[str, str]:
    """As mail programs write it; the family name need not stand first."""
    name, bracket, rest = entry.rpartition("<")
    if not bracket or not rest.endswith(">"):
        return "", entry
    family, _comma, given = name.strip().strip("\"'").partition(",")
    return f"{given.strip()} {family.strip()}".strip(), rest[:-1].strip()


def read_csv(content: bytes, defaults: Defaults) -> list[Row]:
    """A header, then a row for each person; commas, semicolons or tabs between the cells, in UTF-8.

    Raises Invalid where the file as a whole cannot be understood.
    """
    if len(content) > LIST_BYTES_MAX:
        raise Invalid("list_too_large", kilobytes_max=LIST_BYTES_MAX // 1024)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("list_not_utf8") from None
    cells = _cells(text)
    header = [name.strip().lower() for name in next(cells, (1, []))[1]]
    _check_header(header)
    rows = []
    for line, row in cells:
        rows.append(_csv_row(line, header, row, defaults))
        _check_count(len(rows))
    return rows


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the line on which it ends."""
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error:
        raise Invalid("list_csv_malformed", line=reader.line_num) from None


def _check_header(header: list[str]) -> None:
    if "email" not in header:
        raise Invalid("list_without_email", columns=", ".join(COLUMNS))
    for name in header:
        if name not in COLUMNS:
            raise Invalid("list_column_unknown", column=name[:40], columns=", ".join(COLUMNS))
        if header.count(name) > 1:
            raise Invalid("list_column_twice", column=name)


def _csv_row(line: int, header: list[str], row: list[str], defaults: Defaults) -> Row:
    said = dict(zip(header, (cell.strip() for cell in row), strict=False))
    email, name = said.get("email", ""), said.get("name", "")
    if len(row) > len(header):
        wrong = Invalid("cells_wrong", found=len(row), expected=len(header))
        return Row(line, email, name, (), defaults.language, wrong)
    roles = tuple(one.lower() for one in _BETWEEN_ROLES.split(said.get("roles", "")) if one)
    return _row(line, name, email, defaults, roles, said.get("language", "").lower())


def _row(line: int, name: str, email: str, defaults: Defaults, roles: tuple[str, ...] = (), language: str = "") -> Row:
    """Checked; a wrong one keeps what was written, and the first reason."""
    roles, language = tuple(dict.fromkeys(roles or defaults.roles)), language or defaults.language
    try:
        email, name = check_address(email), check_person_name(name)
        check_roles(roles, in_whole=defaults.in_whole)
        _check_language(language)
    except HubError as problem:
        return Row(line, email[:ADDRESS_MAX], name[:PERSON_NAME_MAX], roles, language, problem)
    return Row(line, email, name, roles, language)


def _check_language(language: str) -> None:
    if language not in dict(LANGUAGES):
        raise Invalid("language_unknown", language=language[:20], words=", ".join(dict(LANGUAGES)))


def _check_count(count: int) -> None:
    if count > PEOPLE_MAX:
        raise Invalid("people_too_many", people_max=PEOPLE_MAX)
