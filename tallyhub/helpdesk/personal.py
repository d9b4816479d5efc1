"""What this package holds about a person: what they did at a partner's desk, by number. It stays: others rely on it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.helpdesk.escalations import personal as escalations
from tallyhub.kernel.personal import Holding

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


HOLDINGS = (
    *escalations.HOLDINGS,
    _done("healthcheck", _("Checks of service health"), "result", "at"),
    _done("incidentlink", _("Incidents that requests follow"), "event_id", "since", ended="left_by_id"),
    _done("entry", _("Lines of a diagnosis"), "hypothesis", "step", "result", "at"),
    _done("rightsneed", _("Requests that needed rights"), "since", "ended_at", ended="ended_by_id"),
    _done("resolution", _("Requests resolved within the baseline"), "item_id", "at"),
)
