"""What is asked about an amendment."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from tallyhub.office import forms as ask
from tallyhub.office.amendments.plans import Reason

REASON_NAMES = {
    Reason.MISTAKE: _("A mistake is corrected"),
    Reason.EXCHANGE: _("Exchanged for another entitlement"),
    Reason.GOODWILL: _("Goodwill"),
    Reason.AGREED: _("Agreed with the customer"),
}


class QuantityForm(forms.Form):
    amount = ask.text(_("Quantity"), length_max=40)
    starts_on = ask.day(_("First day"))
    ends_on = ask.day(_("Last day"), help_text=_("What is left then expires."))


class AdjustmentForm(QuantityForm):
    """The amount may be negative."""

    reason = ask.choice(_("Reason"), [("", ""), *((one.value, REASON_NAMES[one]) for one in Reason)])

    field_order = ("amount", "reason", "starts_on", "ends_on")


class EndForm(forms.Form):
    last_day = ask.day(_("Last day in force"))


class ExtensionForm(forms.Form):
    ends_on = ask.day(_("New last day"), help_text=_("Later than before: an earlier one is an early end."))


class NameForm(forms.Form):
    name = ask.text(pgettext("of a thing", "Name"))
