"""The one rule of mail addresses: of invitations, of what the office writes, and of imports. Pure."""

import re
import unicodedata

from tallyhub.kernel.cells import UNSEEN
from tallyhub.kernel.errors import Invalid

ADDRESS_MAX, LOCAL_MAX = 254, 64  # characters
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# What DNS takes; the last label is no number, so that no address of a machine is one of a domain.
_DOMAIN = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOGETHER = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})  # scripts that are written in one word


def check_address(text: str) -> str:
    """The address as it is kept: the name as it was written, the domain in ASCII and small letters (IDNA).

    Two addresses are the same where ``lower()`` of them is, to Python and to the database alike. Nothing is normalized
    into another letter: one that looks like another is refused, and named. Raises Invalid.
    """
    if len(text) > ADDRESS_MAX:
        raise Invalid("text_too_long", length_max=ADDRESS_MAX)
    local, at, domain = text.rpartition("@")
    if not at:
        raise Invalid("email_malformed")
    for letter in local:
        if not letter.isascii() or not letter.isprintable():
            raise _no_letter(letter)
    host = ".".join(map(_ascii_label, domain.split(".")))
    if len(local) > LOCAL_MAX or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(host):
        raise Invalid("email_malformed")
    address = f"{local}@{host}"
    if len(address) > ADDRESS_MAX:
        raise Invalid("text_too_long", length_max=ADDRESS_MAX)
    return address


def _ascii_label(label: str) -> str:
    if label.isascii():
        if (unseen := next((one for one in label if not one.isprintable()), "")) != "":
            raise _no_letter(unseen)
        return label.lower()
    for letter in (*label, *unicodedata.normalize("NFC", label)):
        if not _is_of_domain(letter):
            raise _no_letter(letter)
    label = unicodedata.normalize("NFC", label)
    if odd := _odd_one(label):
        raise Invalid("email_mixed", letter=odd, name=_name_of(odd), label=label)
    try:
        return label.lower().encode("idna").decode("ascii")
    except UnicodeError:
        raise Invalid("email_malformed") from None


def _is_of_domain(letter: str) -> bool:
    """Letters that mean the same to every standard: none that is folded, or composed, into other ones."""
    if letter.isascii():
        return letter.isalnum() or letter == "-"
    if unicodedata.category(letter)[0] not in "LM" or unicodedata.normalize("NFKC", letter) != letter:
        return False
    return len(letter.lower()) == 1 and letter.casefold() == letter.lower()


def _odd_one(label: str) -> str:
    """A letter of another script than the rest of the label; empty where there is one. Latin is the usual script."""
    scripts = {letter: _script(letter) for letter in label if letter.isalpha()}
    found = set(scripts.values())
    if len(found) < 2:
        return ""
    usual = "LATIN" if "LATIN" in found else scripts[next(iter(scripts))]
    return next(letter for letter, script in scripts.items() if script != usual)


def _script(letter: str) -> str:
    """By its name: Python knows no scripts."""
    script = re.split(r"[ -]", unicodedata.name(letter, "UNKNOWN"))[0]
    return "CJK" if script in _TOGETHER else script


def _no_letter(letter: str) -> Invalid:
    shown = letter if letter.isprintable() and unicodedata.category(letter) not in UNSEEN else "·"
    return Invalid("email_letter", letter=shown, name=_name_of(letter))


def _name_of(letter: str) -> str:
    return f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".strip()
