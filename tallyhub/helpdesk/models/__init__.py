from tallyhub.helpdesk.models.gates import (
    BaselineItem,
    Entry,
    HealthCheck,
    IncidentLink,
    Resolution,
    RightsNeed,
)

__all__ = ["BaselineItem", "Entry", "HealthCheck", "IncidentLink", "Resolution", "RightsNeed"]
