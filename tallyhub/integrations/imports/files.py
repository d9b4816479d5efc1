"""Uploaded files: kept privately under a name of ours, and judged by their content."""

from pathlib import Path
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from tallyhub.integrations.importing import spreadsheets
from tallyhub.integrations.imports.rules import ending_of

HEAD_BYTES = 64


def keep(sent: "UploadedFile[bytes]") -> str:
    """Its name among the private files. Raises Invalid for a spreadsheet that must not be opened, and keeps nothing."""
    head = sent.read(HEAD_BYTES)
    sent.seek(0)
    name = default_storage.save(f"imports/{uuid4()}{ending_of(head)}", File(sent))
    try:
        if spreadsheets.is_spreadsheet(path_of(name)):
            spreadsheets.check_unpacked(path_of(name))
    except BaseException:
        remove(name)
        raise
    return name


def path_of(name: str) -> Path:
    return Path(default_storage.path(name))


def remove(name: str) -> None:
    """Nothing happens where it is gone already."""
    if name:
        default_storage.delete(name)
