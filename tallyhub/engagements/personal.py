"""What this package holds about a person: what was ordered, scheduled, delivered and judged, by number."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_RECORD = _("It belongs to the record of an engagement. It names nobody by itself.")


def _record(name: str, title: Any, table: str, condition: str, *columns: str) -> Holding:
    """What stays when its maker goes: others rely on it."""
    return Holding(
        name=name, title=title, table=table, condition=condition, columns=("customer_id", *columns),
        customer="customer_id", stays=_RECORD,
    )  # fmt: skip


HOLDINGS = (
    _record("engagements", _("Services requested, or to be delivered"), "engagements_engagement",
            "requested_by_id = %(person)s OR engineer_id = %(person)s", "number", "title", "wish", "requested_at"),
    _record("engagement_changes", _("Changes of engagements"), "engagements_engagementchange",
            "actor_id = %(person)s", "engagement_id", "kind", "at"),
    _record("engagement_days", _("Days booked for engagements"), "engagements_slot",
            "engineer_id = %(person)s", "engagement_id", "starts_at", "ends_at"),
    _record("engagement_deliveries", _("Deliveries made or judged"), "engagements_engagementdelivery",
            "engineer_id = %(person)s OR judged_by_id = %(person)s", "engagement_id", "day", "minutes", "note",
            "dispute", "answer"),
)  # fmt: skip
