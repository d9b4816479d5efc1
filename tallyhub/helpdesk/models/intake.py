"""How a partner request came in, at which price, to whose desk; and what a customer has begun to write."""

from django.db import models
from django.db.models import F, Q

from tallyhub.accounts.models import Person
from tallyhub.helpdesk.intake.rules import ONCE_MAX, REACH_MAX, Channel
from tallyhub.helpdesk.models.columns import (
    customer_column,
    doer_column,
    one_request_column,
    organization_column,
    request_column,
    workspace_column,
)
from tallyhub.helpdesk.models.gates import OfDeskQuerySet
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import Organization
from tallyhub.partners.plans.rules import Mode, Price
from tallyhub.support.models import OfRequestQuerySet, StoredFile


class Intake(models.Model):
    """One partner request, as it came in. Whoever sees the request sees this.

    ``route`` is the line of the plan by which it went to its desk first (intake.rules.Route), and never changes.
    """

    customer = customer_column()
    workspace = workspace_column()
    request = one_request_column("intake")
    channel = models.CharField(max_length=10, choices=[(one, one) for one in Channel])
    stands_in_for = models.ForeignKey(  # the partner that sold it, while it is suspended
        Organization, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    mode = models.CharField(max_length=10, choices=[(one, one) for one in Mode])
    route = models.JSONField(default=dict)
    is_outside_hours = models.BooleanField(default=False)
    opens_at = models.DateTimeField(null=True)  # the next opening, of one that came in outside the hours

    # The price that the partner's plan names; none where it has no plan. The amount is in hundredths.
    plan_number = models.SmallIntegerField(null=True)
    price = models.CharField(max_length=20, blank=True)
    amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = doer_column()

    once = models.CharField(max_length=ONCE_MAX, blank=True)  # of the form, so that a second click asks nothing again

    objects = OfRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "once"], condition=~Q(once=""), name="intake_once"),
            models.CheckConstraint(condition=Q(channel__in=list(Channel)), name="intake_channel_known"),
            models.CheckConstraint(condition=Q(mode__in=list(Mode)), name="intake_mode_known"),
            models.CheckConstraint(condition=Q(price="") | Q(price__in=list(Price)), name="intake_price_known"),
            models.CheckConstraint(
                condition=Q(plan_number=None, price="") | Q(plan_number__isnull=False) & ~Q(price=""),
                name="intake_price_of_plan",
            ),
            models.CheckConstraint(
                condition=Q(amount=None, currency="") | Q(amount__gt=0) & ~Q(currency=""), name="intake_amount_of_money"
            ),
        ]


class Reach(models.Model):
    """How to reach whoever asks, in their own words. It goes with the person (R10.4)."""

    customer = customer_column()
    workspace = workspace_column()
    request = one_request_column("reach")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=REACH_MAX)

    objects = OfRequestQuerySet.as_manager()


class Handover(models.Model):
    """A request went from one desk to another. Append-only; why is among those who work on it."""

    customer = customer_column()
    workspace = workspace_column()
    request = request_column("handovers")
    was = organization_column()
    becomes = organization_column()
    reason = models.TextField()
    by = doer_column()
    at = models.DateTimeField()

    objects = OfDeskQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(was=F("becomes")), name="handover_to_another")]
        indexes = [models.Index(fields=["request", "at", "id"], name="handover_of_request")]


class ContactDraftQuerySet(models.QuerySet["ContactDraft"]):
    def visible_to(self, access: Access) -> "ContactDraftQuerySet":
        """One's own."""
        return self.filter(customer_id__in=access.customers, person_id=access.person_id or 0)


class ContactDraft(models.Model):
    """What somebody has typed to a partner and could not send yet: theirs alone."""

    customer = customer_column()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    partner = organization_column()
    typed = models.JSONField(default=dict)  # what the form held, as typed
    changed_at = models.DateTimeField()

    objects = ContactDraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "person", "partner"], name="contact_draft_once"),
            models.UniqueConstraint(fields=["customer", "id"], name="contact_draft_of_customer"),
        ]


class ContactFileQuerySet(models.QuerySet["ContactFile"]):
    def visible_to(self, access: Access) -> "ContactFileQuerySet":
        """One's own."""
        return self.filter(customer_id__in=access.customers, added_by_id=access.person_id or 0)


class ContactFile(StoredFile):
    """Of such a draft; it goes with it, into the request or away."""

    draft = models.ForeignKey(ContactDraft, on_delete=models.CASCADE, related_name="files", db_constraint=False)

    objects = ContactFileQuerySet.as_manager()
