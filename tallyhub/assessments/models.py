"""Assessments: what the provider checks, where that is set up, what a run found.

Definitions are the provider's and everybody's to read. All else belongs to a workspace and is read by its
administrators and by staff (migrations/0002_walls.py says it once more).
"""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Entitlement, Product
from tallyhub.assessments.rules import (
    CODE_MAX,
    EXTERNAL_ID_MAX,
    LABEL_MAX,
    NAME_MAX,
    TYPE_MAX,
    Focus,
    Outcome,
    Priority,
    Source,
)
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.progress import Stage
from tallyhub.ledger.models import Entry
from tallyhub.organizations.models import Organization, Workspace


def _customer() -> "models.ForeignKey[Organization, Organization]":
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")


def _workspace() -> "models.ForeignKey[Workspace, Workspace]":
    return models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+", db_constraint=False)


def _doer() -> "models.ForeignKey[Person | None, Person | None]":
    """Who did it: a number that may outlive its person, whose name is gone then (R10.4)."""
    return models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )


def _entitlement() -> "models.ForeignKey[Entitlement | None, Entitlement | None]":
    return models.ForeignKey(
        Entitlement, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )


def in_language(texts: dict[str, str]) -> str:
    """In the reader's language, or else in English; nothing where there is neither."""
    return str(texts.get(get_language() or "en") or texts.get("en", ""))


class Definition(models.Model):
    """An assessment that the provider offers. Names are kept per language; English is always there."""

    code = models.CharField(max_length=CODE_MAX, unique=True)
    names = models.JSONField()
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")

    @property
    def name(self) -> str:
        return in_language(self.names)


class Version(models.Model):
    """What is checked. Published once and never changed: what a run said stays comparable."""

    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["definition", "number"], name="version_once")]


class Check(models.Model):
    """One of a version's checks. A check with a question can be answered by people."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="checks")
    code = models.CharField(max_length=CODE_MAX)
    place = models.PositiveSmallIntegerField()  # in the order of the file
    focus = models.CharField(max_length=20, choices=[(f, f) for f in Focus])
    priority = models.CharField(max_length=10, choices=[(p, p) for p in Priority])
    titles = models.JSONField()
    descriptions = models.JSONField(default=dict)
    remedies = models.JSONField(default=dict)
    questions = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(focus__in=list(Focus)), name="check_focus_known"),
            models.CheckConstraint(condition=Q(priority__in=list(Priority)), name="check_priority_known"),
            models.UniqueConstraint(fields=["version", "code"], name="check_once"),
        ]

    @property
    def title(self) -> str:
        return in_language(self.titles)

    @property
    def description(self) -> str:
        return in_language(self.descriptions)

    @property
    def remedy(self) -> str:
        return in_language(self.remedies)

    @property
    def question(self) -> str:
        return in_language(self.questions)


class OfWorkspaceQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "OfWorkspaceQuerySet":
        """Of the workspaces in which one may read what assessments found."""
        mine = self.filter(customer_id__in=access.customers)
        if access.in_whole and access.has(Right.VIEW_ASSESSMENTS):
            return mine
        return mine.filter(workspace_id__in=access.workspaces_with(Right.VIEW_ASSESSMENTS))


class SetUp(models.Model):
    """A definition at work in a workspace, from a day on, perhaps until another: counted as a gauge.

    ``entitlement`` is the one under which it counts now; ``choice`` says why that one, ``unbooked`` why none.
    """

    customer = _customer()
    workspace = _workspace()
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=LABEL_MAX, blank=True)  # tells two of one definition apart
    configured_on = models.DateField()
    ended_on = models.DateField(null=True)  # the last day
    set_up_by = _doer()
    ended_by = _doer()
    entitlement = _entitlement()
    choice = models.JSONField(default=dict)
    unbooked = models.CharField(max_length=40, blank=True)
    is_beyond = models.BooleanField(default=False)  # an administrator wanted it though nothing was left

    objects = OfWorkspaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="setup_of_customer"),
            models.UniqueConstraint(fields=["customer", "workspace", "id"], name="setup_of_workspace"),
            models.UniqueConstraint(
                fields=["workspace", "definition", "label"], condition=Q(ended_on=None), name="setup_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("configured_on")), name="setup_days_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["entitlement", "workspace"], name="setup_of_entitlement"),  # gauges and drill-downs
            models.Index(fields=["customer"], condition=Q(ended_on=None), name="setup_active"),  # the settling job
        ]

    @property
    def name(self) -> str:
        return f"{self.definition.name} · {self.label}" if self.label else self.definition.name


class Run(models.Model):
    """An assessment that ran. Its figures are kept with it, because lists of runs show nothing else."""

    customer = _customer()
    workspace = _workspace()
    set_up = models.ForeignKey(SetUp, on_delete=models.PROTECT, related_name="runs", db_constraint=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    collected_at = models.DateTimeField()  # it happened
    at = models.DateTimeField()  # we learnt of it
    by = _doer()
    source = models.CharField(max_length=40, default=Source.FILE)
    external_id = models.CharField(max_length=EXTERNAL_ID_MAX, blank=True)
    digest = models.BinaryField(max_length=32)  # of the file, or of what was answered
    prerequisites = models.PositiveIntegerField(default=0)
    prerequisites_passed = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    not_applicable = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    high = models.PositiveIntegerField(default=0)  # failed, of high priority
    affected = models.PositiveBigIntegerField(default=0)  # objects, over all its findings
    entitlement = _entitlement()
    choice = models.JSONField(default=dict)
    unbooked = models.CharField(max_length=40, blank=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    withdrawn_at = models.DateTimeField(null=True)  # it was a mistake: it counts for nothing
    withdrawn_by = _doer()
    objects_cleared_at = models.DateTimeField(null=True)  # their names were kept long enough

    objects = OfWorkspaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="run_of_customer"),
            models.UniqueConstraint(fields=["customer", "workspace", "id"], name="run_of_workspace"),
            models.UniqueConstraint(fields=["set_up", "digest"], condition=Q(withdrawn_at=None), name="run_file_once"),
            models.UniqueConstraint(
                fields=["customer", "source", "external_id"],
                condition=~Q(external_id="") & Q(withdrawn_at=None),
                name="run_once",
            ),
            models.CheckConstraint(
                condition=Q(prerequisites_passed__lte=F("prerequisites")), name="run_prerequisites_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["set_up", "-collected_at", "-id"], name="run_of_setup"),
            models.Index(fields=["entitlement", "workspace"], name="run_of_entitlement"),  # a drill-down's rows
            models.Index(fields=["customer"], condition=~Q(unbooked="") & Q(withdrawn_at=None), name="run_unbooked"),
        ]


class OfRun(models.Model):
    """What belongs to a run lies in its workspace."""

    customer = _customer()
    workspace = _workspace()

    objects = OfWorkspaceQuerySet.as_manager()

    class Meta:
        abstract = True


class Prerequisite(OfRun):
    """What a collector needed in order to look. Those that passed are the quality of what it found."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=NAME_MAX)
    group = models.CharField(max_length=NAME_MAX, blank=True)
    is_passed = models.BooleanField()
    fix = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "place"], name="prerequisite_once")]


