"""What products consist of, what befell them, and who wants to be told."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.utils.translation import get_language

from tallyhub.accounts.models import Person
from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.models import Product
from tallyhub.health.rules import EventKind, EventStatus, Impact, Reach, UpdateKind, Visibility
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import Organization


def _provider() -> "models.ForeignKey[Organization, Organization]":
    """Whose it is: what the policies of this package ask about writing."""
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")


def _event(related_name: str) -> "models.ForeignKey[HealthEvent, HealthEvent]":
    return models.ForeignKey("HealthEvent", on_delete=models.PROTECT, related_name=related_name, db_constraint=False)


class Part(models.Model):
    """A component or a region. Names are kept per language; English is always there."""

    organization = _provider()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    names = models.JSONField()  # {"en": "Sign-in", "de": …}
    made_at = models.DateTimeField(default=clock.now)
    is_used = models.BooleanField(default=True)  # one that is not stays named where it was

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """In the reader's language, or else in English."""
        return str(self.names.get(get_language()) or self.names["en"])


class Component(Part):
    """What of a product can fail by itself."""

    position = models.PositiveIntegerField(default=0)
    is_public = models.BooleanField(default=True)  # stands on the public page

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "code"], name="component_code_once"),
            models.UniqueConstraint(fields=["organization", "id"], name="component_of_provider"),
        ]


class Region(Part):
    """Where a product runs."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "code"], name="region_code_once"),
            models.UniqueConstraint(fields=["organization", "id"], name="region_of_provider"),
        ]


class EventQuerySet(models.QuerySet["HealthEvent"]):
    def visible_to(self, access: Access) -> "EventQuerySet":
        """The provider's own for its staff; what is public; what everybody signed in may read; and what reaches the
        customer worked inside, or one of the partner's that is acted for: the database knows who holds what.
        """
        found = Q(visibility=Visibility.PUBLIC) | Q(organization_id__in=access.organizations)
        if access.person_id is not None or access.customers:
            found |= Q(visibility=Visibility.SIGNED_IN)
        reaching = RawSQL("SELECT health_reaching(%s)", [clock.now()])
        return self.filter(found | Q(visibility=Visibility.AFFECTED, pk__in=reaching))


class HealthEvent(models.Model):
    """An incident, an advisory notice or maintenance, as it is now; its updates tell how it came to be so."""

    organization = _provider()
    kind = models.CharField(max_length=20, choices=[(k, k) for k in EventKind])
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=20, choices=[(s, s) for s in EventStatus])
    impact = models.CharField(max_length=20, choices=[(i, i) for i in Impact])
    impact_override = models.CharField(max_length=20, blank=True)
    visibility = models.CharField(max_length=20, choices=[(v, v) for v in Visibility])
    reach = models.CharField(max_length=20, choices=[(r, r) for r in Reach])
    workaround = models.TextField(blank=True)
    occurred_at = models.DateTimeField(null=True)  # when it began; of maintenance: once it has
    published_at = models.DateTimeField()  # when it was told, perhaps long after it began
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # for when the next update is promised
    scheduled_from = models.DateTimeField(null=True)  # of maintenance
    scheduled_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = EventQuerySet.as_manager()

    class Meta:
        db_table = "health_event"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(EventKind)), name="health_event_kind_known"),
            models.CheckConstraint(condition=Q(status__in=list(EventStatus)), name="health_event_status_known"),
            models.CheckConstraint(condition=Q(impact__in=list(Impact)), name="health_event_impact_known"),
            models.CheckConstraint(
                condition=Q(impact_override="") | Q(impact_override__in=list(Impact)), name="health_override_known"
            ),
            models.CheckConstraint(condition=Q(visibility__in=list(Visibility)), name="health_visibility_known"),
            models.CheckConstraint(condition=Q(reach__in=list(Reach)), name="health_reach_known"),
            models.CheckConstraint(
                condition=Q(reach=Reach.EVERYBODY) | Q(visibility=Visibility.AFFECTED),
                name="health_named_is_for_the_affected",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(occurred_at=None) | Q(ended_at__gte=F("occurred_at")),
                name="health_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=~Q(kind=EventKind.MAINTENANCE)
                | Q(scheduled_from__isnull=False, scheduled_until__gt=F("scheduled_from")),
                name="health_maintenance_is_scheduled",
            ),
            models.CheckConstraint(
                condition=Q(kind=EventKind.MAINTENANCE) | Q(occurred_at__isnull=False), name="health_trouble_began"
            ),
            models.UniqueConstraint(fields=["organization", "id"], name="health_event_of_provider"),
        ]
        indexes = [
            models.Index(fields=["ended_at"], name="health_event_ended"),  # what goes on, and the history of a year
        ]


class AffectedComponent(models.Model):
    """How a component fares in an event."""

    organization = _provider()
    event = _event("components")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    status = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "component"], name="affected_component_once")]


class AffectedRegion(models.Model):
    """Where; without any: everywhere."""

    organization = _provider()
    event = _event("regions")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "region"], name="affected_region_once")]


class AffectedCustomerQuerySet(models.QuerySet["AffectedCustomer"]):
    def visible_to(self, access: Access) -> "AffectedCustomerQuerySet":
        """All of the provider's; else oneself alone: who else is affected is nobody's business."""
        return self.filter(Q(organization_id__in=access.organizations) | Q(customer_id__in=access.customers))


class AffectedCustomer(models.Model):
    """A customer that an event names."""

    organization = _provider()
    event = _event("customers")
    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")

    objects = AffectedCustomerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "customer"], name="affected_customer_once")]


class Update(models.Model):
    """What was said of an event, and what changed. Added and never changed: the role that serves cannot."""

    organization = _provider()
    event = _event("updates")
    author = models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=20, choices=[(k, k) for k in UpdateKind])
    status = models.CharField(max_length=20)  # the event's, from then on
    text = models.TextField(blank=True)
    components = models.JSONField(default=list)  # [[component, from, to], …]: those whose status changed
    changes = models.JSONField(default=dict)  # {"title": [before, after], …}
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=list(UpdateKind)), name="health_update_kind_known")]
        indexes = [models.Index(fields=["event", "at"], name="health_update_of_event")]


class Subscription(models.Model):
    """What somebody wants mail about. Without a product: about all that reach them. Without kinds: about nothing."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    kinds = ArrayField(models.CharField(max_length=20))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "product"], name="subscription_once", nulls_distinct=False)
        ]


class Visitor(models.Model):
    """Somebody without an account who wants mail about what is public. Until they confirm it, they get one mail."""

    organization = _provider()
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=5, choices=LANGUAGES)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    bounces = models.SmallIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(F("organization"), Lower("address"), name="visitor_once"),
        ]
