"""The words for what rules name by codes."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.support.rules import Status

STATUS_NAMES: dict[str, Any] = {
    Status.SUBMITTED: _("Submitted"),
    Status.ASSIGNED: _("Assigned"),
    Status.IN_PROGRESS: _("In progress"),
    Status.WAITING: _("Waiting for the customer"),
    Status.RESOLVED: _("Resolved"),
    Status.CLOSED: _("Closed"),
    Status.REOPENED: _("Reopened"),
    Status.CANCELLED: _("Cancelled"),
}
