"""Learning activities, and who was assigned, started and completed which.

Named people's learning is for themselves and for learning managers of the workspace (R2.2); everybody else sees counts.
"""

from typing import TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Entitlement, Product
from tallyhub.kernel.access import Access, Right
from tallyhub.learning.rules import Format, Level, Unbooked
from tallyhub.ledger.models import Entry
from tallyhub.organizations.models import Organization, Workspace

M = TypeVar("M", bound=models.Model)


class Activity(models.Model):
    """A course, lab, video or webcast of the provider's catalogue. Texts are kept per language, always in English."""

    code = models.CharField(max_length=60, unique=True)
    format = models.CharField(max_length=10, choices=[(f, f) for f in Format])
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=12, choices=[(one, one) for one in Level])
    language = models.CharField(max_length=3)  # of the content, ISO 639
    minutes = models.IntegerField()  # that it takes
    names = models.JSONField()  # {"en": "Networking fundamentals", "de": …}
    descriptions = models.JSONField(default=dict)
    url = models.URLField(max_length=500)  # where the content lives
    is_offered = models.BooleanField(default=True)  # one that is not stays where it was started or assigned
    added_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(format__in=list(Format)), name="learning_activity_format_known"),
            models.CheckConstraint(condition=Q(level__in=list(Level)), name="learning_activity_level_known"),
            models.CheckConstraint(
                condition=Q(language__regex="^[a-z]{2,3}$"), name="learning_activity_language_is_code"
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=100_000), name="learning_activity_takes_time"
            ),
            models.CheckConstraint(condition=Q(url__startswith="https://"), name="learning_activity_is_on_https"),
        ]
        indexes = [
            models.Index(fields=["-added_on", "-id"], name="learning_activity_by_day"),
            models.Index(fields=["url"], name="learning_activity_by_url"),  # xAPI names it by its address
        ]

    @property
    def name(self) -> str:
        """In the reader's language, or else in English."""
        return str(self.names.get(get_language()) or self.names["en"])

    @property
    def description(self) -> str:
        return str(self.descriptions.get(get_language()) or self.descriptions.get("en") or "")


def _customer() -> "models.ForeignKey[Organization, Organization]":
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")


def _workspace() -> "models.ForeignKey[Workspace, Workspace]":
    return models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+", db_constraint=False)


def _person() -> "models.ForeignKey[Person, Person]":
    return models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")


class OfLearner(models.QuerySet[M]):
    """Rows about what one person learns."""

    def visible_to(self, access: Access) -> "OfLearner[M]":
        """One's own inside the customer, whatever the workspace; others' by the right in their workspace."""
        mine = self.filter(customer_id__in=access.customers)
        if access.person_id is None and access.in_whole and access.has(Right.VIEW_LEARNING):
            return mine
        managed = Q(workspace_id__in=access.workspaces_with(Right.VIEW_LEARNING))
        return mine.filter(Q(person_id=access.person_id or 0) | managed)


class Record(models.Model):
    """That somebody started an activity in a workspace, and how far they are. A repeat does not consume again.

    The days are what all its facts say together (``rules.fold``); none of them as long as no fact says that it was
    started. Written by ``steps`` alone.
    """

    customer = _customer()
    workspace = _workspace()
    person = _person()
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    started_on = models.DateField(null=True)
    last_activity_on = models.DateField(null=True)
    completed_on = models.DateField(null=True)
    progress_pct = models.SmallIntegerField(default=0)

    # Which entry stands for it, who pays, why, and why the others do not; or why nobody does. An entry that was taken
    # back elsewhere stays named: nothing else is booked in its place.
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    entitlement = models.ForeignKey(
        Entitlement, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    choice = models.JSONField(default=dict)
    unbooked = models.CharField(max_length=10, blank=True, choices=[(u, u) for u in Unbooked])
    serial = models.IntegerField(default=0)  # of the entries that were booked here for it
    made_at = models.DateTimeField()

    objects = OfLearner["Record"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "person", "activity"], name="learning_record_once"),
            models.UniqueConstraint(fields=["customer", "id"], name="learning_record_of_customer"),
            models.CheckConstraint(
                condition=Q(started_on=None, last_activity_on=None, completed_on=None, progress_pct=0)
                | Q(started_on__isnull=False, last_activity_on__gte=F("started_on")),
                name="learning_record_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(completed_on=None) | Q(completed_on__gte=F("started_on"), progress_pct=100),
                name="learning_record_completed_in_whole",
            ),
            models.CheckConstraint(
                condition=Q(progress_pct__gte=0, progress_pct__lte=100), name="learning_record_progress_pct"
            ),
            models.CheckConstraint(condition=Q(unbooked__in=["", *Unbooked]), name="learning_record_unbooked_known"),
            models.CheckConstraint(
                condition=Q(entry=None) | Q(unbooked__in=["", Unbooked.TAKEN_BACK]),
                name="learning_record_booked_or_not",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "person", "-started_on", "-id"], name="learning_record_of_person"),
            models.Index(fields=["entitlement", "workspace", "started_on", "id"], name="learning_record_by_day"),
            models.Index(fields=["customer"], condition=~Q(unbooked=""), name="learning_record_unbooked"),
        ]


