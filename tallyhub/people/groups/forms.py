"""What people fill in about groups."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)


class AddressForm(forms.Form):
    address = forms.EmailField(label=_("Email address of a member of the workspace"))
