"""Local times that people and files name, and the instants that they mean."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tallyhub.kernel.errors import Invalid


def in_zone(local: datetime, zone: str) -> datetime:
    """The instant of a local time. One that came twice or never is refused with both choices, because either may be
    meant (R10.6).
    """
    place = ZoneInfo(zone)
    first, second = local.replace(tzinfo=place), local.replace(tzinfo=place, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    # Through UTC and back, a time that the clocks jumped over comes out as one that there was.
    choices = [one.astimezone(UTC).astimezone(place).isoformat(timespec="minutes") for one in (first, second)]
    never = first.astimezone(UTC).astimezone(place).replace(tzinfo=None) != local
    raise Invalid("time_never" if never else "time_twice", zone=zone, first=choices[0], second=choices[1])
