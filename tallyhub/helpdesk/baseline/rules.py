"""What belongs to the baseline wherever the provider has not said otherwise: what a partner solves by itself. Pure."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

TITLE_MAX, TEXT_MAX, CODE_MAX = 120, 2_000, 60  # characters
ITEMS_MAX = 500  # of one provider


@dataclass(frozen=True, slots=True)
class Usual:
    """An item of the usual list, of every product."""

    code: str
    title: Any
    text: Any


USUAL = (
    Usual("how-to", _("How something is done"), _("Questions about using a product that its documentation answers.")),
    Usual("set-up", _("Setting up"), _("Putting a product into use, adding people and devices, moving data in.")),
    Usual(
        "accounts",
        _("Accounts, passwords and licences"),
        _("Somebody cannot sign in, has lost a second factor, or has no licence or the wrong one."),
    ),
    Usual("configuration", _("Configuration"), _("A setting is missing or wrong, and can be changed.")),
    Usual(
        "connectivity",
        _("Connection on the customer’s side"),
        _("The customer’s network, name resolution, firewall, browser or device keeps it from the product."),
    ),
    Usual(
        "known-issue",
        _("Known trouble with a published workaround"),
        _("Service health or the documentation describes it, and says what to do meanwhile."),
    ),
    Usual(
        "billing",
        _("Billing and subscription"),
        _("Prices, invoices, quantities, renewal and cancelling of what the customer bought from you."),
    ),
)
