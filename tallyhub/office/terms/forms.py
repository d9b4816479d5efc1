"""What is asked about a calendar of work."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from tallyhub.office import forms as ask


def _hours(label: Any) -> forms.CharField:
    return ask.text(label)


class CalendarForm(forms.Form):
    name = ask.text(pgettext("of a thing", "Name"), length_max=100)
    zone = ask.zone(_("Whose clocks say when work begins and ends."))
    monday = ask.text(_("Monday"), help_text=_("As 8:00-12:00, 13:00-18:00; nothing is a day without work."))
    tuesday = _hours(_("Tuesday"))
    wednesday = _hours(_("Wednesday"))
    thursday = _hours(_("Thursday"))
    friday = _hours(_("Friday"))
    saturday = _hours(_("Saturday"))
    sunday = _hours(_("Sunday"))
    holidays = forms.CharField(
        label=_("Holidays"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One day per line, as 2026-12-25."),
    )
