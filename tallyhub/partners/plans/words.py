"""The words of support plans, in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.partners.plans.rules import Method, Mode, Price, SupportType, When

TYPE_NAMES: dict[str, Any] = {
    SupportType.HOW_TO: _("Questions about how to use it"),
    SupportType.BREAK_FIX: _("Faults, found and mended"),
    SupportType.BILLING: _("Invoices and subscriptions"),
    SupportType.ADVISORY: _("Advice about plans and changes"),
    SupportType.PROACTIVE: _("Checks before something happens"),
    SupportType.ESCALATION: _("Escalation to the provider"),
}
METHOD_NAMES: dict[str, Any] = {
    Method.PORTAL: _("Here in the portal"),
    Method.PHONE: _("By telephone"),
    Method.MAIL: _("By mail"),
    Method.CHAT: _("By chat"),
}
PRICE_NAMES: dict[str, Any] = {
    Price.FREE: _("Free of charge"),
    Price.INCLUDED: _("Included in what was bought"),
    Price.PER_MONTH: _("For each month"),
    Price.PER_USER: _("For each user and month"),
    Price.PER_INCIDENT: _("For each request"),
    Price.PER_HOUR: _("For each hour"),
}
PRICE_SENTENCES: dict[str, Any] = {
    Price.FREE: _("Free of charge"),
    Price.INCLUDED: _("Included in what was bought"),
    Price.PER_MONTH: _("%(amount)s for each month"),
    Price.PER_USER: _("%(amount)s for each user and month"),
    Price.PER_INCIDENT: _("%(amount)s for each request"),
    Price.PER_HOUR: _("%(amount)s for each hour"),
}
MODE_NAMES: dict[str, Any] = {
    Mode.OWN: _("Own people"),
    Mode.OUTSOURCED: _("Outsourced to a supplier"),
    Mode.RESOLD: _("Resold support of a supplier"),
}
WHEN_NAMES: dict[str, Any] = {
    When.ALWAYS: _("At all times"),
    When.INSIDE: _("Within the hours of service"),
    When.OUTSIDE: _("Outside the hours of service"),
}
FIELD_NAMES: dict[str, Any] = {
    "name": _("Name of the plan"),
    "languages": _("Languages"),
    "products": _("Products that it covers"),
    "excluded": _("What it does not cover"),
    "types": _("Types of support"),
    "zone": _("Time zone"),
    "always": _("Around the clock, every day"),
    "holidays": _("Days without service"),
    "methods": _("Ways to reach support, in the order in which to try them"),
    "target_a": _("Severity A"),
    "target_b": _("Severity B"),
    "target_c": _("Severity C"),
    "measured": _("What the time to an answer measures"),
    "price": _("Price"),
    "amount": _("Amount"),
    "currency": _("Currency"),
    "price_note": _("Note about the price, such as taxes"),
    "escalation": _("What is escalated, and how soon"),
    "duties": _("What the customer does"),
    "valid_from": _("Valid from"),
    "lines": _("Who delivers support"),
}
