"""What is asked about time worked."""

import re
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.sentences import sentence
from tallyhub.office import forms as ask
from tallyhub.support.time.rules import NOTE_MAX, What, instant_of, read_what
from tallyhub.support.time.steps import Worked

_MINUTES = re.compile(r"-?\d{1,6}", re.ASCII)
_HOURS = re.compile(r"(\d{1,3}):([0-5]\d)", re.ASCII)
_FIELD_OF = {
    "text_too_long": "note",
    "time_never": "starts",
    "time_twice": "which",
    "work_in_future": "starts",
    "work_kind_unknown": "what",
    "work_minutes": "minutes",
    "work_minutes_malformed": "minutes",
    "work_start_malformed": "day",
}
WHAT_NAMES = {
    What.REMOTE: _("Remote work"),
    What.CALL: _("Call"),
    What.RESEARCH: _("Research"),
    What.ONSITE: _("Work on site"),
    What.OTHER: _("Other"),
}


class WorkForm(forms.Form):
    """Each field keeps what was typed; the rules say what is wrong with it."""

    day = ask.day(_("Day"))
    starts = ask.text(_("Begun at"), length_max=5, type_="time")
    which = ask.choice(
        _("Which of the two"),
        [("", ""), ("first", _("The first time, before the clocks were put back")), ("second", _("The second time"))],
    )
    minutes = ask.text(_("Minutes"), length_max=7, help_text=_("Real ones: 90, or 1:30."))
    what = ask.choice(_("Kind of work"), [(one.value, WHAT_NAMES[one]) for one in What])
    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": NOTE_MAX}),
        help_text=_("For colleagues; the customer does not see it."),
    )
    is_goodwill = forms.BooleanField(label=_("Goodwill: recorded and shown, not charged"), required=False)

    def read(self, zone: str) -> Worked:
        """What was typed, with the clock of whoever typed it. Raises Invalid."""
        typed = self.data
        day, at = _day(typed.get("day", "")), _time(typed.get("starts", ""))
        which = {"first": False, "second": True}.get(typed.get("which", ""))
        return Worked(
            instant_of(day, at, zone, second=which),
            _minutes(typed.get("minutes", "").strip()),
            read_what(typed.get("what", "")),
            typed.get("note", "").replace("\x00", "").replace("\r\n", "\n").strip(),
            "is_goodwill" in typed,
        )

    def say(self, error: HubError) -> None:
        """Beside the field that it is about."""
        self.full_clean()
        self.add_error(_FIELD_OF.get(error.code), sentence(error))

    @property
    def asks_which(self) -> bool:
        """Only where a time came twice."""
        return bool(self.errors.get("which") or self.data.get("which"))


def form_of(values: dict[str, Any]) -> WorkForm:
    return WorkForm(initial=values)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("work_start_malformed") from None


def _time(text: str) -> time:
    try:
        read = time.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("work_start_malformed") from None
    if read.tzinfo or read.second or read.microsecond:
        raise Invalid("work_start_malformed")
    return read


def _minutes(text: str) -> int:
    if _MINUTES.fullmatch(text):
        return int(text)
    if found := _HOURS.fullmatch(text):
        return int(found[1]) * 60 + int(found[2])
    raise Invalid("work_minutes_malformed")
