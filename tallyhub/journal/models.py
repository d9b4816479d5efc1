"""Audit: what was done, by whom, to what. Append-only, ids only, never a name (R10.4). And what was answered."""

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


class Answered(models.Model):
    """What a request with an idempotency key was answered. Written in the transaction of what it did: both or none."""

    customer_id = models.BigIntegerField()
    token_id = models.BigIntegerField()  # another token's same key is another key
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)  # of the whole request
    status = models.SmallIntegerField(null=True)  # null: not answered yet, which only its own transaction sees
    body = models.TextField(default="")  # ids and codes only
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer_id", "token_id", "key"], name="answered_once")]
        indexes = [models.Index(fields=["at"], name="answered_at")]
