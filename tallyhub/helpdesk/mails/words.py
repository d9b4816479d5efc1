"""The words of what becomes of mails, in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.helpdesk.mails.rules import Outcome

OUTCOME_NAMES: dict[str, Any] = {
    Outcome.TAKEN: _("Taken in"),
    Outcome.SPAM: _("Spam"),
    Outcome.STRANGER: _("Not from a customer"),
    Outcome.KNOWN: _("About a request that there is"),
    Outcome.OTHER: _("Answered in another way"),
}
