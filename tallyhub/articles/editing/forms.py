"""What an editor types of an article: read into values, each thing that is wrong beside its field."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.models import Product
from tallyhub.articles.models import ArticleDraft
from tallyhub.articles.rules import BODY_MAX, LANGUAGE, TITLE_MAX, Written
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.forms import TextField
from tallyhub.kernel.names import NameField
from tallyhub.kernel.sentences import sentence


class ArticleForm(forms.Form):
    """``version``: of the draft that the editor has before them; none of a new one."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    products = forms.TypedMultipleChoiceField(
        label=_("Products"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: it is about everything, and every customer reads it."),
    )

    def __init__(self, products: Iterable[Product], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered: Any = self.fields["products"]
        offered.choices = [(str(one.pk), one.name) for one in products]
        for code, name in LANGUAGES:
            must = code == LANGUAGE
            self.fields[f"title_{code}"] = NameField(
                label=_("Title, %(language)s") % {"language": name}, required=must, max_length=TITLE_MAX
            )
            self.fields[f"body_{code}"] = TextField(
                label=_("Text, %(language)s") % {"language": name}, required=must, max_length=BODY_MAX
            )
            self.fields[f"body_{code}"].widget.attrs["rows"] = 12

    @classmethod
    def initial_of(cls, draft: ArticleDraft) -> dict[str, Any]:
        texts = {f"title_{code}": text for code, text in draft.titles.items()}
        texts |= {f"body_{code}": text for code, text in draft.bodies.items()}
        return {**texts, "products": draft.products, "version": draft.version}

    @property
    def languages(self) -> Iterable[dict[str, Any]]:
        """Both fields of each language; open where something is typed or wrong."""
        for code, name in LANGUAGES:
            fields = [self[f"title_{code}"], self[f"body_{code}"]]
            is_open = code == LANGUAGE or any(one.errors or one.value() for one in fields)
            yield {"name": name, "fields": fields, "is_open": is_open}

    def written(self) -> Written:
        return Written(self._by_language("title"), self._by_language("body"), frozenset(self.cleaned_data["products"]))

    def _by_language(self, name: str) -> dict[str, str]:
        found = {code: self.cleaned_data.get(f"{name}_{code}") for code, _name in LANGUAGES}
        return {code: str(text) for code, text in found.items() if text}

    def show(self, error: HubError) -> None:
        """Beside its field, where the form has it."""
        field = "products" if error.code == "product_unknown" else None
        if error.code == "article_text_half":
            code = error.params["language"]
            field = f"body_{code}" if self.cleaned_data.get(f"title_{code}") else f"title_{code}"
        self.add_error(field, str(sentence(error)))
