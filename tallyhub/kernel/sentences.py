"""The sentence for every error code, in the reader's language. One place, so that pages, imports and the API agree."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.errors import HubError

_SENTENCES = {
    "amount_too_large": _("%(amount)s is more than %(amount_max)s, the largest amount of one row."),
}


def sentence(error: HubError) -> str:
    """What a person reads. A code without a sentence shows itself, and the test of this table fails."""
    text = _SENTENCES.get(error.code)
    return str(text) % error.params if text is not None else error.code
