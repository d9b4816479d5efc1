"""What the account team fills in about workspaces."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.names import NameField
from tallyhub.kernel.sentences import sentence
from tallyhub.office import forms as ask
from tallyhub.office.workspaces.commands import NewWorkspace
from tallyhub.office.workspaces.rules import GOAL_MAX

_BETWEEN = re.compile(r"[\s,;]+")
_ADDRESSES_MAX = 10_000  # characters


class GoalForm(forms.Form):
    name = NameField(label=pgettext("of a thing", "Name"), max_length=200)
    goal = forms.CharField(
        label=_("Goal"),
        max_length=GOAL_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the people in it want to reach together, as agreed with the customer."),
    )


class NewWorkspaceForm(GoalForm):
    administrators = forms.CharField(
        label=_("Administrators"),
        max_length=_ADDRESSES_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Mail addresses, one per line. They are invited, and invite the other members themselves."),
    )
    language = forms.ChoiceField(label=_("Language of the invitations"), choices=LANGUAGES)
    allows_personal = forms.BooleanField(label=_("Accept personal accounts, too"), required=False)
    note = ask.note()

    def __init__(self, *args: Any, answers: bool = False, **kwargs: Any) -> None:
        """``answers``: it grants an enquiry, and a note goes to whoever asked."""
        super().__init__(*args, **kwargs)
        self.fields["goal"].required = True
        if not answers:
            del self.fields["note"]

    def clean_administrators(self) -> list[str]:
        """Each address once, however it is written."""
        found: dict[str, str] = {}
        for address in filter(None, _BETWEEN.split(self.cleaned_data["administrators"])):
            try:
                checked = check_address(address)
            except Invalid as error:
                told = Invalid("address_malformed", address=address) if error.code == "email_malformed" else error
                raise ValidationError(sentence(told)) from None
            found.setdefault(checked.lower(), checked)
        return list(found.values())

    def new(self, packages: list[int]) -> NewWorkspace:
        said = {name: value for name, value in self.cleaned_data.items() if name != "note"}
        return NewWorkspace(**said, packages=packages)
