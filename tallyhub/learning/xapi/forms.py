"""What an administrator says of a source."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from tallyhub.kernel.names import NameField

_HOME_PAGE = re.compile(r"https?://[^\s<>\"]+")


class SourceForm(forms.Form):
    name = NameField(
        label=pgettext("of a thing", "Name"),
        max_length=100,
        help_text=_("Which system it is, so that you know it later."),
    )
    workspace = forms.TypedChoiceField(label=_("Workspace"), coerce=int)
    home_page = forms.CharField(
        label=_("Home page of its accounts"),
        max_length=200,
        required=False,
        help_text=_("The homePage of its statements, letter by letter. Account names are the keys of your people."),
    )
    takes_addresses = forms.BooleanField(label=_("It may name people by their email address"), required=False)

    def __init__(self, places: Sequence[tuple[int, str]], *args: Any) -> None:
        super().__init__(*args)
        choices: Any = self.fields["workspace"]
        choices.choices = places

    def clean_home_page(self) -> str:
        said: str = self.cleaned_data["home_page"].strip()
        if said and not _HOME_PAGE.fullmatch(said):
            raise forms.ValidationError(_("This is no web address. Write it with https:// before it."))
        return said
