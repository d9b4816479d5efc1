"""What people fill in about signing in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from tallyhub.kernel.names import NameField
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.rules import ROLE_NAMES
from tallyhub.people.models import IdentityProvider
from tallyhub.people.rules import GIVEN_ROLES
from tallyhub.people.sign_in.commands import ProviderFields
from tallyhub.people.sign_in.rules import DOMAIN_MAX, ISSUER_MAX, KEY_MAX


class AddressForm(forms.Form):
    email = forms.EmailField(label=_("Email address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class ClaimForm(forms.Form):
    domain = forms.CharField(
        label=_("Mail domain"),
        max_length=DOMAIN_MAX,
        help_text=_("What stands after the @ in the addresses of the customer’s people."),
    )


class SetDomainForm(ClaimForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("How you know that the domain is the customer’s.")
    )


class ProviderForm(forms.Form):
    name = NameField(
        label=pgettext("of a thing", "Name"), max_length=100, help_text=_("Your people read it where they sign in.")
    )
    issuer = forms.CharField(
        label=_("Issuer"), max_length=ISSUER_MAX, help_text=_("Its address as the provider itself writes it.")
    )
    client_id = forms.CharField(label=_("Client ID"), max_length=200)
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Left empty, the stored one stays. It is never shown."),
    )
    groups_claim = forms.CharField(
        label=_("Claim that holds groups"),
        max_length=100,
        required=False,
        help_text=_("Left empty, no group is read."),
    )
    is_active = forms.BooleanField(label=_("People may sign in with it"), required=False)

    @classmethod
    def of(cls, provider: IdentityProvider | None) -> "ProviderForm":
        if provider is None:
            form = cls(initial={"groups_claim": "groups", "is_active": True})
            fields: Any = form.fields
            fields["client_secret"].help_text = _("It is never shown.")
            return form
        names = (name for name in cls.base_fields if name != "client_secret")
        return cls(initial={name: getattr(provider, name) for name in names})

    @property
    def fields_said(self) -> ProviderFields:
        return ProviderFields(**self.cleaned_data)


class DirectoryGroupForm(forms.Form):
    key = forms.CharField(
        label=_("Group in the directory"),
        max_length=KEY_MAX,
        help_text=_("As the directory writes it in the claim: a name or a long number."),
    )
    name = NameField(label=_("Name here"), max_length=100, required=False)
    workspace_id = forms.TypedChoiceField(label=_("Workspace"), coerce=int)
    roles = forms.MultipleChoiceField(label=_("Roles"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, workspaces: list[Workspace], *args: Any) -> None:
        super().__init__(*args)
        fields: Any = self.fields
        fields["workspace_id"].choices = [(one.pk, one.name) for one in workspaces if one.archived_at is None]
        fields["roles"].choices = [(role, ROLE_NAMES[role]) for role in GIVEN_ROLES]
