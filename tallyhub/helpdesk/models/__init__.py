"""What a helpdesk keeps about a request that a customer asks of a partner, beside the request itself (support)."""

from tallyhub.helpdesk.models.intake import ContactDraft, ContactFile, Handover, Intake, Reach

__all__ = ["ContactDraft", "ContactFile", "Handover", "Intake", "Reach"]
