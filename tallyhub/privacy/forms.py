"""What is asked before somebody is erased."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ErasePersonForm(forms.Form):
    confirmation = forms.CharField(label=_("Type the name to confirm"), max_length=200)


class EraseOneselfForm(forms.Form):
    confirmation = forms.CharField(label=_("Type your email address to confirm"), max_length=254)


class FindForm(forms.Form):
    text = forms.CharField(label=_("Name or email address"), max_length=200, required=False)
