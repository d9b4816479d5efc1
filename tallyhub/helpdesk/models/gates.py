"""What the people at a desk found out about a partner request, and what a partner is expected to solve by itself.

All of it is the desk's alone, but for the resolution, which whoever sees the request reads.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import get_language

from tallyhub.agreements.models import Product
from tallyhub.health.models import HealthEvent
from tallyhub.helpdesk.gates.rules import Despite, Left, Result
from tallyhub.kernel.access import Access, Right
from tallyhub.organizations.models import Organization, Workspace
from tallyhub.partners.models import ConfigurationTask
from tallyhub.support.models import Message, Request
from tallyhub.support.queries import ids_seen


def _customer() -> "models.ForeignKey[Organization, Organization]":
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")


def _workspace() -> "models.ForeignKey[Workspace, Workspace]":
    return models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+", db_constraint=False)


def _request() -> "models.ForeignKey[Request, Request]":
    return models.ForeignKey(Request, on_delete=models.PROTECT, related_name="+", db_constraint=False)


def _event(*, null: bool = False) -> "models.ForeignKey[HealthEvent, HealthEvent]":
    return models.ForeignKey(HealthEvent, null=null, on_delete=models.PROTECT, related_name="+")


class OfDeskQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "OfDeskQuerySet":
        """Of requests of one's own desk, and nobody else's: not even the hub reads what is the desk's."""
        if not access.serves(Right.SERVE_CUSTOMERS):
            return self.none()
        mine = access.organizations
        return self.filter(Q(request__partner_id__in=mine) | Q(request__desk_id__in=mine))


class HealthCheck(models.Model):
    """A look at service health before anything else is done (R5.4), kept as evidence. Added and never changed."""

    customer = _customer()
    workspace = _workspace()
    request = _request()
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=10, choices=[(r, r) for r in Result])
    event = _event(null=True)  # the one that fits
    shown = ArrayField(models.BigIntegerField(), default=list)  # ids of what went on then
    despite = models.CharField(max_length=10, blank=True, choices=[(d, d) for d in Despite])
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)

    objects = OfDeskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="health_check_of_customer"),
            models.CheckConstraint(condition=Q(result__in=list(Result)), name="health_check_result_known"),
            models.CheckConstraint(
                condition=Q(result=Result.MATCH, event__isnull=False)
                | (~Q(result=Result.MATCH) & Q(event=None, despite="")),
                name="health_check_match_names_event",
            ),
        ]
        indexes = [models.Index(fields=["request", "-at", "-id"], name="health_check_newest")]


class IncidentLink(models.Model):
    """A request follows an incident: its readers see what is said of that one, and nothing is escalated meanwhile."""

    customer = _customer()
    workspace = _workspace()
    request = _request()
    event = _event()
    since = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    left_at = models.DateTimeField(null=True)
    left_by_id = models.BigIntegerField(null=True)
    left_why = models.CharField(max_length=10, blank=True, choices=[(w, w) for w in Left])

    objects = OfDeskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="incident_link_of_customer"),
            models.UniqueConstraint(fields=["request"], condition=Q(left_at=None), name="incident_link_one"),
            models.CheckConstraint(
                condition=Q(left_at=None, left_why="") | (Q(left_at__isnull=False) & ~Q(left_why="")),
                name="incident_link_left_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["event"], condition=Q(left_at=None), name="incident_link_running"),
            models.Index(fields=["request", "-since"], name="incident_link_newest"),
        ]


class Entry(models.Model):
    """What somebody at the desk took to be the cause, did about it, and saw. Added and never changed."""

    customer = _customer()
    workspace = _workspace()
    request = _request()
    hypothesis = models.TextField(blank=True)
    step = models.TextField(blank=True)
    result = models.TextField(blank=True)
    task = models.ForeignKey(ConfigurationTask, null=True, on_delete=models.PROTECT, related_name="+")  # it was begun
    acted_as = models.CharField(max_length=120, blank=True)  # by which delegated roles, joined by "+"
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)

    objects = OfDeskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="entry_of_customer_and_request"),
            models.CheckConstraint(
                condition=~Q(hypothesis="", step="", result="") | Q(task__isnull=False), name="entry_says_something"
            ),
        ]
        indexes = [models.Index(fields=["request", "at", "id"], name="entry_of_request")]


class RightsNeed(models.Model):
    """The work on a request needs rights inside the customer, from when until when; once there were any, too."""

    customer = _customer()
    workspace = _workspace()
    request = _request()
    since = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    consent_asked_at = models.DateTimeField(null=True)  # of the customer, in a message; only it can give one
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)

    objects = OfDeskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="rights_need_of_customer"),
            models.UniqueConstraint(fields=["request"], condition=Q(ended_at=None), name="rights_need_one"),
        ]


class BaselineItem(models.Model):
    """A sort of trouble that a partner solves by itself. Texts are kept per language, always in English."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")  # the provider
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")  # None: of every one
    code = models.CharField(max_length=60)
    titles = models.JSONField()  # {"en": "Accounts, passwords and licences", "de": …}
    texts = models.JSONField()  # what belongs to it
    position = models.PositiveIntegerField(default=0)
    is_used = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="baseline_code_once")]

    @property
    def title(self) -> str:
        """In the reader's language, or else in English."""
        return _said(self.titles)

    @property
    def text(self) -> str:
        return _said(self.texts)


def _said(texts: dict[str, str]) -> str:
    return str(texts.get(get_language() or "en") or texts.get("en", ""))


class ResolutionQuerySet(models.QuerySet["Resolution"]):
    def visible_to(self, access: Access) -> "ResolutionQuerySet":
        """Of requests that one sees."""
        try:
            seen = RawSQL(*ids_seen(access))  # noqa: S611 - SQL of ours, whose values are parameters
        except EmptyResultSet:  # who is nowhere sees none
            return self.none()
        return self.filter(request_id__in=seen)


class Resolution(models.Model):
    """A request was resolved within the baseline (S003-36); the message says to the customer how. Never changed."""

    customer = _customer()
    workspace = _workspace()
    request = _request()
    item = models.ForeignKey(BaselineItem, on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "id"], name="resolution_of_customer")]
        indexes = [models.Index(fields=["request", "-at", "-id"], name="resolution_newest")]
