"""Audit: what was done, by whom, to what. Append-only, ids only, never a name (R10.4). And what was answered."""

from django.db import models
from django.db.models import F, Q

from tallyhub.journal.rules import ASKED_OF
from tallyhub.kernel.access import Access, Right


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, access: Access) -> "EventQuerySet":
        """Of the customer worked inside: all of them, or those that name a workspace one administers (R7.3). Staff read
        nothing of what was asked of somebody else.
        """
        mine = self.filter(customer_id__in=access.customers)
        if access.is_staff:
            mine = mine.exclude(_of_others(access))
        if access.has(Right.VIEW_AUDIT):
            return mine
        return mine.filter(workspace_id__in=access.workspaces_with(Right.VIEW_AUDIT))


def _of_others(access: Access) -> Q:
    """What a customer asks of a partner is no matter of the provider's or of another partner's (R5.3)."""
    of_partner = Q(details__has_key=ASKED_OF) & ~Q(**{f"details__{ASKED_OF}__in": access.organizations})
    return of_partner | Q(kind__startswith="helpdesk.")


class Event(models.Model):
    """One row per command, written in its transaction. ``details`` holds ids, codes and numbers only."""

    customer_id = models.BigIntegerField(null=True)
    workspace_id = models.BigIntegerField(null=True)  # where it concerns one workspace only
    actor_id = models.BigIntegerField(null=True)  # a person; null is the hub itself
    kind = models.CharField(max_length=80)  # "organizations.role_given", one of journal.kinds
    subject_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [  # the audit page's orders: all, of a kind, of a person, of a workspace
            models.Index(F("customer_id"), F("at").desc(), F("id").desc(), name="event_of_customer_by_time"),
            models.Index(F("customer_id"), F("kind"), F("at").desc(), F("id").desc(), name="event_of_kind"),
            models.Index(F("customer_id"), F("actor_id"), F("at").desc(), F("id").desc(), name="event_of_actor"),
            models.Index(
                F("workspace_id"),
                F("at").desc(),
                F("id").desc(),
                condition=Q(workspace_id__isnull=False),
                name="event_of_workspace",
            ),
        ]


class Answered(models.Model):
    """What a request with an idempotency key was answered. Written in the transaction of what it did: both or none."""

    customer_id = models.BigIntegerField(null=True)  # null: of a token for somebody's work
    token_id = models.BigIntegerField()  # another token's same key is another key
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)  # of the whole request
    status = models.SmallIntegerField(null=True)  # null: not answered yet, which only its own transaction sees
    body = models.TextField(default="")  # ids and codes only
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_id", "key"], name="answered_once_by_token")]
        indexes = [models.Index(fields=["at"], name="answered_at")]
