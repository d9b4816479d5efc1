"""Audit: what was done, by whom, to what. Append-only, ids only, never a name (R10.4)."""

from django.db import models


class Event(models.Model):
    """One row per command, written in its transaction. ``details`` holds ids, codes and numbers only."""

    customer_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)  # a person; null is the hub itself
    kind = models.CharField(max_length=80)  # "organizations.workspace_switched"
    subject_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["customer_id", "-id"], name="event_of_customer")]
