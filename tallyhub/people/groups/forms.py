"""What people fill in about groups."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from tallyhub.kernel.names import NameField

NAME_MAX = 100  # characters


class NameForm(forms.Form):
    name = NameField(label=pgettext("of a thing", "Name"), max_length=NAME_MAX)


class AddressForm(forms.Form):
    address = forms.EmailField(label=_("Email address of a member of the workspace"))
