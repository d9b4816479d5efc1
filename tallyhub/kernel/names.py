"""The names that people write: of themselves, of a group, a workspace, a view, a token."""

from typing import Any

from django import forms

from tallyhub.kernel import cells
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.sentences import sentence


def read_name(text: str, *, length_max: int) -> str:
    """A name as it is kept: in one line. Raises Invalid for one that is too long, or with what nobody types and sees:
    control characters, and those that turn the direction, so that a name would look like another one.
    """
    return cells.text(length_max)(" ".join(text.split()))


class NameField(forms.CharField):
    """In a form. ``max_length`` is needed."""

    def clean(self, value: Any) -> str:
        said: str = super().clean(value)
        try:
            return read_name(said, length_max=self.max_length or 0)
        except Invalid as error:
            raise forms.ValidationError(sentence(error)) from None
