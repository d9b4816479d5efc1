"""The provider's back office: agreements that are being written, and what customers ask for."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from tallyhub.agreements.models import Agreement, Package
from tallyhub.kernel.access import Access, Right
from tallyhub.office.rules import Answer, Wish
from tallyhub.organizations.models import Organization, Workspace


class AgreementDraftQuerySet(models.QuerySet["AgreementDraft"]):
    def visible_to(self, access: Access) -> "AgreementDraftQuerySet":
        """Of the account team alone: what is not agreed yet is nothing for the customer."""
        return self.filter(customer_id__in=access.customers if access.has(Right.MANAGE_AGREEMENTS) else ())


class AgreementDraft(models.Model):
    """An agreement on paper. Nothing of it is in force: approval makes the rows, and deletes it (ADR 0013)."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()  # office.content.Draft
    follows = models.ForeignKey(Agreement, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    made_by_id = models.BigIntegerField()
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.IntegerField(default=1)  # raised by each change, so that two people do not undo each other

    objects = AgreementDraftQuerySet.as_manager()


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    def visible_to(self, access: Access) -> "EnquiryQuerySet":
        """The account team's, and of one's own customer what one's part of it asked for."""
        mine = self.filter(customer_id__in=access.customers)
        if access.in_whole:
            return mine
        return mine.filter(
            Q(asked_by_id=access.person_id or 0) | Q(workspace_id__in=access.workspaces_with(Right.MANAGE_USERS))
        )


class Enquiry(models.Model):
    """A customer's administrator asks the account team for a workspace, or for a package in one."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    wish = models.CharField(max_length=10, choices=[(w, w) for w in Wish])
    workspace = models.ForeignKey(Workspace, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    package = models.ForeignKey(Package, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    name = models.CharField(max_length=200, blank=True)  # of the workspace that is wished for
    goal = models.TextField(blank=True)
    reason = models.TextField(blank=True)  # why, in the words of whoever asks
    asked_by_id = models.BigIntegerField()
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=[(a, a) for a in Answer], default=Answer.OPEN)
    answered_by_id = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)  # what the account team says to it

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(wish__in=list(Wish)), name="enquiry_wish_known"),
            models.CheckConstraint(condition=Q(answer__in=list(Answer)), name="enquiry_answer_known"),
            models.CheckConstraint(
                condition=Q(answer=Answer.OPEN) ^ Q(answered_at__isnull=False), name="enquiry_answered_once"
            ),
            models.UniqueConstraint(  # asking twice is asking once
                F("package"), F("workspace"), condition=Q(wish=Wish.MAPPING, answer=Answer.OPEN), name="enquiry_once"
            ),
            models.UniqueConstraint(
                F("customer"),
                Lower("name"),
                condition=Q(wish=Wish.WORKSPACE, answer=Answer.OPEN),
                name="enquiry_name_once",
            ),
        ]
        indexes = [models.Index(fields=["customer"], condition=Q(answer=Answer.OPEN), name="enquiry_open")]
