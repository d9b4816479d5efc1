"""What this package holds about a person: what they did and chose; and, as a number that stays, what they wrote."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_STAYS = _("Others rely on it. It holds a number and no name.")
HOLDINGS = (
    Holding(
        name="messages_readings",
        title=_("Messages that were read, archived or marked as favourites"),
        table="messages_reading",
        condition="person_id = %(person)s",
        columns=("post_id", "event_id", "read_at", "archived_at", "is_favourite"),
    ),
    Holding(
        name="messages_mail",
        title=_("Mail chosen in the message centre"),
        table="messages_mailchoice",
        condition="person_id = %(person)s",
        columns=("at_once", "takes_digest"),
    ),
    Holding(
        name="messages_written",
        title=_("Messages to customers that were written"),
        table="messages_postversion",
        condition="author_id = %(person)s",
        columns=("post_id", "number", "titles", "bodies", "at"),
        stays=_STAYS,
    ),
    Holding(
        name="messages_sent",
        title=_("Messages that were sent to customers, or refused"),
        table="messages_sending",
        condition="author_id = %(person)s",
        columns=("post_id", "customer_id", "message_class", "reason", "at"),
        stays=_STAYS,
    ),
    Holding(
        name="messages_promotions",
        title=_("Choice about advertising, for a customer"),
        table="messages_promotionchoice",
        condition="changed_by_id = %(person)s",
        columns=("customer_id", "takes_promotions", "changed_at"),
        customer="customer_id",
        stays=_STAYS,
    ),
    Holding(
        name="messages_guide",
        title=_("Versions of the guide that were written"),
        table="messages_guideversion",
        condition="author_id = %(person)s",
        columns=("number", "at"),
        stays=_STAYS,
    ),
)
