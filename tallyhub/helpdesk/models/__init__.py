"""What a helpdesk keeps about a request that a customer asks of a partner, beside the request itself (support)."""

from tallyhub.helpdesk.models.allowances import Allowance
from tallyhub.helpdesk.models.escalations import (
    DeskSettings,
    Escalation,
    EscalationEvent,
    EscalationFile,
    EscalationTenant,
)
from tallyhub.helpdesk.models.gates import (
    BaselineItem,
    Entry,
    HealthCheck,
    IncidentLink,
    Resolution,
    RightsNeed,
)
from tallyhub.helpdesk.models.intake import ContactDraft, ContactFile, Handover, Intake, Reach
from tallyhub.helpdesk.models.mails import DeskMail, DeskMailFile

__all__ = [
    "Allowance",
    "BaselineItem",
    "ContactDraft",
    "ContactFile",
    "DeskMail",
    "DeskMailFile",
    "DeskSettings",
    "Entry",
    "Escalation",
    "EscalationEvent",
    "EscalationFile",
    "EscalationTenant",
    "Handover",
    "HealthCheck",
    "IncidentLink",
    "Intake",
    "Reach",
    "Resolution",
    "RightsNeed",
]
