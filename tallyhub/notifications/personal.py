"""What this package holds about a person."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

HOLDINGS = (
    Holding(
        name="mails",
        title=_("Mails that were sent, and when"),
        table="notifications_mail",
        condition="person_id = %(person)s",
        columns=("letter", "params", "state", "created_at", "sent_at", "attempts", "error"),
    ),
    Holding(
        name="mailbox",
        title=_("Whether mail came back"),
        table="notifications_mailbox",
        condition="person_id = %(person)s",
        columns=("bounces", "stopped_at", "reason", "takes_digests"),
    ),
)
