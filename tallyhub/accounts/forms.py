"""Forms about oneself."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tallyhub.accounts.models import Person
from tallyhub.accounts.rules import LANGUAGES, THEMES, zone_choices


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)
    theme = forms.ChoiceField(label=_("Appearance"), choices=THEMES)

    @classmethod
    def of(cls, person: Person) -> "ProfileForm":
        return cls(initial={name: getattr(person, name) for name in cls.base_fields})
