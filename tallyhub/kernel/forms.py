"""Fields of forms that several packages have: texts of several lines, and local times with their zone."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tallyhub.kernel import cells
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.sentences import sentence
from tallyhub.kernel.times import in_zone

_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)


class TextField(forms.CharField):
    """Several lines. ``max_length`` is needed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 5}), **options)

    def clean(self, value: Any) -> str:
        said = super().clean(value)
        try:
            return cells.lines(self.max_length or 0)(said)
        except Invalid as error:
            raise forms.ValidationError(sentence(error)) from None


class LocalTimeField(forms.CharField):
    """A local time; which instant it is, says the form's zone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False, widget=forms.TextInput(attrs={"type": "datetime-local"}), max_length=19, **options
        )

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        if not said:
            return None
        try:
            return datetime.fromisoformat(said if _LOCAL.fullmatch(said) else "")
        except ValueError:
            raise forms.ValidationError(sentence(Invalid("health_time_malformed"))) from None


class ZonedForm(forms.Form):
    """A form with local times, in the reader's own zone or in UTC, in which an hour that comes twice can be said."""

    zone = forms.ChoiceField(label=_("Times are those of"))

    def __init__(self, own_zone: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        zones: Any = self.fields["zone"]
        zones.choices = [(one, one) for one in dict.fromkeys((own_zone, "UTC"))]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        zone = said.get("zone") or "UTC"
        for name in [one for one, field in self.fields.items() if isinstance(field, LocalTimeField)]:
            if isinstance(said.get(name), datetime):
                try:
                    said[name] = in_zone(said[name], zone)
                except Invalid as error:
                    self.add_error(name, sentence(error))
        return said
