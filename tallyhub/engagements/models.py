"""The catalogue of what can be delivered, what was ordered of it, and what was delivered."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Entitlement, Product
from tallyhub.engagements.rules import NOTE_MAX, TITLE_MAX, Acceptance, Category, OfferingKind, State
from tallyhub.kernel.access import Access, Right
from tallyhub.ledger.models import Entry
from tallyhub.organizations.models import Organization, Workspace

# Who reads what a workspace ordered: whoever opens Customer activity there, and those who plan and deliver.
READING = (Right.VIEW_ACTIVITY, Right.PLAN_SERVICES, Right.DELIVER_SERVICES)


def _customer() -> "models.ForeignKey[Organization, Organization]":
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")


def _workspace() -> "models.ForeignKey[Workspace, Workspace]":
    return models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+", db_constraint=False)


def _doer() -> "models.ForeignKey[Person | None, Person | None]":
    """Who did it: a number that may outlive its person, whose name is gone then (R10.4)."""
    return models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )


class Offering(models.Model):
    """What can be ordered: an entry of the catalogue. Texts are kept per language; English is always there."""

    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, choices=[(k, k) for k in OfferingKind])
    category = models.CharField(max_length=10, choices=[(c, c) for c in Category])
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    names = models.JSONField()  # {"en": "Database health check", …}
    descriptions = models.JSONField(default=dict)
    planned_minutes = models.PositiveIntegerField(null=True)
    credit_rate = models.PositiveIntegerField(null=True)  # hundredths of a credit; None: not for credits
    rate_version = models.PositiveIntegerField(default=1)  # raised by each new rate; an order keeps the one it had
    data_sheet = models.TextField(blank=True)  # markdown, or an address
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(OfferingKind)), name="offering_kind_known"),
            models.CheckConstraint(condition=Q(category__in=list(Category)), name="offering_category_known"),
        ]

    @property
    def name(self) -> str:
        """In the reader's language, or else in English."""
        return str(self.names.get(get_language()) or self.names["en"])

    @property
    def description(self) -> str:
        return str(self.descriptions.get(get_language()) or self.descriptions.get("en", ""))


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def visible_to(self, access: Access) -> "EngagementQuerySet":
        """Of the workspaces that one reads, and what one requested oneself."""
        mine = self.filter(customer_id__in=access.customers)
        if access.in_whole and any(access.has(right) for right in READING):
            return mine
        read = {one for right in READING for one in access.workspaces_with(right)}
        own = Q(requested_by_id=access.person_id or 0, workspace_id__in=access.workspaces)
        return mine.filter(Q(workspace_id__in=read) | own)


class Engagement(models.Model):
    """One order, from the request to the last delivery. ``id`` is the serial that its number is made of."""

    id = models.BigIntegerField(primary_key=True)
    customer = _customer()
    workspace = _workspace()
    number = models.CharField(max_length=40, unique=True)
    offering = models.ForeignKey(Offering, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=TITLE_MAX)
    state = models.CharField(max_length=12, choices=[(s, s) for s in State], default=State.REQUESTED)
    requested_by = _doer()
    requested_at = models.DateTimeField()
    wish = models.TextField(blank=True, max_length=NOTE_MAX)
    wanted_from = models.DateField(null=True)
    wanted_until = models.DateField(null=True)

    engineer = _doer()
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    planned_minutes = models.PositiveIntegerField(null=True)
    credit_rate = models.PositiveIntegerField(null=True)  # hundredths; frozen when it was ordered
    rate_version = models.PositiveIntegerField(null=True)
    entitlement = models.ForeignKey(
        Entitlement, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    choice = models.JSONField(
        default=dict
    )  # why that entitlement, and why no other: {"why": …, "losers": [[id, why], …]}
    reason = models.TextField(blank=True, max_length=NOTE_MAX)  # of declining or cancelling
    late_on = models.DateField(null=True)  # cancelled so late that it costs,
    late_charge = models.PositiveIntegerField(default=0)  # and how much, in the entitlement's smallest steps

    listed_on = models.DateField(null=True)  # under which day it is a row of its own behind the tile (``listing``)

    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)  # its number in the system it came from
    source_digest = models.BinaryField(max_length=32, null=True)  # of what that system said of it last
    changed_at = models.DateTimeField()
    serial = models.PositiveIntegerField(default=0)  # of its entries and holds
    version = models.PositiveIntegerField(default=1)  # raised by each change, so that two people do not undo each other

    objects = EngagementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(State)), name="engagement_state_known"),
            models.UniqueConstraint(fields=["customer", "id"], name="engagement_of_customer"),
            models.UniqueConstraint(fields=["customer", "workspace", "id"], name="engagement_of_workspace"),
            models.UniqueConstraint(
                fields=["customer", "external_id", "source"], condition=~Q(external_id=""), name="engagement_once"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "-requested_at", "-id"], name="engagement_by_request"),
            # The two orders of the rows behind a tile, as of the ledger's entries.
            models.Index(
                fields=["entitlement", "workspace", "listed_on", "id"],
                condition=Q(listed_on__isnull=False),
                name="engagement_open_by_day",
            ),
            models.Index(
                fields=["entitlement", "workspace", "id"],
                condition=Q(listed_on__isnull=False),
                name="engagement_open_by_charge",
            ),
            models.Index(fields=["workspace", "state"], name="engagement_by_state"),
        ]


class OfEngagementQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "OfEngagementQuerySet":
        """Of the engagements that one sees."""
        return self.filter(engagement__in=Engagement.objects.visible_to(access))


def _engagement(related_name: str) -> "models.ForeignKey[Engagement, Engagement]":
    return models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name=related_name, db_constraint=False)


class EngagementChange(models.Model):
    """A line of the timeline. Append-only; ``details`` holds ids, codes, days and numbers, never a name (R10.4)."""

    customer = _customer()
    workspace = _workspace()
    engagement = _engagement("changes")
    kind = models.CharField(max_length=30)
    actor_id = models.BigIntegerField(null=True)  # a person; null is the hub itself
    details = models.JSONField(default=dict)
    at = models.DateTimeField()

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["engagement", "at", "id"], name="change_of_engagement")]


class Slot(models.Model):
    """Hours, or whole days, of an engineer that are kept for an engagement."""

    customer = _customer()
    workspace = _workspace()
    engagement = _engagement("slots")
    engineer = _doer()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_whole_day = models.BooleanField(default=False)

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="slot_takes_time"),
        ]
        indexes = [
            models.Index(fields=["engineer", "starts_at"], name="slot_of_engineer"),
            models.Index(fields=["workspace", "ends_at"], name="slot_coming"),
        ]


class EngagementDelivery(models.Model):
    """What was delivered on a day. Never changed: a correction takes it away and puts another one in its place."""

    customer = _customer()
    workspace = _workspace()
    engagement = _engagement("deliveries")
    day = models.DateField()
    minutes = models.PositiveIntegerField()
    note = models.TextField(blank=True, max_length=NOTE_MAX)
    engineer = _doer()
    logged_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="correction", db_constraint=False
    )
    removed_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, max_length=NOTE_MAX)  # of what took it away
    unbooked = models.CharField(max_length=20, blank=True)  # why nothing is booked for it

    acceptance = models.CharField(max_length=10, choices=[(a, a) for a in Acceptance], default=Acceptance.OPEN)
    due_on = models.DateField()  # the last day on which the customer can say something
    judged_at = models.DateTimeField(null=True)
    judged_by = _doer()
    dispute = models.TextField(blank=True, max_length=NOTE_MAX)
    answer = models.TextField(blank=True, max_length=NOTE_MAX)

    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(acceptance__in=list(Acceptance)), name="engagement_delivery_acceptance_known"
            ),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="engagement_delivery_took_time"),
            models.UniqueConstraint(fields=["customer", "id"], name="engagement_delivery_of_customer"),
            models.UniqueConstraint(
                fields=["customer", "external_id", "source"],
                condition=~Q(external_id=""),
                name="engagement_delivery_once",
            ),
        ]
        indexes = [
            models.Index(fields=["engagement", "day", "id"], name="engagement_delivery_by_day"),
            models.Index(
                fields=["workspace", "due_on"],
                condition=Q(acceptance__in=["open", "answered"], removed_at=None),
                name="engagement_delivery_to_accept",
            ),
            models.Index(
                fields=["customer"], condition=Q(removed_at=None) & ~Q(unbooked=""), name="engagement_delivery_unbooked"
            ),
        ]


class EngagementBooking(models.Model):
    """An entry that belongs to an engagement, taken back or not; ``delivery`` None is a charge for cancelling late."""

    customer = _customer()
    workspace = _workspace()
    engagement = _engagement("bookings")
    delivery = models.ForeignKey(
        EngagementDelivery, null=True, on_delete=models.PROTECT, related_name="bookings", db_constraint=False
    )
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    is_given_up = models.BooleanField(
        default=False, db_default=False
    )  # the engagement itself took the entry back, nobody else did

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["entitlement", "engagement"], name="engagement_booking_of")]
