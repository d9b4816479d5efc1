"""What this package holds about a person: texts go, figures stay (docs/adr/0009)."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_FIGURES = _("The figures of the organisation must still add up. They hold a number and no name.")

HOLDINGS = (
    Holding(
        name="texts",
        title=_("Titles of what was learnt or used"),
        table="ledger_entrydetail",
        condition="entry_id IN (SELECT id FROM ledger_entry WHERE person_id = %(person)s)",
        columns=("entry_id", "customer_id", "workspace_id", "title"),
        customer="customer_id",
    ),
    Holding(
        name="entries",
        title=_("Consumption booked for this account"),
        table="ledger_entry",
        condition="person_id = %(person)s",
        columns=(
            *("id", "customer_id", "workspace_id", "entitlement_id", "occurred_on", "real_amount", "charged"),
            *("source", "external_id", "reverses_id", "reason", "recorded_at"),
        ),
        customer="customer_id",
        stays=_FIGURES,
    ),
    Holding(
        name="recorded",
        title=_("Consumption booked by this account"),
        table="ledger_entry",
        condition="recorded_by_id = %(person)s",
        columns=("id", "customer_id", "workspace_id", "entitlement_id", "occurred_on", "charged", "recorded_at"),
        customer="customer_id",
        stays=_FIGURES,
    ),
)
