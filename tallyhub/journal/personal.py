"""What this package holds about a person."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

HOLDINGS = (
    Holding(
        name="events",
        title=_("Acts in the audit log"),
        table="journal_event",
        condition="actor_id = %(person)s",
        columns=("id", "at", "kind", "customer_id", "subject_id", "details"),
        customer="customer_id",
        stays=_("Audit must show that something was done. It holds a number and no name, and has a period of its own."),
    ),
)
