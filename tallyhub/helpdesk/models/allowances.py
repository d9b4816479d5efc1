"""How much a partner may escalate, as the provider has agreed with it."""

from django.db import models
from django.db.models import F, Q

from tallyhub.helpdesk.models.columns import doer_column, organization_column
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import Organization


class AllowanceQuerySet(models.QuerySet["Allowance"]):
    def visible_to(self, access: Access) -> "AllowanceQuerySet":
        """The partner's own, and all that one's provider has agreed to."""
        mine = access.organizations
        return self.filter(Q(organization_id__in=mine) | Q(provider_id__in=mine))


class Allowance(models.Model):
    """From one day to another, both included, in the provider's zone. What is used of it is counted, never kept."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    provider = organization_column()
    starts_on = models.DateField()
    ends_on = models.DateField()
    included = models.PositiveIntegerField(null=True)  # escalations; null: as many as it needs
    made_by = doer_column()
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)  # it was a mistake

    objects = AllowanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="allowance_ends_after_start"),
            models.CheckConstraint(condition=~Q(organization=F("provider")), name="allowance_of_partner"),
        ]
