"""Collectors' files that wait for the worker: kept privately, under names of ours."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import default_storage

FOLDER = "assessments"


def keep(sent: Any) -> str:
    """Its name among the private files."""
    return default_storage.save(f"{FOLDER}/{uuid4()}.json", File(sent))


def path_of(name: str) -> Path:
    return Path(default_storage.path(name))


def remove(name: str) -> None:
    """Nothing happens where it is gone already."""
    if name:
        default_storage.delete(name)


def remove_before(when: datetime) -> None:
    """What no row names, because its sender's worker was killed between the two."""
    for path in Path(default_storage.path(FOLDER)).glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < when.timestamp():
                path.unlink()
