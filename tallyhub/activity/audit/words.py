"""What the audit says instead of codes, and in which order of words: for page and CSV alike."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tallyhub.helpdesk.intake.words import CHANNEL_NAMES
from tallyhub.journal import kinds
from tallyhub.journal.models import Event
from tallyhub.kernel import formatting as fmt
from tallyhub.messages.words import CLASS_NAMES, REASON_NAMES
from tallyhub.organizations.rules import ROLE_NAMES, STAFF_ROLE_NAMES
from tallyhub.partners.profiles.words import FIELD_NAMES
from tallyhub.partners.words import STAGE_NAMES, TYPE_NAMES

# Codes of details that people know by another name. What is missing here is a code to people, too.
WORDS: dict[str, dict[str, Any]] = {
    "by": {
        "closing": _("the closing of the request"),
        "customer": _("customer"),
        "partner": _("partner"),
        "provider": _("provider"),
        "time": _("its time"),
    },
    "act": {
        "approve": _("approval"),
        "reject": _("refusal"),
        "terminate": _("termination"),
    },
    "channel": CHANNEL_NAMES,
    "extends": {"on": _("on"), "off": _("off")},
    "role": ROLE_NAMES,
    "stage": STAGE_NAMES,
    "template": {"read": _("read"), "work": _("read and work on it")},
    "type": TYPE_NAMES,
    "page": {
        "additional_cases": _("Additional cases"),
        "home": _("Home"),
        "customer_activity": _("Customer activity"),
        "drill_down": _("Consumption history"),
        "audit": _("Audit"),
        "queue": _("Queue"),
        "support": _("Support requests"),
    },
    "what": {
        "additional_cases": _("Additional cases"),
        "audit": _("Audit"),
        "entries": _("Consumption history"),
        "mapping": _("a file, read by a mapping"),
        "records": _("agreements and what belongs to them, by a program of the hub"),
        **CLASS_NAMES,
    },
    "why": REASON_NAMES,
}
# Those that hold several codes in one text.
SEVERAL: dict[str, dict[str, Any]] = {
    "fields": FIELD_NAMES,
    "roles": ROLE_NAMES | STAFF_ROLE_NAMES,
}
# Where a right came from, as ``delegation:7``.
_SOURCES: dict[str, Any] = {
    "consent": _("consent no. %(id)s"),
    "delegation": _("delegation no. %(id)s"),
}


def sentence(event: Event, partners: Mapping[int, str]) -> str:
    """``partners``: their names, by id."""
    details = event.details
    words: dict[str, Any] = {one: WORDS[one].get(str(value), value) for one, value in details.items() if one in WORDS}
    words |= {one: listed(str(details[one]), names) for one, names in SEVERAL.items() if details.get(one)}
    if "partner" in details:
        partner = details["partner"]
        words["partner"] = partners.get(partner) or gettext("no. %(id)s") % {"id": partner}
    source, _colon, number = str(details.get("source", "")).partition(":")
    if source in _SOURCES:
        words["source"] = str(_SOURCES[source]) % {"id": number}
    return kinds.sentence(event.kind, details | words)


def listed(joined: str, names: Mapping[str, Any]) -> str:
    """Of codes that are joined by plus signs."""
    return fmt.listed([str(names.get(one, one)) for one in joined.split("+")])
