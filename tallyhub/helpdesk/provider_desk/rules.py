"""What the provider's desk may say to partners. Pure."""

from dataclasses import dataclass

from tallyhub.helpdesk.escalations.rules import HOURS_MAX
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.ids import find_id

CHANNEL_MAX, NOTE_MAX = 300, 2_000  # characters


@dataclass(frozen=True, slots=True)
class Said:
    """As typed. ``hours``: to the first answer, of severities A, B and C."""

    takes_agreed: bool = False
    security_channel: str = ""
    security_note: str = ""
    hours: tuple[str, str, str] = ("2", "4", "8")


def check_said(said: Said) -> tuple[int, int, int]:
    """The hours. Raises Invalid for the first thing that is wrong; what is worse is answered first, or at once."""
    channel = said.security_channel
    if len(channel) > CHANNEL_MAX or len(said.security_note) > NOTE_MAX:
        raise Invalid("text_too_long", length_max=CHANNEL_MAX if len(channel) > CHANNEL_MAX else NOTE_MAX)
    is_mail = channel.count("@") == 1 and not set(channel) & set(" <>,;:/")
    if channel and not is_mail and not channel.startswith("https://"):
        raise Invalid("desk_channel")
    first, second, third = (_hours(one) for one in said.hours)
    if not first <= second <= third:
        raise Invalid("desk_hours_order")
    return first, second, third


def _hours(text: str) -> int:
    hours = find_id(text)
    if hours is None or not 1 <= hours <= HOURS_MAX:
        raise Invalid("desk_hours", hours_max=HOURS_MAX)
    return hours
