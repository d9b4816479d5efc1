from tallyhub.helpdesk.models.escalations import (  # noqa: F401
    DeskSettings,
    Escalation,
    EscalationEvent,
    EscalationFile,
    EscalationTenant,
)
