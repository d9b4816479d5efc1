"""What people fill in about enquiries."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.names import NameField
from tallyhub.office import forms as ask
from tallyhub.office.workspaces.rules import GOAL_MAX


class WishForm(forms.Form):
    name = NameField(label=_("Name of the workspace"), max_length=200)
    goal = forms.CharField(
        label=_("Goal"),
        max_length=GOAL_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the people in it want to reach together."),
    )
    reason = forms.CharField(
        label=_("Why it is needed"),
        max_length=ask.NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For your account team. Leave it out where the goal says it already."),
    )


class NoteForm(forms.Form):
    note = ask.note()
