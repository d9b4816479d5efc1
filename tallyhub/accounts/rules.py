"""Pure rules about people."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.errors import Invalid

# Each language names itself, so that a person finds their own.
LANGUAGES = (("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("ru", "Русский"), ("it", "Italiano"))
THEMES = (("auto", _("As on this device")), ("light", _("Light")), ("dark", _("Dark")))


def zone_choices() -> list[tuple[str, str]]:
    """Every IANA zone with a place in it, and UTC."""
    places = sorted(z for z in _known_zones() if "/" in z and not z.startswith(("Etc/", "SystemV/", "US/")))
    return [("UTC", "UTC"), *((z, z.replace("_", " ")) for z in places)]


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads a folder at each call


def check_zone(value: Any) -> None:
    if value not in _known_zones():
        raise ValidationError(_("%(value)s is not a time zone. Choose one from the list."), params={"value": value})


def read_zone(text: str) -> str:
    """The name of a zone that there is, or Invalid."""
    if text not in _known_zones():
        raise Invalid("zone_unknown")
    return text


def read_language(text: str) -> str:
    if text not in dict(LANGUAGES):
        raise Invalid("word_unknown", words=", ".join(dict(LANGUAGES)))
    return text
