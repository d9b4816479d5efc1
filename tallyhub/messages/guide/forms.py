"""What an editor types of the guide."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.models import Product
from tallyhub.kernel.cells import URL_MAX
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.forms import TextField
from tallyhub.kernel.names import NameField
from tallyhub.kernel.sentences import sentence
from tallyhub.messages.guide import words
from tallyhub.messages.guide.rules import (
    CODE_MAX,
    LANGUAGE,
    NAME_MAX,
    TEXT_MAX,
    Asker,
    Destination,
    Guide,
    Issue,
    Row,
    Target,
)

_FIELD_OF = {
    "code_malformed": "code",
    "guide_link_malformed": "url",
    "guide_link_private": "url",
    "guide_name_missing": f"name_{LANGUAGE}",
    "guide_text_missing": f"text_{LANGUAGE}",
}


class VersionForm(forms.Form):
    """``version``: the one that the editor saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def show(self, error: HubError) -> None:
        """Beside its field, where the form has it."""
        field = _FIELD_OF.get(error.code)
        self.add_error(field if field in self.fields else None, str(sentence(error)))

    def by_language(self, name: str) -> dict[str, str]:
        found = {code: self.cleaned_data.get(f"{name}_{code}") for code, _name in LANGUAGES}
        return {code: str(text) for code, text in found.items() if text}


class IssueForm(VersionForm):
    code = forms.CharField(label=_("Code"), max_length=CODE_MAX)

    def __init__(self, known: Issue | None, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = known
        if known:
            del self.fields["code"]
        for code, name in LANGUAGES:
            label = _("Name, %(language)s") % {"language": name}
            self.fields[f"name_{code}"] = NameField(label=label, required=code == LANGUAGE, max_length=NAME_MAX)

    def issue(self) -> Issue:
        code = self.known.code if self.known else self.cleaned_data["code"].strip()
        return Issue(code, self.by_language("name"))


class DestinationForm(VersionForm):
    """Where it leads to."""

    target = forms.ChoiceField(label=_("Leads to"), choices=[(str(one), words.TARGET_NAMES[one]) for one in Target])
    url = forms.CharField(
        label=_("Address of the link"),
        required=False,
        max_length=URL_MAX,
        help_text=_("Begins with https:// and leads to a public place."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for code, name in LANGUAGES:
            label = _("Text, %(language)s") % {"language": name}
            self.fields[f"text_{code}"] = TextField(label=label, required=False, max_length=TEXT_MAX)

    def destination(self) -> Destination:
        said = self.cleaned_data
        return Destination(Target(said["target"]), self.by_language("text"), said["url"])


class RowForm(DestinationForm):
    issue = forms.ChoiceField(label=_("What it is about"))
    product = forms.ChoiceField(label=_("Product"), required=False)
    asker = forms.ChoiceField(
        label=_("Who asks"),
        required=False,
        choices=[("", _("Whoever")), *((str(one), words.ASKER_NAMES[one]) for one in Asker)],
    )
    field_order = ("version", "issue", "product", "asker", "target", "url")

    def __init__(self, guide: Guide, products: Iterable[Product], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        issues: Any = self.fields["issue"]
        issues.choices = [(one.code, one.names.get(LANGUAGE, one.code)) for one in guide.issues]
        offered: Any = self.fields["product"]
        offered.choices = [("", _("Whichever")), *((str(one.pk), one.name) for one in products)]

    def row(self, row_id: int) -> Row:
        said = self.cleaned_data
        product = int(said["product"]) if said["product"] else None
        asker = Asker(said["asker"]) if said["asker"] else None
        return Row(row_id, said["issue"], product, asker, self.destination())


def standing(destination: Destination) -> dict[str, Any]:
    """What a form of a destination shows at first."""
    texts = {f"text_{code}": text for code, text in destination.texts.items()}
    return {"target": destination.target.value, "url": destination.url, **texts}
