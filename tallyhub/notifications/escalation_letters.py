"""Mails about escalations, to whoever works on them at the partner, its indirect provider and the provider."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallyhub.accounts.models import Person
from tallyhub.helpdesk.escalations.queries import find_last_words, get_escalation
from tallyhub.helpdesk.escalations.steps import require_side
from tallyhub.helpdesk.escalations.words import STATUS_NAMES
from tallyhub.helpdesk.models import Escalation
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.scope import scope
from tallyhub.notifications.letter import Kind, Letter
from tallyhub.organizations.sign_on import act_at_work
from tallyhub.partners.queries import names_of_organizations
from tallyhub.support.rules import number_of

_SAID: dict[str, Any] = {
    "helpdesk.escalation_forwarded": gettext_lazy("%(partner)s has escalated something to you: %(number)s"),
    "helpdesk.escalation_submitted": gettext_lazy("%(partner)s has escalated something: %(number)s"),
    "helpdesk.escalation_accepted": gettext_lazy("The provider has accepted the escalation of %(number)s"),
    "helpdesk.escalation_returned": gettext_lazy("The escalation of %(number)s came back: something is missing"),
    "helpdesk.escalation_in_progress": gettext_lazy("The escalation of %(number)s is worked on"),
    "helpdesk.escalation_needs_partner": gettext_lazy("The escalation of %(number)s waits for an answer"),
    "helpdesk.escalation_solved": gettext_lazy("There is a solution for the escalation of %(number)s"),
    "helpdesk.escalation_closed": gettext_lazy("The escalation of %(number)s is closed"),
    "helpdesk.escalation_withdrawn": gettext_lazy("%(partner)s has withdrawn the escalation of %(number)s"),
    "helpdesk.escalation_noted": gettext_lazy("There is a note on the escalation of %(number)s"),
    "helpdesk.incident_told": gettext_lazy(
        "There is news of the incident to which the escalation of %(number)s belongs"
    ),
}


def _require_side(access: Access, one: Escalation) -> None:
    """Raises DoesNotExist for whoever lost the role since they were to be told."""
    try:
        require_side(access, one)
    except Forbidden:
        raise ObjectDoesNotExist from None


def _make(event: str) -> Any:
    def letter(person: Person, params: Mapping[str, Any]) -> Letter:
        """For whoever works on it at one of its sides now; what was said is what was said last."""
        access = act_at_work(person.pk)
        if access.organization_id != params["organization"]:
            raise ObjectDoesNotExist
        with scope(access):
            one = get_escalation(access, params["subject"])
            _require_side(access, one)
            words = find_last_words(access, one)
            partner = names_of_organizations([one.organization_id])[one.organization_id]
        named = {"partner": partner, "number": number_of(one.request_id)}
        first = _SAID[event] % named
        now = _("It is now: %(status)s") % {"status": STATUS_NAMES[one.status]}
        return Letter(
            subject=first,
            paragraphs=(f"{first}.", one.title, now, *filter(None, words.split("\n\n"))),
            button=_("Open the escalation"),
            path=reverse("helpdesk:escalation", args=[one.pk]),
        )

    return letter


LETTERS = {event: Kind(_make(event)) for event in _SAID}
