"""How one reaches the support of an organisation: what a profile must hold. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from babel import Locale

from tallyhub.kernel import cells
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.outbound import check_target
from tallyhub.partners.hours import DAYS, Hours, read_hours

SITE_MAX, TELEPHONE_MAX = 200, 40  # characters
DIGITS_LEAST, DIGITS_MOST = 6, 15  # of a number that can be called from abroad (E.164)
# In which support is given, by ISO 639: those that Babel names in every language of the hub.
SUPPORT_LANGUAGES = (
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja",
    "ko", "lt", "lv", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi", "zh",
)  # fmt: skip
_TELEPHONE = re.compile(r"\+[0-9](?:[0-9 ()/.-]*[0-9])", re.ASCII)
_WITHIN = frozenset({"corp", "home", "internal", "intranet", "lan", "local", "localdomain", "localhost", "private"})
_HOURS = ("zone", "always", *DAYS, "holidays")


@dataclass(frozen=True, slots=True)
class Said:
    """A profile that can be kept. ``hours``: where they are other than those of the plan."""

    email: str
    telephone: str
    website: str
    chat: str
    languages: tuple[str, ...]
    hours: Hours | None


def language_names(languages: Collection[str], reader: str) -> list[str]:
    """In the reader's language, sorted by it."""
    known = Locale.parse(reader).languages
    return sorted(str(known.get(one, one)) for one in languages)


def read_profile(typed: Mapping[str, Any]) -> tuple[Said | None, dict[str, Invalid]]:
    """What was typed; or what is wrong, by field. A card is never blank: an address and a number are needed."""
    wrong: dict[str, Invalid] = {}
    texts: dict[str, str] = {}
    for name, read in (
        ("email", read_email),
        ("telephone", read_telephone),
        ("website", read_site),
        ("chat", read_site),
    ):
        try:
            text = str(typed.get(name) or "").strip()
            texts[name] = read(text) if text or name in ("email", "telephone") else ""
        except Invalid as error:
            wrong[name] = error
    languages = tuple(sorted(set(typed.get("languages") or ())))
    if not languages or not set(languages) <= set(SUPPORT_LANGUAGES):
        wrong["languages"] = Invalid("plan_languages_missing")
    hours, unfit = read_hours(typed) if any(typed.get(name) for name in _HOURS if name != "zone") else (None, {})
    wrong |= unfit
    if wrong:
        return None, wrong
    return Said(languages=languages, hours=hours, **texts), {}


def read_email(text: str) -> str:
    if not text:
        raise Invalid("profile_email_missing")
    return check_address(text)


def read_telephone(text: str) -> str:
    """As it is dialled from abroad: +49 30 1234567."""
    if not text:
        raise Invalid("profile_telephone_missing")
    digits = sum(one.isdigit() for one in text)
    if len(text) > TELEPHONE_MAX or not _TELEPHONE.fullmatch(text) or not DIGITS_LEAST <= digits <= DIGITS_MOST:
        raise Invalid("profile_telephone_malformed")
    return cells.text(TELEPHONE_MAX)(text)


def read_site(text: str) -> str:
    """A page on the public web: over TLS, at a name, and of no private network. Nothing that a browser would run."""
    try:
        site = check_target(text, (), length_max=SITE_MAX)
    except Invalid:
        raise Invalid("profile_site", length_max=SITE_MAX) from None
    host = (urlsplit(site).hostname or "").rstrip(".")
    last = host.rpartition(".")[2]
    if "." not in host or last.isdigit() or last in _WITHIN or host.endswith("home.arpa"):
        raise Invalid("profile_site", length_max=SITE_MAX)
    return site
