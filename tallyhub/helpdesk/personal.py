"""What this package holds about a person: what they began to write to a partner, what a partner got by mail from their
address, and how to reach them, which go with them; and what they did at a partner's desk, by number, which stays:
others rely on it.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.helpdesk.escalations import personal as escalations
from tallyhub.kernel.personal import Holding

# Whom a mail to a desk says it is from.
_ADDRESS = "(SELECT email_folded FROM accounts_person WHERE id = %(person)s)"
_RECORD = _("It belongs to the record of a support request. It names nobody by itself.")


def _done(name: str, title: Any, *columns: str, ended: str = "") -> Holding:
    """``ended``: the column of whoever ended it, where somebody else may have."""
    condition = "by_id = %(person)s"
    return Holding(
        name=f"desk_{name}s",
        title=title,
        table=f"helpdesk_{name}",
        condition=f"{condition} OR {ended} = %(person)s" if ended else condition,
        columns=("customer_id", "request_id", *columns),
        customer="customer_id",
        stays=_RECORD,
    )


def _own(name: str, title: Any, table: str, condition: str, *columns: str) -> Holding:
    return Holding(
        name=name, title=title, table=table, condition=condition, columns=("customer_id", *columns),
        customer="customer_id",
    )  # fmt: skip


HOLDINGS = (
    *escalations.HOLDINGS,
    Holding(
        name="allowances", title=_("What was agreed with partners on escalations"), table="helpdesk_allowance",
        condition="made_by_id = %(person)s", columns=("organization_id", "starts_on", "ends_on", "made_at"),
        customer="", stays=_RECORD,
    ),
    Holding(
        name="desk_mail_files", title=_("Files of mails to a partner’s desk"), table="helpdesk_deskmailfile",
        condition=f"mail_id IN (SELECT id FROM helpdesk_deskmail WHERE sender = {_ADDRESS})",
        columns=("organization_id", "mail_id", "name", "size"),
    ),
    Holding(
        name="desk_mails", title=_("Mails to a partner’s desk from one’s address"), table="helpdesk_deskmail",
        condition=f"sender = {_ADDRESS}",
        columns=("organization_id", "id", "sender", "sender_name", "subject", "text", "at", "number"),
    ),
    Holding(
        name="desk_mails_done", title=_("Mails to a partner’s desk taken in or put aside"), table="helpdesk_deskmail",
        condition="done_by_id = %(person)s", columns=("organization_id", "id", "outcome", "number", "done_at"),
        stays=_RECORD,
    ),
    _own("contact_files", _("Files of what was begun to write to a partner"), "helpdesk_contactfile",
         "added_by_id = %(person)s", "name", "at"),
    _own("contact_drafts", _("What was begun to write to a partner"), "helpdesk_contactdraft",
         "person_id = %(person)s", "partner_id", "typed", "changed_at"),
    _own("reached", _("How to reach whoever asked a partner"), "helpdesk_reach",
         "person_id = %(person)s", "request_id", "text"),
    Holding(
        name="prices_accepted", title=_("Prices of a partner that were accepted"), table="helpdesk_intake",
        condition="accepted_by_id = %(person)s", columns=("customer_id", "request_id", "plan_number", "accepted_at"),
        customer="customer_id", stays=_RECORD,
    ),
    _done("healthcheck", _("Checks of service health"), "result", "at"),
    _done("incidentlink", _("Incidents that requests follow"), "event_id", "since", ended="left_by_id"),
    _done("entry", _("Lines of a diagnosis"), "hypothesis", "step", "result", "at"),
    _done("rightsneed", _("Requests that needed rights"), "since", "ended_at", ended="ended_by_id"),
    _done("resolution", _("Requests resolved within the baseline"), "item_id", "at"),
    _done("handover", _("Requests given to another desk"), "reason", "at"),
)  # fmt: skip
