"""Mails that came to a partner's desk, which somebody there takes in or puts aside."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from tallyhub.helpdesk.mails.rules import ADDRESS_MAX, NAME_MAX, Outcome
from tallyhub.helpdesk.models.columns import doer_column
from tallyhub.kernel.access import Access, Right
from tallyhub.organizations.models import Organization
from tallyhub.support.rules import TITLE_MAX


def _organization() -> "models.ForeignKey[Organization, Organization]":
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)


class AtDeskQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> Self:
        """Of one's own organisation, for whoever serves customers there; the hub itself brings them in."""
        return self.filter(organization_id__in=access.organizations if access.serves(Right.SERVE_CUSTOMERS) else ())


class DeskMail(models.Model):
    """A mail to a partner's desk. Whom it is from is what it says of itself, and proved by nothing."""

    organization = _organization()
    sender = models.CharField(max_length=ADDRESS_MAX)  # in small letters
    sender_name = models.CharField(max_length=NAME_MAX, blank=True)
    subject = models.CharField(max_length=TITLE_MAX, blank=True)
    text = models.TextField(blank=True)  # without what it quotes
    left_out = models.PositiveSmallIntegerField(default=0)  # files that were too large, or too many
    at = models.DateTimeField()

    outcome = models.CharField(max_length=10, blank=True, choices=[(one, one) for one in Outcome])  # empty: it waits
    number = models.CharField(max_length=40, blank=True)  # of the request that it became
    done_by = doer_column()
    done_at = models.DateTimeField(null=True)

    objects = AtDeskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "id"], name="desk_mail_of_organization"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome]), name="desk_mail_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome="", done_at=None) | ~Q(outcome="") & Q(done_at__isnull=False),
                name="desk_mail_done_or_waiting",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.TAKEN) & ~Q(number="") | ~Q(outcome=Outcome.TAKEN) & Q(number=""),
                name="desk_mail_taken_has_request",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-at", "-id"], condition=Q(outcome=""), name="desk_mail_waiting"),
            models.Index(fields=["organization", "-at", "-id"], condition=~Q(outcome=""), name="desk_mail_done"),
            models.Index(fields=["sender"], name="desk_mail_of_sender"),  # an export and an erasure ask for it
        ]


class DeskMailFile(models.Model):
    """Of such a mail; it goes along into the request. The bytes lie in the data folder, under ``key``."""

    organization = _organization()
    mail = models.ForeignKey(DeskMail, on_delete=models.CASCADE, related_name="files", db_constraint=False)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()  # bytes
    media_type = models.CharField(max_length=100)  # by content
    digest = models.BinaryField(max_length=32)  # SHA-256
    key = models.CharField(max_length=64, unique=True)

    objects = AtDeskQuerySet.as_manager()
