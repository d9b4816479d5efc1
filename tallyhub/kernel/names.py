"""The names that people write: of themselves, of a group, a workspace, a view, a token."""

import re
import unicodedata
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


PERSON_NAME_MAX = 200  # characters
# Endings that mail programs make links of, and people know; a name such as "Dr.med. Ada" or "J.de Vries" has none.
_ENDINGS = (
    "com|net|org|info|biz|edu|gov|mil|int|io|co|app|dev|xyz|top|site|online|shop|store|club|live|link|click|page|web|"
    "cloud|email|support|help|tech|work|zone|life|world|space|icu|me|tv|cc|ws|gg|ly|ru|su|ua|cn|jp|kr|in|br|us|ca|mx|au|"
    "de|uk|eu|fr|it|es|pt|nl|pl|at|ch|be|se|dk|fi|ie|gr|cz|tr|kz|test|example|local"
)
_LINK = re.compile(
    rf"://|www\.|[<>]|[\w-]{{2,}}\.(?:{_ENDINGS})(?![\w-])|[\w-]\.[\w-]+[/:?#]|\d+\.\d+\.\d+\.\d+|xn--", re.IGNORECASE
)
_DOTS = str.maketrans("\u3002\uff61\u2024", "...")  # what a browser takes for a dot, too


def check_person_name(text: str) -> str:
    """A person's name as it is kept: in one line. It stands in mails to strangers, so it is no link. Raises Invalid."""
    name = " ".join(text.split())
    if any(unicodedata.category(one) in cells.UNSEEN for one in name):
        raise Invalid("control_character")
    if len(name) > PERSON_NAME_MAX:
        raise Invalid("text_too_long", length_max=PERSON_NAME_MAX)
    if _LINK.search(unicodedata.normalize("NFKC", name.translate(_DOTS))):
        raise Invalid("name_is_link")
    return name


class NameField(forms.CharField):
    """In a form. ``max_length`` is needed."""

    def clean(self, value: Any) -> str:
        said: str = super().clean(value)
        try:
            return self.read(said)
        except Invalid as error:
            raise forms.ValidationError(sentence(error)) from None

    def read(self, said: str) -> str:
        return read_name(said, length_max=self.max_length or 0)


class PersonNameField(NameField):
    """Somebody's own name, or the name of whom they invite."""

    def read(self, said: str) -> str:
        return check_person_name(said)
