"""What this package holds about a person: who set something up. It works on for the customer, so it stays."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_WORKS_ON = _("It belongs to the organisation and works on. It holds a number and no name.")

HOLDINGS = tuple(
    Holding(
        name=name,
        title=title,
        table=f"integrations_{table}",
        condition="made_by_id = %(person)s",
        columns=columns,
        customer="customer_id",
        stays=_WORKS_ON,
    )
    for name, title, table, columns in (
        ("imports", _("Files brought in"), "import", ("id", "customer_id", "name", "stage", "made_at")),
        ("mappings", _("Mappings saved"), "savedmapping", ("id", "customer_id", "name", "made_at")),
        ("endpoints", _("Endpoints for webhooks added"), "endpoint", ("id", "customer_id", "made_at")),
    )
)
