"""What people fill in: whom they invite, and how they open an account."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core import signing
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from tallyhub.accounts.rules import LANGUAGES, zone_choices
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.names import PERSON_NAME_MAX, PersonNameField
from tallyhub.organizations.rules import ROLE_NAMES, Role
from tallyhub.people.invitations.lists import Defaults, Row, read_csv, read_pasted
from tallyhub.people.invitations.rules import LIST_BYTES_MAX
from tallyhub.people.rules import GIVEN_ROLES
from tallyhub.people.steps import Invitee

CHOSEN_ROLES = tuple(role for role in GIVEN_ROLES if role is not Role.MEMBER)  # whoever joins is a member anyway
PREVIEW_SECONDS = 24 * 3600  # how long a preview can be sent
_SALT = "people.preview"


class InviteForm(forms.Form):
    workspace = forms.TypedChoiceField(label=_("Workspace"), coerce=int)
    people = forms.CharField(
        label=_("Email addresses"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("One or many, with commas, semicolons or line breaks between them. Names may stand before them."),
    )
    file = forms.FileField(label=_("Or a CSV file"), required=False, allow_empty_file=True)
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=LANGUAGES)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        required=False,
        choices=[(role.value, ROLE_NAMES[role]) for role in CHOSEN_ROLES],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, workspaces: Iterable[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["workspace"]
        choices.choices = list(workspaces)

    def rows(self, *, in_whole: bool) -> list[Row]:
        """What was written or uploaded. Raises Invalid where nothing was, or it cannot be understood."""
        said = self.cleaned_data
        defaults = Defaults(tuple(said["roles"]), said["language"], in_whole)
        sent = said["file"]
        if sent is not None and said["people"].strip():
            raise Invalid("list_twice")
        if sent is not None and sent.size > LIST_BYTES_MAX:
            raise Invalid("list_too_large", kilobytes_max=LIST_BYTES_MAX // 1024)
        rows = read_csv(sent.read(), defaults) if sent is not None else read_pasted(said["people"], defaults)
        if not rows:
            raise Invalid("list_empty")
        return rows


def keep(workspace_id: int, people: Iterable[Invitee], marks: Mapping[str, int]) -> str:
    """What was previewed, for a hidden field: no name waits in the session. Signed, so that it is what was shown."""
    rows = [[one.email, one.name, one.roles, one.language] for one in people]
    return signing.dumps([workspace_id, rows, marks], salt=_SALT, compress=True)


def read_kept(text: str) -> tuple[int, list[Invitee], dict[str, int]]:
    """Workspace, people and their marks. Raises Invalid for what no page of ours has made, or did too long ago."""
    try:
        workspace_id, rows, marks = signing.loads(text, salt=_SALT, max_age=PREVIEW_SECONDS)
    except (signing.BadSignature, ValueError):  # the release before kept no marks
        raise Invalid("preview_too_old") from None
    return workspace_id, [Invitee(email, tuple(roles), language, name) for email, name, roles, language in rows], marks


def _password_rules() -> str:
    return " ".join(password_validators_help_texts())


class RegisterForm(forms.Form):
    name = PersonNameField(label=_("Name"), max_length=PERSON_NAME_MAX)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy(_password_rules, str)(),
    )
    password_again = forms.CharField(
        label=_("Password, again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)

    def clean_password_again(self) -> str:
        if self.cleaned_data["password_again"] != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two passwords differ. Type the same one twice."))
        return str(self.cleaned_data["password_again"])

    @property
    def account(self) -> dict[str, str]:
        """What an account is opened with; of a form that is valid."""
        return {name: self.cleaned_data[name] for name in ("name", "password", "language", "zone")}
