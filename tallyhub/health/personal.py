"""What this package holds about a person: what they chose; and, as a number that stays, what they published."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

HOLDINGS = (
    Holding(
        name="health_subscriptions",
        title=_("Mail chosen in service health"),
        table="health_subscription",
        condition="person_id = %(person)s",
        columns=("product_id", "kinds"),
    ),
    Holding(
        name="health_updates",
        title=_("Updates of service health that were published"),
        table="health_update",
        condition="author_id = %(person)s",
        columns=("event_id", "kind", "status", "text", "at"),
        stays=_("Others rely on it. It holds a number and no name."),
    ),
)
