"""The worker looks for jobs here."""

from tallyhub.helpdesk.provider_desk import jobs as provider_desk

__all__ = ["provider_desk"]
