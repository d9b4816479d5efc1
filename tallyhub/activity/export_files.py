"""The files of exports: made in a folder of their own, moved into place when whole, removed after their hours."""

import errno
import os
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage

from tallyhub.kernel import spreadsheets
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.spreadsheets import Sheet

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FOLDER = "exports"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def kept_for() -> timedelta:
    return timedelta(hours=settings.TALLYHUB.export_hours)


def open_file(export_id: int) -> IO[bytes]:
    """Raises Conflict where the file is gone, as after moving the hub without its files."""
    try:
        return default_storage.open(_name(export_id), "rb")
    except FileNotFoundError as error:
        raise Conflict("export_failed") from error


def write(export_id: int, sheets: Iterable[Sheet]) -> None:
    """Whole or not at all: whoever is killed meanwhile leaves a folder that the next attempt begins by removing.

    Raises OSError; ``is_no_room`` tells a full disk from the rest.
    """
    path = Path(default_storage.path(_name(export_id)))
    making = path.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    making.mkdir(mode=0o700)
    try:
        spreadsheets.write(making / path.name, sheets)
        os.chmod(making / path.name, 0o600)
        os.replace(making / path.name, path)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def remove(export_ids: Iterable[int]) -> None:
    for one in export_ids:
        path = Path(default_storage.path(_name(one)))
        path.unlink(missing_ok=True)
        shutil.rmtree(path.with_suffix(".making"), ignore_errors=True)


def remove_before(instant: datetime) -> None:
    """What no row names any more: the row of an erased person goes with them, its file with its hours."""
    folder = Path(default_storage.path(FOLDER))
    for path in folder.glob("*.xlsx"):
        if path.stat().st_mtime < instant.timestamp():
            path.unlink(missing_ok=True)


def is_no_room(error: OSError) -> bool:
    """Also where the library wrapped what the system said."""
    causes = (error, error.__cause__, *(error.__cause__.args if error.__cause__ else ()))
    return any(isinstance(one, OSError) and one.errno in _NO_ROOM for one in causes)


def _name(export_id: int) -> str:
    return f"{FOLDER}/{export_id}.xlsx"
