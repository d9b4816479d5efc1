"""The bytes of files: in the data folder, under keys that say nothing; there only while a row names them."""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.support.conversation import media
from tallyhub.support.conversation.rules import FILES_MAX, read_file_name

FOLDER = "support"
_KEY_BYTES = 24


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sends. ``pieces`` is read once, from the beginning to the end."""

    name: str
    size: int  # bytes
    pieces: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes in the data folder, for a row."""

    name: str
    size: int
    media_type: str
    digest: bytes
    key: str


def kept_of(rows: Iterable[Any]) -> list[Kept]:
    """What rows of files name, for other rows: the bytes stay where they are."""
    return [Kept(one.name, one.size, one.media_type, bytes(one.digest), one.key) for one in rows]


def sent_by(request: HttpRequest) -> list[Sent]:
    """The files of a form. Raises Invalid where one was so large that it was not even read."""
    if lost := getattr(request, "lost_file", ""):
        raise Invalid("file_too_large", name=read_file_name(lost), megabytes_max=megabytes_max())
    files: list[Any] = request.FILES.getlist("files")
    return [Sent(one.name or "", one.size or 0, one.chunks) for one in files]


@contextmanager
def keeping(sent: Iterable[Sent]) -> Iterator[list[Kept]]:
    """Keep the bytes for as long as the block does not fail: it commits the rows that name them.

    Constant memory. Raises Invalid for too many and for too large ones. Where the database goes away in the middle of
    a commit nobody knows how it ended: then they stay, and the job that removes orphans decides.
    """
    kept: list[Kept] = []
    try:
        kept += _keep_all(list(sent))
        yield kept
    except (InterfaceError, OperationalError):
        raise
    except BaseException:
        remove(one.key for one in kept)
        raise


def _keep_all(sent: list[Sent]) -> list[Kept]:
    check(sent)
    kept: list[Kept] = []
    try:
        for one in sent:
            kept.append(_keep(one))  # noqa: PERF401 - those that are kept already must be known when one fails
    except BaseException:
        remove(one.key for one in kept)
        raise
    return kept


def megabytes_max() -> int:
    """Of one file."""
    found: int = settings.TALLYHUB.file_megabytes
    return found


def check(sent: list[Sent]) -> None:
    if len(sent) > FILES_MAX:
        raise Invalid("files_too_many", files_max=FILES_MAX)
    megabytes = megabytes_max()
    if large := next((one for one in sent if one.size > megabytes * 1024 * 1024), None):
        raise Invalid("file_too_large", name=read_file_name(large.name), megabytes_max=megabytes)


def _keep(one: Sent) -> Kept:
    key = secrets.token_hex(_KEY_BYTES)
    path = _path(key)
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, head, size = sha256(), b"", 0
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in one.pieces():
                head = head if len(head) >= media.HEAD_BYTES else (head + piece)[: media.HEAD_BYTES]
                digest.update(piece)
                size += len(piece)
                file.write(piece)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Kept(read_file_name(one.name) or "file", size, media.sniff(head), digest.digest(), key)


def open_file(key: str) -> IO[bytes]:
    """Raises Conflict where the bytes are gone, as after moving the hub without its files."""
    try:
        return _path(key).open("rb")
    except FileNotFoundError as error:
        raise Conflict("file_gone") from error


def remove(keys: Iterable[str]) -> None:
    for key in keys:
        _path(key).unlink(missing_ok=True)


def list_before(instant: datetime) -> Iterator[str]:
    """Keys of what was kept before. Constant memory."""
    for folder in Path(default_storage.path(FOLDER)).glob("??"):
        for path in folder.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < instant.timestamp():
                    yield path.name


def _path(key: str) -> Path:
    return Path(default_storage.path(f"{FOLDER}/{key[:2]}/{key}"))
