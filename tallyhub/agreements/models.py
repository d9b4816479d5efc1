"""The service catalogue, and what a customer has bought: agreements, packages, entitlements, mappings."""

from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import get_language

from tallyhub.accounts.models import Person
from tallyhub.accounts.rules import check_zone
from tallyhub.agreements.calendars import Calendar
from tallyhub.agreements.rules import (
    ContactKind,
    Days,
    Plan,
    Scope,
    ServiceKind,
    Severity,
    State,
    state_of_agreement,
    state_of_package,
)
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import ROUNDING_STEP_MAX, Unit
from tallyhub.organizations.models import Organization, Workspace


class Service(models.Model):
    """A catalogue entry: what an entitlement gives. Texts are kept per language; English is always there."""

    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, choices=[(k, k) for k in ServiceKind])
    unit = models.CharField(max_length=20, choices=[(u, u) for u in Unit])
    names = models.JSONField()  # {"en": "Reactive support", "de": …}
    descriptions = models.JSONField(default=dict)
    action_url = models.URLField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(ServiceKind)), name="service_kind_known"),
            models.CheckConstraint(condition=Q(unit__in=list(Unit)), name="service_unit_known"),
        ]

    @property
    def name(self) -> str:
        """In the reader's language, or else in English."""
        return str(self.names.get(get_language()) or self.names["en"])

    @property
    def is_benefit(self) -> bool:
        return self.kind == ServiceKind.BENEFIT


class Term(models.Model):
    """Days in force. The database holds a daterange; everything else names the last day, inclusive."""

    term = DateRangeField()
    terminated_on = models.DateField(null=True)  # the last day in force, where it ended early

    class Meta:
        abstract = True

    @property
    def starts_on(self) -> date:
        lower: date = self.term.lower
        return lower

    @property
    def ends_on(self) -> date:
        """The last day in force."""
        upper = self.days.ends_on
        return min(upper, self.terminated_on or upper)

    @property
    def days(self) -> Days:
        """As agreed, whether or not it ended early."""
        return Days(self.term.lower, self.term.upper - timedelta(days=1))


# Both ends are days that Python can hold, too; 9999-12-31, the "no end" of other systems, is no end of a term.
IN_CALENDAR = (
    Q(term__startswith__isnull=False, term__endswith__isnull=False, term__isempty=False)
    & Q(term__startswith__gte=date.min, term__endswith__lte=date.max)
)  # fmt: skip


def _term_constraints(name: str) -> list[models.BaseConstraint]:
    inside = Q(terminated_on__isnull=True) | Q(terminated_on__lt=F("term__endswith"))
    return [
        models.CheckConstraint(condition=IN_CALENDAR, name=f"{name}_term_in_calendar"),
        models.CheckConstraint(condition=inside, name=f"{name}_terminated_inside"),
    ]


class Product(models.Model):
    """What a support request is about: a catalogue entry of the provider. Names are kept per language.

    ``publisher``: whoever makes and supports it, where that is not the provider, which then takes no escalation of it.
    """

    code = models.CharField(max_length=60, unique=True)
    names = models.JSONField()  # {"en": "Ledgerline database", "de": …}
    is_offered = models.BooleanField(default=True)  # to new requests; one that is not stays named where it was
    publisher = models.CharField(max_length=200, blank=True)
    publisher_url = models.CharField(max_length=500, blank=True)  # where its publisher is asked

    @property
    def name(self) -> str:
        """In the reader's language, or else in English."""
        return str(self.names.get(get_language()) or self.names["en"])


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, access: Access) -> "AgreementQuerySet":
        """The customer's own, or those with a package mapped to one of the readable workspaces (R3.4)."""
        mine = self.filter(customer_id__in=access.customers)
        if access.in_whole:
            return mine
        mapped = Mapping.objects.filter(package__agreement=OuterRef("pk"), workspace_id__in=access.workspaces)
        return mine.filter(Exists(mapped))


AGREEMENT_NUMBER_ONCE = "agreements_agreement_number_key"  # what PostgreSQL calls the constraint of the number


class Agreement(Term):
    """A support contract between a seller and a customer."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="agreements")
    seller = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    plan = models.CharField(max_length=10, choices=[(p, p) for p in Plan])
    zone = models.CharField(max_length=64, validators=[check_zone])  # whose midnight begins and ends its days

    # Of one that came by import nobody here approved anything, and it is set up by what the file says.
    approved_at = models.DateTimeField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    activated_at = models.DateTimeField(null=True)  # workspace, invitations and mappings were made (R3.1)
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(  # what is to be activated, at each minute
                fields=["id"], condition=Q(approved_at__isnull=False, activated_at=None), name="agreement_to_activate"
            ),
        ]
        constraints = [
            *_term_constraints("agreement"),
            models.CheckConstraint(condition=Q(plan__in=list(Plan)), name="agreement_plan_known"),
            models.UniqueConstraint(fields=["customer", "id"], name="agreement_of_customer"),
        ]

    def state(self, today: date) -> State:
        return state_of_agreement(self.starts_on, self.days.ends_on, self.terminated_on, today)


class PackageQuerySet(models.QuerySet["Package"]):
    def visible_to(self, access: Access) -> "PackageQuerySet":
        mine = self.filter(customer_id__in=access.customers)
        if access.in_whole:
            return mine
        return mine.filter(Exists(Mapping.objects.filter(package=OuterRef("pk"), workspace_id__in=access.workspaces)))


class Package(Term):
    """A named bundle of entitlements inside an agreement."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="packages", db_constraint=False)
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    scope = models.CharField(max_length=10, choices=[(s, s) for s in Scope])
    covers_every_product = models.BooleanField(default=False)  # else those of its Coverage; with none of it: none
    # Who cancels an engagement later than so many days before it pays this share of it. Both or neither.
    late_cancel_days = models.PositiveSmallIntegerField(null=True)
    late_cancel_percent = models.PositiveSmallIntegerField(null=True)

    objects = PackageQuerySet.as_manager()

    class Meta:
        constraints = [
            *_term_constraints("package"),
            models.CheckConstraint(condition=Q(scope__in=list(Scope)), name="package_scope_known"),
            models.UniqueConstraint(fields=["customer", "id"], name="package_of_customer"),
            models.UniqueConstraint(fields=["agreement", "code"], name="package_code_once"),
            models.CheckConstraint(
                condition=Q(late_cancel_days__isnull=True, late_cancel_percent__isnull=True)
                | Q(late_cancel_days__isnull=False, late_cancel_percent__gte=1, late_cancel_percent__lte=100),
                name="package_late_cancel_in_full",
            ),
        ]

    def state(self, today: date) -> State:
        return state_of_package(self.starts_on, self.days.ends_on, self.terminated_on, today)


