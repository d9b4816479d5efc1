"""People who look like others: an address or a name that differs in letters which the eye does not tell apart. Pure."""

import unicodedata
from collections.abc import Iterable

# Letters of other alphabets, after folding, and the Latin one that they look like, in one of their two cases at least.
_CYRILLIC = ("авекмнорстухіјѕһԁԛԝгѵӏ", "abekmhopctyxljshdqwrvl")
_GREEK = ("αβεζηικμνορτυχγ", "abezhlkmvoptuxy")
_DIGITS_AND_I = ("01|i", "olll")
_LOOKS_LIKE = {
    ord(letter): other
    for letters, others in (_CYRILLIC, _GREEK, _DIGITS_AND_I)
    for letter, other in zip(letters, others, strict=True)
}


def skeleton(text: str) -> str:
    """Two texts with the same one look alike. Accents and width are left out; ``rn`` counts as ``m``."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return plain.translate(_LOOKS_LIKE).replace("rn", "m").replace("vv", "w")


def shown(address: str) -> str:
    """The address as a reader sees it whose mail program writes its domain in its own letters."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{'.'.join(map(_unicode_label, domain.split('.')))}"


def _unicode_label(label: str) -> str:
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


class Lookalikes:
    """Addresses and names that are known, by what they look like."""

    def __init__(self, people: Iterable[tuple[str, str]] = (), domains: Iterable[str] = ()) -> None:
        """``people``: address and name of each."""
        self._addresses: dict[str, list[str]] = {}  # two of each at most, so that each of them finds the other
        self._names: dict[str, tuple[str, str]] = {}
        self._domains = {skeleton(_of_domain(one)): one for one in domains}
        for address, name in people:
            self.add(address, name)

    def add(self, address: str, name: str) -> None:
        alike = self._addresses.setdefault(skeleton(shown(address)), [])
        if len(alike) < 2 and address.lower() not in alike:
            alike.append(address.lower())
        if name:
            self._names.setdefault(skeleton(name), (name, address.lower()))

    def find(self, address: str, name: str) -> str:
        """The address of somebody else who looks like this one; empty where there is nobody."""
        alike = self._addresses.get(skeleton(shown(address)), [])
        if other := next((one for one in alike if one != address.lower()), ""):
            return other
        called, at = self._names.get(skeleton(name), (name, "")) if name else ("", "")
        return at if at != address.lower() and called.casefold() != name.casefold() else ""

    def find_domain(self, domain: str) -> str:
        """The known domain that this one looks like and is not; empty where there is none."""
        same = self._domains.get(skeleton(_of_domain(domain)), "")
        return same if same != domain else ""


def _of_domain(domain: str) -> str:
    return shown(f"@{domain}")[1:]
