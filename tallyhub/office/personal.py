"""What this package holds about a person: what they did for the customer, by number."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_PAPERS = _("It belongs to the customer's papers. It holds a number and no name.")

HOLDINGS = (
    Holding(
        name="drafts",
        title=_("Drafts of agreements written"),
        table="office_agreementdraft",
        condition="made_by_id = %(person)s",
        columns=("id", "customer_id", "made_at"),
        customer="customer_id",
        stays=_PAPERS,
    ),
    Holding(
        name="enquiries",
        title=_("Questions to the account team"),
        table="office_enquiry",
        condition="asked_by_id = %(person)s",
        columns=("id", "customer_id", "wish", "name", "goal", "reason", "asked_at", "answer"),
        customer="customer_id",
        stays=_PAPERS,
    ),
    Holding(
        name="answers",
        title=_("Answers to customers"),
        table="office_enquiry",
        condition="answered_by_id = %(person)s",
        columns=("id", "customer_id", "wish", "answer", "note", "answered_at"),
        customer="customer_id",
        stays=_PAPERS,
    ),
)
