"""What people write in several lines."""

from unicodedata import category

from tallyhub.kernel.errors import Invalid

TEXT_MAX = 50_000  # characters
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # make a text look like another


def read_text(text: str, *, length_max: int = TEXT_MAX) -> str:
    """A text of several lines as it is kept. Raises Invalid for one too long, or with what nobody types and sees."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(lines) > length_max:
        raise Invalid("text_too_long", length_max=length_max)
    if any(one not in "\n\t" and (category(one) in ("Cc", "Cs") or one in _DIRECTIONS) for one in lines):
        raise Invalid("control_character")
    return lines
