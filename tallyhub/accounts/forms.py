"""Forms about oneself. allauth's are worded by us, so that one term stands for one thing in every language."""

from collections.abc import Iterable
from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm, ResetPasswordKeyForm
from allauth.account.forms import ResetPasswordForm as AllauthResetForm
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.utils.translation import pgettext_lazy as pgettext

from tallyhub.accounts import commands
from tallyhub.accounts.models import Person
from tallyhub.accounts.rules import LANGUAGES, THEMES, zone_choices
from tallyhub.accounts.tokens import LIFETIMES_DAYS, SCOPE_LABELS, TokenScope
from tallyhub.kernel.access import Access
from tallyhub.kernel.names import PERSON_NAME_MAX, NameField, PersonNameField


class ProfileForm(forms.Form):
    name = PersonNameField(label=_("Name"), max_length=PERSON_NAME_MAX)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)
    theme = forms.ChoiceField(label=_("Appearance"), choices=THEMES)

    @classmethod
    def of(cls, person: Person) -> "ProfileForm":
        return cls(initial={name: getattr(person, name) for name in cls.base_fields})


def _lifetimes() -> list[tuple[int, str]]:
    return [(days, ngettext("%(n)s day", "%(n)s days", days) % {"n": days}) for days in LIFETIMES_DAYS]


class TokenForm(forms.Form):
    name = NameField(
        label=pgettext("of a thing", "Name"), max_length=100, help_text=_("What it is for, so that you know it later.")
    )
    scopes = forms.TypedMultipleChoiceField(
        label=_("What it may do"), coerce=TokenScope, widget=forms.CheckboxSelectMultiple
    )
    lifetime_days = forms.TypedChoiceField(label=_("Valid for"), coerce=int, choices=_lifetimes, initial=90)

    def __init__(self, offered: Iterable[TokenScope], *args: Any) -> None:
        super().__init__(*args)
        choices: Any = self.fields["scopes"]
        choices.choices = [(one, f"{SCOPE_LABELS[one]} ({one})") for one in offered]


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is not typed
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, login=_("Email address"), password=_("Password"))


class ChangePasswordForm(AllauthChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, oldpassword=_("Present password"), password1=_("New password"), password2=_("New password, again"))


class ResetPasswordForm(AllauthResetForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, email=_("Email address"))


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, password1=_("New password"), password2=_("New password, again"))

    def save(self) -> None:
        """allauth would take it for any other change; the link tells that the address is theirs."""
        access = Access(person_id=self.user.pk)
        self.user.password = commands.use_reset_link(access, password=self.cleaned_data["password1"])


def _word(form: forms.Form, **labels: Any) -> None:
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)