class Finding(OfRun):
    """How one check came out in one run. ``affected`` may be counted without any object being named."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="findings", db_constraint=False)
    # ``check`` is a method of Django's own.
    checked = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="+", db_column="check_id")
    outcome = models.CharField(max_length=20, choices=[(o, o) for o in Outcome])
    affected = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=list(Outcome)), name="finding_outcome_known"),
            models.UniqueConstraint(fields=["run", "checked"], name="finding_once"),
            models.UniqueConstraint(fields=["customer", "workspace", "id"], name="finding_of_workspace"),
        ]


class AffectedObject(OfRun):
    """A machine, an account or whatever else a finding is about, as the collector calls it. May name people."""

    # The key to its finding holds the customer, too: a million rows are not looked up twice.
    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    finding = models.ForeignKey(
        Finding, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=NAME_MAX)
    kind = models.CharField(max_length=TYPE_MAX, blank=True)  # as the collector calls it: server, account

    class Meta:
        indexes = [models.Index(fields=["finding", "id"], name="object_of_finding")]


class Intake(OfRun):
    """A collector's file that is too long to be read while somebody waits; the worker reads it."""

    set_up = models.ForeignKey(SetUp, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    by = _doer()
    at = models.DateTimeField()
    file = models.CharField(max_length=100, blank=True)  # among the private files; none once it is read
    stage = models.CharField(max_length=10, choices=[(s, s) for s in Stage], default=Stage.ASKED)
    done = models.PositiveBigIntegerField(default=0)  # bytes that are read
    total = models.PositiveBigIntegerField()
    problem = models.JSONField(default=dict)  # code and params of the error that refused it
    run = models.ForeignKey(Run, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=list(Stage)), name="intake_stage_known"),
            models.CheckConstraint(
                condition=Q(stage=Stage.DONE, run__isnull=False) | ~Q(stage=Stage.DONE) & Q(run=None),
                name="intake_done_has_run",
            ),
        ]
        indexes = [
            models.Index(fields=["set_up", "-id"], name="intake_of_setup"),
            models.Index(fields=["at"], condition=~Q(file=""), name="intake_with_file"),
        ]


class AnswerDraft(OfRun):
    """Answers to a questionnaire that is not finished; one for each set-up, so that a colleague can go on."""

    set_up = models.OneToOneField(SetUp, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)  # outcome by check
    changed_at = models.DateTimeField()
    changed_by = _doer()
