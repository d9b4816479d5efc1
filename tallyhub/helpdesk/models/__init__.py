"""What the helpdesk keeps about partner requests, each room in a file of its own."""

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

__all__ = [
    "BaselineItem",
    "DeskSettings",
    "Entry",
    "Escalation",
    "EscalationEvent",
    "EscalationFile",
    "EscalationTenant",
    "HealthCheck",
    "IncidentLink",
    "Resolution",
    "RightsNeed",
]
