"""What kinds, reasons and states of support are called, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tallyhub.ledger import rules as ledger
from tallyhub.support.placement.rules import Reason
from tallyhub.support.rules import Kind, RequestClass, Status
from tallyhub.support.time.rules import Unbooked, What


def what_name(what: str) -> str:
    names = {
        What.REMOTE: _("Remote work"),
        What.CALL: _("Call"),
        What.RESEARCH: _("Research"),
        What.ONSITE: _("Work on site"),
        What.OTHER: pgettext("kind of work", "Other"),
    }
    return names.get(What(what), what) if what in set(What) else what


def type_name(kind: str) -> str:
    return {Kind.PROBLEM: _("Reactive"), Kind.ADVICE: _("Advisory")}[Kind(kind)]


def status_name(status: str) -> str:
    names = {
        Status.SUBMITTED: pgettext("status of a support request", "Submitted"),
        Status.ASSIGNED: pgettext("status of a support request", "Assigned"),
        Status.IN_PROGRESS: pgettext("status of a support request", "In progress"),
        Status.WAITING: pgettext("status of a support request", "Waiting on customer"),
        Status.RESOLVED: pgettext("status of a support request", "Resolved"),
        Status.CLOSED: pgettext("status of a support request", "Closed"),
        Status.REOPENED: pgettext("status of a support request", "Reopened"),
        Status.CANCELLED: pgettext("status of a support request", "Cancelled"),
    }
    return names[Status(status)]


def class_name(request_class: str) -> str:
    names = {
        RequestClass.STANDARD: "",
        RequestClass.SU: _("SU, support assistance"),
        RequestClass.DSA: _("DSA, development support assistance"),
        RequestClass.X85: _("X85, support technology advisor"),
        RequestClass.REC: _("REC, reactive enabled contacts"),
    }
    return names[RequestClass(request_class)]


def reason_name(reason: Reason) -> str:
    """In a word, for a filter and a badge."""
    names = {
        Reason.CLASS: pgettext("why a request is an additional case", "Class"),
        Reason.MISSING: pgettext("why a request is an additional case", "Missing"),
        Reason.EXPIRED: pgettext("why a request is an additional case", "Expired"),
        Reason.UNMAPPED: pgettext("why a request is an additional case", "Not mapped"),
    }
    return names[reason]


def reason_sentence(reason: Reason) -> str:
    sentences = {
        Reason.CLASS: _("Its class is no part of reactive or advisory support."),
        Reason.MISSING: _("No agreement, package or service holds it."),
        Reason.EXPIRED: _("The agreement or package that held it has ended."),
        Reason.UNMAPPED: _("The package that would hold it is not mapped to the workspace."),
    }
    return sentences[reason]


def unbooked_sentence(reason: str) -> str:
    sentences = {
        Unbooked.AFTER_TERM: _("Not booked: the day lies after the term. It is offered to the agreement that follows."),
        Unbooked.UNMAPPED: _("Not booked: the package that would pay is not mapped to the workspace."),
        Unbooked.MISSING: _("Not booked: no agreement, package or service holds the request."),
        Unbooked.CLASS: _("Not booked: the class of the request is no part of reactive or advisory support."),
    }
    return sentences[Unbooked(reason)]


def pays_sentence(why: str) -> str:
    """Why an entitlement pays."""
    sentences = {
        ledger.Reason.NAMED: _("It pays because the request names its package."),
        ledger.Reason.ADD_ON: _("It pays because the add-on covers the product of the request."),
        ledger.Reason.BASE: _("It pays because nothing more specific fits."),
    }
    return sentences[ledger.Reason(why)] if why in set(ledger.Reason) else ""


def holds_sentence(why: str) -> str:
    """Why a request is listed under an entitlement."""
    sentences = {
        ledger.Reason.NAMED: _("The request names its package."),
        ledger.Reason.ADD_ON: _("It is an add-on that covers the product of the request."),
        ledger.Reason.BASE: _("Nothing more specific fits."),
    }
    return sentences[ledger.Reason(why)] if why in set(ledger.Reason) else ""


def loses_sentence(why: str) -> str:
    """Why another one does not."""
    sentences = {
        ledger.Reason.NOT_NAMED: _("The request names another one."),
        ledger.Reason.OTHER_PRODUCT: _("It is for other products."),
        ledger.Reason.ADD_ON_FIRST: _("An add-on comes before it."),
        ledger.Reason.ENDS_LATER: _("The other one ends first."),
        ledger.Reason.HIGHER_ID: _("The other one was there first."),
    }
    return sentences[ledger.Reason(why)]


def pays_nothing_sentence(reason: str) -> str:
    """Why an entry charges nothing."""
    return {"goodwill": _("goodwill, not charged"), "beyond_cap": _("beyond the cap of the request, not charged")}[
        reason
    ]
