"""What a confirmation must say, and which names are looked for in texts."""

from tallyhub.kernel.errors import Invalid

NAME_LENGTH_MIN = 5  # a shorter name, or one without a blank, is a word like others: "Will" stands in too many titles


def check_confirmation(wanted: str, typed: str) -> None:
    """Case and blanks do not matter; anything else does."""
    if _plain(wanted) != _plain(typed):
        raise Invalid("confirmation_differs")


def names_to_forget(name: str, email: str | None) -> list[str]:
    """What is looked for in titles that others wrote: the address, and the full name where it is one."""
    full = " ".join(name.split())
    is_telling = " " in full and len(full) >= NAME_LENGTH_MIN
    return [one for one in (full if is_telling else "", email or "") if one]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
