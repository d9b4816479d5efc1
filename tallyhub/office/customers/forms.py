"""What is asked about a customer."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from tallyhub.office import forms as ask


class NewCustomerForm(forms.Form):
    name = ask.text(pgettext("of a thing", "Name"))
    code = ask.text(
        _("Code"), length_max=40, help_text=_("How your other systems name the customer. It stays as it is.")
    )
    zone = ask.zone(_("Proposed for its agreements; each has its own."))


class CustomerForm(forms.Form):
    name = ask.text(pgettext("of a thing", "Name"))
    zone = ask.zone(_("Proposed for its agreements; each has its own."))
    market = ask.text(
        _("Market"),
        length_max=2,
        help_text=_(
            "Two letters of the country in which it buys, such as DE: a partner of another market cannot sell."
        ),
    )


class StaffForm(forms.Form):
    address = ask.text(_("Email address"), length_max=254, type_="email")
    role = ask.choice(_("Role"))
