"""What this package holds about a person: what they keep goes; statements stay, because others rely on them."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

HOLDINGS = (
    Holding(
        name="saved_views",
        title=_("Saved views"),
        table="activity_savedview",
        condition="person_id = %(person)s",
        columns=("id", "customer_id", "name", "address"),
        customer="customer_id",
    ),
    Holding(
        name="exports",
        title=_("Spreadsheets asked for"),
        table="activity_export",
        condition="person_id = %(person)s",
        columns=("id", "customer_id", "name", "address", "stage", "total", "asked_at"),
        customer="customer_id",
    ),
    Holding(
        name="statements",
        title=_("Statements made"),
        table="activity_statement",
        condition="made_by_id = %(person)s",
        columns=("id", "customer_id", "agreement_id", "first_day", "last_day", "ledger_version", "made_at"),
        customer="customer_id",
        stays=_("A statement is kept as it was made. It holds a number and no name."),
    ),
)
