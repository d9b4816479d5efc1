"""What people keep of their activity: statements, exports under way, saved views. No fact of the ledger is in here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tallyhub.accounts.models import Person
from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.models import Agreement
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.progress import Stage
from tallyhub.organizations.models import Organization


class StatementQuerySet(models.QuerySet["Statement"]):
    def visible_to(self, access: Access) -> "StatementQuerySet":
        """Over the whole customer: for whoever sees all its activity. Over workspaces: for whoever could make it."""
        mine = self.filter(customer_id__in=access.customers)
        if Right.VIEW_ACTIVITY in access.customer_rights:
            return mine
        return mine.filter(workspaces__contained_by=list(access.workspaces_with(Right.ADMINISTER)))


class Statement(models.Model):
    """What was bought and delivered under an agreement, as one version of the ledger knew it. Never changed.

    Ids, days and a digest only, never a name (R10.4): names are read anew whenever it is opened.
    """

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    workspaces = ArrayField(models.BigIntegerField(), null=True)  # None: the whole customer
    first_day = models.DateField()
    last_day = models.DateField()  # inclusive
    ledger_version = models.BigIntegerField()
    entitlements = models.JSONField()  # [[id, last day in force of its package], …] in the order they are listed
    language = models.CharField(max_length=5)
    lines = models.BigIntegerField()  # how many entries of the period it lists
    digest = models.CharField(max_length=64)  # SHA-256 of its figures
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField()  # a person; may outlive them

    objects = StatementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="statement_days_in_order"),
            models.CheckConstraint(
                condition=Q(workspaces__isnull=True) | Q(workspaces__len__gt=0), name="statement_of_some_workspace"
            ),
            models.CheckConstraint(condition=Q(language__in=dict(LANGUAGES)), name="statement_language_known"),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="statement_of_customer")]


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, access: Access) -> "ExportQuerySet":
        return self.filter(customer_id__in=access.customers, person_id=access.person_id or 0)


class Export(models.Model):
    """A spreadsheet that a job makes for one person. Row and file are removed after a day."""

    customer = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    address = models.TextField()  # of the page whose rows these are, with its filters
    name = models.CharField(max_length=120)  # of the file
    stage = models.CharField(max_length=10, choices=[(s, s) for s in Stage], default=Stage.ASKED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField()  # rows
    problem = models.CharField(max_length=40, blank=True)  # a code with a sentence
    # Whose rows are in the file, and whether people are named: who has lost a right since does not get it.
    workspaces = ArrayField(models.BigIntegerField(), default=list)
    names_people = models.BooleanField(default=False)
    asked_at = models.DateTimeField()

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(stage__in=list(Stage)), name="export_stage_known")]
        indexes = [
            models.Index(fields=["person", "-id"], name="export_of_person"),
            models.Index(fields=["asked_at"], name="export_by_age"),  # the job that removes old ones
        ]


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, access: Access) -> "SavedViewQuerySet":
        return self.filter(customer_id__in=access.customers, person_id=access.person_id or 0)


class SavedView(models.Model):
    """The address of a page with its filters, under a name of one's own."""

    customer = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    address = models.TextField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "person", "name"], name="saved_view_once")]
