"""Stages and bounds of an import by the page. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

FILE_KEPT = timedelta(hours=24)
KEPT = timedelta(days=30)  # the row that says what came of it
SILENT_MAX = timedelta(seconds=60)  # without a sign of life the worker is gone
BEAT_SECONDS = 2
PREVIEW_ROWS = 20
SAVED_MAX = 100  # mappings per customer
NAME_MAX = 200  # characters of a file's name
MAPPING_NAME_MAX = 80


class Stage(StrEnum):
    OPEN = "open"  # uploaded; nothing was tried
    WAITING = "waiting"  # for the worker
    RUNNING = "running"
    TRIED = "tried"  # a dry run found nothing wrong
    REFUSED = "refused"  # there are problems, nothing was written
    DONE = "done"


def is_silent(stage: str, beat_at: datetime | None, now: datetime) -> bool:
    """The worker was killed in the middle: nothing of the file is in, because all of it is one transaction."""
    return stage == Stage.RUNNING and (beat_at is None or beat_at < now - SILENT_MAX)


def may_start(stage: str, beat_at: datetime | None, now: datetime) -> bool:
    return stage in (Stage.OPEN, Stage.TRIED, Stage.REFUSED) or is_silent(stage, beat_at, now)


def ending_of(head: bytes) -> str:
    """What a file is, by how it begins and not by what it is called."""
    if head.startswith(b"PK\x03\x04"):
        return ".xlsx"
    return ".jsonl" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else ".csv"
