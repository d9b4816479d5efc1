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

__all__ = [
    "Allowance",
    "BaselineItem",
    "ContactDraft",
    "ContactFile",
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
