"""What kinds, statuses and impacts are called on screen and in mail."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.health.rules import ComponentStatus, EventKind, EventStatus, Impact, Reach, UpdateKind, Visibility

KIND_NAMES: dict[str, Any] = {
    EventKind.INCIDENT: _("Incident"),
    EventKind.ADVISORY: _("Advisory notice"),
    EventKind.MAINTENANCE: _("Maintenance"),
}
KIND_MEANS: dict[str, Any] = {
    EventKind.INCIDENT: _("A product or one of its main functions does not work, or not well."),
    EventKind.ADVISORY: _("Something that touches some people only, or that has a workaround."),
    EventKind.MAINTENANCE: _("Work that was planned, with its beginning and its end."),
}
STATUS_NAMES: dict[str, Any] = {
    EventStatus.INVESTIGATING: _("investigating"),
    EventStatus.IDENTIFIED: _("cause found"),
    EventStatus.MONITORING: _("watching the result"),
    EventStatus.RESOLVED: _("resolved"),
    EventStatus.SCHEDULED: _("scheduled"),
    EventStatus.IN_PROGRESS: _("in progress"),
    EventStatus.VERIFYING: _("verifying"),
    EventStatus.COMPLETED: _("completed"),
}
COMPONENT_STATUS_NAMES: dict[str, Any] = {
    ComponentStatus.OPERATIONAL: _("works"),
    ComponentStatus.UNDER_MAINTENANCE: _("under maintenance"),
    ComponentStatus.DEGRADED_PERFORMANCE: _("slow or unsteady"),
    ComponentStatus.PARTIAL_OUTAGE: _("partial outage"),
    ComponentStatus.MAJOR_OUTAGE: _("major outage"),
}
IMPACT_NAMES: dict[str, Any] = {
    Impact.NONE: _("no impact"),
    Impact.MINOR: _("minor impact"),
    Impact.MAJOR: _("major impact"),
    Impact.CRITICAL: _("critical impact"),
}
VISIBILITY_NAMES: dict[str, Any] = {
    Visibility.PUBLIC: _("Everybody, on the public page, too"),
    Visibility.SIGNED_IN: _("Everybody who is signed in"),
    Visibility.AFFECTED: _("Only the customers that it affects"),
}
REACH_NAMES: dict[str, Any] = {
    Reach.EVERYBODY: _("All customers that have the product"),
    Reach.NAMED: _("The customers that are named below"),
}
UPDATE_NAMES: dict[str, Any] = {
    UpdateKind.POSTED: _("Update"),
    UpdateKind.EDITED: _("Changed"),
    UpdateKind.RESCHEDULED: _("Rescheduled"),
}
# On the public page: the sentence above everything else.
OVERALL_NAMES: dict[str, Any] = {
    Impact.NONE: _("Everything works"),
    Impact.MINOR: _("Something is slow or unsteady"),
    Impact.MAJOR: _("Some of it does not work"),
    Impact.CRITICAL: _("A product does not work"),
}
STATUS_TONES = {EventStatus.RESOLVED: "ok", EventStatus.COMPLETED: "ok", EventStatus.SCHEDULED: "plain"}
COMPONENT_TONES = {
    ComponentStatus.OPERATIONAL: "ok",
    ComponentStatus.UNDER_MAINTENANCE: "plain",
    ComponentStatus.DEGRADED_PERFORMANCE: "low",
    ComponentStatus.PARTIAL_OUTAGE: "critical",
    ComponentStatus.MAJOR_OUTAGE: "over",
}
IMPACT_TONES = {Impact.NONE: "plain", Impact.MINOR: "low", Impact.MAJOR: "critical", Impact.CRITICAL: "over"}
