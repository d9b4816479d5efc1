"""What an editor types of a message: read into values, each thing that is wrong beside its field."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.models import Product
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.forms import LocalTimeField, TextField, ZonedForm
from tallyhub.kernel.names import NameField
from tallyhub.kernel.sentences import sentence
from tallyhub.messages import words
from tallyhub.messages.rules import (
    BODY_MAX,
    CUSTOMERS_MAX,
    LANGUAGE,
    TITLE_MAX,
    Audience,
    MessageCategory,
    MessageClass,
    MessageSeverity,
    Said,
    Tag,
    Text,
)

# Where to show what the rules refuse.
FIELD_OF = {
    "message_act_by_past": "act_by_on",
    "message_customer_unknown": "customers",
    "message_customers_too_many": "customers",
    "message_end_before_start": "ends_at",
    "message_major_category": "category",
    "message_major_day_missing": "act_by_on",
    "message_major_too_soon": "act_by_on",
    "message_nobody_named": "customers",
    "message_reaches_nobody": "products",
    "message_start_past": "starts_at",
    "message_text_missing": f"title_{LANGUAGE}",
}


def _choices(names: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(str(value), name) for value, name in names.items()]


class DayField(forms.DateField):
    """A day, as browsers send it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(required=False, widget=widget, input_formats=["%Y-%m-%d"], **options)


class TextForm(ZonedForm):
    """What is read of a message: what a correction may change."""

    category = forms.ChoiceField(label=_("Category"), choices=_choices(words.CATEGORY_NAMES))
    severity = forms.ChoiceField(label=_("Importance"), choices=_choices(words.SEVERITY_NAMES))
    tags = forms.MultipleChoiceField(
        label=_("Tags"), required=False, choices=_choices(words.TAG_NAMES), widget=forms.CheckboxSelectMultiple
    )
    is_major = forms.BooleanField(
        label=_("Major change"),
        required=False,
        help_text=_("Told at least 30 days before the day by which one must have acted."),
    )
    act_by_on = DayField(label=_("Act by"))
    ends_at = LocalTimeField(label=_("Current until"), help_text=_("Empty: until it is withdrawn."))

    def __init__(self, own_zone: str, *args: Any, **options: Any) -> None:
        super().__init__(own_zone, *args, **options)
        for code, name in LANGUAGES:
            must = code == LANGUAGE
            self.fields[f"title_{code}"] = NameField(
                label=_("Title, %(language)s") % {"language": name}, required=must, max_length=TITLE_MAX
            )
            self.fields[f"body_{code}"] = TextField(
                label=_("Text, %(language)s") % {"language": name}, required=must, max_length=BODY_MAX
            )

    @property
    def languages(self) -> Iterable[dict[str, Any]]:
        """Both fields of each language; open where something is typed or wrong."""
        for code, name in LANGUAGES:
            fields = [self[f"title_{code}"], self[f"body_{code}"]]
            is_open = code == LANGUAGE or any(one.errors or one.value() for one in fields)
            yield {"name": name, "fields": fields, "is_open": is_open}

    def text(self) -> Text:
        said = self.cleaned_data
        return Text(
            category=MessageCategory(said["category"]),
            severity=MessageSeverity(said["severity"]),
            titles=self._by_language("title"),
            bodies=self._by_language("body"),
            tags=tuple(one for one in Tag if one in said["tags"]),
            is_major=said["is_major"],
            act_by_on=said["act_by_on"],
            ends_at=said["ends_at"],
        )

    def _by_language(self, name: str) -> dict[str, str]:
        found = {code: self.cleaned_data.get(f"{name}_{code}") for code, _name in LANGUAGES}
        return {code: str(text) for code, text in found.items() if text}

    def show(self, error: HubError) -> None:
        """Beside its field, where the form has it."""
        field = FIELD_OF.get(error.code)
        if error.code == "message_text_half":
            code = error.params["language"]
            field = f"body_{code}" if self.cleaned_data.get(f"title_{code}") else f"title_{code}"
        self.add_error(field if field in self.fields else None, str(sentence(error)))


class NewForm(TextForm):
    """A whole message. ``seen`` names what was shown of whom it reaches."""

    message_class = forms.ChoiceField(
        label=_("What it is about"),
        choices=_choices(words.CLASS_NAMES),
        help_text=_("What customers bought through a partner, the partner talks to them about."),
    )
    products = forms.TypedMultipleChoiceField(
        label=_("Products"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    audience = forms.ChoiceField(label=_("Who gets it"), choices=_choices(words.AUDIENCE_NAMES))
    customers = TextField(
        label=_("Customers that are named"),
        required=False,
        max_length=CUSTOMERS_MAX * 41,
        help_text=_("Their codes, one per line."),
    )
    starts_at = LocalTimeField(label=_("Send at"), help_text=_("Empty: at once."))
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(required=False)

    def __init__(self, products: Iterable[Product], own_zone: str, *args: Any, **options: Any) -> None:
        super().__init__(own_zone, *args, **options)
        offered: Any = self.fields["products"]
        offered.choices = [(str(one.pk), one.name) for one in products]

    @property
    def codes(self) -> list[str]:
        """Of the customers that are named, each once."""
        if self.cleaned_data["audience"] != Audience.NAMED:
            return []
        return list(dict.fromkeys(self.cleaned_data["customers"].split()))

    def said(self, customers: frozenset[int]) -> Said:
        said = self.cleaned_data
        return Said(
            about=MessageClass(said["message_class"]),
            text=self.text(),
            audience=Audience(said["audience"]),
            products=frozenset(said["products"]),
            customers=customers,
            starts_at=said["starts_at"],
        )


class CorrectForm(TextForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
