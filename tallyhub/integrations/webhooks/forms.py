"""What people fill in about endpoints."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tallyhub.integrations.webhooks.rules import CHOSEN, KEPT, URL_MAX, Type
from tallyhub.kernel import clock

TYPE_NAMES: dict[str, Any] = {
    Type.ENTRIES_POSTED: _("entries were posted"),
    Type.ENTRY_REVERSED: _("an entry was reversed"),
    Type.ALLOTMENT_ADDED: _("an allotment was added"),
    Type.AGREEMENT_CHANGED: _("an agreement or what it contains was changed"),
    Type.REQUEST_OPENED: _("a support request was opened"),
    Type.REQUEST_CHANGED: _("a support request was changed, or got a message"),
    Type.ASSESSMENT_RAN: _("an assessment ran"),
    Type.ASSESSMENT_WITHDRAWN: _("the run of an assessment was withdrawn"),
    Type.ENGAGEMENT_REQUESTED: _("a service was requested"),
    Type.ENGAGEMENT_CHANGED: _("a service was planned, scheduled, delivered, declined or cancelled"),
    Type.DELIVERY_CHANGED: _("a delivery was logged, corrected, accepted or disputed"),
    Type.HEALTH_TOLD: _("an incident, an advisory notice or maintenance reaches you, or was updated"),
    Type.MESSAGE_SENT: _("the provider sent you a message"),
    Type.WISH_CHANGED: _("a subscription was asked to change, or that was answered"),
    Type.PING: _("a ping, to try it"),
}


class EndpointForm(forms.Form):
    url = forms.CharField(label=_("Address"), max_length=URL_MAX, help_text=_("It begins with https://"))
    types = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(one, f"{one.value}") for one in CHOSEN],
        widget=forms.CheckboxSelectMultiple,
    )


class SinceForm(forms.Form):
    since = forms.DateTimeField(
        label=_("Send everything again since"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    @classmethod
    def of_last_day(cls) -> "SinceForm":
        oldest = timezone.localtime(clock.now() - KEPT / 30)
        return cls(initial={"since": oldest.replace(second=0, microsecond=0, tzinfo=None)})
