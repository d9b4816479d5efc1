"""Collectors' files that wait for the worker: kept privately, under names of ours."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import default_storage


def keep(sent: Any) -> str:
    """Its name among the private files."""
    return default_storage.save(f"assessments/{uuid4()}.json", File(sent))


def path_of(name: str) -> Path:
    return Path(default_storage.path(name))


def remove(name: str) -> None:
    """Nothing happens where it is gone already."""
    if name:
        default_storage.delete(name)
