"""How the back office asks: fields that keep whatever was typed, and show beside it what is wrong."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from tallyhub.accounts.rules import zone_choices
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.sentences import sentence

NOTE_MAX = 2_000  # characters of what is said about an enquiry
F = TypeVar("F", bound=forms.Form)
Choices = Iterable[tuple[str, Any]]


def text(
    label: Any, *, length_max: int = 200, help_text: Any = "", type_: str = "text", **attrs: Any
) -> forms.CharField:
    """Not required: what is missing is told by our own rules, when it matters."""
    widget = forms.TextInput(attrs={"maxlength": length_max, "autocomplete": "off", **attrs})
    widget.input_type = type_
    return forms.CharField(label=label, required=False, help_text=help_text, widget=widget)


def note() -> forms.CharField:
    """What goes with an answer to an enquiry."""
    widget = forms.Textarea(attrs={"rows": 3})
    hint = _("Whoever asked reads it.")
    return forms.CharField(label=_("Note"), max_length=NOTE_MAX, required=False, widget=widget, help_text=hint)


def day(label: Any, *, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput()
    widget.input_type = "date"
    return forms.CharField(label=label, required=False, help_text=help_text, widget=widget)


def choice(label: Any, choices: Choices = (), *, help_text: Any = "") -> forms.CharField:
    widget = forms.Select(choices=list(choices))
    return forms.CharField(label=label, required=False, help_text=help_text, widget=widget)


def zone(help_text: Any = "") -> forms.CharField:
    return choice(_("Time zone"), zone_choices(), help_text=help_text)


def offer(form: forms.Form, name: str, choices: Choices) -> None:
    """Fill a select with what there is."""
    widget: Any = form.fields[name].widget
    widget.choices = list(choices)


def said(error: HubError) -> str:
    """A day stands in it as the reader writes days."""
    days = {name: fmt.day(one) for name, one in error.params.items() if isinstance(one, date)}
    return sentence(type(error)(error.code, **{**error.params, **days}))


def show(form_class: type[F], values: Mapping[str, Any], errors: Mapping[str, HubError], prefix: str = "") -> F:
    """A form that holds these values. ``errors`` are by the full names of the fields."""
    named = {f"{prefix}-{name}" if prefix else name: value for name, value in values.items()}
    form = form_class(named, prefix=prefix or None)
    form.full_clean()
    for name in form.fields:
        if error := errors.get(form.add_prefix(name)):
            form.add_error(name, said(error))
    return form


def read(form_class: type[forms.Form], data: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """What was typed, in the form's fields and no others."""
    names = form_class.base_fields
    return {name: " ".join(data.get(f"{prefix}-{name}" if prefix else name, "").split()) for name in names}
