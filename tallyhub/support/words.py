"""What kinds, severities, states and classes of a request are called, and how a badge of each looks."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.support.rules import Kind, RequestClass, Severity, Status

KIND_NAMES: dict[str, Any] = {Kind.PROBLEM: _("Problem resolution"), Kind.ADVICE: _("Advice")}
KIND_MEANS: dict[str, Any] = {
    Kind.PROBLEM: _("Something does not work as it should, and we find out why."),
    Kind.ADVICE: _("You want to know how to do something, or whether a plan is sound."),
}
SEVERITY_NAMES: dict[str, Any] = {
    Severity.A: _("A: critical"),
    Severity.B: _("B: urgent"),
    Severity.C: _("C: important"),
}
SEVERITY_MEANS: dict[str, Any] = {
    Severity.A: _(
        "Your business stands still, or data is being lost. Somebody of yours can be reached day and night until it is "
        "solved."
    ),
    Severity.B: _("An important part works badly. Work goes on, but slower or with a detour."),
    Severity.C: _("A question, or a fault that hardly hinders anybody. This is right for most requests."),
}
SEVERITY_TONES: dict[str, str] = {Severity.A: "critical", Severity.B: "low", Severity.C: "plain"}
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
STATUS_TONES: dict[str, str] = {Status.WAITING: "low", Status.RESOLVED: "ok", Status.CLOSED: "ok"}
CLASS_NAMES: dict[str, Any] = {
    RequestClass.STANDARD: _("Standard"),
    RequestClass.SU: _("SU: support assistance"),
    RequestClass.DSA: _("DSA: development support assistance"),
    RequestClass.X85: _("X85: support technology advisor"),
    RequestClass.REC: _("REC: reactive enabled contacts"),
}


def status_badge(status: str) -> dict[str, Any]:
    return {"tone": STATUS_TONES.get(status, "plain"), "text": STATUS_NAMES[status]}


def severity_badge(severity: str) -> dict[str, Any]:
    return {"tone": SEVERITY_TONES[severity], "text": SEVERITY_NAMES[severity]}
