"""What goes out and comes in: endpoints of other systems and what they were sent; files that are brought in."""

from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tallyhub.integrations.imports.rules import Stage
from tallyhub.integrations.webhooks.rules import State
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import Organization

M = TypeVar("M", bound=models.Model)


class OfCustomer(models.QuerySet[M]):
    """Rows for whoever works inside the whole customer; what they may do there is a right."""

    def visible_to(self, access: Access) -> "OfCustomer[M]":
        return self.filter(customer_id__in=access.customers_in_whole)


class Endpoint(models.Model):
    """An address of a customer's system that is told of events."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    types = ArrayField(models.CharField(max_length=40))
    # Kept as they are, because each message is signed anew; they open nothing in the hub.
    secret = models.CharField(max_length=80)
    old_secret = models.CharField(max_length=80, blank=True)  # signs, too, until old_until
    old_until = models.DateTimeField(null=True)
    is_paused = models.BooleanField(default=False)
    failing_since = models.DateTimeField(null=True)  # a message was given up, and none got through since
    rests_until = models.DateTimeField(null=True)  # after a failure the others wait, so that it holds up nobody
    made_by_id = models.BigIntegerField(null=True)  # a person
    made_at = models.DateTimeField()

    objects = OfCustomer.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "id"], name="endpoint_of_customer")]


class Delivery(models.Model):
    """One message for one endpoint, and how far it got."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_constraint=False)
    event_id = models.BigIntegerField(null=True)  # of the journal; none for a ping
    type = models.CharField(max_length=40)
    body = models.TextField()  # JSON: ids and whole numbers only
    state = models.CharField(max_length=10, choices=[(s, s) for s in State], default=State.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)  # since it was made or replayed
    next_at = models.DateTimeField()  # not tried before; while it is being tried: when it counts as broken off
    made_at = models.DateTimeField()

    objects = OfCustomer.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="delivery_of_customer"),
            models.UniqueConstraint(fields=["endpoint", "event_id", "type"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=list(State)), name="delivery_state_known"),
        ]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
            models.Index(fields=["next_at"], condition=Q(state=State.PENDING), name="delivery_due"),
            models.Index(fields=["made_at"], name="delivery_age"),
        ]


class Attempt(models.Model):
    """One try to deliver, and what was answered."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts", db_constraint=False)
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)  # none: there was no answer
    problem = models.CharField(max_length=40, blank=True)  # a code of kernel.outbound.Problem
    answer = models.CharField(max_length=1024, blank=True)  # how the answer began
    milliseconds = models.PositiveIntegerField()

    objects = OfCustomer.as_manager()


class Import(models.Model):
    """A file that somebody brings in by the page, and how far it got. The file itself is private and gone in a day."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    made_by_id = models.BigIntegerField()  # a person
    made_at = models.DateTimeField()
    name = models.CharField(max_length=200)  # as the file was called
    file = models.CharField(max_length=100, blank=True)  # in the private files; empty once it is removed
    mapping = models.JSONField(null=True)  # as importing.mapping writes it; none yet: nothing was chosen
    stage = models.CharField(max_length=10, choices=[(s, s) for s in Stage], default=Stage.OPEN)
    is_dry_run = models.BooleanField(default=False)
    done = models.BigIntegerField(default=0)  # bytes read, of all passes over the file
    total = models.BigIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)  # a sign of life of the worker
    tallies = models.JSONField(default=dict)  # rows and new ones, by kind
    problems = models.JSONField(default=list)  # the first ones: line, column, value, code, params
    problem_count = models.BigIntegerField(default=0)

    objects = OfCustomer.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(stage__in=list(Stage)), name="import_stage_known")]
        indexes = [
            models.Index(fields=["customer", "-id"], name="import_of_customer"),
            models.Index(fields=["made_at"], name="import_age"),
        ]


class SavedMapping(models.Model):
    """How a customer's files are read, kept by name."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    mapping = models.JSONField()
    made_by_id = models.BigIntegerField()  # a person
    made_at = models.DateTimeField()

    objects = OfCustomer.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "name"], name="saved_mapping_name_once")]
