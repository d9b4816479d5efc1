"""What kinds, severities, states and classes of a request are called, and how a badge of each looks."""

from typing import Any

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from tallyhub.kernel import formatting as fmt
from tallyhub.ledger import rules as ledger
from tallyhub.support.placement.rules import Reason
from tallyhub.support.rules import Kind, RequestClass, Severity, Status
from tallyhub.support.time.rules import Unbooked, What

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


def status_name(status: str) -> str:
    return str(STATUS_NAMES[Status(status)])


def class_name(request_class: str) -> str:
    """Nothing for the standard one."""
    return str(CLASS_NAMES[request_class]) if request_class else ""


def what_name(what: str) -> str:
    names = {
        What.REMOTE: _("Remote work"),
        What.CALL: _("Call"),
        What.RESEARCH: _("Research"),
        What.ONSITE: _("Work on site"),
        What.OTHER: pgettext("kind of work", "Other"),
    }
    return str(names[What(what)]) if what in set(What) else what


def type_name(kind: str) -> str:
    return str({Kind.PROBLEM: _("Reactive"), Kind.ADVICE: _("Advisory")}[Kind(kind)])


def reason_name(reason: Reason) -> str:
    """In a word, for a filter and a badge."""
    names = {
        Reason.CLASS: pgettext("why a request is an additional case", "Class"),
        Reason.MISSING: pgettext("why a request is an additional case", "Missing"),
        Reason.EXPIRED: pgettext("why a request is an additional case", "Expired"),
        Reason.UNMAPPED: pgettext("why a request is an additional case", "Not mapped"),
    }
    return str(names[reason])


def reason_sentence(reason: Reason) -> str:
    sentences = {
        Reason.CLASS: _("Its class is no part of reactive or advisory support."),
        Reason.MISSING: _("No agreement, package or service holds it."),
        Reason.EXPIRED: _("The agreement or package that held it has ended."),
        Reason.UNMAPPED: _("The package that would hold it is not mapped to the workspace."),
    }
    return str(sentences[reason])


def unbooked_sentence(reason: str) -> str:
    sentences = {
        Unbooked.AFTER_TERM: _("Not booked: the day lies after the term. It is offered to the agreement that follows."),
        Unbooked.UNMAPPED: _("Not booked: the package that would pay is not mapped to the workspace."),
        Unbooked.MISSING: _("Not booked: no agreement, package or service holds the request."),
        Unbooked.CLASS: _("Not booked: the class of the request is no part of reactive or advisory support."),
    }
    return str(sentences[Unbooked(reason)])


def pays_sentence(why: str) -> str:
    """Why an entitlement pays."""
    sentences = {
        ledger.Reason.NAMED: _("It pays because the request names its package."),
        ledger.Reason.ADD_ON: _("It pays because the add-on covers the product of the request."),
        ledger.Reason.BASE: _("It pays because nothing more specific fits."),
    }
    return str(sentences[ledger.Reason(why)]) if why in set(ledger.Reason) else ""


def holds_sentence(why: str) -> str:
    """Why a request is listed under an entitlement."""
    sentences = {
        ledger.Reason.NAMED: _("The request names its package."),
        ledger.Reason.ADD_ON: _("It is an add-on that covers the product of the request."),
        ledger.Reason.BASE: _("Nothing more specific fits."),
    }
    return str(sentences[ledger.Reason(why)]) if why in set(ledger.Reason) else ""


def loses_sentence(why: str) -> str:
    """Why another one does not."""
    sentences = {
        ledger.Reason.NOT_NAMED: _("The request names another one."),
        ledger.Reason.OTHER_PRODUCT: _("It is for other products."),
        ledger.Reason.ADD_ON_FIRST: _("An add-on comes before it."),
        ledger.Reason.ENDS_LATER: _("The other one ends first."),
        ledger.Reason.HIGHER_ID: _("The other one was there first."),
    }
    return str(sentences[ledger.Reason(why)])


def pays_nothing_sentence(reason: str) -> str:
    """Why an entry charges nothing."""
    sentences = {"goodwill": _("goodwill, not charged"), "beyond_cap": _("beyond the cap of the request, not charged")}
    return str(sentences[reason])


def size_text(size: int) -> str:
    """Of a file, in bytes."""
    if size < 1024:
        return gettext("%(size)s bytes") % {"size": size}
    if size < 1024 * 1024:
        return gettext("%(size)s KB") % {"size": fmt.number(-(-size // 1024))}
    return gettext("%(size)s MB") % {"size": fmt.number(-(-size // (1024 * 1024)))}
