"""What assessments are called on screens and in exports."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tallyhub.assessments.rules import Focus, Outcome, Priority, SetUpStatus, Source


def focus_name(focus: str) -> str:
    return {
        Focus.SECURITY: _("Security"),
        Focus.AVAILABILITY: _("Availability"),
        Focus.PERFORMANCE: _("Performance"),
        Focus.OPERATION: _("Operation"),
        Focus.CHANGE: _("Change management"),
        Focus.UPGRADE: _("Upgrade"),
    }[Focus(focus)]


def priority_name(priority: str) -> str:
    return {Priority.HIGH: _("High"), Priority.MEDIUM: _("Medium"), Priority.LOW: _("Low")}[Priority(priority)]


def outcome_name(outcome: str) -> str:
    return {
        Outcome.PASSED: _("Passed"),
        Outcome.FAILED: _("Failed"),
        Outcome.NOT_APPLICABLE: _("Not applicable"),
        Outcome.ERROR: _("Could not be checked"),
    }[Outcome(outcome)]


def status_name(status: str) -> str:
    return {
        SetUpStatus.NOT_SET_UP: _("Not set up"),
        SetUpStatus.CONFIGURED: _("Configured"),
        SetUpStatus.RAN: _("Ran"),
        SetUpStatus.ENDED: pgettext("an assessment that is set up", "Ended"),
    }[SetUpStatus(status)]


def source_name(source: str) -> str:
    """Another system's own name stays as it is."""
    names: dict[str, str] = {
        Source.FILE: _("Uploaded file"),
        Source.QUESTIONNAIRE: _("Questionnaire"),
        Source.API: _("Program"),
        Source.IMPORT: _("Import"),
    }
    return names.get(source, source)


def unbooked_text(reason: str) -> str:
    """Why nothing counts a set-up or a run, though something should. An unknown code shows itself."""
    names = {
        "no_entitlement": _("No package of yours holds assessments of this sort."),
        "unmapped": _("The package that holds it does not reach this workspace."),
        "ended": _("The package that held it has ended."),
        "not_begun": _("The package that holds it has not begun."),
        "other_product": _("The package that reaches this workspace is for other products."),
    }
    return names.get(reason, reason)
