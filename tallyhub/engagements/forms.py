"""What is typed about days and hours. Each reads a text, or raises Invalid."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tallyhub.kernel.cells import day
from tallyhub.kernel.errors import Invalid

_HOURS = re.compile(r"(\d{1,4})(?::([0-5]\d))?", re.ASCII)


def read_hours(text: str) -> int:
    """Minutes, of ``16`` hours or ``1:30``."""
    found = _HOURS.fullmatch(text.strip())
    if not found:
        raise Invalid("worked_hours_malformed")
    return int(found[1]) * 60 + int(found[2] or 0)


def read_day(text: str) -> date:
    try:
        return day(text.strip())
    except Invalid as error:
        if error.code == "day_malformed":
            raise Invalid("slot_day_malformed") from None
        raise


def find_day(text: str) -> date | None:
    return read_day(text) if text.strip() else None


def read_instant(on: str, at: str, zone: str) -> datetime:
    """By the wall clock of a zone; of a time that comes twice the first one."""
    try:
        moment = time.fromisoformat(at.strip())
        local = datetime.combine(read_day(on), moment.replace(tzinfo=None), ZoneInfo(zone))
        return local.astimezone(UTC)
    except ValueError:
        raise Invalid("slot_time_malformed") from None


def whole_day(on: date, zone: str) -> tuple[datetime, datetime]:
    starts = datetime.combine(on, time(), ZoneInfo(zone))
    ends = datetime.combine(on + timedelta(days=1), time(), ZoneInfo(zone))
    return starts.astimezone(UTC), ends.astimezone(UTC)
