"""What partners hand on to their indirect provider and the provider, with its evidence and what became of it."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Product
from tallyhub.agreements.rules import Severity
from tallyhub.health.models import HealthEvent
from tallyhub.helpdesk.escalations.rules import OVER, SENT, TITLE_MAX, Category, Side, Status
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import Organization, Workspace
from tallyhub.support.models import Request


def _organization() -> "models.ForeignKey[Organization, Organization]":
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")


def _doer() -> "models.ForeignKey[Person | None, Person | None]":
    """Who did it: a number that may outlive its person, whose name is gone then (R10.4)."""
    return models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def visible_to(self, access: Access) -> "EscalationQuerySet":
        """The partner's own; the indirect provider's once it was sent there, and the provider's once it was submitted.
        Nobody of a customer reads one.
        """
        mine = access.organizations
        forwarded = Q(via_id__in=mine, forwarded_at__isnull=False)
        submitted = Q(provider_id__in=mine, submitted_at__isnull=False)
        return self.filter(Q(organization_id__in=mine) | forwarded | submitted)


class Escalation(models.Model):
    """Of one partner request. What is typed lies in ``content``; what it rests on is taken over when it is sent."""

    organization = _organization()  # the partner whose request it is
    via = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    provider = _organization()
    customer = _organization()
    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=20, choices=[(c, c) for c in Category])
    severity = models.CharField(max_length=1, choices=[(s, s) for s in Severity])
    status = models.CharField(max_length=30, choices=[(s, s) for s in Status], default=Status.DRAFT)
    title = models.CharField(max_length=TITLE_MAX, blank=True)
    content = models.JSONField(default=dict)  # {item: as typed}
    health = models.JSONField(null=True)  # the health check: when, of which product, with which result
    diagnosis = models.JSONField(default=list)  # hypotheses, steps and results
    unsent = models.JSONField(null=True)  # what the partner mends since it came back; others read it once it is sent

    made_at = models.DateTimeField()
    made_by = _doer()
    forwarded_at = models.DateTimeField(null=True)  # to the indirect provider, first
    submitted_at = models.DateTimeField(null=True)  # to the provider, first
    due_at = models.DateTimeField(null=True)  # when the provider's first answer to what came in last is due
    answered_at = models.DateTimeField(null=True)  # and when it was given
    changed_at = models.DateTimeField()
    assigned_to = _doer()  # of the provider's people
    incident = models.ForeignKey(HealthEvent, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = EscalationQuerySet.as_manager()

    @property
    def written(self) -> dict[str, Any]:
        """``category`` and ``values`` as the partner wrote them last, sent or not."""
        return self.unsent or {"category": self.category, "values": self.content}

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(Status)), name="escalation_status_known"),
            models.CheckConstraint(condition=Q(category__in=list(Category)), name="escalation_category_known"),
            models.CheckConstraint(condition=Q(severity__in=list(Severity)), name="escalation_severity_known"),
            models.CheckConstraint(
                condition=Q(forwarded_at=None, submitted_at=None) | Q(health__isnull=False),
                name="escalation_sent_with_health_check",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(SENT)) | Q(forwarded_at__isnull=False) | Q(submitted_at__isnull=False),
                name="escalation_sent_at",
            ),
            models.CheckConstraint(condition=Q(via=None) | ~Q(via=F("organization")), name="escalation_via_another"),
            models.UniqueConstraint(
                fields=["request"], condition=~Q(status__in=sorted(OVER)), name="escalation_runs_once"
            ),
            models.UniqueConstraint(fields=["organization", "id"], name="escalation_of_partner"),
        ]
        indexes = [
            models.Index(fields=["request", "-id"], name="escalation_of_request"),
            models.Index(fields=["provider", "-changed_at", "-id"], name="escalation_at_provider"),
            models.Index(fields=["via", "-changed_at", "-id"], name="escalation_at_via"),
            models.Index(fields=["organization", "-changed_at", "-id"], name="escalation_at_partner"),
        ]


def _escalation(related_name: str) -> "models.ForeignKey[Escalation, Escalation]":
    return models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name=related_name, db_constraint=False)


class OfEscalationQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> Self:
        """Of the escalations that one reads."""
        return self.filter(escalation__in=Escalation.objects.visible_to(access))


class EventQuerySet(OfEscalationQuerySet):
    def visible_to(self, access: Access) -> Self:
        """What came before the provider got it is between the partner and its indirect provider."""
        mine = access.organizations
        between = Q(organization_id__in=mine) | Q(escalation__via_id__in=mine)
        return super().visible_to(access).filter(between | Q(at__gte=F("escalation__submitted_at")))


class EscalationEvent(models.Model):
    """What happened to one, and what was written to each other. Added and never changed: the app's role cannot."""

    organization = _organization()
    escalation = _escalation("events")
    kind = models.CharField(max_length=10)  # moved, note, published, assigned, tied, incident
    status = models.CharField(max_length=30, blank=True)  # from then on, of a move
    side = models.CharField(max_length=20, choices=[(s, s) for s in Side])
    actor = _doer()
    text = models.TextField(blank=True)
    items = ArrayField(models.CharField(max_length=30), default=list)  # that a return names
    about = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")  # what was published
    number = models.BigIntegerField(null=True)  # of the person, incident or update that it is about
    at = models.DateTimeField()

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(side__in=list(Side)), name="escalation_event_side_known")]
        indexes = [models.Index(fields=["escalation", "at", "id"], name="escalation_event_of")]


class FileQuerySet(OfEscalationQuerySet):
    def visible_to(self, access: Access) -> Self:
        """The partner's own; to the others once they were sent."""
        sent = Q(organization_id__in=access.organizations) | Q(sent_at__isnull=False)
        return super().visible_to(access).filter(sent)


class EscalationFile(models.Model):
    """Evidence. The bytes lie in the data folder, under ``key``, which says nothing."""

    organization = _organization()
    escalation = _escalation("files")
    item = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()  # bytes
    media_type = models.CharField(max_length=100)  # by content
    digest = models.BinaryField(max_length=32)  # SHA-256
    key = models.CharField(max_length=64, unique=True)
    findings = ArrayField(models.CharField(max_length=20), default=list)
    added_by = _doer()
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = FileQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["escalation", "id"], name="escalation_file_of")]


class EscalationTenant(models.Model):
    """A further customer with the same trouble, by its own request to the same partner (category e)."""

    organization = _organization()
    escalation = _escalation("tenants")
    customer = _organization()
    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    objects = OfEscalationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["escalation", "customer"], name="escalation_tenant_once")]


class DeskSettings(models.Model):
    """What the provider's desk says to every partner. One without a row has the defaults."""

    organization = models.OneToOneField(Organization, primary_key=True, on_delete=models.PROTECT, related_name="+")
    takes_agreed = models.BooleanField(default=False)  # also what is in none of the five categories
    security_channel = models.CharField(max_length=300, blank=True)  # an address or a page
    security_note = models.TextField(blank=True)
    hours_a = models.PositiveSmallIntegerField(default=2)  # to the first answer
    hours_b = models.PositiveSmallIntegerField(default=4)
    hours_c = models.PositiveSmallIntegerField(default=8)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    def hours(self, severity: str) -> int:
        return {Severity.A: self.hours_a, Severity.B: self.hours_b}.get(Severity(severity), self.hours_c)
