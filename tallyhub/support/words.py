"""What statuses, severities, kinds and classes are called, the same everywhere."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.support.rules import Kind, RequestClass, Severity, Status

STATUS_NAMES: dict[Status, Any] = {
    Status.SUBMITTED: _("Submitted"),
    Status.ASSIGNED: _("Assigned"),
    Status.IN_PROGRESS: _("In progress"),
    Status.WAITING: _("Waiting for the customer"),
    Status.RESOLVED: _("Resolved"),
    Status.CLOSED: _("Closed"),
    Status.REOPENED: _("Reopened"),
    Status.CANCELLED: _("Cancelled"),
}
STATUS_TONES: dict[Status, str] = {
    Status.SUBMITTED: "low",
    Status.WAITING: "low",
    Status.REOPENED: "low",
    Status.CANCELLED: "none",
    Status.CLOSED: "none",
}
SEVERITY_NAMES: dict[Severity, Any] = {
    Severity.A: _("A: critical"),
    Severity.B: _("B: urgent"),
    Severity.C: _("C: important"),
}
SEVERITY_TONES: dict[Severity, str] = {Severity.A: "critical", Severity.B: "low", Severity.C: "ok"}
KIND_NAMES: dict[Kind, Any] = {Kind.PROBLEM: _("Problem resolution"), Kind.ADVICE: _("Advice")}
CLASS_NAMES: dict[RequestClass, Any] = {
    RequestClass.STANDARD: _("Standard"),
    RequestClass.SU: _("SU: support assistance"),
    RequestClass.DSA: _("DSA: development support assistance"),
    RequestClass.X85: _("X85: support technology advisor"),
    RequestClass.REC: _("REC: reactive enabled contacts"),
}


def status_badge(status: Status) -> dict[str, Any]:
    return {"tone": STATUS_TONES.get(status, "ok"), "text": STATUS_NAMES[status]}


def severity_badge(severity: Severity) -> dict[str, Any]:
    return {"tone": SEVERITY_TONES[severity], "text": SEVERITY_NAMES[severity]}