class Fact(models.Model):
    """What one origin says of a record: the pages, a row of another system, a statement. Names it there."""

    customer = _customer()
    workspace = _workspace()
    person = _person()
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="facts", db_constraint=False)
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    started_on = models.DateField(null=True)
    touched_on = models.DateField(null=True)
    completed_on = models.DateField(null=True)
    progress_pct = models.SmallIntegerField(default=0)

    objects = OfLearner["Fact"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "external_id", "source"], name="learning_fact_once"),
            models.UniqueConstraint(fields=["customer", "id"], name="learning_fact_of_customer"),
            models.CheckConstraint(condition=~Q(source="") & ~Q(external_id=""), name="learning_fact_named"),
        ]
        indexes = [models.Index(fields=["record"], name="learning_fact_of_record")]


class Assignment(models.Model):
    """A learning manager asks somebody to complete an activity until a day. Completing it is the record's to say."""

    customer = _customer()
    workspace = _workspace()
    person = _person()
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    assigned_by_id = models.BigIntegerField()  # may outlive them
    assigned_on = models.DateField()  # in the customer's zone
    withdrawn_at = models.DateTimeField(null=True)

    objects = OfLearner["Assignment"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "person", "activity"],
                condition=Q(withdrawn_at=None),
                name="learning_assignment_once",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("assigned_on")), name="learning_assignment_due_later"),
        ]
        indexes = [models.Index(fields=["customer", "person", "due_on"], name="learning_assignment_of_person")]


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, access: Access) -> "SourceQuerySet":
        """Whoever administers the workspace that it speaks for."""
        mine = self.filter(customer_id__in=access.customers)
        if access.in_whole and access.has(Right.ADMINISTER):
            return mine
        return mine.filter(workspace_id__in=access.workspaces_with(Right.ADMINISTER))


class Source(models.Model):
    """A system that tells by xAPI what people of one workspace learn. ``key`` names it, its secret is not kept."""

    customer = _customer()
    workspace = _workspace()
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=60, unique=True)
    digest = models.BinaryField(max_length=32)  # of the secret
    home_page = models.CharField(max_length=200, blank=True)  # whose accounts it may speak for
    takes_addresses = models.BooleanField(default=False)  # whether it may name people by their mail address
    made_by_id = models.BigIntegerField()  # may outlive them
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # last, to the minute
    uses = models.IntegerField(default=0)  # requests in that minute
    revoked_at = models.DateTimeField(null=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="learning_source_of_customer"),
            models.CheckConstraint(
                condition=~Q(home_page="") | Q(takes_addresses=True), name="learning_source_names_somebody"
            ),
        ]


class XapiStatement(models.Model):
    """An xAPI statement as it came, so that it can be read again and its copy is known. ``fact`` is what it says."""

    customer = _customer()
    workspace = _workspace()
    person = _person()
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    statement_id = models.UUIDField()
    digest = models.BinaryField(max_length=32)  # of what makes it another statement
    content = models.JSONField()
    stored_at = models.DateTimeField()
    fact = models.OneToOneField(Fact, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)
    voided_at = models.DateTimeField(null=True)  # when another one took it back, which may be erased before it

    objects = OfLearner["XapiStatement"].as_manager()

    class Meta:
        db_table = "learning_statement"
        constraints = [
            models.UniqueConstraint(fields=["source", "statement_id"], name="learning_statement_once"),
            models.UniqueConstraint(fields=["customer", "id"], name="learning_statement_of_customer"),
        ]
