"""What this room holds about a person: what they did about escalations, by number. It stays: others rely on it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_RECORD = _("It belongs to the record of an escalation. It names nobody by itself.")


def _done(name: str, title: Any, *people: str, columns: tuple[str, ...], customer: str = "") -> Holding:
    return Holding(
        name=f"{name}s",
        title=title,
        table=f"helpdesk_{name}",
        condition=" OR ".join(f"{one} = %(person)s" for one in people),
        columns=columns,
        customer=customer,
        stays=_RECORD,
    )


HOLDINGS = (
    _done(
        "escalationevent",
        _("Steps and notes of escalations"),
        "actor_id",
        columns=("escalation_id", "kind", "status", "text", "at"),
    ),
    _done("escalationfile", _("Files of escalations"), "added_by_id", columns=("escalation_id", "item", "name", "at")),
    _done(
        "escalation",
        _("Escalations"),
        "made_by_id",
        "assigned_to_id",
        columns=("customer_id", "request_id", "made_at"),
        customer="customer_id",
    ),
)
