"""The words of how requests come in, in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.helpdesk.intake.rules import Channel
from tallyhub.partners.plans.rules import Mode
from tallyhub.support.rules import Kind, Severity

KIND_NAMES: dict[str, Any] = {Kind.PROBLEM: _("A fault"), Kind.ADVICE: _("A question")}
KIND_MEANS: dict[str, Any] = {
    Kind.PROBLEM: _("Something does not work as it should."),
    Kind.ADVICE: _("You want to know something, or want advice."),
}
# The same for a partner's people, who write down what somebody else needs.
TOLD_KIND_MEANS: dict[str, Any] = {
    Kind.PROBLEM: _("Something does not work as it should."),
    Kind.ADVICE: _("The customer wants to know something, or wants advice."),
}
TOLD_SEVERITY_MEANS: dict[str, Any] = {
    Severity.A: _(
        "The customer’s business stands still, or data is being lost. Somebody there can be reached day and night."
    ),
    Severity.B: _("An important part works badly. The customer’s work goes on, but slower or with a detour."),
    Severity.C: _("A question, or a fault that hardly hinders anybody. This is right for most requests."),
}
CHANNEL_NAMES: dict[str, Any] = {
    Channel.PORTAL: _("By the form in the portal"),
    Channel.PHONE: _("By telephone"),
    Channel.MAIL: _("By mail"),
    Channel.OTHER: _("In another way"),
}
# Who works on it by the plan; %(partner)s answers for all of it.
WORKS: dict[str, Any] = {
    Mode.OWN: _("%(partner)s’s own people work on it."),
    Mode.OUTSOURCED: _("%(supplier)s works on it for %(partner)s, by the support plan: %(scope)s"),
    Mode.RESOLD: _("%(partner)s works on it. You may also ask %(supplier)s, whose support it resells: %(contact)s"),
}
NIGHT: dict[str, Any] = {  # who takes severity A outside the hours of service
    Mode.OWN: _("Outside the hours of service %(partner)s takes severity A all the same: %(reached)s."),
    Mode.OUTSOURCED: _("Outside the hours of service %(supplier)s takes severity A for %(partner)s: %(reached)s."),
    Mode.RESOLD: _("Outside the hours of service %(supplier)s takes severity A: %(contact)s."),
}