class EntitlementQuerySet(models.QuerySet["Entitlement"]):
    def visible_to(self, access: Access) -> "EntitlementQuerySet":
        mine = self.filter(customer_id__in=access.customers)
        if access.in_whole:
            return mine
        mapped = Mapping.objects.filter(package=OuterRef("package"), workspace_id__in=access.workspaces)
        return mine.filter(Exists(mapped))


class Entitlement(models.Model):
    """One line of a package: a consumable service, or an additional benefit (R1.12)."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="entitlements", db_constraint=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    is_as_needed = models.BooleanField(default=False)  # no quantity was agreed: used is counted, nothing is left
    rounding_step = models.PositiveIntegerField(default=1)  # smallest steps of the unit; amounts are rounded up to it
    request_cap = models.PositiveIntegerField(null=True)  # smallest steps that one request may draw; None: no cap

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rounding_step__gte=1, rounding_step__lte=ROUNDING_STEP_MAX), name="entitlement_step_bounded"
            ),
            models.UniqueConstraint(fields=["customer", "id"], name="entitlement_of_customer"),
            models.UniqueConstraint(fields=["package", "code"], name="entitlement_code_once"),
        ]


class Mapping(models.Model):
    """A package reaches a workspace (R3.7)."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="mappings", db_constraint=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="mappings", db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["package", "workspace"], name="mapping_once")]


class OfCustomerQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "OfCustomerQuerySet":
        """Of the customer that is worked inside: terms are the same for everybody in it."""
        return self.filter(customer_id__in=access.customers)


class Coverage(models.Model):
    """A product that a package covers."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="coverage", db_constraint=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["package", "product"], name="coverage_once")]


class WorkCalendar(models.Model):
    """Hours of work in a zone, for goals and for what is out of hours."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    zone = models.CharField(max_length=64, validators=[check_zone])
    # Seven lists, Monday first, of [from, until] in minutes after midnight by the wall clock; 1440 is the day's end.
    week = models.JSONField()
    holidays = ArrayField(models.DateField(), default=list)  # without work, whatever the week says

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="calendar_of_customer"),
            models.UniqueConstraint(fields=["customer", "name"], name="calendar_name_once"),
        ]

    @property
    def hours(self) -> Calendar:
        return Calendar(self.zone, self.week, frozenset(self.holidays))


class ResponseGoal(models.Model):
    """Within what time of work the first answer is due, by severity."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="goals", db_constraint=False)
    severity = models.CharField(max_length=1, choices=[(s, s) for s in Severity])
    minutes = models.PositiveIntegerField()
    calendar = models.ForeignKey(  # None: around the clock
        WorkCalendar, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(severity__in=list(Severity)), name="goal_severity_known"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="goal_takes_time"),
            models.UniqueConstraint(fields=["agreement", "severity"], name="goal_once"),
        ]


class TimeRule(models.Model):
    """What time outside a calendar's hours counts for: a fraction of one or more. Of several the highest wins."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="time_rules", db_constraint=False)
    calendar = models.ForeignKey(WorkCalendar, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    numerator = models.PositiveSmallIntegerField()
    denominator = models.PositiveSmallIntegerField(default=1)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(denominator__gte=1, numerator__gte=F("denominator")), name="time_rule_never_less"
            ),
            models.UniqueConstraint(fields=["agreement", "calendar"], name="time_rule_once"),
        ]


class AgreementContactQuerySet(models.QuerySet["AgreementContact"]):
    def visible_to(self, access: Access) -> "AgreementContactQuerySet":
        return self.filter(customer_id__in=access.customers_in_whole)


class AgreementContact(models.Model):
    """Somebody named in the agreement, to be invited when it begins (R3.1).

    Name and address are what was written: whether the address has an account, and its name there, is not told.
    """

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="contacts", db_constraint=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200, blank=True)  # as the agreement writes it, whatever an account says
    kind = models.CharField(max_length=30, choices=[(k, k) for k in ContactKind])
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=5, default="en")  # of the invitation

    objects = AgreementContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(ContactKind)), name="contact_kind_known"),
            models.UniqueConstraint(fields=["agreement", "person", "kind"], name="contact_named_once"),
        ]
