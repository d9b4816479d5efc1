"""What this package holds about a person."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

HOLDINGS = (
    Holding(
        name="named",
        title=_("Being named in agreements"),
        table="agreements_agreementcontact",
        condition="person_id = %(person)s",
        columns=("customer_id", "agreement_id", "kind", "name", "email", "language"),
        customer="customer_id",
    ),
    Holding(
        name="approved",
        title=_("Agreements approved"),
        table="agreements_agreement",
        condition="approved_by_id = %(person)s",
        columns=("id", "customer_id", "approved_at"),
        customer="customer_id",
        stays=_("It belongs to the customer's papers. It holds a number and no name."),
    ),
)
