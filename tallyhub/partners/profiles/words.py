"""The words of support profiles, in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

FIELD_NAMES: dict[str, Any] = {
    "email": _("Mail address"),
    "telephone": _("Telephone"),
    "website": _("Web site"),
    "chat": _("Address of the chat"),
    "languages": _("Languages"),
    "hours": _("Hours at present"),
}
